"""The monitor as numbers, and what of it may be shown."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisions.domain.case import Living
from provisions.domain.monitor import (
    FEWEST,
    Client,
    Question,
    count,
    first_of_quarter,
    half_years,
    hide,
    may_be_shown,
    monitor,
    quarter_before,
)

DAY = date(2026, 11, 26)


def client(
    living: str = "shelter",
    place: str = "havenmeer",
    *,
    opened: date = date(2026, 2, 2),
    closed: date | None = None,
    losing: bool | None = None,
    wlz: str = "none",
) -> Client:
    return Client(place, opened, closed, (Living(living, losing, wlz, opened),))


def test_a_day_counts_who_is_included_new_and_ended_and_what_was_known_then() -> None:
    moved = Client(
        "havenmeer",
        date(2026, 3, 2),
        None,
        (
            Living("homeless", True, "unknown", date(2026, 3, 2)),
            Living("own_home", False, "ggz", date(2026, 10, 5)),
        ),
    )
    gone = client("clinic", closed=date(2026, 11, 2))
    new = client("homeless", opened=date(2026, 10, 12))
    found = count([moved, gone, new], DAY)
    assert (found.included, found.new, found.ended) == (2, 1, 1)
    assert found.answers[Question.LIVING] == {"own_home": 1, "homeless": 1}
    assert found.answers[Question.LOSING] == {"no": 1, "unknown": 1}
    before = count([moved, gone, new], quarter_before(DAY))
    assert (before.day, before.included, before.new, before.ended) == (date(2026, 9, 30), 2, 0, 0)
    assert before.answers[Question.LIVING] == {"homeless": 1, "clinic": 1}
    assert first_of_quarter(date(2026, 12, 31)) == date(2026, 10, 1)


def test_a_client_who_moved_counts_where_it_was_until_the_day_of_the_move() -> None:
    places = ((date(2026, 2, 2), "havenmeer"), (date(2026, 5, 4), "zandpoort"), (date(2026, 11, 2), "duinrade"))
    one = Client("duinrade", date(2026, 2, 2), None, client().lived, places)
    days = (date(2026, 5, 3), date(2026, 11, 1), date(2026, 11, 2))
    assert [one.place(day) for day in days] == ["havenmeer", "zandpoort", "duinrade"]
    assert client().place(DAY) == "havenmeer"


def test_the_half_years_of_the_advice_report() -> None:
    clients = [client("homeless", losing=True, wlz="ggz") for _ in range(6)] + [client(wlz="vg") for _ in range(3)]
    clients += [client(opened=date(2026, 8, 3), wlz="ggz") for _ in range(1)]
    lines = half_years(clients, DAY)
    assert [(line.day.isoformat(), line.included, line.homeless, line.losing, line.wlz) for line in lines] == [
        ("2026-11-26", 10, 6, 6, 10),
        ("2026-06-30", 9, 6, 6, 9),
    ]
    assert half_years([*clients[6:8], client(wlz="unknown")], DAY)[0].wlz == "<5"


@pytest.mark.parametrize(
    ("counts", "told"),
    [
        ({"none": 20, "ggz": 15, "vg": 3, "unknown": 10}, 18),  # these two are hidden, and only these
        ({"none": 20, "ggz": 15, "unknown": 10}, 15),
        ({"none": 20, "ggz": 15, "applied": 3, "unknown": 10}, 15),
        ({"none": 20, "ggz": 8, "vg": 3, "applied": 2}, "x"),  # it would be known that two have applied
        ({"none": 20, "ggz": 4, "vg": 3}, "x"),  # of seven one of the two is few, whichever
        ({"none": 20, "ggz": 2, "vg": 2}, "<5"),
        ({"vg": 3}, "x"),
        ({"none": 20}, 0),
    ],
)
def test_the_half_year_tells_nothing_that_the_monitor_of_that_day_hides(
    counts: dict[str, int], told: int | str
) -> None:
    clients = [client(wlz=code) for code, number in counts.items() for _ in range(number)]
    assert half_years(clients, DAY)[0].wlz == told


def test_who_sleeps_nowhere_is_hidden_where_detention_would_follow_from_it() -> None:
    clients = [client("homeless") for _ in range(6)] + [client("detention") for _ in range(3)]
    assert half_years(clients, DAY)[0].homeless == "x"
    clients += [client("shelter") for _ in range(20)]
    assert half_years(clients, DAY)[0].homeless == 6
    assert monitor(clients, DAY, ["havenmeer"]).region.answers[Question.LIVING] == {
        "homeless": 6, "detention": "x", "shelter": "x",
    }  # fmt: skip


@given(st.dictionaries(st.sampled_from(["none", "unknown", "applied", "ggz", "vg", "other"]), st.integers(0, 14)))
def test_beside_the_half_year_every_hidden_answer_may_still_be_another(counts: dict[str, int]) -> None:
    """Whoever knows the region, what is shown of it and the half year still has a choice for all that is hidden and few."""
    clients = [client(wlz=code) for code, number in counts.items() for _ in range(number)]
    shown = monitor(clients, DAY, ["havenmeer"]).region.answers[Question.WLZ]
    told = half_years(clients, DAY)[0].wlz if clients else 0
    if shown is None or not isinstance(told, int):
        return
    hidden = {code for code, mark in shown.items() if mark == "x"}
    for part in (hidden & {"ggz", "vg"}, hidden - {"ggz", "vg"}):
        few = [code for code in part if code not in ("none", "unknown") and counts[code] < FEWEST]
        assert not few or len(part) > 1


def test_wlz_and_detention_of_few_are_hidden_in_the_region_and_do_not_follow_from_the_total() -> None:
    clients = [client("homeless") for _ in range(9)] + [client("shelter") for _ in range(7)]
    clients += [client("detention", wlz="ggz") for _ in range(2)] + [client("hotel") for _ in range(3)]
    region = monitor(clients, DAY, ["havenmeer", "duinrade"]).region
    assert region.included == 21
    living, wlz = region.answers[Question.LIVING], region.answers[Question.WLZ]
    assert living == {"homeless": 9, "shelter": "x", "detention": "x", "hotel": 3}
    assert wlz == {"none": "x", "ggz": "x"}


@given(st.dictionaries(st.sampled_from("abcdefg"), st.integers(1, 30), min_size=1), st.sets(st.sampled_from("abcdefg")))
def test_no_tender_few_can_be_worked_out_of_one_question(counts: dict[str, int], tender: set[str]) -> None:
    """Whoever knows the total, and that what is hidden is there, still has a choice."""
    shown = hide(counts, lambda code: code in tender)
    few = {code for code in tender if 0 < counts.get(code, 0) < FEWEST}
    if shown is None:
        assert few
        return
    assert all(shown[code] == "x" for code in few)
    hidden = [code for code, mark in shown.items() if mark == "x"]
    assert bool(hidden) == bool(few)
    if hidden:
        whole = sum(counts.values()) - sum(counts[code] for code, mark in shown.items() if isinstance(mark, int))
        assert len(hidden) > 1
        assert whole > len(hidden)  # not one each


rows = st.dictionaries(
    st.sampled_from(["a", "b", "c", "d"]),
    st.dictionaries(st.sampled_from(["homeless", "shelter", "clinic"]), st.integers(0, 12)),
    min_size=1,
)


@given(rows)
def test_what_is_shown_of_municipalities_tells_of_no_few(rows: dict[str, dict[str, int]]) -> None:
    seen = may_be_shown(rows, rows)
    for place in seen:
        assert all(number == 0 or number >= FEWEST for number in rows[place].values())
    rest = [row for place, row in rows.items() if place not in seen and any(row.values())]
    left = {code: sum(row.get(code, 0) for row in rest) for row in rest for code in row}
    some = [number for number in left.values() if number]
    if seen and rest:
        assert len(rest) > 1  # it would be the region less the others
        assert all(number >= FEWEST for number in some)
        assert len(some) > 1


def test_a_municipality_with_few_is_not_shown_apart_and_neither_is_the_one_it_would_follow_from() -> None:
    clients = [client("homeless") for _ in range(9)] + [client("shelter") for _ in range(7)]
    alone = monitor(clients, DAY, ["havenmeer"]).municipalities["havenmeer"]
    assert alone.answers[Question.LIVING] == {"homeless": 9, "shelter": 7}
    clients += [client("hotel", place="duinrade") for _ in range(3)]
    found = monitor(clients, DAY, ["havenmeer", "duinrade"]).municipalities
    assert [shown.answers[Question.LIVING] for shown in found.values()] == [None, None]
    assert found["duinrade"].included == "<5"
