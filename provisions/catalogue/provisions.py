"""The provisions, their ladders, fields and follow-ups (``config/provisions.toml``)."""

import re
from collections.abc import Collection, Mapping
from itertools import pairwise

from provisions.catalogue.entry import Entry, meant
from provisions.domain.graph import dependencies, find_cycle
from provisions.domain.rules import (
    Anchor,
    Brp,
    Choice,
    Dependency,
    FieldRule,
    FollowUpRule,
    OutcomeName,
    Promise,
    ProvisionRule,
    Purpose,
    RungRule,
    Statutory,
    Variant,
)
from provisions.domain.rungs import RungName
from provisions.domain.terms import Term

AGREED = "afgesproken datum"
KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
FIELD_KINDS = ("choice", "date", "yes_no")
VARIANTS = ("registered", "unregistered", "urgent")
BRP_WORDS = {Brp.REGISTERED: "ingeschreven", Brp.UNREGISTERED: "niet ingeschreven", Brp.UNKNOWN: "onbekend"}

Ladder = tuple[RungRule, ...]


def read_provisions(root: Entry) -> tuple[dict[str, ProvisionRule], tuple[str, ...]]:
    """Read ``provisions.toml``: the rules in file order, and warnings (Dutch). Faults are collected in ``root``."""
    outer = root.table("ladder") or Entry(root.file, "ladder", {}, [])
    ladders = {name: _ladder(name, outer) for name in outer.values}
    entries = root.named_tables("provision")
    rules = {key: _provision(key, entry, ladders, entries.keys()) for key, entry in entries.items()}
    root.done()
    _refuse_cycles(rules, root)
    _refuse_waiting_for_several(rules, root)
    used = {str(entry.values.get("ladder")) for entry in entries.values()}
    warnings = tuple(
        f"{root.file}, [ladder.{name}]: geen enkele voorziening gebruikt deze escalatiestappen."
        for name in ladders
        if name not in used
    )
    return rules, warnings


def _ladder(name: str, outer: Entry) -> Ladder:
    entries = outer.tables(name)
    rungs: list[RungRule] = []
    for entry in entries:
        if rung := _rung(entry):
            if rung.name in (r.name for r in rungs):
                entry.fault("rung", f"'{rung.name}' staat er twee keer in.", "Haal een van beide weg.")
            elif rung.anchor is Anchor.DOORBRAAKTAFEL and RungName.DOORBRAAKTAFEL not in (r.name for r in rungs):
                entry.fault(
                    "anchor", "er gaat geen doorbraaktafel aan vooraf.", "Zet die stap ervoor, of gebruik anchor 'due'."
                )
            rungs.append(rung)
    for lower, higher in pairwise(rungs):
        if higher.name.height < lower.name.height:
            outer.fault(
                name,
                f"'{higher.name}' staat na '{lower.name}', maar hoort ervoor.",
                f"Zet de stappen in de volgorde {', '.join(RungName)}.",
            )
    return tuple(rungs)


def _rung(entry: Entry) -> RungRule | None:
    name = entry.enum("rung", RungName)
    anchor = entry.enum("anchor", Anchor, default=Anchor.DUE)
    before = entry.flag("before", default=False)
    rung = RungRule(
        name=name or RungName.DOORBRAAKTAFEL,
        anchor=anchor or Anchor.DUE,
        after=entry.term("after", optional=before),
        before=before,
        roll=entry.flag("roll", default=True),
        not_before=entry.term("not_before", optional=True),
        only_long_targets=entry.flag("only_long_targets", default=False),
    )
    if before and "after" in entry.values:
        entry.fault("after", "'after' en 'before' gaan niet samen.", "Haal een van beide weg.")
    if before and name is not None and name.kind.is_table:
        entry.fault("before", "alleen 'case_director' is een herinnering vooraf.", "Gebruik 'after'.")
    entry.done()
    return rung if name else None


