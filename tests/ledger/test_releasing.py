"""A client's own export names functions, never persons, codes or mailboxes; that it was released is on record."""

import json

import pytest

from provisions.domain.errors import InvalidInput, NotFound
from tests.builders import DIRECTOR, TEAM_LEAD, Town, day, typed
from tests.ledger.conftest import verified

REF = "TR-2026-0042"
PEOPLE = (DIRECTOR, TEAM_LEAD, "vervanger-4", "privacy-1")


@pytest.fixture
def lived_in(town: Town) -> Town:
    town.on("2026-11-02 10:00")
    case = town.takes_in(REF, "advance_payment", "wmo_indication")
    town.app.cases.note(REF, f"{DIRECTOR} belt maandag", by=typed("vervanger-4"))
    case.does("suspend", "advance_payment", reason="client_asks", until=day("2026-12-20"), approved_by=TEAM_LEAD)
    case.gets("wmo_indication")
    return town.on("2026-11-20 10:00")


def test_no_person_no_code_and_no_mailbox_is_in_it(lived_in: Town) -> None:
    found = lived_in.app.releasing.for_client(REF, by=typed("privacy-1"))
    text = json.dumps(found, ensure_ascii=False)
    for code in PEOPLE:
        assert code not in text, code
    assert "recipients" not in text
    assert not any("@" in line["because"] for line in found["audit"])
    assert "de regisseur belt maandag" in text
    assert {line["by"] for line in found["audit"]} == {"de regisseur", "een medewerker", "systeem"}
    assert any(message["body"] for message in found["messages"])


def test_that_it_was_released_is_on_record(lived_in: Town) -> None:
    lived_in.app.releasing.for_client(REF, by=typed("privacy-1"))
    last = lived_in.app.views.audit(REF)[-1]
    assert (last.what, last.by, last.as_json()["via"]) == ("export.released", "privacy-1", "shell")
    assert verified(lived_in.database).whole


def test_for_a_case_that_is_there_by_somebody_with_a_code(lived_in: Town) -> None:
    before = len(lived_in.app.views.audit(REF))
    with pytest.raises(NotFound):
        lived_in.app.releasing.for_client("TR-2026-9999", by=typed("privacy-1"))
    with pytest.raises(InvalidInput):
        lived_in.app.releasing.for_client(REF, by=typed("Jan Jansen"))
    assert len(lived_in.app.views.audit(REF)) == before
