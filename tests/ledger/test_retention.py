"""A case's data on request, and forgetting: what is gone, what stays, and that no figure and no chain changes by it."""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Engine, select, text

from provisions.app import App
from provisions.domain.errors import InvalidInput, NotAllowed, NotFound
from provisions.domain.weeks import Week
from provisions.report.reports import Reports
from provisions.store import tables as t
from tests.builders import CONFIG, DIRECTOR, Town, typed
from tests.conftest import Fill, MovingClock
from tests.ledger.conftest import verified

CLOSING = "2026-11-25 12:00"
REFERENCE = "TR-2026-0077"
NUMBER = "Z2026-00123"
NOTE = "heeft een hond die Bello heet"


@pytest.fixture
def app(database: Engine, clock: MovingClock) -> App:
    return App(database, CONFIG, clock)


def a_case_that_went_through_everything(database: Engine) -> None:
    """And was closed, beside one that is still open."""
    town = Town(database, MovingClock())
    town.takes_in("TR-2026-0078", "id_document", "emergency_shelter")
    case = town.takes_in(REFERENCE, "id_document", "postal_address", "advance_payment", route="wvggz")
    app = town.app
    app.cases.waive(REFERENCE, "postal_address", "id_document", ground=NOTE, by=typed(DIRECTOR))
    app.cases.number(REFERENCE, NUMBER, by=typed(DIRECTOR))
    app.cases.number(REFERENCE, NUMBER, key="id_document", by=typed(DIRECTOR))
    app.cases.suspend(REFERENCE, "advance_payment", reason="client_asks", until=date(2026, 11, 6), by=typed(DIRECTOR))
    town.on("2026-11-18 12:00")
    app.cases.answer(REFERENCE, "id_document", "doorbraaktafel", "priority", by=typed(DIRECTOR))
    app.cases.record_outcome(REFERENCE, "id_document", "delivered", by=typed(DIRECTOR), note=NOTE)
    case.gets("advance_payment").is_refused("postal_address")
    town.on(CLOSING)
    case.gets("postal_address", ground="no_residence")
    case.does("close")


@pytest.fixture
def beginnings() -> Mapping[str, Fill]:
    return {"closed": a_case_that_went_through_everything}


@pytest.fixture
def closed(town: Town) -> Town:
    """A town with ``a_case_that_went_through_everything``."""
    return town.on(CLOSING)


def everything(database: Engine) -> str:
    """All there is, in all tables, as text."""
    with database.connect() as connection:
        return "\n".join(
            str(tuple(row)) for table in t.metadata.sorted_tables for row in connection.execute(select(table))
        )


def test_the_export_holds_all_that_is_known(closed: Town, app: App) -> None:
    found = app.exports.of_case(REFERENCE)
    text_of_it = json.dumps(found, ensure_ascii=False)
    assert found["case"]["route"] == "wvggz"
    assert {p["key"] for p in found["case"]["provisions"]} == {"id_document", "postal_address", "advance_payment"}
    assert text_of_it.count(NOTE) == 2
    address = next(p for p in found["case"]["provisions"] if p["key"] == "postal_address")
    assert [o["name"] for o in address["outcomes"]] == ["refused", "delivered"]
    assert address["outcomes"][1]["fields"] == {"ground": "no_residence"}
    money = next(p for p in found["case"]["provisions"] if p["key"] == "advance_payment")
    assert money["suspensions"][0]["reason"] == "client_asks"
    assert all(m["body"] and m["recipients"] for m in found["messages"] if m["status"] == "sent")
    assert len(found["messages"]) > 5
    assert len(found["audit"]) == len(closed.app.views.audit(REFERENCE))
    assert "TR-2026-0078" not in text_of_it


def test_forgotten_nothing_leads_back_to_the_client(closed: Town, app: App) -> None:
    messages = [m["id"] for m in app.exports.of_case(REFERENCE)["messages"]]
    forgotten = app.retention.forget(REFERENCE, by=typed("regisseur-1"))
    app.retention.erased(forgotten.case_id)
    assert set(map(str, forgotten.messages)) == set(messages)
    left = everything(closed.database)
    for gone in (REFERENCE, "Bello", "wvggz", NUMBER):
        assert gone not in left, gone
    assert "TR-2026-0078" in left
    with pytest.raises(NotFound):
        closed.app.views.case(REFERENCE)
    with pytest.raises(NotFound):
        closed.app.views.audit(REFERENCE)
    assert [view.case.reference for view in closed.app.views.all_cases()] == ["TR-2026-0078"]


def test_a_line_remains_and_the_chain_is_whole(closed: Town, app: App) -> None:
    before = verified(closed.database)
    number = app.retention.forget(REFERENCE, by=typed("regisseur-1")).case_id
    after = verified(closed.database, before.anchor)
    assert after.whole, after.faults
    assert after.lines == before.lines + 1
    with closed.database.connect() as connection:
        line = connection.execute(select(t.audit).order_by(t.audit.c.id.desc()).limit(1)).one()
    assert (line.by, line.what, line.case_id) == ("regisseur-1", "case.forgotten", number)