def _provision(key: str, entry: Entry, ladders: Mapping[str, Ladder], keys: Collection[str]) -> ProvisionRule:
    if not KEY.fullmatch(key):
        entry.fault(key, "deze naam kan niet.", "Gebruik kleine letters, cijfers en _, te beginnen met een letter.")
    ladder = entry.one_of("ladder", ladders.keys())
    fields = tuple(_field(inner) for inner in entry.tables("field", optional=True))
    rule = ProvisionRule(
        key=key,
        name=entry.text("name"),
        guide=entry.text("guide"),
        promise_text=entry.text("promise_text"),
        target=_target(entry),
        roll=entry.flag("roll"),
        promise=entry.enum("promise", Promise) or Promise.DELIVERY,
        after=_dependencies(entry, keys),
        counter=entry.text("counter"),
        ladder=ladders.get(ladder, ()),
        municipal=bool(entry.text("municipal", default="")),
        applies_at_intake=entry.flag("applies_at_intake", default=False),
        statutory=_statutory(entry),
        follow_ups=tuple(_follow_up(inner, fields, keys) for inner in entry.tables("follow_up", optional=True)),
        fields=fields,
        variants=_variants(entry, keys),
        needed_from=entry.flag("needed_from", default=False),
        standby=entry.flag("standby", default=False),
        tells_director=entry.flag("tells_director", default=False),
        offers_waiver=entry.flag("offers_waiver", default=False),
        several=entry.flag("several", default=False),
        purposes=tuple(_purpose(inner) for inner in entry.tables("for", optional=True)),
    )
    if rule.several and not rule.purposes:
        entry.fault(
            "several", "meer rondes tegelijk kan alleen als ze uit elkaar te houden zijn.", "Zeg met [[…for]] waarvoor."
        )
    named = (
        ("field", [f.name for f in fields]),
        ("follow_up", [f.name for f in rule.follow_ups]),
        ("for", [p.value for p in rule.purposes]),
    )
    for what, names in named:
        for name in sorted({name for name in names if names.count(name) > 1}):
            entry.fault(what, f"'{name}' staat er twee keer in.", "Geef elk een eigen naam.")
    entry.done()
    return rule


def _purpose(entry: Entry) -> Purpose:
    purpose = Purpose(entry.text("value"), entry.text("label"), entry.term("agreed_after", optional=True))
    entry.done()
    return purpose


def _target(entry: Entry) -> Term | None:
    if entry.values.get("target") == AGREED:
        entry.known.add("target")
        return None
    return entry.term("target")


def _dependencies(entry: Entry, keys: Collection[str]) -> tuple[Dependency, ...]:
    found = tuple(Dependency.parse(text) for text in entry.texts("after"))
    for key in (key for dependency in found for key in dependency.alternatives):
        if key not in keys:
            entry.fault("after", f"voorziening '{key}' bestaat niet.", meant(key, keys))
    return found


def _statutory(entry: Entry) -> Statutory | None:
    inner = entry.table("statutory", optional=True)
    if inner is None:
        return None
    term, article, roll = inner.term("term"), inner.text("article"), inner.flag("roll", default=True)
    inner.done()
    return Statutory(term, article, roll) if term else None


def _variants(entry: Entry, keys: Collection[str]) -> dict[str, Variant]:
    variants: dict[str, Variant] = {}
    for name, inner in entry.named_tables("variant", optional=True).items():
        if name not in VARIANTS:
            entry.fault("variant", f"'{name}' bestaat niet.", meant(name, VARIANTS))
        inner.known.add("after")
        variants[name] = Variant(
            after=_dependencies(inner, keys) if "after" in inner.values else None,
            target=inner.term("target", optional=True),
            statutory=_statutory(inner),
        )
        if name in ("registered", "unregistered"):
            for key in ("target", "statutory"):
                if key in inner.values:
                    inner.fault(key, "dit kan alleen bij spoed anders zijn.", "Zet het onder variant.urgent.")
        inner.done()
    return variants


