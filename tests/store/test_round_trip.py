"""What goes into the tables comes out again, and the columns for lists and the clock say what the domain says."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import IntegrityError, ProgrammingError

from provisions.app import App
from provisions.domain import lifecycle
from provisions.domain.case import Case, ProvisionKey
from provisions.domain.lifecycle import SYSTEM, Moment
from provisions.domain.rules import Brp
from provisions.domain.rungs import RungName
from provisions.store import loading
from provisions.store import tables as t
from provisions.store.verification import verify
from provisions.usecases.intake import IntakeRequest
from tests.builders import CATALOGUE, CONFIG, DIRECTOR, TEAM_LEAD, day, typed
from tests.conftest import MovingClock

REF = "TR-2026-0001"


def load(database: Engine, reference: str = REF) -> loading.Stored:
    with database.connect() as connection:
        stored = loading.load_case(connection, reference)
    assert stored is not None
    return stored


def comparable(case: Case) -> Case:
    """Rungs in order of the ladder, waivers by name; ``climbed`` is the database's own clock."""
    provisions = {
        key: replace(
            p,
            rungs=tuple(replace(r, climbed=r.due) for r in sorted(p.rungs, key=lambda r: list(RungName).index(r.name))),
            waivers=tuple(sorted(p.waivers, key=lambda w: w.dependency)),
        )
        for key, p in case.provisions.items()
    }
    return replace(case, provisions=dict(sorted(provisions.items())))


def a_full_life(app: App, clock: MovingClock, look: Callable[[Case], object] = id, *, ends: bool = False) -> None:
    """Something of everything, so that every column is filled somewhere. ``look`` gets the case after each step."""
    look(
        app.cases.intake(
            IntakeRequest(
                REF,
                "wvggz",
                ["id_document", "postal_address", "emergency_shelter", "housing", "benefit_decision", "debt_counselling",
                 "advance_payment"],
                municipality="havenmeer",
                brp=Brp.REGISTERED,
                present=["wmo_indication"],
                agreed={"housing": day("2026-11-20")},
                needed_from={"emergency_shelter": day("2026-11-05")},
                waive={("housing", "id_document"): "verhuurder vraagt het later"},
                director=DIRECTOR,
                living="shelter",
                losing_place=True,
                wlz="ggz",
                contact="together",
                own_number="Z2026-00001",
                on=day("2026-10-30"),
            ),
            by=typed(DIRECTOR),
        )
    )  # fmt: skip

    def then(moment: str, case: Case) -> None:
        look(case)
        clock.set(f"{moment}T09:00:00+00:00")
        app.time.tick_all()

    then(
        "2026-11-03",
        app.cases.suspend(REF, "id_document", reason="client_documents", until=day("2026-11-06"), by=typed(DIRECTOR)),
    )
    then("2026-11-03", app.cases.urgent(REF, "debt_counselling", because="eviction", by=typed(DIRECTOR)))
    then(
        "2026-11-04",
        app.cases.suspend(
            REF,
            "debt_counselling",
            reason="other_body",
            until=day("2026-12-20"),
            by=typed(DIRECTOR),
            approved_by=TEAM_LEAD,
        ),
    )
    then(
        "2026-11-20",
        app.cases.waive(REF, "postal_address", "id_document", ground="bewijslast achteraf", by=typed(DIRECTOR)),
    )
    then("2026-12-01", app.cases.answer(REF, "id_document", "doorbraaktafel", "customised_budget", by=typed("tafel-1")))
    then(
        "2026-12-02",
        app.cases.submit(REF, "id_document", "submitted", reason="alles geprobeerd", by=typed("maatwerk-1")),
    )
    then(
        "2026-12-03",
        app.cases.record_outcome(REF, "id_document", "delivered", by=typed(DIRECTOR), fields={"paid_by": "free"}),
    )
    then("2026-12-04", app.cases.agree(REF, "housing", day("2027-01-15"), by=typed(DIRECTOR)))
    then(
        "2026-12-04", app.cases.milestone(REF, "benefit_decision", "applied", by=typed(DIRECTOR), on=day("2026-11-02"))
    )
    then("2026-12-04", app.cases.keep(REF, reason="nog nodig", by=typed(DIRECTOR)))
    then("2026-12-04", app.cases.move(REF, "emergency_shelter", day("2026-12-20"), by=typed(DIRECTOR)))
    then(
        "2026-12-04", app.cases.milestone(REF, "benefit_decision", "applied", by=typed(DIRECTOR), on=day("2026-11-03"))
    )
    then(
        "2026-12-05",
        app.cases.record_outcome(REF, "advance_payment", "delivered", by=typed(DIRECTOR), on=day("2026-12-04")),
    )
    then("2026-12-07", app.cases.reopen(REF, "advance_payment", reason="niet ontvangen", by=typed(DIRECTOR)))
    then(
        "2027-01-04",
        app.cases.record_outcome(REF, "advance_payment", "delivered", by=typed(DIRECTOR), on=day("2026-12-07")),
    )
    then("2027-01-04", app.cases.settle_follow_up(REF, "advance_payment", "next_advance", by=typed(DIRECTOR)))
    then("2027-01-05", app.cases.record_outcome(REF, "benefit_decision", "refused", by=typed(DIRECTOR)))
    then("2027-01-06", app.cases.add(REF, ["day_activity"], by=typed(DIRECTOR)))
    then("2027-01-07", app.cases.transfer(REF, "voorbeeldstad", director="regisseur.zuid", by=typed(DIRECTOR)))
    then("2027-01-07", app.cases.accept(REF, by=typed("regisseur.zuid")))
    then("2027-01-07", app.cases.number(REF, "Z2026-00123", by=typed(DIRECTOR)))
    then("2027-01-07", app.cases.number(REF, "WI-77", key="benefit_decision", by=typed(DIRECTOR)))
    then("2027-01-07", app.cases.contact(REF, "two_people", by=typed(DIRECTOR)))
    then("2027-01-07", app.cases.living(REF, "hotel", losing_place=True, by=typed(DIRECTOR)))
    then("2027-01-07", app.cases.record_outcome(REF, "emergency_shelter", "delivered", by=typed(DIRECTOR)))
    then(
        "2027-01-07",
        app.cases.place_ends(REF, day("2027-03-01"), kind="hotel", because="funding", by=typed(DIRECTOR)),
    )
    then("2027-01-07", app.cases.place_found(REF, until=day("2027-04-01"), by=typed(DIRECTOR)))
    then("2027-01-07", app.cases.why(REF, "benefit_decision", "documents", by=typed(DIRECTOR)))
    then("2027-01-08", app.cases.record_outcome(REF, "housing", "withdrawn", by=typed(DIRECTOR)))
    then("2027-01-09", app.cases.rest(REF, reason="abroad", by=typed(TEAM_LEAD)))
    then("2027-01-10", app.cases.rest(REF, reason="out_of_sight", by=typed(TEAM_LEAD)))
    then("2027-01-10", app.cases.settle_follow_up(REF, "traject", "looked_for", by=typed(DIRECTOR)))
    then("2027-01-11", app.cases.wake(REF, by=typed(DIRECTOR)))
    then(
        "2027-01-11",
        app.cases.add(REF, ["special_assistance"], purposes={"special_assistance": "bed"}, by=typed(DIRECTOR)),
    )
    then(
        "2027-01-12",
        app.cases.again(REF, "special_assistance", reason="new_costs", purpose="clothing", by=typed(DIRECTOR)),
    )
    if not ends:
        return
    still_open = [f"{p.key}#{p.round}" for p in app.views.case(REF).case.provisions.values() if p.status.is_open]
    then(
        "2027-01-13",
        app.cases.close(
            REF, reason="left_region", takeovers=dict.fromkeys(still_open, "municipality"), by=typed(DIRECTOR)
        ),
    )


