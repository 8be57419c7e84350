"""Who is warned before a day that is known beforehand (``[[warning]]`` in ``config/provisions.toml``), and who can't be."""

from collections.abc import Iterable

from provisions.catalogue.codes import refuse_odd_name, refuse_taken
from provisions.catalogue.contacts import Contact
from provisions.catalogue.entry import Entry
from provisions.catalogue.organisation import Municipality, Organisation
from provisions.domain.rules import WarningRule, WarningTo
from provisions.domain.rungs import RungName


def read_warnings(root: Entry) -> tuple[WarningRule, ...]:
    """The warnings in file order, which is that in which they are given. Faults are collected in ``root``."""
    rules: list[WarningRule] = []
    for entry in root.tables("warning", optional=True):
        rule = _rule(entry)
        refuse_odd_name(entry, rule.name)
        refuse_taken(entry, rule.name, (known.name for known in rules))
        if rules and _later(rules[-1], rule):
            entry.fault("before", "deze komt voor de vorige.", "Zet ze in de volgorde waarin ze aan de orde zijn.")
        entry.done()
        rules.append(rule)
    return tuple(rules)


def _rule(entry: Entry) -> WarningRule:
    before = entry.number("before", default=0) if "before" in entry.values else None
    if before == 0:
        entry.fault(
            "before", "0 werkdagen tevoren is geen voorwaarschuwing.", "Vul 1 of meer in, of laat before weg: meteen."
        )
    entry.known |= {"before", "at"}
    at = entry.clock_time("at") if "at" in entry.values else None
    if at is not None and before is None:
        entry.fault("at", "een tijd hoort bij een aantal werkdagen.", "Vul ook before in.")
    to = entry.enum("to", WarningTo) or WarningTo.CASE_DIRECTOR
    return WarningRule(entry.text("name"), entry.text("title"), to, before, at)


def _later(first: WarningRule, second: WarningRule) -> bool:
    if second.before is None or first.before is None:
        return second.before is None
    return second.before > first.before


def reached(organisation: Organisation) -> dict[str, frozenset[WarningTo]]:
    """Of the warnings that not every municipality has somebody for, those that reach somebody, by municipality."""
    return {
        key: frozenset(to for to in WarningTo if to.optional and recipients(organisation, place, to))
        for key, place in organisation.municipalities.items()
    }


def recipients(organisation: Organisation, place: Municipality, to: WarningTo) -> tuple[Contact, ...]:
    """Who gets it in a municipality; nobody for the director, who is known by the case. What goes to the central desk is laid
    before those who decide on that: nothing leaves the municipality by itself.
    """
    match to:
        case WarningTo.DOORBRAAKTAFEL:
            return (place.tables[RungName.DOORBRAAKTAFEL],)
        case WarningTo.ESCALATION_TABLE:
            return _there(*(place.tables.get(rung) for rung in RungName.optional()), organisation.escalation_table)
        case WarningTo.CENTRAL_DESK if organisation.central_desk:
            return (place.customisation_officer,)
        case WarningTo.CENTRAL_DESK:
            return _there(place.portfolio_holder)
        case WarningTo.STANDBY:
            return (place.standby,)
    return ()


def _there(*contacts: Contact | None) -> tuple[Contact, ...]:
    """The first that is there."""
    return tuple(contact for contact in contacts if contact is not None)[:1]


def unwarned(organisation: Organisation, rules: Iterable[WarningRule]) -> tuple[str, ...]:
    """A Dutch sentence for each municipality in which a warning for the central desk reaches nobody."""
    if not any(rule.to is WarningTo.CENTRAL_DESK for rule in rules):
        return ()
    return tuple(
        f"organisation.toml, [municipality.{key}], sleutel 'portfolio_holder': de regio heeft geen centraal loket (central_desk) "
        "en hier staat geen portefeuillehouder. De voorwaarschuwing die vlak voor de dag naar een van beide gaat, gaat dan naar "
        "niemand."
        for key, place in organisation.municipalities.items()
        if not recipients(organisation, place, WarningTo.CENTRAL_DESK)
    )