def _field(entry: Entry) -> FieldRule:
    kind = entry.one_of("kind", FIELD_KINDS)
    choices = tuple(_choice(inner) for inner in entry.tables("choices", optional=kind != "choice"))
    if choices and kind in FIELD_KINDS and kind != "choice":
        entry.fault("choices", f"een veld van soort '{kind}' kent geen keuzes.", "Haal ze weg, of kies 'choice'.")
    allowed = entry.enums("outcomes", OutcomeName) or frozenset(OutcomeName)
    required = entry.enums("required_for", OutcomeName) or frozenset()
    for outcome in sorted(required - allowed):
        entry.fault("required_for", f"'{outcome}' staat niet in outcomes.", "Voeg het daar toe, of haal het hier weg.")
    refuse = entry.table("refuse", optional=True)
    values = {choice.value for choice in choices}
    for value in refuse.values if refuse else ():
        if value not in values:
            entry.fault("refuse", f"'{value}' is geen van de keuzes.", meant(value, values))
    rule = FieldRule(
        name=entry.text("name"),
        title=entry.text("title"),
        kind=kind,
        help=entry.text("help", default=""),
        choices=choices,
        outcomes=allowed,
        required_for=required,
        refuse={value: refuse.text(value) for value in refuse.values} if refuse else {},
    )
    entry.done()
    return rule


def _choice(entry: Entry) -> Choice:
    choice = Choice(entry.text("value"), entry.text("label"))
    entry.done()
    return choice


def _follow_up(entry: Entry, fields: tuple[FieldRule, ...], keys: Collection[str]) -> FollowUpRule:
    dates = {f.name for f in fields if f.kind == "date"}
    on_field = entry.one_of("on_field", dates, default="") or None
    settled = entry.one_of("unless_settled", keys, default="") or None
    ended_by = entry.enums("ended_by", OutcomeName)
    if ended_by is not None and settled is None:
        entry.fault("ended_by", "dit hoort bij 'unless_settled'.", "Noem daar de voorziening, of haal 'ended_by' weg.")
    rule = FollowUpRule(
        name=entry.text("name"),
        title=entry.text("title"),
        outcome=entry.enum("outcome", OutcomeName) or OutcomeName.DELIVERED,
        after=entry.term("after", optional=on_field is not None),
        on_field=on_field,
        working_days_before=entry.number("working_days_before", default=0),
        repeat=entry.flag("repeat", default=False),
        unless_settled=settled,
        ended_by=ended_by or FollowUpRule.ended_by,
    )
    if rule.repeat and rule.after is None:
        entry.fault("repeat", "herhalen kan alleen na een vaste termijn.", "Vul 'after' in, of haal 'repeat' weg.")
    entry.done()
    return rule


def _refuse_waiting_for_several(rules: Mapping[str, ProvisionRule], root: Entry) -> None:
    """Which of several rounds would meet a dependency can't be said (domain.md, "What happens in a life", rule 1)."""
    for rule in rules.values():
        after = [rule.after, *(v.after for v in rule.variants.values() if v.after)]
        waits = {key for dependencies_ in after for d in dependencies_ for key in d.alternatives}
        for key in sorted(waits):
            if key in rules and rules[key].several:
                root.faults.append(
                    f"{root.file}, [provision.{rule.key}], sleutel 'after': '{key}' kan meer rondes tegelijk hebben "
                    "(several); daar kan niets op wachten. Haal deze voorwaarde weg, of zet several uit."
                )


def _refuse_cycles(rules: Mapping[str, ProvisionRule], root: Entry) -> None:
    """No client may wait in a circle, whatever the register says and whatever is urgent."""
    said: set[frozenset[str]] = set()
    for brp in (Brp.UNKNOWN, Brp.REGISTERED, Brp.UNREGISTERED):
        for urgent in (False, True):
            edges = {key: dependencies(rule, brp, urgent=urgent) for key, rule in rules.items()}
            cycle = find_cycle(edges)
            if cycle is None or frozenset(cycle) in said:
                continue
            said.add(frozenset(cycle))
            root.faults.append(
                f"{root.file}, [provision.{cycle[0]}], sleutel 'after': de voorzieningen wachten op elkaar: "
                f"{' → '.join(cycle)} (inschrijving {BRP_WORDS[brp]}{', met spoed' if urgent else ''}). "
                "Haal een van deze voorwaarden weg."
            )