def test_a_case_comes_back_as_it_was_written_after_each_step(app: App, clock: MovingClock, database: Engine) -> None:
    first = app.cases.intake(
        IntakeRequest("TR-2026-0002", "voluntary", ["all"], on=day("2026-11-01")), by=typed(DIRECTOR)
    )
    assert comparable(load(database, "TR-2026-0002").case) == comparable(first)

    def same(case: Case) -> None:
        assert comparable(load(database).case) == comparable(case)

    a_full_life(app, clock, look=same, ends=True)


def test_what_was_decided_about_the_central_desk_comes_back(app: App, clock: MovingClock, database: Engine) -> None:
    region = App(app.engine, replace(CONFIG, catalogue=replace(CONFIG.catalogue, central_desk=True)), clock)
    clock.set("2026-11-09T09:00:00+00:00")
    needed = {"emergency_shelter": day("2026-11-13")}
    request = IntakeRequest(REF, "voluntary", ["emergency_shelter"], needed_from=needed)
    region.cases.intake(request, by=typed(DIRECTOR))
    region.time.tick_all()
    for decision in ("not_submitted", "submitted"):
        said = region.cases.submit(REF, "emergency_shelter", decision, reason="geen plek", by=typed("maatwerk-1"))
        assert comparable(load(database).case) == comparable(said)
    with database.connect() as connection:
        assert verify(connection).whole


