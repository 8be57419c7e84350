"""A table in which nothing needs to be wrapped: the same lines as rich prints, for which it takes a hundred times as long."""

from collections.abc import Callable, Iterator, Sequence
from itertools import zip_longest

from rich.cells import cell_len
from rich.text import Text

GAP = "  "  # between two columns; rich leaves one space after the last
Cell = str | Text


def width(titles: Sequence[str], rows: Sequence[Sequence[Cell]]) -> int:
    """How many columns of a terminal the table takes."""
    return _total(_widths(titles, rows))


def lines(titles: Sequence[str], rows: Sequence[Sequence[Cell]], styled: Callable[[str, str], str]) -> Iterator[str]:
    """The heading, a rule, and the rows; ``styled`` makes a text look like a style of rich's.

    A cell may have several lines when all of it is in one style.
    """
    widths = _widths(titles, rows)
    yield _line(titles, widths, [styled(title, "bold") for title in titles])
    yield "─" * _total(widths)
    for row in rows:
        plain = [_plain(cell).split("\n") for cell in row]
        shown = [_shown(cell, styled) for cell in row]
        for parts, looks in zip(zip_longest(*plain, fillvalue=""), zip_longest(*shown, fillvalue=""), strict=True):
            yield _line(parts, widths, looks)


def _widths(titles: Sequence[str], rows: Sequence[Sequence[Cell]]) -> list[int]:
    columns = zip(titles, *rows, strict=True)
    return [max(cell_len(line) for cell in column for line in _plain(cell).split("\n")) for column in columns]


def _total(widths: Sequence[int]) -> int:
    return sum(widths) + len(GAP) * (len(widths) - 1) + 1


def _plain(cell: Cell) -> str:
    return cell if isinstance(cell, str) else cell.plain


def _shown(cell: Cell, styled: Callable[[str, str], str]) -> list[str]:
    if isinstance(cell, str):
        return cell.split("\n")
    if not cell.spans:
        return [styled(line, str(cell.style)) for line in cell.plain.split("\n")]
    found, done = "", 0
    for span in cell.spans:
        found += cell.plain[done : span.start] + styled(cell.plain[span.start : span.end], str(span.style))
        done = span.end
    return [found + cell.plain[done:]]


def _line(parts: Sequence[str], widths: Sequence[int], looks: Sequence[str]) -> str:
    padded = [look + " " * (wide - cell_len(part)) for part, wide, look in zip(parts, widths, looks, strict=True)]
    return GAP.join(padded).rstrip()
