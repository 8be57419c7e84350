"""One page about a case: for a meeting with who has it, for the client in plain words and nothing of ladders or people."""

import re

import pytest
from sqlalchemy import Engine

from provisions.overview.sheet import Sheet, as_html, as_pdf, sheet
from tests.builders import CONFIG, DIRECTOR, Town, day, typed
from tests.conftest import MovingClock

REF = "TR-2026-0042"
KEYS = (
    *("id_document", "postal_address", "advance_payment", "wmo_indication", "special_assistance"),
    *("benefit_decision", "day_activity"),
)
LADDER = (
    "tafel",
    "escalatie",
    "Maatwerkloket",
    "te laat",
    "overschrijding",
    "voorziening",
    "regisseur",
    "uitkomst",
    "klok",
)


@pytest.fixture
def town(database: Engine, clock: MovingClock) -> Town:
    """A case with something in every state, eight days later."""
    town = Town(database, clock).on("2026-11-02 10:00")
    case = town.takes_in(REF, *KEYS, living="clinic")
    town.app.cases.note(REF, "heeft een hond die Bello heet", by=typed(DIRECTOR))
    case.gets("wmo_indication").does_without("special_assistance")
    case.does("suspend", "advance_payment", reason="client_asks", until=day("2026-11-20"))
    town.on("2026-11-12 10:00")
    case.is_refused("day_activity")
    return town


def page(town: Town, *, client: bool) -> Sheet:
    return sheet(town.app.views.case(REF), CONFIG, day("2026-11-12"), client=client)


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", re.sub(r"<style>.*?</style>", "", html, flags=re.S)).split())


def test_the_client_reads_what_was_asked_in_plain_words(town: Town) -> None:
    text = words(as_html(page(town, client=True)))
    assert "Dit hebben wij voor u gevraagd" in text
    for said in (
        "Geregeld op 2 november 2026.",
        "U vraagt dit niet meer (sinds 2 november 2026).",
        "Dit staat even stil tot 20 november 2026.",
        "Dit kan pas beginnen als dit er is: identiteitsbewijs.",
        "Het is er nog niet, en dat had wel gemoeten.",
        "Het antwoord was nee op 12 november 2026.",
        "U kunt bezwaar maken tot en met",
        REF,
    ):
        assert said in text, said
    for word in (*LADDER, DIRECTOR, "Bello", "client_asks", "clinic", "kliniek"):
        assert word not in text, word


def test_the_meeting_reads_who_has_it_and_until_when(town: Town) -> None:
    text = words(as_html(page(town, client=False)))
    for said in (REF, f"regisseur {DIRECTOR}", "Ligt bij", "te laat)", "Wacht op identiteitsbewijs", "Klok stilgezet"):
        assert said in text, said
    assert "Bello" not in text


@pytest.mark.parametrize("client", [True, False], ids=["client", "meeting"])
def test_on_paper_it_is_one_page_and_each_time_the_same(town: Town, client: bool) -> None:
    made = as_pdf(page(town, client=client))
    assert made.startswith(b"%PDF")
    assert made == as_pdf(page(town, client=client))
    assert len(re.findall(rb"/Type\s*/Page\b", made)) == 1
