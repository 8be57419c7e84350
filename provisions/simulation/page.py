"""A simulation as a page, for a browser and for paper, and its data beside it."""

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment
from markupsafe import Markup

from provisions.catalogue import TEMPLATES, Config
from provisions.report.files import write_files
from provisions.simulation import wording
from provisions.simulation.chart import by_provision, by_week, legend
from provisions.simulation.summary import Summary
from provisions.templates import environment

NAME = "simulatie"


def write(summary: Summary, folder: Path, config: Config) -> list[Path]:
    """Write the page and the JSON into ``folder`` (made when missing), readable by their owner only. Returns their paths.

    Raises ``Unreachable`` when the folder can't be written.
    """
    contents = {
        f"{NAME}.html": as_page(summary, config).encode(),
        f"{NAME}.json": (json.dumps(summary, ensure_ascii=False, indent=2) + "\n").encode(),
    }
    return write_files(folder, contents, what="De simulatie")


def as_page(summary: Summary, config: Config) -> str:
    """The page: the same summary always gives the same page."""
    return (
        _environment()
        .get_template("simulation.html.j2")
        .render(
            heading=wording.heading(summary),
            boxes=_boxes(summary),
            marks=wording.marks(summary),
            what_ifs=wording.what_ifs(summary),
            by_provision=wording.breaches(summary, "provisions"),
            by_place=wording.breaches(summary, "places"),
            outcomes=wording.outcomes(summary),
            in_a_life=wording.in_a_life(summary),
            causes=wording.causes(summary, config),
            weeks=_weeks(summary),
            # Our own SVG, drawn from numbers.
            by_provision_chart=Markup(by_provision(summary)),  # noqa: S704
            weeks_chart=Markup(by_week(summary)),  # noqa: S704
            legend=legend(summary),
            meaning=wording.MEANING,
            changed=[
                (mark, variant["changes"])
                for mark, variant in zip(wording.marks(summary), summary["variants"], strict=True)
                if variant["changes"]
            ],
        )
    )


@lru_cache(maxsize=1)
def _environment() -> Environment:
    made = environment(TEMPLATES / "simulation", TEMPLATES / "report")
    made.filters["number"] = wording.number
    return made


def _boxes(summary: Summary) -> list[tuple[str, str, str]]:
    """What is seen first: a figure, what it is, and its range."""
    base, *others = summary["variants"]
    totals = base["totals"]
    found = [
        (wording.middle(totals["breaches"]), "overschrijdingen in de hele periode", _range(totals["breaches"])),
        (wording.middle(totals["overdue"]), "te laat aan het eind", _range(totals["overdue"])),
    ]
    if others:
        less = others[0]["difference"]["totals"]["breaches"]
        found.append((wording.signed(less["middle"]), "overschrijdingen verschil met A", _range(less)))
    return found


def _range(spread: dict[str, float]) -> str:
    if spread["lowest"] == spread["highest"]:
        return ""
    return f"{wording.number(spread['lowest'])} tot {wording.number(spread['highest'])}"


def _weeks(summary: Summary) -> list[list[str]]:
    variants: list[dict[str, Any]] = summary["variants"]
    return [
        [
            f"Week {int(row['week'].partition('-W')[2])} van {row['week'][:4]}",
            *(
                wording.middle(variant["weeks"][n][figure])
                for figure in ("breaches", "overdue")
                for variant in variants
            ),
        ]
        for n, row in enumerate(variants[0]["weeks"])
    ]
