"""The report as people read it: a page (also on A4), the same in a mail, and plain text. All from the report's data."""

from datetime import date, datetime
from functools import lru_cache
from typing import Any

from jinja2 import Environment
from markupsafe import Markup

from provisions.catalogue import TEMPLATES
from provisions.domain import dutch
from provisions.domain.calendar import AMSTERDAM
from provisions.domain.case import Answer, Reason
from provisions.domain.rules import Dependency
from provisions.domain.rungs import RungName
from provisions.domain.weeks import Week, number_in_year
from provisions.report.build import Report
from provisions.report.chart import CHARTS, bars
from provisions.report.table import FIGURES
from provisions.report.wording import breaches
from provisions.templates import environment

MOST_HEADLINES = 6
MOST_CAUSES = 8  # on the paper of a meeting
WHERE = {
    "counter": "bij het loket",
    "tables": "bij een tafel",
    "blocked": "wachten op iets anders",
    "suspended": "klok stilgezet",
    "at_rest": "traject uit beeld",
}


MEANINGS = (
    (
        "Overschrijding",
        "wat beloofd was, was er aan het eind van de uiterste datum niet. Een overschrijding blijft tellen, ook als het "
        "later geregeld wordt.",
    ),
    ("Te laat", "aan het eind van de zondag voorbij de uiterste datum en nog niet geregeld."),
    ("Klok stil", "de termijn is tijdelijk stilgezet, om een reden uit een vaste lijst."),
    ("Wacht", "kan nog niet starten, omdat iets anders eerst geregeld moet zijn."),
    (
        "Oorzaak",
        "wat de regisseur, het loket of een tafel daar het laatst over zei; is er niets gezegd, dan waar tussen intake en "
        "uiterste datum de meeste dagen bleven.",
    ),
)


def title(report: Report) -> str:
    """The subject and heading, such as "Weekrapport basisvoorzieningen, week 47 van 2026"."""
    week = report["week"]
    return f"Weekrapport basisvoorzieningen, {week_words(week)} van {week[:4]}"


def as_page(report: Report) -> str:
    """The page as a file: with charts, for a browser and for paper."""
    # Our own SVG, drawn from numbers.
    charts = [(name, Markup(bars(report["weeks"], figure, name))) for figure, name in CHARTS]  # noqa: S704
    return _environment().get_template("report.html.j2").render(context(report), charts=charts)


def in_mail(report: Report) -> str:
    """The page for a mail program: the bars are in the table, which every program shows (docs/decisions)."""
    return _environment().get_template("report.html.j2").render(context(report), charts=())


def plain_text(report: Report) -> str:
    """What page one says, for those who read mail as plain text."""
    return _environment().get_template("report.txt.j2").render(context(report))


@lru_cache(maxsize=1)
def _environment() -> Environment:
    made = environment(TEMPLATES / "report")
    made.filters |= {"count": count, "counted": dutch.counted, "capitalised": dutch.capitalised}
    made.filters |= {"breaches": breaches, "week": week_words}
    return made


MOVES = ("ended", "handed_over", "taken_over")


def context(report: Report) -> dict[str, Any]:
    """What the templates show, ready to be read."""
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
        "answers": _times({dutch.ANSWER[Answer(a)]: count for a, count in report["answers"].items()}),
        "causes": _times(report.get("cause_names", {})),
        "answered": [
            {**row, "name": f"loket {row['counter'].replace('_', ' ')}"} for row in report.get("answered", ())
        ],
        "rungs": _times({RungName(r).label: count for r, count in report["rungs"].items()}),
        "headlines": report["headlines"][:MOST_HEADLINES],
        "more": len(report["headlines"][MOST_HEADLINES:]),
        "brought_in": brought_in(report),
        "moves": moves(report),
        "corrections": _corrections(report, names),
        "blocked": _blocked(report, names),
        "meanings": MEANINGS,
        "closing": _closing(report),
    }


def paper(report: Report) -> dict[str, Any]:
    """What lies on the table of a meeting: what recurs, and what is asked. Ready to be read; no case and no reference."""
    known, totals, before = context(report), report["totals"], report["previous_totals"]
    return {
        "title": f"Voor de vergadering, {week_words(report['week'])} van {report['week'][:4]}",
        "region": report["region"],
        "period": known["period"],
        "key": [
            ("overschrijdingen deze week", totals["breaches"], before["breaches"]),
            ("nu te laat", totals["overdue"], before["overdue"]),
            ("cliënten nu zonder opvang", report["without"]["shelter"], report["previous_without"]["shelter"]),
            *_nights_of(report),
        ],
        "decisions": [(d["problem"], d["ask"], d["owner"]) for d in report["decisions"]],
        "brought_in": known["brought_in"],
        "causes": causes(report)[:MOST_CAUSES],
        "answered": [
            (dutch.capitalised(row["name"]), row["asked"], row["answered"], count(row["median_days"]))
            for row in known["answered"]
        ],
        "went": [(dutch.capitalised(name), f"{share}%", most) for name, share, most in known["went"]],
        "escalating": escalating(report, known),
        "closing": known["closing"],
    }


def _nights_of(report: Report) -> list[tuple[str, int, str]]:
    """How often in the week somebody had no place in the night. None in older reports, which did not count that."""
    if "nights_without_place" not in report:
        return []
    label = "keer in deze week een nacht zonder plek gemeld"
    return [(label, report["nights_without_place"], count(report.get("previous_nights_without_place")))]


def causes(report: Report) -> list[tuple[str, int]]:
    """Why things were late in the past thirteen weeks: the cause and how often, the most first. None in older reports."""
    return list(report.get("cause_names", {}).items())


