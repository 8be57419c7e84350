"""No small count of a municipality can be worked out from what is shown."""

from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from provisions.domain.suppression import HIDDEN, LIMIT, SMALL, Earlier, possible, suppress

FIGURES = ("started", "delivered", "breaches", "overdue")


@st.composite
def regions(draw: st.DrawFn) -> dict[str, dict[str, int]]:
    """A few municipalities, small ones more often than not."""
    number = draw(st.integers(1, 5))
    count = st.one_of(st.integers(0, 6), st.integers(0, 40))
    return {f"m{n}": {figure: draw(count) for figure in FIGURES} for n in range(number)}


def totals(counts: dict[str, dict[str, int]]) -> dict[str, int]:
    return {figure: sum(row[figure] for row in counts.values()) for figure in FIGURES}


def solutions(column: list[int | str], total: int) -> list[tuple[int, ...]]:
    """Every way to fill in one column: by brute force, as somebody with the report and an evening would."""
    ranges = [
        range(1, LIMIT) if mark == SMALL else [0, *range(LIMIT, total + 1)] if mark == HIDDEN else [int(mark)]
        for mark in column
    ]
    return [values for values in product(*ranges) if sum(values) == total]


@settings(max_examples=300, deadline=None)
@given(regions())
def test_what_is_shown_is_true(counts: dict[str, dict[str, int]]) -> None:
    for municipality, row in suppress(counts, totals(counts)).items():
        for figure, mark in row.items():
            count = counts[municipality][figure]
            assert (mark == SMALL) == (0 < count < LIMIT)
            assert mark in (SMALL, HIDDEN, count)


@settings(max_examples=300, deadline=None)
@given(regions())
def test_no_small_count_follows_from_its_column_and_the_total(counts: dict[str, dict[str, int]]) -> None:
    marks = suppress(counts, totals(counts))
    for figure in FIGURES:
        column = [row[figure] for row in marks.values()]
        total = totals(counts)[figure]
        if SMALL not in column or column.count(HIDDEN) > 3 or total > 60:
            continue
        found = solutions(column, total)
        for position, mark in enumerate(column):
            if mark == SMALL and len({values[position] for values in found}) < 2:
                # Nothing is left to hide: every other count of the column is hidden already.
                assert all(isinstance(m, str) for m in column), (figure, column, total)


@settings(max_examples=200, deadline=None)
@given(regions())
def test_a_small_count_is_ambiguous_with_all_that_is_known(counts: dict[str, dict[str, int]]) -> None:
    marks = suppress(counts, totals(counts))
    values = possible(marks, counts, totals(counts))
    for (municipality, figure), could_be in values.items():
        assert could_be >> counts[municipality][figure] & 1, "the truth is always possible"
        if marks[municipality][figure] == SMALL and could_be.bit_count() < 2:
            assert all(isinstance(row[figure], str) for row in marks.values())


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
    assert possible(marks, counts, sums)["a", "started"].bit_count() >= 2


def test_a_count_that_grew_slowly_stays_hidden() -> None:
    """Last week "<5", now 5, and the region as a whole gained one: last week it was 4."""
    earlier = Earlier({"a": {"overdue": SMALL}, "b": {"overdue": HIDDEN}}, came={"overdue": 1}, left={"overdue": 0})
    counts = {"a": {"overdue": 5}, "b": {"overdue": 30}}
    assert suppress(counts, {"overdue": 35}, [earlier]) == {"a": {"overdue": HIDDEN}, "b": {"overdue": HIDDEN}}
    much = Earlier(earlier.marks, came={"overdue": 20}, left={"overdue": 20})
    assert suppress(counts, {"overdue": 35}, [much]) == counts
