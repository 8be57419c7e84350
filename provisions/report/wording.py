"""The report in words: sentences about the region, from its figures. Never about a municipality, a client or a case."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from provisions.catalogue import Config
from provisions.domain import dutch
from provisions.domain.case import Reason
from provisions.domain.figures.facts import AT_REST, COUNTER, REFUSED, REGISTERED_LATE, TABLES
from provisions.domain.rules import CodeList, Dependency

RECURRING_WEEKS = 2  # a cause that returns in as many of the thirteen weeks is no incident
RECURRING_BREACHES = 3
MOST_DECISIONS = 4
SHOWN = {
    REFUSED: "afgewezen",
    COUNTER: "ligt bij het loket",
    TABLES: "ligt bij een tafel",
    AT_REST: "traject uit beeld",
    REGISTERED_LATE: "pas vastgelegd toen de uiterste datum voorbij was",
}


@dataclass(frozen=True)
class Wording:
    """Dutch names for what the figures are about."""

    config: Config

    def provision(self, key: str) -> str:
        """The name of a provision; its key when the catalogue no longer has it."""
        rule = self.config.catalogue.provisions.get(key)
        return rule.name if rule else key

    def dependency(self, text: str) -> str:
        """
        ``emergency_shelter|housing`` as "opvang of passende huisvesting".
        """
        return Dependency.parse(text).called(self.provision)

    def cause(self, cause: str) -> str:
        """Why a promise was not kept, in a few words."""
        kind, _, what = cause.partition(":")
        match kind:
            case "blocked":
                return f"wacht op {self.dependency(what)}"
            case "suspended":
                return f"{dutch.SUSPENDED} ({dutch.REASON[Reason(what)]})"
            case _:
                return SHOWN.get(kind) or self.config.catalogue.codes[CodeList.CAUSE].get(kind, kind)

    def headlines(self, rows: Sequence[Mapping[str, Any]], before: Mapping[str, Mapping[str, Any]]) -> list[str]:
        """What changed since the week before, most breaches first. ``before``: the rows of that week by key."""
        told = []
        for row in sorted(rows, key=lambda r: (-r["breaches"], -r["overdue"])):
            was = before[row["key"]]["breaches"]
            name = dutch.capitalised(self.provision(row["key"]))
            if row["breaches"]:
                told.append(f"{name}: {breaches(row['breaches'])}{_was(row['breaches'], was)}{self._mostly(row)}.")
            elif was:
                told.append(f"{name}: geen nieuwe overschrijdingen (vorige week {was}).")
        return told

    def _mostly(self, row: Mapping[str, Any]) -> str:
        causes: Mapping[str, int] = row["causes"]
        first = next(iter(causes), None)
        if first is None:
            return ""
        if causes[first] == row["breaches"]:
            return f", oorzaak: {self.cause(first)}"
        how = "meestal" if causes[first] * 2 > row["breaches"] else "het vaakst"
        return f", oorzaak {how}: {self.cause(first)}"

    def decisions(self, causes: Mapping[tuple[str, str], Sequence[int]]) -> list[dict[str, object]]:
        """What the steering group is asked to decide on: recurring causes, most breaches first.

        ``causes``: for each provision and cause the breaches of each of the past weeks.
        """
        found = []
        for (key, cause), counts in causes.items():
            weeks = sum(1 for count in counts if count)
            if weeks >= RECURRING_WEEKS and sum(counts) >= RECURRING_BREACHES:
                found.append((sum(counts), weeks, key, cause))
        found.sort(key=lambda item: (-item[0], -item[1], item[2], item[3]))
        return [self._decision(*item) for item in found[:MOST_DECISIONS]]

    def _decision(self, count: int, weeks: int, key: str, cause: str) -> dict[str, object]:
        ask, owner = self._asked(key, cause)
        return {
            "key": key,
            "cause": cause,
            "breaches": count,
            "weeks": weeks,
            "problem": f"{dutch.capitalised(self.provision(key))}: {breaches(count)} in {weeks} van de dertien weken; "
            f"{self.cause(cause)}.",
            "ask": ask,
            "owner": owner,
        }

    def _asked(self, key: str, cause: str) -> tuple[str, str]:
        kind, _, what = cause.partition(":")
        name = self.provision(key)
        match kind:
            case "blocked":
                first = Dependency.parse(what).alternatives[0]
                return (
                    f"Mag {name} in de hele regio starten zonder {self.dependency(what)} (afwijking, bewijslast achteraf), "
                    f"en wat is nodig om {self.provision(first)} sneller te regelen?",
                    f"{self._counter(first)} en {self._counter(key)}",
                )
            case "suspended":
                return (
                    f"Welke afspraak voorkomt dat de klok bij {name} stilstaat ({dutch.REASON[Reason(what)]})?",
                    "procesregisseur van het Zorg- en Veiligheidshuis",
                )
            case "refused":
                return (
                    f"Laat de afwijzingen van {name} naast elkaar leggen: welke regel staat in de weg, en wie past die aan?",
                    f"{self._counter(key)} met de doorbraaktafels",
                )
            case "tables":
                return (
                    f"Welk mandaat of budget missen de tafels om {name} los te trekken?",
                    "voorzitters van de doorbraaktafels",
                )
            case "registered_late":
                return (
                    f"Hoe komt een traject met {name} in het programma voordat de uiterste datum voorbij is?",
                    "teamleiders van de gemeentelijk regisseurs",
                )
            case given if given != COUNTER:
                return (
                    f"Wat is in de regio nodig, zodat {name} hier niet meer op vastloopt: {self.cause(given)}?",
                    f"{self._counter(key)} met de doorbraaktafels",
                )
            case _:
                target = self.config.catalogue.rule(key).target
                when = "op de afgesproken datum" if target is None else f"binnen {target}"
                if target is not None and target.count == 0:
                    when = "op de dag zelf"
                return (
                    f"Wat heeft het loket nodig om {name} {when} te regelen?",
                    self._counter(key),
                )

    def _counter(self, key: str) -> str:
        """The counter that does the work, as the region calls it."""
        organisation = self.config.organisation
        rule = self.config.catalogue.rule(key)
        names = dict.fromkeys(m.counters[rule.counter].name for m in organisation.municipalities.values())
        return next(iter(names))


def breaches(count: int) -> str:
    """
    >>> breaches(1), breaches(7)
    ('1 overschrijding', '7 overschrijdingen')
    """
    return dutch.counted(count, "overschrijding", "overschrijdingen")


def _was(now: int, was: int) -> str:
    return " (net als vorige week)" if now == was else f" (vorige week {was})"
