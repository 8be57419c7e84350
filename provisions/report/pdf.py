"""The report as a PDF for paper and for a screen reader: tagged (PDF/UA-1), by Typst, which is one wheel and no more."""

import json
from collections.abc import Sequence
from typing import Any

import typst

from provisions.catalogue import TEMPLATES
from provisions.domain import dutch
from provisions.report.build import Report
from provisions.report.chart import CHARTS, bars
from provisions.report.page import causes, context, count, escalating, paper, week_words

COUNTS = {
    "started": "Gestart",
    "delivered": "Geregeld",
    "delivered_on_time": "op tijd",
    "refused": "Afgewezen",
    "breaches": "Overschr.",
    "open": "Nog open",
    "overdue": "Te laat",
    "suspended": "Klok stil",
    "blocked": "Wacht",
}
DURATIONS = {
    "median_days": "Mediaan vanaf start",
    "p90_days": "9 van de 10 binnen",
    "since_intake_median_days": "Mediaan vanaf intake",
    "longest_overdue_days": "Langst te laat",
    "statutory_exceeded": "Wettelijke termijn voorbij",
}
WEEK = ("breaches", "overdue", "started", "delivered", "delivered_on_time")
MUNICIPALITY = ("started", "delivered", "breaches", "overdue")


def as_pdf(report: Report) -> bytes:
    """The PDF. The same report gives the same bytes."""
    source = (TEMPLATES / "report" / "report.typ").read_bytes()
    # Only the fonts that come with Typst: the same page on every machine.
    fonts = typst.Fonts(include_system_fonts=False)
    made = typst.compile(source, sys_inputs={"data": json.dumps(_data(report))}, pdf_standards="ua-1", font_paths=fonts)
    assert isinstance(made, bytes)  # noqa: S101 - one document, one file
    return made


def paper_as_pdf(report: Report) -> bytes:
    """The paper of a meeting, on at most two pages."""
    source = (TEMPLATES / "report" / "paper.typ").read_bytes()
    fonts = typst.Fonts(include_system_fonts=False)
    data = json.dumps(paper(report))
    made = typst.compile(source, sys_inputs={"data": data}, pdf_standards="ua-1", font_paths=fonts)
    assert isinstance(made, bytes)  # noqa: S101 - one document, one file
    return made


def _data(report: Report) -> dict[str, Any]:
    known = context(report)
    totals, before = report["totals"], report["previous_totals"]
    without, without_before = report["without"], report["previous_without"]
    rows = [*report["provisions"], {**totals, "name": "totaal"}]
    provisional = f"Deze week is nog niet om; dit is de stand van {known['made']}."
    return {
        "title": known["title"],
        "region": report["region"],
        "period": known["period"],
        "provisional": None if report["complete"] else provisional,
        "key": [
            ("overschrijdingen deze week", totals["breaches"], before["breaches"]),
            ("nu te laat", totals["overdue"], before["overdue"]),
            ("keer een wettelijke termijn voorbij", totals["statutory_exceeded"], before["statutory_exceeded"]),
            ("cliënten nu zonder opvang", without["shelter"], without_before["shelter"]),
            ("cliënten nu zonder inkomen", without["income"], without_before["income"]),
            ("cliënten nu zonder identiteitsbewijs", without["id"], without_before["id"]),
        ],
        "headlines": report["headlines"],
        "decisions": [(d["problem"], d["ask"], d["owner"]) for d in report["decisions"]],
        "brought_in": known["brought_in"],
        "moves": [[name, *map(str, figures)] for name, *figures in known["moves"]],
        "answered": [
            [dutch.capitalised(row["name"]), *map(count, (row["asked"], row["answered"], row["median_days"]))]
            for row in known["answered"]
        ],
        "went": [(dutch.capitalised(name), f"{share}%", most) for name, share, most in known["went"]],
        "causes": [[dutch.capitalised(cause), str(number)] for cause, number in causes(report)],
        "escalating": escalating(report, known),
        "counts_header": ["Voorziening", *COUNTS.values()],
        "counts": [_row(row, COUNTS) for row in rows],
        "durations_header": ["Voorziening", *DURATIONS.values()],
        "durations": [_row(row, DURATIONS) for row in rows],
        "blocked": [(dutch.capitalised(name), number, what) for name, number, what in known["blocked"]],
        "charts": [{"name": name, "svg": bars(report["weeks"], figure, name)} for figure, name in CHARTS],
        "weeks": [[dutch.capitalised(week_words(w["week"])), *(w[figure] for figure in WEEK)] for w in report["weeks"]],
        "municipalities": [[m["name"], *(m[figure] for figure in MUNICIPALITY)] for m in report["municipalities"]],
        "corrections": [
            (
                f"{dutch.capitalised(week_words(week))} van {week[:4]}",
                dutch.capitalised(name),
                "; ".join(f"{figure}: {count(was)} → {count(now)}" for figure, was, now in lines),
            )
            for week, name, lines in known["corrections"]
        ],
        "meanings": known["meanings"],
        "closing": known["closing"],
    }


def _row(row: dict[str, Any], figures: Sequence[str] | dict[str, str]) -> list[str]:
    return [dutch.capitalised(row["name"]), *(count(row[figure]) for figure in figures)]
