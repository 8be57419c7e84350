"""What a simulation is about: a TOML file becomes a ``Scenario``, or one error with every fault in it."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from provisions.catalogue import Config
from provisions.catalogue.entry import Entry, meant
from provisions.domain import graph
from provisions.domain.calendar import first_moment
from provisions.domain.case import Answer, Reason
from provisions.domain.errors import InvalidConfig, InvalidInput
from provisions.domain.rules import Brp, Catalogue, CodeList, Dependency, WarningTo
from provisions.domain.rungs import RungName
from provisions.domain.weeks import Week
from provisions.simulation.reading import NO_DAYS, Days, between, chance_of, days_in, days_of, numbers, weights
from provisions.simulation.turns import (
    Again,
    Answering,
    Found,
    OutOfSight,
    PlaceLost,
    read_again,
    read_answering,
    read_found,
    read_out_of_sight,
    read_place_lost,
)

MOST_CLIENTS = 20_000
MOST_RUNS = 200
MOST_WEEKS = 106  # two years: the decrees on holidays are known three years ahead
LONGEST_STOP = 28  # calendar days; longer needs a team lead (domain.md, rule 4)


@dataclass(frozen=True)
class Counter:
    """How a counter deals with one provision, in working days from the start. ``speed`` 2: in half the time.

    ``agreed_after``: the calendar days until the date that is agreed, where the promise is such a date.
    """

    days: Days
    refused: float
    withdrawn: float
    speed: float
    agreed_after: int | None = None


@dataclass(frozen=True)
class AfterRefusal:
    """What becomes of what was refused: the chances of getting it after all and of giving up; the rest stays refused."""

    delivered: float
    withdrawn: float
    days: Days


@dataclass(frozen=True)
class Table:
    """A table of the ladder: after how many working days it answers, what, and how much faster the counter then goes.

    ``submitted``: the chance that a case goes to the national desk, where a person decides on that.
    """

    days: Days
    answers: Mapping[Answer, float]
    faster: Mapping[Answer, float]
    submitted: float = 1.0


@dataclass(frozen=True)
class Waiving:
    """The chance that the case director deviates from what a provision waits for, once that is late, and after how long."""

    chance: float
    days: Days


@dataclass(frozen=True)
class Stopping:
    """The chance that a clock is stopped, how many working days after the start, for how many calendar days, and why."""

    chance: float
    days: Days
    calendar_days: int
    reasons: Mapping[Reason, float]


@dataclass(frozen=True)
class Group:
    """Clients who are alike. ``needs``, ``urgent`` and ``later`` are chances by provision.

    What of ``otherwise_present`` is not needed, is there already. ``later``: needed only after ``later_after`` calendar days.
    ``place_lost``: whether and when they lose the place to sleep.
    """

    key: str
    share: float
    brp: Mapping[Brp, float]
    needs: Mapping[str, float]
    otherwise_present: frozenset[str]
    urgent: Mapping[str, float]
    later: Mapping[str, float]
    later_after: Days
    place_lost: PlaceLost


@dataclass(frozen=True)
class Place:
    """A municipality, or a number of them that are alike. ``speed``: on top of the counter's own, by provision."""

    key: str
    name: str
    share: float
    speed: Mapping[str, float]


@dataclass(frozen=True)
class Scenario:
    """A whole scenario, checked against the rules in ``catalogue``, which has the places as its municipalities.

    ``clients``: the fewest and the most; each run draws a number in between. ``runs``: how often, when nobody says otherwise.
    ``again``: by provision; ``found``: by the name of a warning.
    """

    name: str
    based_on: str
    seed: int
    runs: int
    first_week: Week
    weeks: int
    clients: tuple[int, int]
    groups: tuple[Group, ...]
    always_needed: Mapping[Brp, frozenset[str]]
    counters: Mapping[str, Counter]
    after_refusal: AfterRefusal
    tables: Mapping[RungName, Table]
    waiving: Waiving
    stopping: Stopping
    again: Mapping[str, Again]
    out_of_sight: OutOfSight
    found: Mapping[str, Found]
    answering: Answering
    places: tuple[Place, ...]
    catalogue: Catalogue

    @property
    def last_week(self) -> Week:
        """The week that the simulation ends with."""
        return self.first_week.plus(self.weeks - 1)

    @property
    def end(self) -> datetime:
        """The moment (UTC) at which it is over."""
        return first_moment(self.last_week.sunday + timedelta(days=1))


