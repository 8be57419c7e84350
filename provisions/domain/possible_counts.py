"""The counts that a cell could have as far as any single rule tells: its mark, the total of its column, one order in its row.

What all rules together leave is less than that, never more: what has one value here can't be protected by hiding.
"""

from collections.abc import Mapping, Sequence

SMALL, HIDDEN = "<5", "x"
LIMIT = 5

Cell = tuple[str, str]  # municipality, figure
Counts = Mapping[str, Mapping[str, int]]

# The first is never less than the second. That holds while a window of weeks reaches back to the first start; who reads
# may take it to hold, so it is reckoned with wherever it does.
AT_LEAST = (("started", "delivered"), ("started", "breaches"), ("breaches", "overdue"))

_SMALL_VALUES = 0b11110  # a set of counts is a number with bit n set for count n


def possible(
    marks: Mapping[str, Mapping[str, int | str]], counts: Counts, totals: Mapping[str, int]
) -> dict[Cell, int]:
    """For each cell the counts that no single rule excludes, as a set of bits: bit n for count n.

    ``counts`` is only asked whether ``AT_LEAST`` holds.
    """
    found = {(m, f): _values(mark, totals[f]) for m, row in marks.items() for f, mark in row.items()}
    before: dict[Cell, int] = {}
    while found != before:
        before = dict(found)
        for figure, total in totals.items():
            _fit_total(found, [(m, figure) for m in marks if figure in marks[m]], total)
        for municipality in marks:
            _fit_order(found, municipality, counts)
    return found


def _values(mark: int | str, total: int) -> int:
    if mark == SMALL:
        return _SMALL_VALUES
    if mark == HIDDEN:
        return ((1 << (max(total, 0) + 1)) - 1) & ~_SMALL_VALUES
    return 1 << int(mark)


def _fit_total(found: dict[Cell, int], cells: Sequence[Cell], total: int) -> None:
    """Keep of each cell the values with which the others can add up to the total."""
    hidden = [cell for cell in cells if found[cell] & (found[cell] - 1)]
    rest = total - sum(found[cell].bit_length() - 1 for cell in cells if cell not in hidden)
    if rest < 0:
        return  # the region's total is of other facts: nothing follows from it
    before = [1]
    for cell in hidden:
        before.append(_sums(before[-1], found[cell], rest))
    after = 1
    for position in range(len(hidden) - 1, -1, -1):
        cell = hidden[position]
        others = _sums(before[position], after, rest)
        after = _sums(after, found[cell], rest)
        fitting = sum(1 << n for n in _bits(found[cell]) if n <= rest and others >> (rest - n) & 1)
        if fitting:
            found[cell] = fitting


def _sums(one: int, other: int, most: int) -> int:
    """All sums of a value of each, up to ``most``."""
    few, many = sorted((one, other), key=int.bit_count)
    sums = 0
    for n in _bits(few):
        sums |= many << n
    return sums & ((1 << (most + 1)) - 1)


def _bits(values: int) -> list[int]:
    found = []
    while values:
        lowest = values & -values
        found.append(lowest.bit_length() - 1)
        values ^= lowest
    return found


def _fit_order(found: dict[Cell, int], municipality: str, counts: Counts) -> None:
    for more, less in AT_LEAST:
        high, low = (municipality, more), (municipality, less)
        if high not in found or low not in found or counts[municipality][more] < counts[municipality][less]:
            continue
        lowest = (found[low] & -found[low]).bit_length() - 1
        found[high] = found[high] >> lowest << lowest or found[high]
        found[low] = found[low] & ((1 << found[high].bit_length()) - 1) or found[low]
