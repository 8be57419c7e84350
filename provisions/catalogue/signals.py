"""Who hears what when, of what is promised for the very day (``[[signal]]`` in ``config/provisions.toml``)."""

from provisions.catalogue.codes import refuse_odd_name, refuse_taken
from provisions.catalogue.entry import Entry
from provisions.domain.rules import SignalAbout, SignalRule, SignalTo


def read_signals(root: Entry) -> tuple[SignalRule, ...]:
    """The signals in file order. Faults are collected in ``root``."""
    rules: list[SignalRule] = []
    for entry in root.tables("signal", optional=True):
        rule = _rule(entry)
        refuse_odd_name(entry, rule.name)
        refuse_taken(entry, rule.name, (known.name for known in rules))
        entry.done()
        rules.append(rule)
    return tuple(rules)


def _rule(entry: Entry) -> SignalRule:
    about = entry.enum("about", SignalAbout)
    to = entry.enums("to", SignalTo)
    if to is None or entry.values["to"] == []:
        entry.fault("to", "niemand hoort dit signaal.", "Noem een of meer van: case_director, team_leads, standby.")
    after = entry.number("after") if "after" in entry.values else None
    at = entry.clock_time("at") if "at" in entry.values else None
    entry.known |= {"after", "at"}
    next_day = entry.flag("next_day", default=False)
    if (after is None) == (at is None):
        entry.fault("at", "dit moet het een of het ander zijn.", "Vul after (kantooruren) in, of at (een tijd).")
    if after is not None and about is not SignalAbout.UNANSWERED:
        entry.fault("after", "kantooruren tellen alleen bij unanswered.", "Vul at in: een tijd.")
    if next_day and about is not SignalAbout.ARRIVED:
        entry.fault("next_day", "de dag erna hoort alleen bij arrived.", "Laat next_day weg.")
    order = tuple(one for one in SignalTo if one in (to or ()))
    about = about or SignalAbout.UNANSWERED
    return SignalRule(entry.text("name"), entry.text("title"), about, order, after, at, next_day)
