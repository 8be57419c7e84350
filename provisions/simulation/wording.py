"""A simulation in Dutch words: the same sentences and figures on the screen and on the page."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from provisions.catalogue import Config
from provisions.domain import dutch
from provisions.domain.rungs import RungName
from provisions.report.wording import Wording
from provisions.simulation.summary import Spread, Summary

NOW = "Nu"
TOTAL = "Totaal"
MOST_CAUSES = 6
LETTERS = "ABCDEFGHIJ"
MEANING = (
    "Dit is een model en geen voorspelling. De cliënten, hun dagen en de loketten zijn verzonnen volgens het scenario;",
    "de termijnen, de escalatiestappen en de manier van tellen zijn de echte (config/ en het weekrapport).",
    "Tussen haakjes: de laagste en de hoogste uitkomst. Een verschil is per keer genomen, met dezelfde cliënten en toevallen.",
)
# What is told of the whole besides the breaches: the figure, and how it is called.
OUTCOMES = (
    ("started", "Gestart"),
    ("delivered", "Geregeld"),
    ("delivered_on_time", "waarvan op tijd"),
    ("refused", "Afgewezen"),
    ("breaches", "Overschrijdingen"),
    ("open", "Nog open aan het eind"),
    ("overdue", "Te laat aan het eind"),
    ("blocked", "Wacht op iets anders aan het eind"),
    ("statutory_exceeded", "Wettelijke termijn voorbij aan het eind"),
    ("median_days", "Dagen van start tot geregeld: mediaan"),
    ("p90_days", "Dagen van start tot geregeld: 9 van de 10 binnen"),
    ("since_intake_median_days", "Dagen van intake tot geregeld: mediaan"),
)
# What happens in a life besides: shown where any of it happened.
IN_A_LIFE = (
    ("rounds", "Opnieuw nodig: een nieuwe ronde"),
    ("rests", "Keer dat een cliënt uit beeld was"),
    ("at_rest", "Uit beeld aan het eind"),
    ("warnings", "Voorwaarschuwingen"),
    ("places_lost", "Plekken om te slapen die ophielden"),
    ("found_in_time", "waarvan op tijd een andere plek"),
    ("nights_without_place", "Nachten zonder plek daarna"),
    ("asked", "Vragen aan loketten"),
    ("answered", "waarvan beantwoord met de link"),
    ("days_until_known", "Dagen tot wij weten dat een loket klaar is, gemiddeld"),
    ("needless_rungs", "Escalatiestappen voor niets: het was al geregeld"),
)


def marks(summary: Summary) -> list[str]:
    """How each variant is called for short: "Nu", "A", "B", …"""
    return [NOW, *(LETTERS[n % len(LETTERS)] for n in range(len(summary["variants"]) - 1))]


def heading(summary: Summary) -> list[str]:
    """What was simulated."""
    first, last = (dutch.dutch_date(date.fromisoformat(summary[name])) for name in ("from", "until"))
    clients = _plural(summary["clients"], "cliënt", "cliënten")
    runs = "één keer" if summary["runs"] == 1 else f"{summary['runs']} keer"
    return [
        f"Simulatie: {summary['scenario']}, {first} tot en met {last}",
        f"{ranged(summary['clients'])} {clients} · {runs} gesimuleerd · seed {summary['seed']}",
        f"Gebaseerd op {summary['based_on']}.",
    ]


def _plural(spread: Spread | None, one: str, more: str) -> str:
    return one if spread and {abs(spread[edge]) for edge in ("lowest", "middle", "highest")} == {1} else more


def what_ifs(summary: Summary) -> list[str]:
    """What each letter stands for, and the answer in a sentence."""
    told = []
    for mark, variant in zip(marks(summary)[1:], summary["variants"][1:], strict=True):
        less = variant["difference"]
        answer = _answer(less["totals"]["breaches"]) + _needless(less["in_a_life"]["needless_rungs"])
        told.append(f"{mark}: {dutch.capitalised(variant['name'])}. {answer}")
    return told


def _answer(less: Spread) -> str:
    if less is None or not (less["lowest"] or less["highest"]):
        return "Dat scheelt geen overschrijdingen."
    broken = _plural(less, "overschrijding", "overschrijdingen")
    if less["highest"] < 0:
        return f"Dat scheelt {number(-less['middle'])} {broken}{_between(-less['highest'], -less['lowest'])}."
    if less["lowest"] > 0:
        return f"Dat geeft {number(less['middle'])} {broken} meer{_between(less['lowest'], less['highest'])}."
    return f"Of dat overschrijdingen scheelt, is niet te zeggen: {difference(less)}."


def _needless(less: Spread) -> str:
    """What was laid before a table for nothing, where it is certain to be less or more."""
    if less is None or less["lowest"] <= 0 <= less["highest"]:
        return ""
    rungs, fewest, most = _plural(less, "escalatiestap", "escalatiestappen"), abs(less["lowest"]), abs(less["highest"])
    more = "minder" if less["middle"] < 0 else "meer"
    return (
        f" En {number(abs(less['middle']))} {rungs} voor niets {more}{_between(min(fewest, most), max(fewest, most))}."
    )


def _between(lowest: float, highest: float) -> str:
    return "" if lowest == highest else f" ({number(lowest)} tot {number(highest)})"


def breaches(summary: Summary, part: str) -> list[list[str]]:
    """Rows by provision or by place (``part``), most breaches first: a name, started, breaches now, and of each what-if the
    breaches and the difference that it makes. Provisions have their total below them.
    """
    base, *others = summary["variants"]
    rows = [
        _cells(
            dutch.capitalised(base[part][n]["name"]),
            base[part][n],
            [(other[part][n], other["difference"][part][n]) for other in others],  # all have the same rows in order
        )
        for n in most_first(base[part])
    ]
    if part == "provisions":
        rows.append(_cells(TOTAL, base["totals"], [(o["totals"], o["difference"]["totals"]) for o in others]))
    return rows


def most_first(rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """The numbers of the rows, most breaches first."""
    return sorted(range(len(rows)), key=lambda number: -rows[number]["breaches"]["middle"])


def _cells(
    name: str, base: Mapping[str, Any], others: Sequence[tuple[Mapping[str, Any], Mapping[str, Any]]]
) -> list[str]:
    cells = [name, middle(base["started"]), ranged(base["breaches"])]
    for figures, less in others:
        cells += [ranged(figures["breaches"]), difference(less["breaches"])]
    return cells


def outcomes(summary: Summary) -> list[list[str]]:
    """Rows about the whole: a name, then one cell a variant."""
    variants = summary["variants"]
    rows = [[name, *(ranged(v["totals"][figure]) for v in variants)] for figure, name in OUTCOMES]
    climbed = dict.fromkeys(rung for v in variants for rung in v["totals"]["rungs"])
    rows += [
        [dutch.capitalised(rung.kind.ahead), *(ranged(v["totals"]["rungs"].get(rung)) for v in variants)]
        for rung in RungName
        if rung in climbed
    ]
    rows.append(["waarvan ingediend", *(ranged(v["totals"]["submitted"]) for v in variants)])
    return rows


def in_a_life(summary: Summary) -> list[list[str]]:
    """Rows about what else happens in a life, and how counters answered: a name, then one cell a variant."""
    variants = summary["variants"]
    return [
        [name, *(ranged(v["in_a_life"][figure]) for v in variants)]
        for figure, name in IN_A_LIFE
        if any(v["in_a_life"][figure] and v["in_a_life"][figure]["highest"] for v in variants)
    ]


def causes(summary: Summary, config: Config) -> list[list[str]]:
    """Why the promises were broken, as the report tells it: a cause, then its share of the breaches in each variant."""
    wording, variants = Wording(config), summary["variants"]
    told = []
    for cause in list(variants[0]["totals"]["causes"])[:MOST_CAUSES]:
        told.append([dutch.capitalised(wording.cause(cause)), *(_share(v["totals"], cause) for v in variants)])
    return told


def _share(totals: Mapping[str, Any], cause: str) -> str:
    found: Sequence[float] = [spread["middle"] for spread in totals["causes"].values()]
    part = totals["causes"].get(cause)
    return f"{100 * part['middle'] / sum(found):.0f}%" if part and sum(found) else "–"


def number(value: float) -> str:
    """A figure as it is read: a half only where it matters, and a point in thousands.

    >>> number(5711), number(12.5), number(-2.5)
    ('5.711', '12', '-2,5')
    """
    text = f"{value:,.0f}" if value == int(value) or abs(value) >= 10 else f"{value:,.1f}"
    return text.translate(str.maketrans(",.", ".,"))


def middle(spread: Spread) -> str:
    """The median of the runs; a dash where there is none."""
    return "–" if spread is None else number(spread["middle"])


def ranged(spread: Spread) -> str:
    """The median of the runs and their range, where they differ.

    >>> ranged({"middle": 412, "lowest": 398, "highest": 430})
    '412 (398–430)'
    """
    if spread is None or spread["lowest"] == spread["highest"]:
        return middle(spread)
    return f"{number(spread['middle'])} ({number(spread['lowest'])}–{number(spread['highest'])})"


def difference(spread: Spread) -> str:
    """
    >>> difference({"middle": -240, "lowest": -257, "highest": -239})
    '-240 (-257 tot -239)'
    """
    if spread is None or spread["lowest"] == spread["highest"]:
        return "–" if spread is None else signed(spread["middle"])
    return f"{signed(spread['middle'])} ({signed(spread['lowest'])} tot {signed(spread['highest'])})"


def signed(value: float) -> str:
    """A difference, with its sign."""
    return f"+{number(value)}" if value > 0 else number(value)
