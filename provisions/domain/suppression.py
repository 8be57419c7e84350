"""Which counts of a municipality may be shown, so that no small one can be worked out (domain.md, "The report's figures").

A count of 1 to 4 is ``"<5"``. That alone is not enough: the region's totals are shown as they are, so a lone ``"<5"``
is the total less the others. Others are then hidden too, as ``"x"``.

Who reads the report is taken to know everything in it, together: the totals, that an ``"x"`` is never 1 to 4 (that would be
``"<5"``), which of them are 0 (a small place knows that nothing happened), and that what is delivered, breached or overdue
was started, breached. A ``"<5"`` is safe while at least two values of it occur in whole tables that fit all of that.

Why this is exact and cheap: a table is a flow in a network. In each municipality what is overdue comes in, what is breached
and not overdue joins it, then what is started and not breached; what is delivered and what is not go out. Each cell and each
difference is an arc, each total one node, and the counts that a mark allows are the bounds of its arc. The true table is one
flow; another whole table in which the same counts are 0 differs from it by cycles, and one unit along one cycle is a whole
table too. So a count can be another one just when a cycle of arcs with room left runs through it, and what must be hidden to
make room is a shortest path.
"""

import heapq
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from provisions.domain.possible_counts import HIDDEN, LIMIT, SMALL, Cell, Counts, possible

Marks = dict[str, dict[str, int | str]]

_ANOTHER = 1_000_000  # hiding one cell more is worse than hiding any count
_ELSEWHERE = 1_000  # hiding in the column of what is protected is plainer than hiding elsewhere


@dataclass(frozen=True)
class Earlier:
    """An earlier report whose weeks overlap with those of this one.

    ``came`` and ``left``: by figure, how much the region as a whole can have gained and lost in between.
    """

    marks: Mapping[str, Mapping[str, int | str]]
    came: Mapping[str, int]
    left: Mapping[str, int]


def suppress(counts: Counts, totals: Mapping[str, int], earlier: Sequence[Earlier] = ()) -> Marks:
    """What is shown for each municipality and figure: the count, ``"<5"`` or ``"x"``.

    ``totals`` are the region's, and count as known. Where even hiding all the others leaves one possibility (a region
    with one municipality; a total of one), the whole column is hidden: more can't be done while the total is shown.
    Where it is not certain that it does, everything is hidden.
    """
    held = _held_back(counts, earlier)
    table = _Table(
        counts,
        {
            m: {f: SMALL if 0 < n < LIMIT else HIDDEN if (m, f) in held else n for f, n in row.items()}
            for m, row in counts.items()
        },
    )
    added: list[Cell] = []
    hopeless: set[Cell] = set()
    for cell in sorted(table.small()):
        to_hide = table.to_hide(cell)
        if to_hide is None:
            hopeless.add(cell)
        elif to_hide:
            table.hide(to_hide)
            added += to_hide
    _show_what_was_needless(table, added, hopeless)
    if hopeless:
        _hide_all_that_could_help(table, hopeless, counts, totals)
    return table.marks


def exposed(marks: Mapping[str, Mapping[str, int | str]], counts: Counts) -> set[Cell]:
    """The small counts that can be worked out from what is shown."""
    table = _Table(counts, {m: dict(row) for m, row in marks.items()})
    return {cell for cell in table.small() if not table.is_safe(cell)}


class _Arc(NamedTuple):
    """One way to change the table by one: from node to node, and the cell that must be hidden first, if any."""

    to: str
    hide: Cell | None
    cell: Cell | None
    cost: int


class _Table:
    """The counts and what is shown of them, as a network of what could be one more or one less."""

    def __init__(self, counts: Counts, marks: Marks) -> None:
        self._counts = counts
        self.marks = marks
        self._free: dict[str, list[_Arc]] | None = None

    def small(self) -> list[Cell]:
        """The cells that are marked as small."""
        return [(m, f) for m, row in self.marks.items() for f, mark in row.items() if mark == SMALL]

    def hide(self, cells: Sequence[Cell]) -> None:
        """Show an ``"x"`` there."""
        self._free = None
        for municipality, figure in cells:
            self.marks[municipality][figure] = HIDDEN

    def show(self, cell: Cell) -> None:
        """Show the count there after all."""
        self._free = None
        municipality, figure = cell
        self.marks[municipality][figure] = self._counts[municipality][figure]

    def to_hide(self, cell: Cell) -> list[Cell] | None:
        """The cells to hide so that ``cell`` can be another count: none when it can; ``None`` when nothing brings it about."""
        if self.is_safe(cell):
            return []
        network = self._network(cell[1])
        municipality, figure = cell
        start, end = _ends(municipality, figure)
        count, found = self._counts[municipality][figure], []
        if count < LIMIT - 1:
            found.append(_shortest(network, end, start, cell))
        if count > 1:
            found.append(_shortest(network, start, end, cell))
        possible = [path for path in found if path is not None]
        return min(possible)[1] if possible else None

    def is_safe(self, cell: Cell) -> bool:
        """Whether ``cell`` can be another count as things are shown."""
        if self._free is None:
            network = self._network(cell[1])
            self._free = {node: [arc for arc in arcs if arc.hide is None] for node, arcs in network.items()}
        start, end = _ends(*cell)
        more, less = _room(self._counts[cell[0]][cell[1]], SMALL)
        return (more and _reaches(self._free, end, start, cell)) or (less and _reaches(self._free, start, end, cell))

    def _network(self, column: str) -> dict[str, list[_Arc]]:
        """The arcs by the node that they leave; ``column`` is where hiding is plainest."""
        arcs: dict[str, list[_Arc]] = {}
        for municipality, row in self._counts.items():
            for figure, count in row.items():
                start, end = _ends(municipality, figure)
                mark = self.marks[municipality][figure]
                more, less = _room(count, mark)
                hide = (municipality, figure) if isinstance(mark, int) else None
                cost = 0 if hide is None else _ANOTHER + count + (0 if figure == column else _ELSEWHERE)
                if more:
                    arcs.setdefault(start, []).append(_Arc(end, hide, (municipality, figure), cost))
                if less:
                    arcs.setdefault(end, []).append(_Arc(start, hide, (municipality, figure), cost))
            for start, end, less in _differences(municipality, row):
                arcs.setdefault(start, []).append(_Arc(end, None, None, 0))
                if less:
                    arcs.setdefault(end, []).append(_Arc(start, None, None, 0))
        return arcs


