"""No small count of a municipality can be worked out from what is shown."""

import random
from collections.abc import Callable
from time import process_time

from hypothesis import given, settings
from hypothesis import strategies as st

from provisions.domain.possible_counts import HIDDEN, LIMIT, SMALL
from provisions.domain.suppression import Earlier, Marks, exposed, suppress

FIGURES = ("started", "delivered", "breaches", "overdue")


@st.composite
def regions(draw: st.DrawFn) -> dict[str, dict[str, int]]:
    """A few municipalities, small ones more often than not."""
    number = draw(st.integers(1, 5))
    count = st.one_of(st.integers(0, 6), st.integers(0, 40))
    return {f"m{n}": {figure: draw(count) for figure in FIGURES} for n in range(number)}


def totals(counts: dict[str, dict[str, int]]) -> dict[str, int]:
    return {figure: sum(row[figure] for row in counts.values()) for figure in FIGURES}


def columns(marks: Marks, figure: str, total: int) -> list[tuple[int, ...]]:
    """Every way to fill in one column: by brute force, as somebody with the report and an evening would."""
    found: list[tuple[int, ...]] = [()]
    for row in marks.values():
        mark = row[figure]
        allowed = range(1, LIMIT) if mark == SMALL else [0, *range(LIMIT, total + 1)] if mark == HIDDEN else [int(mark)]
        found = [(*before, n) for before in found for n in allowed if sum(before) + n <= total]
    return [values for values in found if sum(values) == total]


def whole_tables(marks: Marks, counts: dict[str, dict[str, int]]) -> dict[tuple[str, str], set[int]]:
    """The values of each cell in all whole tables that fit the marks, the totals and the orders together.

    Delivered and breaches each look at started, overdue at breaches: what the columns allow is passed on from the last to the
    first and back.
    """
    sums = totals(counts)
    started, delivered, breached, overdue = (columns(marks, figure, sums[figure]) for figure in FIGURES)

    def fits(more: str, less: str) -> Callable[[tuple[int, ...], tuple[int, ...]], bool]:
        rows = [n for n, row in enumerate(counts.values()) if row[more] >= row[less]]
        return lambda one, other: all(one[n] >= other[n] for n in rows)

    with_delivered, with_breaches = fits("started", "delivered"), fits("started", "breaches")
    with_overdue = fits("breaches", "overdue")
    breached = [b for b in breached if any(with_overdue(b, o) for o in overdue)]
    started = [
        s
        for s in started
        if any(with_breaches(s, b) for b in breached) and any(with_delivered(s, d) for d in delivered)
    ]
    breached = [b for b in breached if any(with_breaches(s, b) for s in started)]
    delivered = [d for d in delivered if any(with_delivered(s, d) for s in started)]
    overdue = [o for o in overdue if any(with_overdue(b, o) for b in breached)]
    return {
        (municipality, figure): {values[n] for values in column}
        for figure, column in zip(FIGURES, (started, delivered, breached, overdue), strict=True)
        for n, municipality in enumerate(counts)
    }


@st.composite
def small_regions(draw: st.DrawFn) -> dict[str, dict[str, int]]:
    """Two or three municipalities with few clients; mostly delivered and breached are of what was started."""
    found = {}
    for n in range(draw(st.integers(1, 3))):
        started = draw(st.integers(0, 7))
        breached = draw(st.integers(0, started))
        row = (started, draw(st.integers(0, started)), breached, draw(st.integers(0, breached)))
        found[f"m{n}"] = dict(zip(FIGURES, draw(st.sampled_from([row, row, row[::-1]])), strict=True))
    return found


@settings(max_examples=300, deadline=None)
@given(regions())
def test_what_is_shown_is_true(counts: dict[str, dict[str, int]]) -> None:
    for municipality, row in suppress(counts, totals(counts)).items():
        for figure, mark in row.items():
            count = counts[municipality][figure]
            assert (mark == SMALL) == (0 < count < LIMIT)
            assert mark in (SMALL, HIDDEN, count)


@settings(max_examples=300, deadline=None)
@given(small_regions())
def test_no_small_count_follows_from_everything_that_is_shown_together(counts: dict[str, dict[str, int]]) -> None:
    marks = suppress(counts, totals(counts))
    could_be = whole_tables(marks, counts)
    hidden: Marks = {m: {f: mark if mark == SMALL else HIDDEN for f, mark in row.items()} for m, row in marks.items()}
    for (municipality, figure), values in could_be.items():
        assert counts[municipality][figure] in values, "the truth is always possible"
        if marks[municipality][figure] == SMALL and len(values) < 2:
            # More hiding would not have helped.
            assert len(whole_tables(hidden, counts)[municipality, figure]) == 1, marks


