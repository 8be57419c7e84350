"""The morning message: on working days, once, with something to tell, to the team leads of the municipality."""

import pytest
from sqlalchemy import select

from provisions.overview import Mornings, Overviews, Pages
from provisions.store import tables as t
from tests.builders import CONFIG, Town

TEAM_LEAD = "teamleider@voorbeeldstad.example"


@pytest.fixture
def mornings(town: Town, overviews: Overviews, pages: Pages) -> Mornings:
    return Mornings(town.database, CONFIG, overviews, pages, town.clock)


@pytest.fixture
def late_town(town: Town) -> Town:
    town.takes_in("TR-2026-0042", "id_document", "wmo_indication")
    return town


def told(town: Town, mornings: Mornings, moment: str) -> list[str]:
    """Who gets a message at a moment."""
    town.on(moment)
    return mornings.tell()


def test_it_comes_at_half_past_seven_on_a_working_day(late_town: Town, mornings: Mornings) -> None:
    assert told(late_town, mornings, "2026-11-12 07:29") == []
    assert told(late_town, mornings, "2026-11-12 07:30") == ["voorbeeldstad"]


def test_it_comes_once_a_day_whoever_looks_again(late_town: Town, mornings: Mornings) -> None:
    assert told(late_town, mornings, "2026-11-12 07:30") == ["voorbeeldstad"]
    assert told(late_town, mornings, "2026-11-12 07:31") == []
    assert told(late_town, mornings, "2026-11-12 12:00") == []
    assert told(late_town, mornings, "2026-11-13 07:30") == ["voorbeeldstad"]


def test_a_missed_morning_is_made_up_for_on_the_same_day_only(late_town: Town, mornings: Mornings) -> None:
    assert told(late_town, mornings, "2026-11-12 11:00") == ["voorbeeldstad"]
    assert told(late_town, mornings, "2026-11-17 20:00") == []  # Friday and Monday were missed; it is evening
    assert told(late_town, mornings, "2026-11-18 07:30") == ["voorbeeldstad"]


def test_not_in_the_weekend_and_not_on_a_holiday(late_town: Town, mornings: Mornings) -> None:
    assert told(late_town, mornings, "2026-11-14 09:00") == []
    assert told(late_town, mornings, "2026-12-25 09:00") == []


def test_nothing_when_there_was_nothing_in_the_morning(town: Town, mornings: Mornings) -> None:
    assert told(town, mornings, "2026-11-12 07:30") == []
    town.takes_in("TR-2026-0042", "wmo_indication")
    assert told(town, mornings, "2026-11-12 10:00") == []  # that belongs to tomorrow
    assert told(town, mornings, "2026-11-13 07:30") == ["voorbeeldstad"]


def test_the_team_lead_gets_it_by_the_outbox(late_town: Town, mornings: Mornings) -> None:
    told(late_town, mornings, "2026-11-12 07:30")
    late_town.on("2026-11-12 07:31")
    (letter,) = late_town.letters_to(TEAM_LEAD)
    assert letter.subject == "Basisvoorzieningen Voorbeeldstad · 12 november 2026: 2 te laat"
    text = " ".join(letter.text.split())
    assert "TR-2026-0042, wmo-indicatie: 7 dagen te laat".lower() in text.lower()
    assert "Te laat (2)" in text
    with late_town.database.connect() as connection:
        rows = connection.execute(select(t.message.c.status).where(t.message.c.kind == "morning")).scalars().all()
    assert sorted(rows) == ["sent", "void", "void", "void"]