def read_scenario(values: Mapping[str, Any], file: str, config: Config) -> Scenario:
    """Check a parsed file. Raises ``InvalidConfig`` with one line for each fault: file, entry, key and remedy."""
    faults: list[str] = []
    entry = Entry(file, "", dict(values), faults)
    keys = tuple(config.catalogue.provisions)
    places, catalogue = _places(entry, config)
    scenario = Scenario(
        name=entry.text("name"),
        based_on=entry.text("based_on"),
        seed=entry.number("seed"),
        runs=between(entry, "runs", 1, MOST_RUNS),
        first_week=_week(entry, "first_week"),
        weeks=between(entry, "weeks", 1, MOST_WEEKS),
        clients=_clients(entry),
        groups=tuple(_group(key, inner, keys) for key, inner in entry.named_tables("group").items()),
        always_needed={
            Brp(key): frozenset(_known(inner, "needs", keys))
            for key, inner in _of_enum(entry, "always_needed", Brp, optional=True).items()
        },
        counters={
            key: _counter(inner, key, config.catalogue) for key, inner in _by_key(entry, "counter", keys).items()
        },
        after_refusal=_after_refusal(entry),
        tables={rung: _table(rung, inner) for rung, inner in _tables(entry, catalogue).items()},
        waiving=_waiving(entry),
        stopping=_stopping(entry),
        again={
            key: read_again(inner, catalogue.codes[CodeList.AGAIN])
            for key, inner in _by_key(entry, "again", keys).items()
        },
        out_of_sight=read_out_of_sight(entry, catalogue.codes[CodeList.REST]),
        found=read_found(entry, [rule.name for rule in catalogue.warnings]),
        answering=read_answering(entry, catalogue.codes[CodeList.CAUSE]),
        places=places,
        catalogue=catalogue,
    )
    entry.named_tables("what_if", optional=True)  # read by what_if.py
    entry.done()
    _check_together(entry, scenario)
    if faults:
        raise InvalidConfig(*dict.fromkeys(faults))
    return scenario


# --- the parts -------------------------------------------------------------------------------------------------------


def _clients(entry: Entry) -> tuple[int, int]:
    values = entry.values.get("clients")
    entry.known.add("clients")
    match values:
        case [int(lowest), int(highest)] if 0 < lowest <= highest <= MOST_CLIENTS:
            return lowest, highest
    entry.fault(
        "clients",
        f"{values!r} klopt niet.",
        f"Vul het kleinste en het grootste aantal in, zoals [1500, 2000], hoogstens {MOST_CLIENTS}.",
    )
    return 1, 1


def _week(entry: Entry, key: str) -> Week:
    text = entry.text(key)
    try:
        return Week.parse(text)
    except InvalidInput as wrong:
        if text:
            entry.fault(key, str(wrong), "Vul een week in die bestaat.")
        return Week.parse("2027-W01")


def _weights(entry: Entry, name: str, kind: type[Any]) -> dict[Any, float]:
    """How often each member of a closed list occurs."""
    return {kind(member): weight for member, weight in weights(entry, name, [m.value for m in kind]).items()}


def _by_key(entry: Entry, name: str, keys: tuple[str, ...]) -> dict[str, Entry]:
    """The tables in table ``name``, each about a provision that exists."""
    found = entry.named_tables(name, optional=True)
    for key in found.keys() - set(keys):
        entry.fault(f"{name}.{key}", "deze voorziening bestaat niet.", meant(key, keys))
    return {key: inner for key, inner in found.items() if key in keys}


def _of_enum(entry: Entry, name: str, kind: type[Any], *, optional: bool = False) -> dict[str, Entry]:
    """The tables in table ``name``, each named after a member of a closed list."""
    found = entry.named_tables(name, optional=optional)
    members = [member.value for member in kind]
    for key in found.keys() - set(members):
        entry.fault(f"{name}.{key}", "dit bestaat niet.", meant(key, members))
    return {key: inner for key, inner in found.items() if key in members}


def _tables(entry: Entry, catalogue: Catalogue) -> dict[RungName, Entry]:
    """Those of all tables, lowest first; of one that no place has, nothing need be said."""
    found = _of_enum(entry, "table", RungName)
    for rung in RungName.tables():
        if rung not in found and any(catalogue.has_rung(rung, place) for place in catalogue.calendars):
            entry.fault(f"table.{rung}", "deze tafel ontbreekt.", f"Voeg [table.{rung}] toe.")
    return {rung: found[rung] for rung in RungName.tables() if rung in found}


