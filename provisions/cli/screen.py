"""What a terminal shows of a table: it fits eighty columns without breaking a word, and is whole lines when piped."""

import os
import sys
from collections.abc import Iterable, Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from provisions.cli import plain_table, terminal
from provisions.domain.characters import as_seen

WIDE = 110  # columns, from which there is room for a column more
UNBOUND = 240  # the width of what is piped: nothing is wrapped for a terminal that is not there
USUAL, NARROWEST = 80, 20  # of a terminal that does not say; that can show anything
LONGEST_WORD = 20  # what is longer (an e-mail address) may be broken


class Screen:
    """Standard output, in lines and tables. ``wide``: there is room for a column more."""

    def __init__(self) -> None:
        self._console = console()
        self.wide = self._console.width >= WIDE
        self._styles: dict[str, tuple[str, str]] = {}

    @property
    def gap(self) -> str:
        """Between two things in one cell: beside each other, or one below the other."""
        return " " if self.wide else "\n"

    def line(self, text: str) -> None:
        """One line of text."""
        terminal.lines(text)

    def table(self, titles: Sequence[str], rows: Sequence[Sequence[str | Text]]) -> None:
        """Drawn as wide as the screen: a cell breaks only where nothing else helps."""
        rows = [[_visible(cell) for cell in row] for row in rows]
        if plain_table.width(titles, rows) <= self._console.width:
            lines: Iterable[str] = plain_table.lines(titles, rows, self._styled)
        else:
            lines = wrapped(self._console, titles, rows)
        terminal.drawn(*lines, "")

    def _styled(self, text: str, style: str) -> str:
        """``text`` as this terminal shows it in ``style``: in colour, or as it is."""
        if not text or not style:
            return text
        if style not in self._styles:
            with self._console.capture() as printed:
                self._console.print(Text("x", style), end="")
            before, _, after = printed.get().partition("x")
            self._styles[style] = (before, after)
        before, after = self._styles[style]
        return f"{before}{text}{after}"


def console() -> Console:
    """Standard output: as wide as the terminal, or wide enough for anything when it is piped."""
    return Console(highlight=False, emoji=False, markup=False, width=_columns())


def _columns() -> int:
    """What ``COLUMNS`` says, or the terminal; a width in which nothing can be shown is none."""
    said = os.environ.get("COLUMNS", "")
    if said.isascii() and said.isdigit() and int(said[:6]) > 0:
        return max(int(said[:6]), NARROWEST)
    if not sys.stdout.isatty():
        return UNBOUND
    try:
        return max(os.get_terminal_size(sys.stdout.fileno()).columns, 0) or USUAL
    except (OSError, ValueError):
        return USUAL


def _visible(cell: str | Text) -> str | Text:
    """A cell as it can be seen, its own line ends apart."""
    text = cell if isinstance(cell, str) else cell.plain
    seen = "\n".join(as_seen(line) for line in text.split("\n"))
    if seen == text:
        return cell
    return seen if isinstance(cell, str) else Text(seen, cell.style)


def wrapped(
    out: Console, titles: Sequence[str], rows: Sequence[Sequence[str | Text]], *, numbers_from: int | None = None
) -> list[str]:
    """The lines of a table as wide as ``out``; the columns from ``numbers_from`` on are figures, to the right."""
    table = Table(box=SIMPLE_HEAD, show_edge=False, padding=(0, 1, 0, 0))
    for number, title in enumerate(titles):
        # No column gets narrower than its longest word.
        said = " ".join([title, *(str(row[number]) for row in rows)])
        longest = max(len(word) for word in said.split())
        figure = numbers_from is not None and number >= numbers_from
        table.add_column(
            title, min_width=min(longest, LONGEST_WORD), overflow="fold", justify="right" if figure else "left"
        )
    for row in rows:
        table.add_row(*row)
    with out.capture() as printed:
        out.print(table)
    return [line.rstrip() for line in printed.get().splitlines()]
