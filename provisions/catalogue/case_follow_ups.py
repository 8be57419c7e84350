"""What is to be done about a case as a whole (``[[case_follow_up]]`` in ``config/provisions.toml``)."""

from provisions.catalogue.codes import refuse_odd_name, refuse_taken
from provisions.catalogue.entry import Entry
from provisions.domain.rules import CaseFollowUpRule, CaseTrigger


def read_case_follow_ups(root: Entry) -> tuple[CaseFollowUpRule, ...]:
    """The follow-ups that belong to no provision, in file order. Faults are collected in ``root``."""
    rules: list[CaseFollowUpRule] = []
    for entry in root.tables("case_follow_up", optional=True):
        rule = CaseFollowUpRule(
            name=entry.text("name"),
            title=entry.text("title"),
            trigger=entry.enum("on", CaseTrigger) or CaseTrigger.RESTED,
            after=entry.terms("after"),
            every=entry.term("every", optional=True),
        )
        if rule.name:
            refuse_odd_name(entry, rule.name)
        refuse_taken(entry, rule.name, (known.name for known in rules))
        entry.done()
        rules.append(rule)
    return tuple(rules)