def test_no_figure_changes_by_forgetting(closed: Town, app: App, clock: MovingClock) -> None:
    reports = Reports(closed.database, CONFIG, clock)
    weeks = [Week.parse(f"2026-W{n}") for n in range(44, 49)]

    def figures() -> list[dict[str, Any]]:
        return [{k: v for k, v in reports.of_week(week).items() if k != "made"} for week in weeks]

    before = figures()
    assert sum(report["totals"]["breaches"] for report in before) > 3
    app.retention.forget(REFERENCE, by=typed("regisseur-1"))
    assert figures() == before


def test_the_reference_may_be_used_again(closed: Town, app: App) -> None:
    app.retention.forget(REFERENCE, by=typed("regisseur-1"))
    again = closed.takes_in(REFERENCE, "id_document")
    assert again.status() == {"id_document": "waiting"}
    keeping_again = [e.what for e in closed.app.views.audit(REFERENCE)]
    assert "case.forgotten" not in keeping_again
    assert verified(closed.database).whole


def test_time_that_goes_on_does_nothing_to_what_was_forgotten(closed: Town, app: App) -> None:
    app.retention.forget(REFERENCE, by=typed("regisseur-1"))
    closed.on("2027-03-01 12:00")
    assert closed.app.runs.expected(0, 100)
    ids = [run.provision_id for run in closed.app.runs.expected(0, 100)]
    assert {view.case.reference for view in closed.app.views.provisions(ids)} == {"TR-2026-0078"}
    assert verified(closed.database).whole


def test_only_a_closed_case_is_forgotten(closed: Town, app: App) -> None:
    before = everything(closed.database)
    with pytest.raises(NotAllowed, match="niet afgesloten"):
        app.retention.forget("TR-2026-0078", by=typed("regisseur-1"))
    with pytest.raises(NotFound):
        app.retention.forget("TR-2026-0099", by=typed("regisseur-1"))
    with pytest.raises(InvalidInput):
        app.retention.forget("Jan Jansen", by=typed("regisseur-1"))
    with pytest.raises(InvalidInput):
        app.retention.forget(REFERENCE, by=typed("Jan Jansen"))
    assert everything(closed.database) == before


def test_after_the_term_it_happens_by_itself_and_not_before(closed: Town, app: App, clock: MovingClock) -> None:
    assert str(CONFIG.organisation.keeping.lines) == "60 maanden"
    clock.set("2031-11-25T10:00:00+00:00")
    assert app.retention.forget_expired() == 0
    clock.set("2031-11-26T10:00:00+00:00")
    assert app.retention.forget_expired() == 1
    assert app.retention.forget_expired() == 0
    assert REFERENCE not in everything(closed.database).replace(str(app.retention.erasures()[0].reference), "", 1)
    assert [e.reference for e in app.retention.erasures()] == [REFERENCE]
    with closed.database.connect() as connection:
        line = connection.execute(select(t.audit).order_by(t.audit.c.id.desc()).limit(1)).one()
    assert line.by == "systeem"
    assert "60 maanden" in line.because


def test_a_morning_message_that_named_the_case_loses_its_text(closed: Town, app: App) -> None:
    message, other = uuid4(), uuid4()
    content = {"recipients": [], "subject": "Te laat", "html": "", "attachments": []}
    with closed.database.begin() as connection:
        for number, reference in ((message, REFERENCE), (other, "TR-2026-0078")):
            said = f"Te laat: {reference}"
            connection.execute(
                t.message.insert().values(
                    id=number, kind="morning", created=closed.clock.now, status="sent", body=said, recipients=["a@b.nl"]
                )
            )
            connection.execute(t.prepared.insert().values(message=number, text=said, **content))
    app.retention.forget(REFERENCE, by=typed("regisseur-1"))
    with closed.database.connect() as connection:
        rows = connection.execute(text("SELECT id, body FROM message WHERE kind = 'morning'"))
        bodies: dict[object, str | None] = {row.id: row.body for row in rows}
        ready = connection.execute(select(t.prepared.c.message)).scalars().all()
    assert bodies == {message: None, other: "Te laat: TR-2026-0078"}
    assert ready == [other]


def test_what_was_asked_of_a_second_person_goes_too(closed: Town, database: Engine) -> None:
    cases = closed.app.cases
    cases.reopen_case(REFERENCE, reason="vergissing", by=typed(DIRECTOR))
    number = cases.ask_end(REFERENCE, reason="mistake", by=typed("regisseur.die.vroeg"))
    cases.deny(str(number), because="het klopt wel", by=typed("teamleider.die.besliste"))
    cases.close(REFERENCE, by=typed(DIRECTOR))
    assert "regisseur.die.vroeg" in everything(database)
    closed.app.retention.forget(REFERENCE, by=typed(DIRECTOR))
    for code in ("regisseur.die.vroeg", "teamleider.die.besliste"):
        assert code not in everything(database)
