"""The report as people read it: a page (also on A4), the same in a mail, and plain text. All from the report's data."""

from datetime import date, datetime
from functools import lru_cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from provisions.catalogue import TEMPLATES
from provisions.domain import words
from provisions.domain.calendar import AMSTERDAM
from provisions.domain.case import Answer
from provisions.domain.rules import RungName
from provisions.domain.weeks import Week
from provisions.report.build import Report
from provisions.report.chart import course
from provisions.report.table import FIGURES
from provisions.report.wording import breaches, capitalised

WHERE = {"counter": "bij het loket", "tables": "bij een tafel", "suspended": "klok stilgezet", "blocked": "wacht op"}


def title(report: Report) -> str:
    """The subject and heading, such as "Weekrapport basisvoorzieningen, week 47 van 2026"."""
    year, _, number = report["week"].partition("-W")
    return f"Weekrapport basisvoorzieningen, week {int(number)} van {year}"


def as_page(report: Report) -> str:
    """The page as a file: with the chart, for a browser and for paper."""
    return _environment().get_template("report.html.j2").render(_context(report), chart=Markup(course(report["weeks"])))  # noqa: S704 - our own SVG


def in_mail(report: Report) -> str:
    """The page for a mail program: the chart is a table with bars, which every program shows (docs/decisions)."""
    return _environment().get_template("report.html.j2").render(_context(report), chart="")


def plain_text(report: Report) -> str:
    """What page one says, for who reads mail as plain text."""
    return _environment().get_template("report.txt.j2").render(_context(report))


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES / "report"),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters["count"] = _count
    environment.filters["capitalised"] = capitalised
    environment.filters["breaches"] = breaches
    environment.filters["week"] = week_words
    return environment


def _context(report: Report) -> dict[str, Any]:
    names = {row["key"]: row["name"] for row in report["provisions"]}
    return {
        "report": report,
        "title": title(report),
        "period": _period(report),
        "made": _moment(report["made"]),
        "rows": report["provisions"],
        "totals": report["totals"],
        "before": report["previous_totals"],
        "most": max((week["breaches"] for week in report["weeks"]), default=0),
        "went": _went(report["since_intake"], names),
        "answers": _labels(report["answers"], words.ANSWER, Answer),
        "rungs": _labels(report["rungs"], words.RUNG, RungName),
        "corrections": _corrections(report, names),
        "blocked": _blocked(report, names),
    }


def _count(value: object) -> str:
    """A figure as it is read: a dash where there is none, a comma for a half."""
    return "–" if value is None else str(value).replace(".", ",")


def week_words(text: str) -> str:
    """
    >>> week_words("2026-W47")
    'week 47'
    """
    return f"week {int(text.partition('-W')[2])}"


def _period(report: Report) -> str:
    week = Week.parse(report["week"])
    return f"{words.dutch_date(week.monday)} tot en met {words.dutch_date(week.sunday)}"


def _moment(text: str) -> str:
    local = datetime.fromisoformat(text).astimezone(AMSTERDAM)
    return f"{words.dutch_date(date(local.year, local.month, local.day))} om {local:%H.%M} uur"


def _went(days: dict[str, int] | None, names: dict[str, str]) -> list[tuple[str, int]]:
    """Where the days went, in shares of a hundred, the most first."""
    if not days:
        return []
    whole = sum(days.values())
    shares: dict[str, float] = {}
    for cause, count in days.items():
        kind, _, what = cause.partition(":")
        name = f"wacht op {_names_of(what, names)}" if kind == "blocked" else WHERE[kind]
        shares[name] = shares.get(name, 0) + 100 * count / whole
    return sorted(((name, round(share)) for name, share in shares.items()), key=lambda item: -item[1])


def _names_of(dependency: str, names: dict[str, str]) -> str:
    return " of ".join(names.get(key, key) for key in dependency.split("|"))


def _labels(counts: dict[str, int], labels: Any, kind: Any) -> list[tuple[str, int]]:
    return [(labels[kind(name)], count) for name, count in sorted(counts.items(), key=lambda item: -item[1])]


def _blocked(report: Report, names: dict[str, str]) -> list[tuple[str, int, str]]:
    """What waits for something else: (name, how many, on what)."""
    return [
        (
            row["name"],
            row["blocked"],
            ", ".join(
                f"{_names_of(d, names)} ({n})" for d, n in sorted(row["blocked_on"].items(), key=lambda i: -i[1])
            ),
        )
        for row in report["provisions"]
        if row["blocked"]
    ]


def _corrections(report: Report, names: dict[str, str]) -> list[tuple[str, str, list[tuple[str, object, object]]]]:
    """Corrections by week and provision: (week, name, [(figure, was, is)])."""
    grouped: dict[tuple[str, str], list[tuple[str, object, object]]] = {}
    for c in report["corrections"]:
        line = (FIGURES[c["figure"]], c["was"], c["is"])
        grouped.setdefault((c["week"], c["key"]), []).append(line)
    return [(week, names.get(key, key), lines) for (week, key), lines in grouped.items()]