def moves(report: Report) -> list[tuple[str, int, int, int]]:
    """What ended with its case, was handed over and taken over in the week, by provision; last the sum, where there was any."""
    rows = [(dutch.capitalised(row["name"]), *(row.get(figure, 0) for figure in MOVES)) for row in report["provisions"]]
    some = [row for row in rows if any(row[1:])]
    totals = report["totals"]
    return [*some, ("Totaal", *(totals.get(figure, 0) for figure in MOVES))] if some else []


def brought_in(report: Report) -> list[tuple[str, str, str]]:
    """What people brought in: about what, what is asked, and who does it by when with how it stands. None in older reports."""
    return [
        (
            f"{one['number']}, {one['municipality_name']}: {one['about_name']}, {one['cause_name']} ({one['cases']} cliënten)",
            one["decision"],
            f"{one['owner']}, uiterlijk {dutch.dutch_date(date.fromisoformat(one['due']))}; {_stands(one)}",
        )
        for one in report.get("brought_in", ())
    ]


def _stands(one: dict[str, Any]) -> str:
    if one["until"] is None:
        return str(one["state_name"])
    again = f", nu {one['deferred']} keer" if one["deferred"] > 1 else ""
    return f"{one['state_name']} tot {dutch.dutch_date(date.fromisoformat(one['until']))}{again}"


def escalating(report: Report, known: dict[str, Any]) -> str:
    """What escalating led to, in words. ``known``: what :func:`context` made of it."""
    if not known["rungs"]:
        return "In de afgelopen dertien weken is er geen escalatiestap gezet."
    answered = (
        f"De tafels antwoordden: {known['answers']}."
        if known["answers"]
        else "Er is nog geen antwoord van een tafel vastgelegd."
    )
    submitted = f"Ingediend bij het landelijk Maatwerkloket: {report['submitted']}."
    return f"In de afgelopen dertien weken gezet: {known['rungs']}. {submitted} {answered}"


def _closing(report: Report) -> str:
    state = (
        "De cijfers liggen vast; wat later verandert, staat als correctie in een volgend rapport."
        if report["frozen"]
        else "Dit rapport is nog niet verzonden; de cijfers kunnen nog veranderen."
    )
    out = _taken_out(report.get("taken_out", 0))
    out += _at_rest(report.get("at_rest", 0))
    out += _nights(report.get("nights_without_place", 0))
    privacy = "In dit rapport staan geen namen, geen nummers van trajecten en geen vrije tekst."
    if report.get("brought_in"):
        privacy += " Wat is ingebracht, is door twee mensen gezien en gaat over geen cliënt."
    return f"Gemaakt op {_moment(report['made'])}. {state} {out}{privacy}"


def _taken_out(cases: int) -> str:
    if not cases:
        return ""
    are = "is 1 traject" if cases == 1 else f"zijn {cases} trajecten"
    return f"Deze week {are} uit alle cijfers gehaald: dubbel, of bij vergissing gestart. "


def _at_rest(cases: int) -> str:
    if not cases:
        return ""
    are = "was 1 traject" if cases == 1 else f"waren {cases} trajecten"
    return f"Aan het eind van de week {are} uit beeld: die klokken staan stil en tellen niet mee. "


def _nights(nights: int) -> str:
    if not nights:
        return ""
    were = "was er 1 signaal" if nights == 1 else f"waren er {nights} signalen"
    return f"Deze week {were} dat een cliënt een nacht zonder plek was. "


def count(value: object) -> str:
    """A figure as it is read: a dash where there is none, a comma for a half."""
    return "–" if value is None else str(value).replace(".", ",")


def week_words(text: str) -> str:
    """
    >>> week_words("2026-W47")
    'week 47'
    """
    return f"week {number_in_year(text)}"


def _period(report: Report) -> str:
    week = Week.parse(report["week"])
    return f"{dutch.dutch_date(week.monday)} tot en met {dutch.dutch_date(week.sunday)}"


def _moment(text: str) -> str:
    local = datetime.fromisoformat(text).astimezone(AMSTERDAM)
    return f"{dutch.dutch_date(date(local.year, local.month, local.day))} om {local:%H.%M} uur"


def _went(days: dict[str, int] | None, names: dict[str, str]) -> list[tuple[str, int, str]]:
    """Where the days went: (where, in hundredths, most of it), the most first."""
    if not days:
        return []
    whole = sum(days.values())
    parts: dict[str, dict[str, int]] = {}
    for cause, count in days.items():
        kind, _, what = cause.partition(":")
        parts.setdefault(kind, {})[_what(kind, what, names)] = count
    told = [
        (WHERE[kind], round(100 * sum(part.values()) / whole), _mostly(part, whole)) for kind, part in parts.items()
    ]
    return sorted(told, key=lambda item: -item[1])


def _what(kind: str, what: str, names: dict[str, str]) -> str:
    if kind == "suspended":
        return dutch.REASON[Reason(what)]
    return _names_of(what, names) if what else ""


def _mostly(part: dict[str, int], whole: int) -> str:
    """The largest parts, with their share of the whole."""
    largest = sorted(((name, count) for name, count in part.items() if name), key=lambda item: -item[1])[:3]
    return ", ".join(f"{name} ({round(100 * count / whole)}%)" for name, count in largest)


def _names_of(dependency: str, names: dict[str, str]) -> str:
    return Dependency.parse(dependency).called(lambda key: names.get(key, key))


def _times(counts: dict[str, int]) -> str:
    """
    >>> _times({"voorrang": 3, "andere route": 1})
    'voorrang 3 keer en andere route 1 keer'
    """
    return dutch.listed([f"{name} {count} keer" for name, count in sorted(counts.items(), key=lambda item: -item[1])])


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
