"""The report's figures as CSV: one line for each provision, total, municipality, week and correction.

Semicolons and a byte order mark, because that is what a Dutch spreadsheet opens without asking.
"""

import csv
import io
from collections.abc import Mapping
from typing import Any

from provisions.report.build import Report

FIGURES = {
    "started": "gestart",
    "delivered": "geregeld",
    "delivered_on_time": "op tijd geregeld",
    "refused": "afgewezen",
    "ended": "geëindigd met het traject",
    "breaches": "overschrijdingen",
    "open": "nog open",
    "overdue": "te laat",
    "suspended": "klok stilgezet",
    "blocked": "wacht op iets anders",
    "statutory_exceeded": "wettelijke termijn voorbij",
    "median_days": "mediaan dagen",
    "p90_days": "90% binnen dagen",
    "longest_overdue_days": "langst te laat (dagen)",
    "since_intake_median_days": "mediaan dagen sinds intake",
    "submitted": "ingediend bij Maatwerkloket",
    "taken_over": "overgenomen",
    "handed_over": "overgedragen",
}
OF_COUNTER = {"asked": "gevraagd aan het loket", "answered": "beantwoord door het loket"}
OF_REGION = {
    "at_rest": "trajecten uit beeld",
    "taken_out": "trajecten uit de cijfers gehaald",
    "cases": "cliënten (ingebracht)",
    "often": "overschrijdingen met deze oorzaak",
}
GROUPS = {
    "blocked_on": "wacht op",
    "rungs": "escalatiestappen",
    "answers": "antwoorden van tafels",
    "causes": "oorzaken",
}
HEADER = (
    "soort",
    "week",
    "sleutel",
    "naam",
    *FIGURES.values(),
    *OF_COUNTER.values(),
    *OF_REGION.values(),
    *GROUPS.values(),
    "cijfer",
    "was",
    "is",
)
BYTE_ORDER_MARK = "\ufeff"


def as_csv(report: Report) -> str:
    """The whole report as CSV."""
    out = io.StringIO()
    out.write(BYTE_ORDER_MARK)
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(HEADER)
    week = report["week"]
    for row in report["provisions"]:
        writer.writerow(_line("voorziening", week, row["key"], row["name"], row))
    of_region = {name: report.get(name) for name in ("at_rest", "taken_out")}
    writer.writerow(_line("totaal", week, "", report["region"], {**report["totals"], **of_region}))
    for row in report["municipalities"]:
        writer.writerow(_line("gemeente (13 weken)", week, row["municipality"], row["name"], row))
    for row in report["weeks"]:
        writer.writerow(_line("weekverloop", row["week"], "", report["region"], row))
    for row in report.get("answered", ()):
        writer.writerow(_line("loket (13 weken)", week, row["counter"], row["counter"].replace("_", " "), row))
    for cause, often in report.get("cause_names", {}).items():
        writer.writerow(_line("oorzaak (13 weken)", week, "", cause, {"often": often}))
    for one in report.get("brought_in", ()):
        name = f"{one['about_name']}, {one['cause_name']}: {one['decision']} ({one['state_name']})"
        writer.writerow(_line("ingebracht", week, one["number"], name, one))
    names = {row["key"]: row["name"] for row in report["provisions"]}
    for c in report["corrections"]:
        line = _line("correctie", c["week"], c["key"], names.get(c["key"], c["key"]), {})
        writer.writerow([*line[:-3], FIGURES[c["figure"]], _cell(c["was"]), _cell(c["is"])])
    return out.getvalue()


def _line(kind: str, week: str, key: str, name: str, row: Mapping[str, Any]) -> list[str]:
    figures = [_cell(row.get(figure)) for figure in (*FIGURES, *OF_COUNTER, *OF_REGION)]
    groups = [", ".join(f"{name}={count}" for name, count in row.get(group, {}).items()) for group in GROUPS]
    return [kind, week, key, name, *figures, *groups, "", "", ""]


def _cell(value: object) -> str:
    """A number as a Dutch spreadsheet reads it."""
    return "" if value is None else str(value).replace(".", ",")
