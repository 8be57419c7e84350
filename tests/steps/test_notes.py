"""A note: free text that stays in its own table, shown where a case is looked at, and refused when it identifies somebody."""

import json

import pytest
from sqlalchemy import Engine

from provisions.app import App
from provisions.domain.errors import InvalidInput, NotFound
from provisions.store.verification import verify
from provisions.usecases.intake import IntakeRequest
from tests.builders import DIRECTOR, everything_in, refusal, typed

REF = "TR-2026-0001"
TEXT = "de sociaal werker gaat maandag mee naar het loket"


@pytest.fixture
def case(app: App) -> App:
    app.cases.intake(IntakeRequest(REF, "voluntary", ["wmo_indication", "advance_payment"]), by=typed(DIRECTOR))
    return app


def test_a_note_is_seen_with_the_case_in_the_record_and_in_the_export(case: App) -> None:
    case.cases.note(REF, TEXT, by=typed(DIRECTOR))
    case.cases.note(REF, "plan is ingevuld", key="wmo_indication", by=typed("vervanger-4"))
    assert [(n.by, str(n.key), n.text) for n in case.views.case(REF).notes] == [
        (DIRECTOR, "None", TEXT),
        ("vervanger-4", "wmo_indication", "plan is ingevuld"),
    ]
    assert case.views.case(REF).as_json()["notes"][1]["key"] == "wmo_indication"
    assert TEXT in case.views.audit(REF)[-2].as_json()["because"]
    assert TEXT in json.dumps(case.exports.of_case(REF), ensure_ascii=False)
    with case.engine.connect() as connection:
        assert verify(connection, catalogue=case.config.catalogue).faults == []


def test_its_text_is_in_free_text_and_nowhere_else(case: App, database: Engine) -> None:
    case.cases.note(REF, TEXT, key="advance_payment", by=typed(DIRECTOR))
    assert {table for table, rows in everything_in(database).items() if any(TEXT in str(row) for row in rows)} == {
        "free_text"
    }


def test_it_changes_nothing_else_and_needs_no_letter(case: App) -> None:
    before = case.views.case(REF)
    waiting = len(case.messages.found(reference=REF, limit=None))
    case.cases.note(REF, TEXT, key="advance_payment", by=typed(DIRECTOR))
    assert case.views.case(REF).provisions[0].provision == before.provisions[0].provision
    assert len(case.messages.found(reference=REF, limit=None)) == waiting


def test_also_about_what_is_closed(case: App) -> None:
    case.cases.close(REF, reason="died", by=typed(DIRECTOR))
    case.cases.note(REF, TEXT, by=typed(DIRECTOR))
    assert [n.text for n in case.views.case(REF).notes] == [TEXT]


@pytest.mark.parametrize("text", ["", " ", "x" * 2001, "bel 06-12345678", "BSN 111222333"])
def test_what_is_empty_too_long_or_identifies_is_refused(case: App, database: Engine, text: str) -> None:
    before = everything_in(database)
    assert isinstance(refusal(lambda: case.cases.note(REF, text, by=typed(DIRECTOR))), InvalidInput)
    assert everything_in(database) == before


def test_about_what_the_case_does_not_have(case: App) -> None:
    assert isinstance(refusal(lambda: case.cases.note(REF, TEXT, key="housing", by=typed(DIRECTOR))), NotFound)