def _known(entry: Entry, key: str, keys: tuple[str, ...]) -> tuple[str, ...]:
    """A list of provisions that exist; the entry is read whole when it has nothing else."""
    values = entry.texts(key, optional=True)
    for value in values:
        if value not in keys:
            entry.fault(key, f"'{value}' bestaat niet.", meant(value, keys))
    if key == "needs":
        entry.done()
    return tuple(value for value in values if value in keys)


def _group(key: str, entry: Entry, keys: tuple[str, ...]) -> Group:
    later = numbers(entry, "later", keys, highest=1.0)
    group = Group(
        key=key,
        share=entry.decimal("share"),
        brp=_weights(entry, "brp", Brp),
        needs=numbers(entry, "needs", keys, highest=1.0),
        otherwise_present=frozenset(_known(entry, "otherwise_present", keys)),
        urgent=numbers(entry, "urgent", keys, highest=1.0),
        later=later,
        later_after=days_in(entry, "later_after") if later or "later_after" in entry.values else NO_DAYS,
        place_lost=read_place_lost(entry),
    )
    entry.done()
    return group


def _counter(entry: Entry, key: str, catalogue: Catalogue) -> Counter:
    agreed = catalogue.rule(key).needs_agreed_date
    counter = Counter(
        days=days_of(entry),
        refused=chance_of(entry, "refused", 0.0),
        withdrawn=chance_of(entry, "withdrawn", 0.0),
        speed=entry.decimal("speed", lowest=0.01, default=1.0),
        agreed_after=between(entry, "agreed_after", 0, 1000) if agreed else None,
    )
    if counter.refused + counter.withdrawn > 1:
        entry.fault(
            "refused", "samen met 'withdrawn' is dit meer dan 1.", "Het zijn kansen: maak ze samen hoogstens 1."
        )
    entry.done()
    return counter


def _after_refusal(entry: Entry) -> AfterRefusal:
    inner = entry.table("after_refusal")
    if inner is None:
        return AfterRefusal(0, 0, NO_DAYS)
    found = AfterRefusal(chance_of(inner, "delivered"), chance_of(inner, "withdrawn"), days_of(inner))
    if found.delivered + found.withdrawn > 1:
        inner.fault(
            "delivered", "samen met 'withdrawn' is dit meer dan 1.", "Het zijn kansen: maak ze samen hoogstens 1."
        )
    inner.done()
    return found


def _table(rung: RungName, entry: Entry) -> Table:
    faster = numbers(entry, "faster", tuple(a.value for a in Answer), highest=math.inf, least=1.0)
    table = Table(
        days=days_of(entry),
        answers=_weights(entry, "answers", Answer),
        faster={Answer(answer): factor for answer, factor in faster.items()},
        submitted=chance_of(entry, "submitted") if rung.kind.is_judged else 1.0,
    )
    entry.done()
    return table


def _waiving(entry: Entry) -> Waiving:
    inner = entry.table("waiver")
    if inner is None:
        return Waiving(0, NO_DAYS)
    found = Waiving(chance_of(inner, "chance"), days_of(inner))
    inner.done()
    return found


def _stopping(entry: Entry) -> Stopping:
    inner = entry.table("suspension")
    if inner is None:
        return Stopping(0, NO_DAYS, 1, {Reason.CLIENT_ASKS: 1})
    found = Stopping(
        chance_of(inner, "chance"),
        days_of(inner),
        between(inner, "calendar_days", 1, LONGEST_STOP),
        _weights(inner, "reasons", Reason),
    )
    inner.done()
    return found


