"""The state of every case follows from its lines, and its lines belong to its client: whatever is changed besides is found.

All of it is done as the application's own role: it may write these tables, and so may whoever has its password.
"""

import re
from collections.abc import Mapping
from datetime import date

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import DBAPIError

from provisions.store import audit
from provisions.store import tables as t
from provisions.store.audit import Line
from provisions.store.verification import compare
from tests.builders import CATALOGUE, DIRECTOR, TEAM_LEAD, Town, typed
from tests.conftest import Fill, MovingClock
from tests.ledger.conftest import verified

FRIDAY = "2026-12-18 12:00"

NEEDS = (
    "id_document",
    "postal_address",
    "emergency_shelter",
    "housing",
    "benefit_decision",
    "advance_payment",
    "debt_counselling",
)


def a_life(database: Engine) -> None:
    """Cases to which everything happened that can happen, by people and by time."""
    town = Town(database, MovingClock())
    first = town.takes_in("TR-2026-0001", *NEEDS, agreed={"housing": date(2026, 11, 20)}, urgent=("debt_counselling",))
    town.takes_in(
        "TR-2026-0002",
        "id_document",
        "health_insurance",
        present=("postal_address",),
        municipality="havenmeer",
        route="wvggz",
    )
    cases = town.app.cases
    cases.waive("TR-2026-0001", "postal_address", "id_document", ground="is nog in behandeling", by=typed(DIRECTOR))
    cases.waive("TR-2026-0001", "housing", "id_document", ground="de verhuurder weet ervan", by=typed(DIRECTOR))
    cases.suspend("TR-2026-0001", "advance_payment", reason="client_asks", until=date(2026, 11, 6), by=typed(DIRECTOR))
    cases.suspend(
        "TR-2026-0001",
        "housing",
        reason="other_body",
        until=date(2026, 12, 18),
        by=typed(DIRECTOR),
        approved_by=TEAM_LEAD,
    )
    town.on("2026-11-09 12:00")
    first.does("resume", "housing", on=date(2026, 11, 9)).does("agree", "housing", date(2026, 11, 27))
    town.on("2026-11-20 12:00")
    first.does("answer", "id_document", "doorbraaktafel", "priority")
    first.does("submit", "emergency_shelter", "not_submitted", reason="er is plek")
    first.gets("id_document", on="2026-11-19", paid_by="advance").is_refused("benefit_decision").gets("advance_payment")
    first.does("transfer", "havenmeer")
    first.does("reopen", "advance_payment", reason="het was een vergissing")
    town.on(FRIDAY)
    town.takes_in("TR-2026-0004", "id_document")


@pytest.fixture
def beginnings() -> Mapping[str, Fill]:
    return {"lived": a_life}


@pytest.fixture
def lived(town: Town) -> Town:
    """A town with ``a_life`` behind it."""
    return town.on(FRIDAY)


def test_everything_that_happens_follows_from_its_lines(lived: Town) -> None:
    verdict = verified(lived.database)
    assert verdict.whole, verdict.faults
    assert verdict.derived


CHANGES = {
    "UPDATE provision SET next_at = NULL WHERE next_at IS NOT NULL": "next_at",
    "UPDATE provision SET due = due + 7 WHERE key = 'housing'": "due",
    "UPDATE provision SET late_from = NULL WHERE late_from IS NOT NULL": "late_from",
    "UPDATE provision SET breach_day = NULL WHERE breach_day IS NOT NULL": "breach_day",
    "UPDATE provision SET lies_with = 'loket' WHERE key = 'emergency_shelter'": "lies_with",
    "UPDATE provision SET statutory_due = statutory_due + 1 WHERE key = 'benefit_decision'": "statutory_due",
    "UPDATE provision SET status = 'delivered' WHERE key = 'housing'": "status",
    "UPDATE provision SET started_on = started_on + 1 WHERE key = 'housing'": "started_on",
    "UPDATE provision SET needed_on = needed_on + 1 WHERE key = 'housing'": "needed_on",
    "UPDATE provision SET urgent = NOT urgent WHERE key = 'debt_counselling'": "urgent",
    "UPDATE provision SET agreed = agreed + 7 WHERE key = 'housing'": "agreed",
    "UPDATE provision SET breached_on = '2026-11-03' WHERE key = 'health_insurance'": "breached_on",
    "UPDATE provision SET late_noted = late_noted + 1 WHERE key = 'emergency_shelter'": "late_noted",
    "UPDATE outcome SET day = day - 7": "outcome",
    "UPDATE outcome SET fields = '{}' WHERE fields <> '{}'": "outcome",
    "UPDATE outcome SET undone = NOT undone": "outcome",
    "UPDATE suspension SET until = until + 1": "suspension",
    "UPDATE suspension SET resumed = start WHERE until = '2026-12-18'": "suspension",
    "INSERT INTO suspension (provision_id, start, until, reason) "
    "SELECT id, '2026-11-03', '2026-11-24', 'client_asks' FROM provision WHERE key = 'id_document'": "suspension",
    "INSERT INTO waiver SELECT id, 'id_document', '2026-11-03' FROM provision WHERE key = 'health_insurance'": "waiver",
    "UPDATE rung SET answer = 'unresolved' WHERE answer IS NOT NULL": "rung",
    "UPDATE rung SET submitted = true WHERE NOT submitted": "rung",
    "UPDATE rung SET due = due - interval '1 day'": "rung",
    "INSERT INTO agreement (provision_id, day, agreed_on) "
    "SELECT id, '2026-11-03', '2026-11-02' FROM provision WHERE key = 'housing'": "agreement",
    "UPDATE follow_up SET done = due": "follow_up",
    "DELETE FROM follow_up": "follow_up",
    "INSERT INTO provision (case_id, key, status, needed_on, urgent, asked) "
    "VALUES (1, 'wmo_indication', 'delivered', '2026-11-03', false, false)": "provision",
    "UPDATE client_case SET closed = '2026-12-01'": "closed",
    "UPDATE client_case SET municipality = 'voorbeeldstad'": "municipality",
    "UPDATE client_case SET brp = 'registered'": "brp",
    "UPDATE client_case SET director = 'een-ander'": "director",
    "UPDATE client_case SET opened = opened - 1": "opened",
    "UPDATE client_case SET reference = 'TR-2026-0009' WHERE id = 1": "reference",
    "UPDATE client_case SET route = 'wzd'": "route",
}


