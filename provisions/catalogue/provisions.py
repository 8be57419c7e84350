"""The provisions, their ladders, fields and follow-ups (``config/provisions.toml``)."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from itertools import pairwise

from provisions.catalogue.codes import refuse_odd_name
from provisions.catalogue.entry import Entry, meant
from provisions.domain.graph import dependencies, find_cycle
from provisions.domain.rules import (
    Anchor,
    Brp,
    Choice,
    CodeList,
    Dependency,
    FieldRule,
    Fine,
    FollowUpRule,
    MilestoneRef,
    MilestoneRule,
    OutcomeName,
    Promise,
    ProvisionRule,
    Purpose,
    RungRule,
    Statutory,
    Trigger,
    TriggerKind,
    Variant,
)
from provisions.domain.rungs import RungName
from provisions.domain.terms import Term

AGREED = "afgesproken datum"
FIELD_KINDS = ("choice", "date", "yes_no")
VARIANTS = ("registered", "unregistered", "urgent")
BRP_WORDS = {Brp.REGISTERED: "ingeschreven", Brp.UNREGISTERED: "niet ingeschreven", Brp.UNKNOWN: "onbekend"}

Codes = Mapping[CodeList, Mapping[str, str]]
Ladder = tuple[RungRule, ...]


def read_provisions(root: Entry, codes: Codes) -> tuple[dict[str, ProvisionRule], tuple[str, ...]]:
    """Read ``provisions.toml``: the rules in file order, and warnings (Dutch). Faults are collected in ``root``."""
    outer = root.table("ladder") or Entry(root.file, "ladder", {}, [])
    ladders = {name: _ladder(name, outer) for name in outer.values}
    entries = root.named_tables("provision")
    rules = {key: _provision(key, entry, ladders, entries.keys()) for key, entry in entries.items()}
    rules = _with_common_fields(rules, root, codes)
    rules = _with_common_follow_ups(rules, root)
    root.done()
    _refuse_cycles(rules, root)
    _refuse_waiting_for_several(rules, root)
    _refuse_unknown_milestones(rules, root)
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
    refuse_odd_name(entry, key, key)
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
        milestones=tuple(_milestone(inner) for inner in entry.tables("milestone", optional=True)),
        follow_ups=tuple(_follow_up(inner, fields, keys) for inner in entry.tables("follow_up", optional=True)),
        fields=fields,
        variants=_variants(entry, keys),
        needed_from=entry.flag("needed_from", default=False),
        standby=entry.flag("standby", default=False),
        tells_director=entry.flag("tells_director", default=False),
        offers_waiver=entry.flag("offers_waiver", default=False),
        several=entry.flag("several", default=False),
        ends_by_moving=entry.flag("ends_by_moving", default=False),
        purposes=tuple(_purpose(inner, keys) for inner in entry.tables("for", optional=True)),
    )
    if rule.several and not rule.purposes:
        entry.fault(
            "several", "meer rondes tegelijk kan alleen als ze uit elkaar te houden zijn.", "Zeg met [[…for]] waarvoor."
        )
    named = (
        ("field", [f.name for f in fields]),
        ("follow_up", [f.name for f in rule.follow_ups]),
        ("milestone", [m.name for m in rule.milestones]),
        ("for", [p.value for p in rule.purposes]),
    )
    for what, names in named:
        for name in sorted({name for name in names if names.count(name) > 1}):
            entry.fault(what, f"'{name}' staat er twee keer in.", "Geef elk een eigen naam.")
    entry.done()
    return rule


def _purpose(entry: Entry, keys: Collection[str]) -> Purpose:
    entry.known.add("after")
    purpose = Purpose(
        entry.text("value"),
        entry.text("label"),
        entry.term("agreed_after", optional=True),
        _dependencies(entry, keys) if "after" in entry.values else None,
    )
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


def _statutory(entry: Entry) -> tuple[Statutory, ...]:
    """One table (a term from the application, as older files have it) or a list of them."""
    if isinstance(entry.values.get("statutory"), dict):
        only = entry.table("statutory")
        inners = [only] if only else []
    else:
        inners = entry.tables("statutory", optional=True)
    return tuple(found for inner in inners if (found := _statutory_term(inner)))


def _statutory_term(entry: Entry) -> Statutory | None:
    term, begins = entry.term("term"), _milestone_ref(entry, "from")
    presumed = entry.term("presumed", optional=True) if entry.values.get("presumed") is not False else None
    entry.known.add("presumed")
    if begins is None and "presumed" in entry.values:
        entry.fault("presumed", "dit hoort bij 'from'.", "Noem daar de mijlpaal, of haal 'presumed' weg.")
    article, roll, until = entry.text("article"), entry.flag("roll", default=True), _milestone_ref(entry, "until")
    fine = _fine(entry.table("fine", optional=True))
    entry.done()
    if term is None:
        return None
    if begins is not None and "presumed" not in entry.values:
        presumed = term
    return Statutory(term, article, roll, begins, until, presumed, fine)


def _fine(entry: Entry | None) -> Fine | None:
    if entry is None:
        return None
    fine = Fine(entry.text("amount"), entry.number("year"), entry.text("source"))
    entry.done()
    return fine


def _milestone_ref(entry: Entry, key: str) -> MilestoneRef | None:
    text = entry.text(key, default="")
    return MilestoneRef.parse(text) if text else None


def _milestone(entry: Entry) -> MilestoneRule:
    milestone = MilestoneRule(entry.text("name"), entry.text("title"))
    if milestone.name:
        refuse_odd_name(entry, milestone.name)
    entry.done()
    return milestone


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
        past=entry.flag("past", default=False),
        refuse={value: refuse.text(value) for value in refuse.values} if refuse else {},
    )
    entry.done()
    return rule


def _choice(entry: Entry) -> Choice:
    choice = Choice(entry.text("value"), entry.text("label"), entry.flag("without_place", default=False))
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
        trigger=_trigger(entry),
        until=tuple(MilestoneRef.parse(text) for text in entry.texts("until", optional=True)),
        only_if=_only_if(entry, fields),
        from_field=entry.one_of("from_field", dates, default="") or None,
        after=entry.term("after", optional=on_field is not None),
        on_field=on_field,
        working_days_before=entry.number("working_days_before", default=0),
        repeat=entry.flag("repeat", default=False),
        unless_settled=settled,
        ended_by=ended_by or FollowUpRule.ended_by,
    )
    if rule.repeat and rule.after is None:
        entry.fault("repeat", "herhalen kan alleen na een vaste termijn.", "Vul 'after' in, of haal 'repeat' weg.")
    if rule.repeat and rule.after is not None and rule.after.count < 1:
        entry.fault("after", "wat zich herhaalt, kan niet op dezelfde dag terugkomen.", "Vul een langere termijn in.")
    entry.done()
    return rule


def _only_if(entry: Entry, fields: tuple[FieldRule, ...]) -> tuple[str, str] | None:
    inner = entry.table("only_if", optional=True)
    if inner is None:
        return None
    name, value = inner.one_of("field", [f.name for f in fields]), inner.text("value")
    known = {choice.value for f in fields if f.name == name for choice in f.choices}
    if known and value not in known:
        inner.fault("value", f"'{value}' is geen van de keuzes.", meant(value, known))
    inner.done()
    return name, value


def _with_common_fields(rules: dict[str, ProvisionRule], root: Entry, codes: Codes) -> dict[str, ProvisionRule]:
    """The rules, with the fields declared once for all (``[[field]]``); ``codes`` names the list of codes to choose from."""
    common = []
    for entry in root.tables("field", optional=True):
        named = entry.enum("codes", CodeList) if "codes" in entry.values else None
        if named is not None:
            choices = [{"value": code, "label": label} for code, label in codes[named].items()]
            entry.values = {**entry.values, "choices": choices}
        common.append(_field(entry))
    for field in common:
        for rule in rules.values():
            if any(own.name == field.name for own in rule.fields):
                root.faults.append(
                    f"{root.file}, [provision.{rule.key}], sleutel 'field': '{field.name}' geldt al voor elke voorziening. "
                    "Geef het een eigen naam."
                )
    return {key: replace(rule, fields=(*rule.fields, *common)) for key, rule in rules.items()}


def _with_common_follow_ups(rules: dict[str, ProvisionRule], root: Entry) -> dict[str, ProvisionRule]:
    """The rules, with the follow-ups declared once for several (``[[follow_up]]``): for all, or for those in ``provisions``.

    Of the milestones that end one, each provision keeps those that it has.
    """
    for entry in root.tables("follow_up", optional=True):
        only = entry.texts("provisions", optional=True)
        for key in only:
            if key not in rules:
                entry.fault("provisions", f"voorziening '{key}' bestaat niet.", meant(key, rules))
        fields = tuple(field for rule in rules.values() for field in rule.fields)
        common = _follow_up(entry, fields, rules.keys())
        for key, rule in rules.items():
            if only and key not in only:
                continue
            if any(own.name == common.name for own in rule.follow_ups):
                entry.fault("name", f"'{key}' heeft al een vervolgactie '{common.name}'.", "Geef elk een eigen naam.")
            until = tuple(ref for ref in common.until if ref.of or rule.milestone(ref.name))
            rules[key] = replace(rule, follow_ups=(*rule.follow_ups, replace(common, until=until)))
    return rules


def _trigger(entry: Entry) -> Trigger:
    """Exactly one of ``outcome``, ``on`` and ``milestone``."""
    given = [key for key in ("outcome", "on", "milestone") if key in entry.values]
    if len(given) > 1:
        entry.fault(given[1], f"'{given[0]}' en '{given[1]}' gaan niet samen.", "Haal een van beide weg.")
        entry.known.update(given)
    if "milestone" in entry.values:
        return Trigger(TriggerKind.MILESTONE, entry.text("milestone"))
    if "on" in entry.values:
        kinds = [TriggerKind.REQUESTED.value, TriggerKind.STARTED.value, TriggerKind.WAIVED.value]
        kind = entry.one_of("on", kinds)
        code = entry.text("waiver", default="") or None if kind == TriggerKind.WAIVED else None
        return Trigger(TriggerKind(kind) if kind in kinds else TriggerKind.STARTED, code)
    return Trigger(TriggerKind.OUTCOME, (entry.enum("outcome", OutcomeName) or OutcomeName.DELIVERED).value)


def _refuse_unknown_milestones(rules: Mapping[str, ProvisionRule], root: Entry) -> None:
    """Whatever names a milestone names one that exists."""
    for rule in rules.values():
        terms = [*rule.statutory, *(term for variant in rule.variants.values() for term in variant.statutory)]
        named = [("statutory", ref) for term in terms for ref in (term.begins, term.until) if ref is not None]
        for follow_up in rule.follow_ups:
            named += [("follow_up", ref) for ref in follow_up.until]
            if follow_up.trigger.kind is TriggerKind.MILESTONE:
                named.append(("follow_up", MilestoneRef(follow_up.trigger.which or "")))
        for key, ref in named:
            of = rules.get(ref.of) if ref.of else rule
            there = [m.name for m in of.milestones] if of else list(rules)
            if ref.name not in there or of is None:
                wrong = ref.name if of else str(ref.of)
                root.faults.append(
                    f"{root.file}, [provision.{rule.key}], sleutel '{key}': mijlpaal '{ref}' bestaat niet. {meant(wrong, there)}"
                )


def _refuse_waiting_for_several(rules: Mapping[str, ProvisionRule], root: Entry) -> None:
    """It can't be said which of several rounds would meet a dependency (domain.md, "What happens in a life", rule 1)."""
    for rule in rules.values():
        for key in sorted(rule.may_wait_for):
            if key in rules and rules[key].several:
                root.faults.append(
                    f"{root.file}, [provision.{rule.key}], sleutel 'after': '{key}' kan meer rondes tegelijk hebben "
                    "(several); daar kan niets op wachten. Haal deze voorwaarde weg, of zet several uit."
                )


def _of_purposes(rule: ProvisionRule) -> Iterator[Dependency]:
    return (dependency for purpose in rule.purposes for dependency in purpose.after or ())


def _refuse_cycles(rules: Mapping[str, ProvisionRule], root: Entry) -> None:
    """No client may wait in a circle, whatever the register says and whatever is urgent."""
    said: set[frozenset[str]] = set()
    for brp in (Brp.UNKNOWN, Brp.REGISTERED, Brp.UNREGISTERED):
        for urgent in (False, True):
            edges = {key: (*dependencies(rule, brp, urgent=urgent), *_of_purposes(rule)) for key, rule in rules.items()}
            cycle = find_cycle(edges)
            if cycle is None or frozenset(cycle) in said:
                continue
            said.add(frozenset(cycle))
            root.faults.append(
                f"{root.file}, [provision.{cycle[0]}], sleutel 'after': de voorzieningen wachten op elkaar: "
                f"{' → '.join(cycle)} (inschrijving {BRP_WORDS[brp]}{', met spoed' if urgent else ''}). "
                "Haal een van deze voorwaarden weg."
            )
