"""Which counts of a municipality may be shown, so that no small one can be worked out (domain.md, "The report's figures").

A count of 1 to 4 is ``"<5"``. That alone is not enough: the region's totals are shown as they are, so a lone ``"<5"``
is the total less the others. Others in its column are then hidden too, as ``"x"``.

Who reads the report is taken to know everything in it: the totals, that an ``"x"`` is never 1 to 4 (that would be
``"<5"``), and that what is delivered, breached or overdue was started, breached. Whatever values are still possible
with that knowledge are computed; a ``"<5"`` is safe while at least two are. Pure.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

SMALL, HIDDEN = "<5", "x"
LIMIT = 5

Cell = tuple[str, str]  # municipality, figure
Counts = Mapping[str, Mapping[str, int]]
Marks = dict[str, dict[str, int | str]]

# The first is never less than the second. That holds while a window of weeks reaches back to the first start; who reads
# may take it to hold, so it is reckoned with wherever it does.
AT_LEAST = (("started", "delivered"), ("started", "breaches"), ("breaches", "overdue"))

_SMALL_VALUES = 0b11110  # a set of counts is a number with bit n set for count n


@dataclass(frozen=True)
class Earlier:
    """An earlier report of which the weeks overlap with this one.

    ``came`` and ``left``: by figure, how much the region as a whole can have gained and lost in between.
    """

    marks: Mapping[str, Mapping[str, int | str]]
    came: Mapping[str, int]
    left: Mapping[str, int]


def suppress(counts: Counts, totals: Mapping[str, int], earlier: Sequence[Earlier] = ()) -> Marks:
    """What is shown for each municipality and figure: the count, ``"<5"`` or ``"x"``.

    ``totals`` are the region's, and count as known. Where even hiding all the others leaves one possibility (a region
    with one municipality; a total of one), they are all hidden: more can't be done while the total is shown.
    """
    held = _held_back(counts, earlier)
    marks: Marks = {
        m: {f: SMALL if 0 < n < LIMIT else HIDDEN if (m, f) in held else n for f, n in row.items()}
        for m, row in counts.items()
    }
    added: list[Cell] = []
    given_up: set[Cell] = set()
    while exposed := _exposed(marks, counts, totals) - given_up:
        cell = min(exposed)
        candidates = _candidates(cell, marks, counts)
        if not candidates:
            given_up.add(cell)
            continue
        chosen = next((c for c in candidates if cell not in _exposed(_with(marks, c), counts, totals)), candidates[0])
        marks = _with(marks, chosen)
        added.append(chosen)
    return _without_needless(marks, added, given_up, counts, totals)


def possible(
    marks: Mapping[str, Mapping[str, int | str]], counts: Counts, totals: Mapping[str, int]
) -> dict[Cell, int]:
    """For each cell the counts that are possible given what is shown, as a set of bits.

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


def _exposed(marks: Marks, counts: Counts, totals: Mapping[str, int]) -> set[Cell]:
    """The small counts that can be worked out."""
    if not any(mark == SMALL for row in marks.values() for mark in row.values()):
        return set()
    values = possible(marks, counts, totals)
    return {cell for cell, v in values.items() if marks[cell[0]][cell[1]] == SMALL and v.bit_count() < 2}


def _candidates(cell: Cell, marks: Marks, counts: Counts) -> list[Cell]:
    """What could be hidden to protect ``cell``, best first: its own column, the smallest count that does; then its row."""
    municipality, figure = cell
    column = [(m, figure) for m in marks if m != municipality and isinstance(marks[m][figure], int)]
    column.sort(key=lambda c: (counts[c[0]][figure] == 0, counts[c[0]][figure], c[0]))
    if column:
        return column
    related = {f for pair in AT_LEAST for f in pair}
    return [(m, f) for m in marks for f in marks[m] if f in related and f != figure and isinstance(marks[m][f], int)]


def _with(marks: Marks, cell: Cell) -> Marks:
    return {**marks, cell[0]: {**marks[cell[0]], cell[1]: HIDDEN}}


def _without_needless(
    marks: Marks, added: Sequence[Cell], given_up: Collection[Cell], counts: Counts, totals: Mapping[str, int]
) -> Marks:
    """Show again what proved needless to hide; not in a column in which a count could not be protected."""
    hopeless = {figure for _, figure in given_up}
    for municipality, figure in added:
        if figure in hopeless:
            continue
        shown = {**marks, municipality: {**marks[municipality], figure: counts[municipality][figure]}}
        if _exposed(shown, counts, totals) <= set(given_up):
            marks = shown
    return marks


def _held_back(counts: Counts, earlier: Sequence[Earlier]) -> set[Cell]:
    """What stays hidden because an earlier report hid it and the difference would tell too much.

    From a count shown now, and what the region gained and lost in between, follows a range for the earlier one.
    """
    held: set[Cell] = set()
    for report in earlier:
        for municipality, row in counts.items():
            for figure, now in row.items():
                mark = report.marks.get(municipality, {}).get(figure)
                low, high = now - report.came.get(figure, 0), now + report.left.get(figure, 0)
                if mark == SMALL and min(high, LIMIT - 1) - max(low, 1) < 1:
                    held.add((municipality, figure))
                if mark == HIDDEN and high - low < LIMIT - 1:
                    held.add((municipality, figure))
    return held
