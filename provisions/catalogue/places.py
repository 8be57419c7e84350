"""What follows when the client loses the place to sleep (``[place]`` in ``config/provisions.toml``)."""

from collections.abc import Mapping

from provisions.catalogue.entry import Entry
from provisions.domain.rules import CodeList, PlaceRule, Proposal, ProvisionRule


def read_place(
    entry: Entry | None, codes: Mapping[CodeList, Mapping[str, str]], rules: Mapping[str, ProvisionRule]
) -> PlaceRule:
    """What is added and what is proposed. Faults are collected in ``entry``; where it is not there, its root has one."""
    if entry is None:
        return PlaceRule()
    adds = entry.one_of("adds", rules)
    if adds in rules and not rules[adds].needed_from:
        entry.fault("adds", f"'{adds}' kan niet vanaf een latere dag nodig zijn.", "Zet daar needed_from = true.")
    rule = PlaceRule(
        adds=adds,
        reason=entry.one_of("reason", codes[CodeList.AGAIN]),
        proposals=tuple(_proposal(inner, codes, rules) for inner in entry.tables("propose", optional=True)),
    )
    entry.done()
    return rule


def _proposal(
    entry: Entry, codes: Mapping[CodeList, Mapping[str, str]], rules: Mapping[str, ProvisionRule]
) -> Proposal:
    key = entry.one_of("key", rules)
    known = rules[key].purposes if key in rules else ()
    purpose = entry.one_of("for", [p.value for p in known], default="") or None
    urgent = entry.one_of("urgent", codes[CodeList.URGENT], default="") or None
    kinds = entry.texts("kinds", optional=True)
    # Of a provision with a fault not all is known: that fault is said, and this is not.
    if urgent and key in rules and not rules[key].may_be_urgent and not entry.faults:
        entry.fault("urgent", f"'{key}' kent geen spoed.", "Haal urgent weg.")
    for kind in kinds:
        if kind not in codes[CodeList.PLACE_KIND]:
            listed = ", ".join(codes[CodeList.PLACE_KIND])
            entry.fault("kinds", f"'{kind}' is geen soort plek.", f"Kies uit: {listed}.")
    entry.done()
    return Proposal(key, purpose, urgent, frozenset(kinds))