def test_a_state_without_a_line_is_found_and_named(lived: Town) -> None:
    missed = []
    for statement, column in CHANGES.items():
        with lived.database.connect() as connection:  # each by itself: it is rolled back
            changed = connection.execute(text(statement)).rowcount
            faults = compare(connection, catalogue=CATALOGUE).faults
        named = any(column in fault for fault in faults) and all(f.startswith("Traject TR-") for f in faults)
        missed += [] if changed and named else [(statement, changed, faults)]
    assert missed == []


def test_references_that_were_swapped_are_found_for_both(lived: Town) -> None:
    with lived.database.begin() as connection:
        connection.execute(text("UPDATE client_case SET reference = 'TR-2026-0003' WHERE id = 1"))
        connection.execute(text("UPDATE client_case SET reference = 'TR-2026-0001' WHERE id = 2"))
        connection.execute(text("UPDATE client_case SET reference = 'TR-2026-0002' WHERE id = 1"))
    faults = [fault for fault in verified(lived.database).faults if "een andere cliënt" in fault]
    assert [re.sub(r":.*", "", fault) for fault in faults] == ["Traject TR-2026-0002", "Traject TR-2026-0001"]


def test_another_line_that_binds_does_not_help_who_swapped(lived: Town) -> None:
    with lived.database.begin() as connection:
        connection.execute(text("UPDATE client_case SET reference = 'TR-2026-0003' WHERE id = 1"))
        salt = bytes(connection.execute(select(t.case.c.salt).where(t.case.c.id == 1)).scalar_one())
        forged = {audit.CLIENT: audit.client_digest(salt, "TR-2026-0003", "voluntary")}
        audit.append(connection, [Line("systeem", "case.bound", "", 1, data=forged)])
    assert any("nog eens" in fault for fault in verified(lived.database).faults)


@pytest.mark.parametrize("shift", ["- interval '3 days'", "+ interval '3 days'"])
def test_a_line_of_another_moment_is_refused_by_the_database(lived: Town, owner: Engine, shift: str) -> None:
    with owner.begin() as connection:
        connection.execute(text("DELETE FROM example"))
    with lived.database.begin() as connection:
        now = connection.scalar(text(f"SELECT clock_timestamp() {shift}"))
    dated = lived.database.execution_options(**{audit.RECORDED_AT: lambda: now})
    with pytest.raises(DBAPIError, match="lines of now only"), dated.begin() as connection:
        audit.append(connection, [Line("regie-1", "test")])
    with lived.database.begin() as connection:
        audit.append(connection, [Line("regie-1", "test")])


def test_only_the_role_that_owns_the_tables_makes_a_database_an_example(database: Engine) -> None:
    with pytest.raises(DBAPIError, match="permission denied"), database.begin() as connection:
        connection.execute(text("INSERT INTO example DEFAULT VALUES"))


# --- forgetting ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def closed(lived: Town) -> Town:
    lived.app.cases.record_outcome("TR-2026-0002", "id_document", "withdrawn", by=typed(DIRECTOR))
    lived.app.cases.record_outcome("TR-2026-0002", "health_insurance", "withdrawn", by=typed(DIRECTOR))
    lived.app.cases.close("TR-2026-0002", by=typed("regisseur-zuid"))
    return lived


def codes(database: Engine, case_id: int) -> list[str]:
    """The codes of people in the lines of a case, but in the line that says who forgot it."""
    with database.connect() as connection:
        query = select(t.audit).where(t.audit.c.case_id == case_id, t.audit.c.what != audit.FORGOTTEN)
        rows = connection.execute(query).all()
    found = [row.by for row in rows] + [(row.data or {}).get(name) for row in rows for name in audit.STAFF]
    return sorted({code for code in found if code and code != "systeem"})