def _places(entry: Entry, config: Config) -> tuple[tuple[Place, ...], Catalogue]:
    """The places of the scenario and the rules as they are there; without any, the municipalities of the organisation."""
    own = entry.named_tables("place", optional=True)
    keys = tuple(config.catalogue.provisions)
    municipalities = config.organisation.municipalities
    if not own:
        places = tuple(Place(key, m.name, 1.0, {}) for key, m in municipalities.items())
        return places, config.catalogue
    found, automatic = [], set()
    tables: dict[str, frozenset[RungName]] = {}
    for key, inner in own.items():
        known = municipalities.get(key)
        name = inner.text("name", default=known.name if known else key)
        found.append(
            Place(key, name, inner.decimal("share"), numbers(inner, "speed", keys, highest=math.inf, least=0.01))
        )
        tables[key] = frozenset(
            rung
            for rung in RungName.optional()
            if inner.flag(rung.kind.contact, default=config.catalogue.has_rung(rung, key))
        )
        if inner.flag("automatic_submission", default=key in config.catalogue.automatic):
            automatic.add(key)
        inner.done()
    if not any(place.share for place in found):
        entry.fault("place", "geen enkele plaats heeft een aandeel.", "Geef ten minste één plaats een share boven 0.")
    catalogue = config.catalogue
    calendars = {place.key: catalogue.calendar_of(place.key) for place in found}
    warned = {place.key: _warned(place.key, tables[place.key], catalogue) for place in found}
    made = replace(catalogue, calendars=calendars, tables=tables, warned=warned, automatic=frozenset(automatic))
    return tuple(found), made


def _warned(place: str, tables: frozenset[RungName], catalogue: Catalogue) -> frozenset[WarningTo]:
    """Who is there to be warned: in a place of the scenario the tables that it has, and a portfolio holder, as everywhere."""
    known = catalogue.warned.get(place)
    if known is not None:
        return known
    return frozenset({WarningTo.CENTRAL_DESK} | ({WarningTo.ESCALATION_TABLE} if tables else set()))


# --- together --------------------------------------------------------------------------------------------------------


def _check_together(entry: Entry, scenario: Scenario) -> None:
    """What can only be seen when all parts are read."""
    if not any(group.share for group in scenario.groups):
        entry.fault("group", "er is geen groep met een aandeel.", "Voeg een groep toe met een share boven 0.")
    for key in sorted(scenario.again.keys() - scenario.counters.keys()):
        remedy = f"Voeg toe hoe lang dat loket erover doet: [counter.{key}]."
        entry.fault(f"again.{key}", f"er is geen [counter.{key}].", remedy)
    for group in scenario.groups:
        inner = Entry(entry.file, f"group.{group.key}", {}, entry.faults)
        _check_counters(inner, group, scenario)
        _check_dependencies(inner, group, scenario)


def _check_counters(entry: Entry, group: Group, scenario: Scenario) -> None:
    asked = {key for key, chance in [*group.needs.items(), *group.later.items()] if chance}
    asked.update(*(scenario.always_needed.get(brp, ()) for brp in group.brp))
    if group.place_lost.chance:
        asked.add(scenario.catalogue.place.adds)
    for key in sorted(asked - scenario.counters.keys()):
        entry.fault(key, f"er is geen [counter.{key}].", f"Voeg toe hoe lang dat loket erover doet: [counter.{key}].")
    for key, chance in group.later.items():
        always = frozenset[str]().union(*(scenario.always_needed.get(brp, ()) for brp in group.brp))
        if chance and (group.needs.get(key) or key in group.otherwise_present | always):
            entry.fault("later", f"'{key}' is er al of is meteen al nodig.", "Haal het daar weg, of hier.")
        if chance and scenario.catalogue.rule(key).needs_agreed_date:
            entry.fault(
                "later", f"'{key}' heeft een afgesproken datum.", "Later nodig kan alleen met een streeftermijn."
            )
    for key in group.urgent:
        if not scenario.catalogue.rule(key).may_be_urgent:
            entry.fault("urgent", f"'{key}' kent geen spoed.", "Haal deze weg.")


def _check_dependencies(entry: Entry, group: Group, scenario: Scenario) -> None:
    """Every client of the group can be taken in: what a need waits for is needed too, or there already."""
    for brp, key in ((brp, key) for brp in group.brp for key in [*group.needs, *group.later]):
        certain = {k for k, chance in group.needs.items() if chance == 1}
        certain |= group.otherwise_present | scenario.always_needed.get(brp, frozenset())
        if not (group.needs.get(key) or group.later.get(key)):
            continue
        for dependency in graph.dependencies(scenario.catalogue.rule(key), brp, urgent=False):
            if not certain.intersection(dependency.alternatives):
                entry.fault(
                    key,
                    f"dit wacht op '{dependency}' ({brp.value}), en dat is niet altijd nodig of aanwezig.",
                    f"Zet {_either(dependency)} bij otherwise_present, of maak de kans erop 1.",
                )


def _either(dependency: Dependency) -> str:
    return dependency.called("'{}'".format)