def test_every_column_of_every_table_was_filled_by_that_life(app: App, clock: MovingClock, database: Engine) -> None:
    """So the round trip above leaves nothing out."""
    a_full_life(app, clock)
    elsewhere = {  # written by the outbox, the engine, other rules, and whoever closes or forgets a case
        "message": {"sent", "recipients", "subject", "body", "error", "overview"},
        "provision": {"flow_run", "suspended_until", "breached_on", "taken_over_by"},
        "client_case": {"closed", "end_reason", "forgotten", "next_at"},
        "warned": {"submitted"},  # the test before
    }
    with database.connect() as connection:
        for table in (
                t.case, t.provision, t.suspension, t.waiver, t.rung, t.outcome, t.follow_up, t.milestone, t.needed_from, t.cause,
                t.agreement, t.message, t.audit, t.rest, t.case_follow_up,
                t.living, t.place, t.warned, t.signalled,
            ):  # fmt: skip
            rows = connection.execute(select(table)).mappings().all()
            empty = {c.name for c in table.c if all(row[c.name] is None for row in rows)}
            assert empty == elsewhere.get(table.name, set()), table.name


def test_derived_columns_are_what_the_domain_says(app: App, clock: MovingClock, database: Engine) -> None:
    a_full_life(app, clock)
    stored = load(database)
    moment = Moment(clock.now, SYSTEM, CATALOGUE)
    for key, row in stored.rows.items():
        derived = lifecycle.derive(stored.case, key, moment)
        for name in derived.__dataclass_fields__:
            assert row[name] == getattr(derived, name), (key, name)


def test_after_a_tick_the_next_moment_lies_ahead(app: App, clock: MovingClock) -> None:
    app.cases.intake(IntakeRequest(REF, "voluntary", ["all"], on=day("2026-09-01")), by=typed(DIRECTOR))
    assert app.time.tick_all() > 0
    assert app.time.tick() == 0
    following = app.time.next_moment()
    assert following is None or following > clock.now


def test_a_rung_is_in_the_table_once_whoever_writes_it(app: App, clock: MovingClock, database: Engine) -> None:
    app.cases.intake(IntakeRequest(REF, "voluntary", ["wmo_indication"]), by=typed(DIRECTOR))
    clock.advance(days=30)
    app.time.tick_all()
    with database.connect() as connection:
        row = connection.execute(select(t.rung)).mappings().first()
    assert row is not None
    with pytest.raises(IntegrityError), database.begin() as connection:
        connection.execute(t.rung.insert(), dict(row))


@pytest.mark.parametrize("statement", ["UPDATE audit SET because = 'anders'", "DELETE FROM audit", "TRUNCATE audit"])
def test_the_audit_only_grows(app: App, database: Engine, statement: str) -> None:
    app.cases.intake(IntakeRequest(REF, "voluntary", ["wmo_indication"]), by=typed(DIRECTOR))
    with pytest.raises(ProgrammingError), database.begin() as connection:
        connection.execute(text(statement))


def test_free_text_stands_in_its_own_table_and_nowhere_else(app: App, clock: MovingClock, database: Engine) -> None:
    words = ["bewijslast achteraf", "alles geprobeerd", "niet ontvangen", "verhuurder vraagt het later", "nog nodig"]
    a_full_life(app, clock)
    with database.connect() as connection:
        bodies = set(connection.execute(select(t.free_text.c.body)).scalars())
        # Numbers are no free text, but they are forgotten with it.
        assert bodies == {*words, "Z2026-00001", "Z2026-00123", "WI-77"}
        for table in (t.case, t.provision, t.rung, t.waiver, t.outcome, t.follow_up, t.message):
            assert not any(word in str(row) for row in connection.execute(select(table)) for word in words)
        lines = connection.execute(select(t.audit.c.because, t.audit.c.data))
        assert not any(
            word in str(tuple(row)) for row in lines if "bewijslast achteraf)" not in row.because for word in words
        )


def test_what_happened_is_in_the_audit_in_order(app: App, clock: MovingClock) -> None:
    a_full_life(app, clock)
    lines = app.views.audit(REF)
    whats = [line.what for line in lines]
    assert whats[0] == "case.opened"
    assert [line.at for line in lines] == sorted(line.at for line in lines)
    for expected in (
        "provision.needed", "provision.waived", "provision.started", "provision.blocked", "clock.suspended", "clock.resumed",
        "rung.climbed", "rung.answered", "rung.submitted", "provision.outcome", "provision.reopened", "follow_up.planned",
        "follow_up.done", "term.agreed", "term.statutory", "case.handover", "case.transferred",
        "provision.handed_over", "rung.taken_over", "provision.overdue", "message.requested",
    ):  # fmt: skip
        assert expected in whats, expected


def test_dates_are_dates_and_moments_are_utc(app: App, clock: MovingClock, database: Engine) -> None:
    a_full_life(app, clock)
    provision = load(database).case.provisions[ProvisionKey("id_document")]
    assert type(provision.needed_on) is date
    assert all(str(r.due.tzinfo) in ("UTC", "datetime.timezone.utc") for r in provision.rungs)