def _ends(municipality: str, figure: str) -> tuple[str, str]:
    """The nodes that the arc of a cell runs between; each municipality has three, each total one."""
    breached, started, delivered = (f"{name}:{municipality}" for name in ("breached", "started", "delivered"))
    match figure:
        case "overdue":
            return "overdue", breached
        case "breaches":
            return breached, started
        case "started":
            return started, delivered
        case _:
            return delivered, figure


def _differences(municipality: str, row: Mapping[str, int]) -> Iterator[tuple[str, str, bool]]:
    """The arcs of what is breached and not overdue, started and not breached, started and not delivered; and whether there
    can be less of it. Where a figure is missing, or less than what it should hold, nothing is known of the difference.
    """
    for more, less, start, end in (
        ("breaches", "overdue", "not overdue", f"breached:{municipality}"),
        ("started", "breaches", "not breached", f"started:{municipality}"),
        ("started", "delivered", f"delivered:{municipality}", "not delivered"),
    ):
        known = more in row and less in row and row[more] >= row[less]
        yield start, end, not known or row[more] > row[less]


def _room(count: int, mark: int | str) -> tuple[bool, bool]:
    """Whether one more and one less would have the same mark; for a count that is shown: if it were hidden."""
    if mark == SMALL:
        return count < LIMIT - 1, count > 1
    return count >= LIMIT, count > LIMIT


def _reaches(network: Mapping[str, Sequence[_Arc]], start: str, end: str, besides: Cell) -> bool:
    """Whether there is a way from node to node that does not run through the cell ``besides``."""
    waiting, seen = [start], {start}
    while waiting:
        for arc in network.get(waiting.pop(), ()):
            if arc.cell == besides or arc.to in seen:
                continue
            if arc.to == end:
                return True
            seen.add(arc.to)
            waiting.append(arc.to)
    return False


def _shortest(
    network: Mapping[str, Sequence[_Arc]], start: str, end: str, besides: Cell
) -> tuple[int, list[Cell]] | None:
    """The cheapest way from node to node that does not run through the cell ``besides``: its cost and what it hides."""
    queue: list[tuple[int, str, list[Cell]]] = [(0, start, [])]
    done: set[str] = set()
    while queue:
        cost, node, hidden = heapq.heappop(queue)
        if node == end:
            return cost, hidden
        if node in done:
            continue
        done.add(node)
        for arc in network.get(node, ()):
            if arc.to not in done and arc.cell != besides:
                more = hidden if arc.hide is None else [*hidden, arc.hide]
                heapq.heappush(queue, (cost + arc.cost, arc.to, more))
    return None


def _show_what_was_needless(table: _Table, added: Sequence[Cell], hopeless: set[Cell]) -> None:
    """Show again what proved needless to hide, largest first."""
    protected = [cell for cell in table.small() if cell not in hopeless]
    for cell in dict.fromkeys(reversed(added)):
        table.show(cell)
        if not all(table.is_safe(small) for small in protected):
            table.hide([cell])


def _hide_all_that_could_help(table: _Table, hopeless: set[Cell], counts: Counts, totals: Mapping[str, int]) -> None:
    """The columns of what can't be protected; everything where a table with other zeros might still protect it."""
    shown = [(m, f) for m, row in table.marks.items() for f, mark in row.items() if isinstance(mark, int)]
    everything = {m: {f: HIDDEN if isinstance(n, int) else n for f, n in row.items()} for m, row in table.marks.items()}
    could_be = possible(everything, counts, totals)
    certain = all(could_be[cell].bit_count() < 2 for cell in hopeless)
    figures = {figure for _, figure in hopeless}
    table.hide([cell for cell in shown if not certain or cell[1] in figures])


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
