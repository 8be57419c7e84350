"""How counters answer, as the report tells it."""

from datetime import date, timedelta

from provisions.domain.figures.answered import Answered
from provisions.domain.figures.facts import ProvisionFacts
from provisions.domain.weeks import Week
from tests.builders import day


def asked(on: date, after: int | None) -> ProvisionFacts:
    return ProvisionFacts(
        "id_document", on, asked_on=on, replied_on=None if after is None else on + timedelta(days=after)
    )


def test_how_many_answered_and_how_soon_per_counter_of_what_was_asked_in_the_weeks() -> None:
    answered, first = Answered(), day("2026-11-02")
    for after in (0, 1, 1, 3, 9, None):
        answered.add("burgerzaken", asked(first, after))
    answered.add("wmo", asked(first, 2))
    answered.add("wmo", asked(day("2026-10-01"), 1))  # before
    answered.add("wmo", ProvisionFacts("wmo_indication", first))  # never asked
    weeks = [Week.of(first), Week.of(first).plus(1)]
    assert answered.rows(weeks) == [
        {"counter": "burgerzaken", "asked": 6, "answered": 5, "median_days": 1},
        {"counter": "wmo", "asked": 1, "answered": 1, "median_days": None},
    ]
    assert answered.rows(weeks[:1])[0] == {"counter": "burgerzaken", "asked": 6, "answered": 4, "median_days": None}
