"""Pictures of figures, worked out here and drawn by a template: no script, no style of their own, no number that is not in the
table beside them."""

from collections.abc import Sequence
from dataclasses import dataclass

# Of one column, the bars, the numbers above and the labels below, in units of the picture.
STEP, HEIGHT, TOP, FOOT = 28, 140, 22, 24


@dataclass(frozen=True)
class Column:
    """One column: ``x`` of its middle, ``y`` of its top and its ``height``; ``value`` is ``None`` where there is none."""

    label: str
    value: int | None
    x: int
    y: int
    height: int


@dataclass(frozen=True)
class Chart:
    """A picture. ``label`` (Dutch) is what is read aloud."""

    label: str
    columns: tuple[Column, ...]
    unit: str = ""

    @property
    def width(self) -> int:
        """Of the whole."""
        return STEP * max(1, len(self.columns))

    @property
    def height(self) -> int:
        """Of the whole."""
        return TOP + HEIGHT + FOOT

    @property
    def ground(self) -> int:
        """Where the columns stand."""
        return TOP + HEIGHT

    @property
    def line(self) -> tuple[tuple[Column, Column], ...]:
        """Each pair of neighbours that both have a value."""
        pairs = zip(self.columns, self.columns[1:], strict=False)
        return tuple((one, other) for one, other in pairs if one.value is not None and other.value is not None)


def chart(label: str, values: Sequence[tuple[str, int | None]], *, most: int | None = None, unit: str = "") -> Chart:
    """``values``: a label and a number each. ``most``: what reaches the top; by default the largest of them."""
    top = most or max([value or 0 for _, value in values] + [1])
    columns = []
    for number, (name, value) in enumerate(values):
        height = round(HEIGHT * (value or 0) / top)
        columns.append(Column(name, value, STEP * number + STEP // 2, TOP + HEIGHT - height, height))
    return Chart(label, tuple(columns), unit)
