"""The charts of a simulation as SVG, without scripts. Each has a table with the same figures below it on the page."""

from collections.abc import Sequence
from typing import Any

from pygal import HorizontalBar, Line
from pygal.style import Style

from provisions.domain import dutch
from provisions.domain.weeks import number_in_year
from provisions.report.chart import LOOKS, as_picture
from provisions.simulation.summary import Summary
from provisions.simulation.wording import marks, number

# Dark enough against white (WCAG 2.2: three to one), and told apart by the dashes and the numbers as well.
COLOURS = ("#154273", "#b3541e", "#3b7a2a", "#7a3b8f", "#8a6d00", "#00707a")
DASHES = ("", "9,5", "2,4", "14,4,2,4", "5,5", "18,6")
ROW_HEIGHT, BAR_HEIGHT = 14, 15
# A figure starts behind its bar; a line is thick enough to tell its dashes, which the lines behind it don't have.
_CSS = (
    ".pygal-chart text.value { text-anchor: start; } "
    ".pygal-chart .series .line { stroke-width: 2.5px !important; } "
    ".pygal-chart .guide.line { stroke: #c9cdd3 !important; stroke-dasharray: none !important; }"
)


def legend(summary: Summary) -> list[tuple[str, str, str]]:
    """What each variant looks like: (how it is called, its colour, its dashes)."""
    return [(mark, COLOURS[n % len(COLOURS)], DASHES[n % len(DASHES)]) for n, mark in enumerate(marks(summary))]


def by_provision(summary: Summary) -> str:
    """Breaches a provision, the base above its what-ifs."""
    variants = summary["variants"]
    rows = sorted(
        range(len(variants[0]["provisions"])), key=lambda n: variants[0]["provisions"][n]["breaches"]["middle"]
    )
    most = max(row["breaches"]["middle"] for variant in variants for row in variant["provisions"])
    chart = HorizontalBar(
        **_common(),
        height=90 + len(rows) * (ROW_HEIGHT + BAR_HEIGHT * len(variants)),
        show_x_labels=False,
        show_x_guides=False,
        show_y_guides=False,
        print_values=True,
        print_values_position="top",
        range=(0, most * 1.15 or 1),
    )
    chart.uuid = "chart-breaches"
    chart.x_labels = [dutch.capitalised(variants[0]["provisions"][n]["name"]) for n in rows]
    for mark, variant in zip(marks(summary), variants, strict=True):
        chart.add(mark, [variant["provisions"][n]["breaches"]["middle"] for n in rows])
    return as_picture(
        chart, "Staafgrafiek: overschrijdingen per voorziening. De tabel hieronder heeft dezelfde cijfers."
    )


def by_week(summary: Summary) -> str:
    """What is overdue at the end of each week."""
    weeks: Sequence[dict[str, Any]] = summary["variants"][0]["weeks"]
    chart = Line(
        **_common(),
        height=300,
        show_dots=False,
        show_x_guides=False,
        include_x_axis=True,
        x_labels_major_every=4,
        show_minor_x_labels=False,
    )
    chart.uuid = "chart-overdue"
    chart.x_labels = [str(number_in_year(row["week"])) for row in weeks]
    for position, (mark, variant) in enumerate(zip(marks(summary), summary["variants"], strict=True)):
        chart.add(
            mark,
            [row["overdue"]["middle"] for row in variant["weeks"]],
            stroke_style={"dasharray": DASHES[position % len(DASHES)]},
        )
    return as_picture(
        chart, "Lijngrafiek: te laat aan het eind van elke week. De tabel hieronder heeft dezelfde cijfers."
    )


def _common() -> dict[str, Any]:
    return {
        "js": [],
        "css": ["file://style.css", "file://graph.css", f"inline:{_CSS}"],
        "disable_xml_declaration": True,
        "style": Style(**LOOKS, colors=COLOURS, value_colors=("#1b1b1b",) * len(COLOURS)),
        "width": 900,
        "explicit_size": False,
        "show_legend": False,
        "margin": 6,
        "spacing": 8,
        "truncate_label": -1,
        "value_formatter": number,
    }