@settings(max_examples=300, deadline=None)
@given(small_regions())
def test_what_is_called_safe_is_safe(counts: dict[str, dict[str, int]]) -> None:
    """Also of tables that are hidden in other ways, such as too little."""
    marks: Marks = {m: {f: SMALL if 0 < n < LIMIT else n for f, n in row.items()} for m, row in counts.items()}
    could_be = whole_tables(marks, counts)
    for municipality, figure in could_be:
        if marks[municipality][figure] == SMALL and (municipality, figure) not in exposed(marks, counts):
            assert len(could_be[municipality, figure]) > 1


@settings(max_examples=50, deadline=None)
@given(regions())
def test_in_larger_tables_nothing_is_exposed_but_what_hiding_can_not_protect(counts: dict[str, dict[str, int]]) -> None:
    marks = suppress(counts, totals(counts))
    for _, figure in exposed(marks, counts):
        assert all(isinstance(row[figure], str) for row in marks.values())


def test_a_region_of_forty_municipalities_is_decided_at_once() -> None:
    chance = random.Random(4)  # noqa: S311 - a repeatable region, no secret
    for _ in range(5):
        counts = {}
        for n in range(40):
            started = chance.choice([0, 1, 2, 3, 4, 5, 6, 8, 20, 60])
            breached = chance.randint(0, started)
            row = (started, chance.randint(0, started), breached, chance.randint(0, breached))
            counts[f"m{n}"] = dict(zip(FIGURES, row, strict=True))
        began = process_time()
        suppress(counts, totals(counts))
        assert process_time() - began < 0.5  # 0.05 seconds of this machine's time


def one_column(**counts: int) -> dict[str, int | str]:
    """What is shown of "overdue" for these municipalities; nothing else happened there."""
    rows = {name: {"overdue": count} for name, count in counts.items()}
    shown = suppress(rows, {"overdue": sum(counts.values())})
    return {name: row["overdue"] for name, row in shown.items()}


def test_a_lone_small_count_hides_a_second_one() -> None:
    assert one_column(a=3, b=12, c=40) == {"a": SMALL, "b": HIDDEN, "c": 40}


def test_the_second_one_is_large_enough_to_hide_behind() -> None:
    # 1 + 5 = 6 has one solution: a count of 1 to 4 beside one that is 0 or at least 5. With 12 there are more.
    assert one_column(a=1, b=5, c=12)["c"] == HIDDEN or one_column(a=1, b=5, c=12)["b"] == HIDDEN
    assert one_column(a=1, b=5, c=12) != {"a": SMALL, "b": HIDDEN, "c": 12}


def test_two_small_counts_protect_each_other() -> None:
    assert one_column(a=3, b=2, c=40) == {"a": SMALL, "b": SMALL, "c": 40}
    # But not when their sum leaves one way only.
    assert one_column(a=1, b=1, c=40)["c"] == HIDDEN


def test_nothing_is_hidden_without_need() -> None:
    assert one_column(a=5, b=0, c=40) == {"a": 5, "b": 0, "c": 40}


def test_where_only_zeros_are_left_they_are_all_hidden() -> None:
    assert one_column(a=3, b=0, c=0) == {"a": SMALL, "b": HIDDEN, "c": HIDDEN}


def test_what_was_delivered_must_have_been_started() -> None:
    counts = {
        "a": {"started": 1, "delivered": 0},
        "b": {"started": 23, "delivered": 23},
        "c": {"started": 50, "delivered": 20},
    }
    sums = {"started": 74, "delivered": 43}
    # With b's "started" hidden and its "delivered" shown, a could only be 1.
    marks = suppress(counts, sums)
    assert marks["a"]["started"] == SMALL
    assert not exposed(marks, counts)
    assert exposed({**marks, "b": {"started": HIDDEN, "delivered": 23}, "c": {"started": 50, "delivered": 20}}, counts)


def test_a_count_that_grew_slowly_stays_hidden() -> None:
    """Last week "<5", now 5, and the region as a whole gained one: last week it was 4."""
    earlier = Earlier({"a": {"overdue": SMALL}, "b": {"overdue": HIDDEN}}, came={"overdue": 1}, left={"overdue": 0})
    counts = {"a": {"overdue": 5}, "b": {"overdue": 30}}
    assert suppress(counts, {"overdue": 35}, [earlier]) == {"a": {"overdue": HIDDEN}, "b": {"overdue": HIDDEN}}
    much = Earlier(earlier.marks, came={"overdue": 20}, left={"overdue": 20})
    assert suppress(counts, {"overdue": 35}, [much]) == counts
