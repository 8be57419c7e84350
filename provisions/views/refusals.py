"""A refusal as somebody reads it who fills in a form or opens a letter: no option, no key, and a day as people write it."""

import re
from collections.abc import Mapping
from datetime import date

from provisions.domain import dutch
from provisions.domain.errors import PLAIN, Part, Refused
from provisions.domain.rules import Catalogue

_DAY = re.compile(r"(?<![\w-])(\d{4}-\d{2}-\d{2})(?![\w-])")
_DATE_FORM = "JJJJ-MM-DD"


def for_people(refusal: Refused, catalogue: Catalogue, titles: Mapping[Part, str] | None = None) -> str:
    """The whole message. ``titles``: what the form that was filled in calls its fields.

    What the shell types is told in words: a key by its provision's name, a code by its label, 2026-11-12 as 12 november 2026.
    """
    text = "\n".join(refusal.told({**PLAIN, **(titles or {})}))
    called = _called(catalogue)
    keys = "|".join(re.escape(key) for key in sorted(called, key=len, reverse=True))

    def name(found: re.Match[str]) -> str:
        number = found[2]
        return called[found[1]] + (f" (ronde {number})" if number else "")

    text = re.sub(rf"(?<![\w-])({keys})(?:#(\d+))?(?![\w-])", name, text)
    return _DAY.sub(_day, text).replace(_DATE_FORM, "een dag zoals 12 november 2026")


def _called(catalogue: Catalogue) -> dict[str, str]:
    """Everything that is typed as a code, by its Dutch name."""
    rules = catalogue.provisions.values()
    names = {field.name: field.title for rule in rules for field in rule.fields}
    names |= {choice.value: choice.label for rule in rules for field in rule.fields for choice in field.choices}
    names |= {purpose.value: purpose.label for rule in rules for purpose in rule.purposes}
    names |= {follow_up.name: follow_up.title for rule in rules for follow_up in rule.follow_ups}
    names |= {rule.name: rule.title for rule in catalogue.case_follow_ups}
    names |= {code: label for codes in catalogue.codes.values() for code, label in codes.items()}
    names |= {milestone.name: milestone.title for rule in rules for milestone in rule.milestones}
    names |= {end.name: end.label for end in catalogue.ends.values()}
    names |= {str(code): label for labels in dutch.CALLED.values() for code, label in labels.items()}
    names = {said.value: label for said, label in dutch.SAID.items()} | names
    return {**names, **dutch.DECISION, **{rule.key: rule.name for rule in rules}}


def _day(found: re.Match[str]) -> str:
    try:
        return dutch.dutch_date(date.fromisoformat(found[1]))
    except ValueError:
        return found[1]  # no day that exists: as it was typed