def test_the_codes_of_people_go_with_the_case_and_the_record_stays_whole(closed: Town) -> None:
    assert codes(closed.database, 2) == ["regisseur-zuid", DIRECTOR]
    anchor = verified(closed.database).anchor
    closed.app.retention.forget("TR-2026-0002", by=typed("regisseur-1"))
    assert codes(closed.database, 2) == []
    verdict = verified(closed.database, anchor)
    assert verdict.whole, verdict.faults
    assert codes(closed.database, 1), "those of other cases stay"


@pytest.mark.parametrize(
    ("statements", "said"),
    [
        (
            "UPDATE client_case SET forgotten = '2026-12-18', route = NULL, director = NULL, salt = NULL, "
            "reference = 'VERGETEN-1' WHERE id = 1",
            "geen regel zegt dat het is vergeten",
        ),
        ("UPDATE client_case SET salt = NULL WHERE id = 1", "zout"),
        ("UPDATE client_case SET salt = uuid_send(gen_random_uuid()) WHERE id = 1", "andere cliënt"),
    ],
)
def test_a_forged_forgetting_is_found(closed: Town, statements: str, said: str) -> None:
    with closed.database.begin() as connection:
        connection.execute(text(statements))
    assert any(said in fault for fault in verified(closed.database).faults)


def test_a_line_of_forgetting_without_its_doing_or_before_the_end_is_found(closed: Town) -> None:
    with closed.database.begin() as connection:
        audit.append(connection, [Line("regie-1", audit.FORGOTTEN, "", case_id) for case_id in (1, 2)])
    faults = verified(closed.database).faults
    assert any("TR-2026-0001" in fault and "niet afgesloten" in fault for fault in faults)
    assert any("TR-2026-0002" in fault and "staan er nog" in fault for fault in faults)


def test_codes_are_emptied_for_no_case_that_was_not_forgotten(closed: Town) -> None:
    with pytest.raises(DBAPIError, match="refused"), closed.database.begin() as connection:
        connection.execute(text("SELECT forget_staff(ARRAY[1]::bigint[])"))


def test_what_is_kept_of_a_forgotten_case_still_follows_from_its_lines(closed: Town) -> None:
    closed.app.retention.forget("TR-2026-0002", by=typed("regisseur-1"))
    with closed.database.begin() as connection:
        connection.execute(text("UPDATE provision SET started_on = started_on + 1 WHERE case_id = 2"))
    assert any("started_on" in fault for fault in verified(closed.database).faults)


# --- other rules ---------------------------------------------------------------------------------------------------------


def test_dates_of_other_rules_are_no_fault(closed: Town) -> None:
    with closed.database.begin() as connection:
        connection.execute(text("INSERT INTO setting VALUES ('rules', 'die van hiervoor')"))
        connection.execute(text("UPDATE provision SET due = due + 1 WHERE case_id = 2"))
    assert verified(closed.database).whole
    assert not verified(closed.database).derived
    closed.app.rules.follow()
    verdict = verified(closed.database)
    assert verdict.whole, verdict.faults
    assert verdict.derived


def test_what_was_present_and_is_needed_again_is_as_the_lines_say(town: Town) -> None:
    town.takes_in("TR-2026-0001", "wmo_indication", present=("id_document",)).does(
        "again", "id_document", reason="lost"
    )
    assert verified(town.database).faults == []


def test_one_provision_that_is_reopened_after_the_end_of_its_case_is_as_the_lines_say(town: Town) -> None:
    case = town.takes_in("TR-2026-0001", "wmo_indication", "advance_payment").gets("advance_payment")
    case.does("close", reason="left_region", takeovers={"wmo_indication": "municipality"})
    case.does("reopen", "wmo_indication", reason="toch niet weg")
    town.on("2026-11-20 12:00")
    assert verified(town.database).faults == []


def test_a_case_that_ended_by_mistake_is_as_the_lines_say(town: Town) -> None:
    case = town.takes_in("TR-2026-0001", "wmo_indication", "advance_payment").gets("advance_payment")
    case.does("close", reason="died").does("reopen_case", reason="verkeerd traject")
    town.on("2026-11-20 12:00")
    assert verified(town.database).faults == []


def test_what_was_brought_before_the_steering_group_follows_from_its_lines(town: Town) -> None:
    bringing = town.app.bringing
    asked = bringing.bring_in(
        municipality="voorbeeldstad", about="housing", cause="no_place", cases="6", decision="Reserveer woningen.",
        owner="corporatie", due=date(2027, 1, 15), by=typed(TEAM_LEAD),
    )  # fmt: skip
    bringing.see(f"S-{asked.number}", agreed=True, by=typed("teamleider-2"))
    bringing.decide(f"S-{asked.number}", "deferred", until=date(2026, 12, 1), by=typed("stuurgroep-1"))
    assert verified(town.database).faults == []
    with town.database.begin() as connection:
        connection.execute(text("UPDATE brought_in SET decision = 'Reserveer niets.'"))
    assert verified(town.database).faults == [f"S-{asked.number}: wat er staat, volgt niet uit de regels."]
