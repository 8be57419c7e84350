"""The course of thirteen weeks as a chart. The table with the same figures stands beside it."""

import re
from collections.abc import Sequence
from typing import Any

from pygal import Line
from pygal.style import Style

# Each line differs in dashes and in shade, not in colour alone; all have contrast 4.5:1 or more on white.
LINES = (
    ("breaches", "overschrijdingen", "#b3261e", None),
    ("overdue", "te laat op zondag", "#7a4a00", "3, 3"),
    ("started", "gestart", "#154273", "10, 4"),
    ("delivered", "geregeld", "#1d5c33", "1, 4"),
)
_STYLE = Style(
    background="#ffffff",
    plot_background="#ffffff",
    foreground="#1b1b1b",
    foreground_strong="#1b1b1b",
    foreground_subtle="#6b7280",
    font_family="Arial, Helvetica, sans-serif",
    label_font_size=15,
    major_label_font_size=15,
    legend_font_size=16,
    colors=tuple(colour for _, _, colour, _ in LINES),
)
_NOT_SHOWN = re.compile(r"<!--.*?-->|<desc[^>]*>.*?</desc>", re.DOTALL)


def course(weeks: Sequence[dict[str, Any]]) -> str:
    """The chart as SVG without scripts, and with nothing in it that changes from one run to the next."""
    chart = Line(
        js=[],  # the default loads a script from the library's site
        disable_xml_declaration=True,
        style=_STYLE,
        width=900,
        height=340,
        explicit_size=False,
        legend_at_bottom=True,
        legend_at_bottom_columns=4,
        include_x_axis=True,
        show_y_guides=True,
        dots_size=4,
        margin=8,
        max_scale=6,
        value_formatter=lambda value: f"{value:g}",
    )
    chart.uuid = "weekverloop"
    chart.x_labels = [str(int(week["week"].partition("-W")[2])) for week in weeks]
    for figure, name, _, dashes in LINES:
        stroke: dict[str, object] = {"width": 3}
        if dashes:
            stroke["dasharray"] = dashes
        chart.add(name, [week[figure] for week in weeks], stroke_style=stroke)
    svg = _NOT_SHOWN.sub("", str(chart.render(is_unicode=True)))
    label = "Grafiek: de tabel hieronder heeft dezelfde cijfers."
    return svg.replace("<svg ", f'<svg role="img" aria-label="{label}" ', 1)
