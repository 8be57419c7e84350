"""What is forgotten when, while figures and chain stay: texts of messages, notes and grounds, and the case itself."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.exc import DBAPIError

from provisions.catalogue import PROJECT, load
from provisions.domain.errors import InvalidConfig
from provisions.domain.keeping import AS_SHIPPED, KeepTerm
from provisions.domain.weeks import Week
from provisions.store import tables as t
from tests.builders import CONFIG, DIRECTOR, TEAM_LEAD, CaseFile, Town, day, typed
from tests.conftest import MovingClock
from tests.ledger.conftest import verified

REF, OTHER = "TR-2026-0077", "TR-2026-0078"
REMARK = "het plan is er al"
NOTE = "heeft een hond die Bello heet"


@pytest.fixture
def case(town: Town) -> CaseFile:
    """One round is settled with a note on 3 November 2026, another is open."""
    town.on("2026-11-02 10:00")
    file = town.takes_in(REF, "advance_payment", "wmo_indication")
    town.on("2026-11-03 10:00")
    town.app.cases.note(REF, NOTE, key="wmo_indication", by=typed(DIRECTOR))
    file.does("reply", "wmo_indication", "seen", remark=REMARK)
    file.gets("wmo_indication")
    town.on("2026-11-03 10:10")
    return file


def forget(town: Town, moment: str) -> list[UUID]:
    """What is forgotten at that moment; the messages of which the files are removed."""
    removed: list[UUID] = []

    def remove(messages: Sequence[UUID]) -> None:
        removed.extend(messages)

    town.clock.now = town.clock.now.fromisoformat(moment)
    town.app.retention.forget_texts(remove)
    town.app.retention.forget_expired()
    return removed


def written(database: Engine) -> dict[str, int]:
    """How many messages about each provision still have a text."""
    query = (
        select(t.provision.c.key, func.count(t.message.c.body))
        .join(t.message, t.message.c.provision_id == t.provision.c.id)
        .group_by(t.provision.c.key)
    )
    with database.connect() as connection:
        return {key: number for key, number in connection.execute(query)}  # noqa: C416 - rows


def figures(town: Town) -> list[dict[str, Any]]:
    weeks = [Week.parse(f"2026-W{n}") for n in range(44, 48)]
    return [{k: v for k, v in town.app.reports.of_week(week).items() if k != "made"} for week in weeks]


def notes(town: Town) -> list[str]:
    return [note.text for note in town.app.views.case(REF).notes]


def test_half_a_year_after_a_round_was_settled_the_texts_of_its_messages_go(
    town: Town, case: CaseFile, database: Engine
) -> None:
    assert forget(town, "2027-05-03T10:00:00+00:00") == []
    before, lines = figures(town), verified(database)
    assert REMARK in str(town.app.exports.of_case(REF))
    removed = forget(town, "2027-05-04T10:00:00+00:00")
    assert removed
    assert REMARK not in str(town.app.exports.of_case(REF)), "what was remarked with an answer goes with them"
    assert written(database)["wmo_indication"] == 0
    assert written(database)["advance_payment"] > 0, "that round is open"
    assert notes(town) == [NOTE]
    assert [p.provision.status for p in case.view.provisions] == ["waiting", "delivered"]
    assert figures(town) == before
    assert verified(database, lines.anchor).whole
    assert forget(town, "2027-05-04T11:00:00+00:00") == [], "once"
    gone = next(m for m in town.app.messages.found(reference=REF, limit=None) if m.id in removed)
    assert (gone.status, gone.body, gone.subject, gone.recipients) == ("sent", None, None, ())


def test_two_years_after_it_notes_and_grounds_go_and_the_chain_knows(
    town: Town, case: CaseFile, database: Engine
) -> None:
    forget(town, "2028-11-03T10:00:00+00:00")
    before, lines = figures(town), verified(database)
    assert notes(town) == [NOTE]
    forget(town, "2028-11-04T10:00:00+00:00")
    assert notes(town) == []
    assert NOTE not in str(case.town.app.exports.of_case(REF))
    verdict = verified(database, lines.anchor)
    assert verdict.whole, verdict.faults
    assert figures(town) == before


@pytest.mark.usefixtures("case")
def test_a_director_says_with_a_reason_that_they_are_needed_for_another_year(town: Town, database: Engine) -> None:
    town.clock.now = town.clock.now.fromisoformat("2028-10-20T10:00:00+00:00")
    town.app.cases.keep(REF, reason="de grond is nog nodig", by=typed(DIRECTOR))
    forget(town, "2029-10-20T10:00:00+00:00")
    assert NOTE in notes(town)
    assert town.app.views.case(REF).case.notes_kept_on == day("2028-10-20")
    forget(town, "2029-10-21T10:00:00+00:00")
    assert notes(town) == []
    assert verified(database).whole


def reviewed(town: Town, moment: str) -> int:
    """Of how many cases somebody is asked, or not any more, at that moment."""
    town.on(moment)
    return town.app.retention.review_notes()


def asked(town: Town) -> list[tuple[str, bool, bool]]:
    case = town.app.views.case(REF).case
    return [(f.due.isoformat(), f.done is not None, f.lapsed) for f in case.follow_ups if f.name == "notes_review"]


@pytest.mark.usefixtures("case")
def test_the_director_is_asked_four_weeks_before_they_go_once_a_year(town: Town, database: Engine) -> None:
    assert reviewed(town, "2028-10-06 10:00") == 0
    assert [reviewed(town, moment) for moment in ("2028-10-07 10:00", "2028-10-07 11:00")] == [1, 0]
    town.on("2028-10-07 12:00")
    (letter,) = [one for one in town.letters_since("2028-10-07 09:00") if "notities" in one.text]
    assert REF in letter.subject
    assert NOTE not in letter.text
    assert asked(town) == [("2028-10-07", False, False)]

    town.app.cases.keep(REF, reason="de grond is nog nodig", by=typed(DIRECTOR))
    assert asked(town) == [("2028-10-07", True, False)]
    assert reviewed(town, "2029-09-09 10:00") == 0
    assert reviewed(town, "2029-09-10 10:00") == 1, "a year later, if nobody says so anew"
    forget(town, "2029-10-08T10:00:00+00:00")
    assert notes(town) == []
    assert town.app.retention.review_notes() == 1
    assert asked(town) == [("2028-10-07", True, False), ("2029-09-10", False, True)], (
        "what is gone is asked about no more"
    )
    assert town.app.retention.review_notes() == 0
    assert verified(database).whole, verified(database).faults


@pytest.mark.parametrize(("reason", "last", "first"), [
    ("mistake", "2026-12-15", "2026-12-16"),
    ("duplicate", "2026-12-15", "2026-12-16"),
    ("not_included", "2026-12-15", "2026-12-16"),
    ("died", "2031-11-03", "2031-11-04"),
])  # fmt: skip
def test_how_long_a_case_is_kept_depends_on_how_it_ended(
    town: Town, case: CaseFile, reason: str, last: str, first: str
) -> None:
    if reason in ("mistake", "duplicate"):
        number = town.app.cases.ask_end(REF, reason=reason, by=typed(DIRECTOR))
        town.app.cases.approve(str(number), by=typed(TEAM_LEAD))
    else:
        case.does("close", reason=reason)
    forget(town, f"{last}T10:00:00+00:00")
    assert [view.case.reference for view in town.app.views.all_cases()] == [REF]
    forget(town, f"{first}T10:00:00+00:00")
    assert town.app.views.all_cases() == []
    assert verified(town.database).whole


@pytest.mark.parametrize(
    ("began", "ended"),
    [("objected", "objection_decided"), ("notice_of_default", "penalty_settled"), ("complained", "complaint_settled")],
)
def test_what_is_still_open_stops_the_terms(town: Town, case: CaseFile, began: str, ended: str) -> None:
    known = {m.name for m in CONFIG.catalogue.rule("wmo_indication").milestones}
    assert {began, ended} <= known
    town.app.cases.milestone(REF, "wmo_indication", began, by=typed(DIRECTOR))
    case.does("close", reason="died")
    assert forget(town, "2033-11-04T10:00:00+00:00") == []
    assert notes(town) == [NOTE]
    town.app.cases.milestone(REF, "wmo_indication", ended, by=typed(DIRECTOR))
    forget(town, "2033-11-04T11:00:00+00:00")
    assert town.app.views.all_cases() == []


def config_with(tmp_path: Path, keeping: str) -> Path:
    for name in ("provisions.toml", "calendar.toml", "rights.toml", "organisation.toml"):
        text = (PROJECT / "config" / name).read_text("utf-8")
        if name == "organisation.toml":
            start, end = text.index("[keeping]"), text.index("months_of_looks")
            text = f"{text[:start]}[keeping]\n{keeping}\n{text[end:]}"
        (tmp_path / name).write_text(text, "utf-8")
    return tmp_path


def test_the_setting_of_before_is_understood(tmp_path: Path) -> None:
    keeping = load(config_with(tmp_path, "months_after_closing = 24")).organisation.keeping
    assert keeping.lines == KeepTerm(months=24)
    assert keeping.notes == AS_SHIPPED.notes


@pytest.mark.parametrize(
    ("keeping", "says"),
    [
        ('messages = "lang"', "messages"),
        ('notes = "0 jaar"', "notes"),
        ('lines = "5 jaar"\nmonths_after_closing = 24', "months_after_closing"),
        ("months_after_closing = 0", "months_after_closing"),
        ('letters = "6 maanden"', "letters"),
        ('absences = "altijd"', "absences"),
    ],
)
def test_a_term_that_is_none_is_refused_with_entry_and_remedy(tmp_path: Path, keeping: str, says: str) -> None:
    with pytest.raises(InvalidConfig) as refused:
        load(config_with(tmp_path, keeping))
    assert "keeping" in str(refused.value)
    assert says in str(refused.value)


def test_terms_as_people_write_them(clock: MovingClock) -> None:
    assert KeepTerm.parse("5 jaar") == KeepTerm(months=60)
    assert KeepTerm.parse("6 weken") == KeepTerm(days=42)
    assert KeepTerm.parse("1 dag") == KeepTerm(days=1)
    assert KeepTerm(days=42).before(clock.now.date()) == day("2026-09-21")


def test_who_was_away_is_forgotten_a_year_after_the_last_day(town: Town, case: CaseFile, database: Engine) -> None:
    def kept() -> list[str]:
        with database.connect() as connection:
            return list(connection.execute(select(t.absence.c.director).order_by(t.absence.c.number)).scalars())

    away = town.app.cases.away
    away("regisseur.zuid", start=day("2026-11-04"), until=day("2026-11-20"), deputy="regisseur-2", by=typed(TEAM_LEAD))
    away("regisseur-3", start=day("2026-11-09"), until=day("2026-11-27"), deputy="regisseur-2", by=typed(TEAM_LEAD))
    town.app.cases.back(
        "regisseur-3", by=typed(TEAM_LEAD), on=day("2026-11-09")
    )  # it holds on no day, and is kept like the others
    away("regisseur-4", start=day("2026-11-09"), until=day("2027-10-01"), deputy="regisseur-2", by=typed(TEAM_LEAD))

    forget(town, "2027-11-20T10:00:00+00:00")
    assert kept() == ["regisseur.zuid", "regisseur-4"]
    assert verified(database).whole
    forget(town, "2027-11-21T10:00:00+00:00")
    assert kept() == ["regisseur-4"]
    with database.connect() as connection:
        told = connection.execute(select(t.audit.c.by, t.audit.c.data).where(t.audit.c.what.like("absence.%"))).all()
    codes = {code for row in told for code in (row.by, row.data.get("director"), row.data.get("deputy")) if code}
    assert codes == {TEAM_LEAD, "systeem", "regisseur-4", "regisseur-2"}, (
        "of those who are forgotten nobody is named any more"
    )
    verdict = verified(database)
    assert verdict.whole, verdict.faults
    lines = verdict.lines
    forget(town, "2027-11-21T11:00:00+00:00")
    assert verified(database).lines == lines, "once"
    assert case.view.case.reference == REF


def test_a_code_in_a_line_about_an_absence_is_not_changed_unseen(town: Town, database: Engine) -> None:
    town.app.cases.away(
        "regisseur.zuid", start=day("2026-11-04"), until=day("2026-11-20"), deputy="regisseur-2", by=typed(TEAM_LEAD)
    )
    with pytest.raises(DBAPIError, match="permission denied"), database.begin() as connection:
        connection.execute(t.audit.update().where(t.audit.c.what == "absence.recorded").values(by="iemand-anders"))
    with database.begin() as connection:  # while it is there, nothing of it is forgotten
        number = connection.execute(select(t.absence.c.number)).scalar_one()
        with pytest.raises(DBAPIError, match="append-only"), connection.begin_nested():
            connection.execute(select(func.forget_absences([number])))
    assert verified(database).whole


def test_an_absence_that_was_removed_otherwise_is_noticed(town: Town, database: Engine) -> None:
    town.app.cases.away(
        "regisseur.zuid", start=day("2026-11-04"), until=day("2026-11-20"), deputy="regisseur-2", by=typed(TEAM_LEAD)
    )
    with database.begin() as connection:
        connection.execute(t.absence.delete())
    (fault,) = verified(database).faults
    assert "Afwezigheid" in fault


def test_how_long_absences_are_kept_is_data(tmp_path: Path) -> None:
    assert load(config_with(tmp_path, 'absences = "6 maanden"')).organisation.keeping.absences == KeepTerm(months=6)
