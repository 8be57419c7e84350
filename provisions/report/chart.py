"""The past thirteen weeks as charts: one for each figure, so that no meaning hangs on colour; each bar has its number.

The table with the same figures stands below them.
"""

import re
from collections.abc import Sequence
from typing import Any

from pygal import Bar
from pygal.style import Style

from provisions.domain.weeks import number_in_year

CHARTS = (("breaches", "Overschrijdingen per week"), ("overdue", "Te laat aan het eind van de zondag"))

LOOKS: dict[str, Any] = {
    "background": "#ffffff",
    "plot_background": "#ffffff",
    "foreground": "#1b1b1b",
    "foreground_strong": "#1b1b1b",
    "foreground_subtle": "#c9cdd3",
    "font_family": "Arial, Helvetica, sans-serif",
    "value_font_family": "Arial, Helvetica, sans-serif",
    "label_font_size": 16,
    "major_label_font_size": 16,
    "value_font_size": 17,
    "opacity": "1",
}
_STYLE = Style(**LOOKS, colors=("#154273",), value_colors=("#1b1b1b",))
_NOT_SHOWN = re.compile(r"<!--.*?-->|<script.*?</script>|<desc[^>]*>.*?</desc>|<title>.*?</title>", re.DOTALL)


def bars(weeks: Sequence[dict[str, Any]], figure: str, name: str) -> str:
    """One figure of each week as SVG: without scripts, and with nothing in it that changes from one run to the next."""
    chart = Bar(
        js=[],  # the default loads a script from the library's site; what remains of scripts is taken out below
        css=["file://style.css", "file://graph.css", "inline:.pygal-chart .axis .line { stroke: none !important; }"],
        disable_xml_declaration=True,
        style=_STYLE,
        width=900,
        height=210,
        explicit_size=False,
        show_legend=False,
        show_y_labels=False,
        show_y_guides=False,
        print_values=True,
        print_values_position="top",
        include_x_axis=True,
        margin=6,
        spacing=6,
        range=(0, max([week[figure] for week in weeks] + [1]) * 1.2),
        value_formatter=lambda value: f"{value:g}",
    )
    chart.uuid = f"chart-{figure}"
    chart.x_labels = [str(number_in_year(week["week"])) for week in weeks]
    chart.add(name, [week[figure] for week in weeks])
    return as_picture(chart, f"Staafgrafiek: {name.lower()}. De tabel hieronder heeft dezelfde cijfers.")


def as_picture(chart: Any, label: str) -> str:
    """A pygal chart as SVG that runs and fetches nothing; ``label`` (Dutch) is what is read aloud."""
    svg = _NOT_SHOWN.sub("", str(chart.render(is_unicode=True)))
    return svg.replace("<svg ", f'<svg role="img" aria-label="{label}" ', 1)
