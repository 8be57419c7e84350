"""Warnings before a day that is known beforehand (domain.md, "What happens in a life", rule 4). They are no rungs: they use up
nothing, and the ladder from D on is as it was.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from provisions.domain.calendar import AMSTERDAM, first_moment
from provisions.domain.case import Provision, Warned
from provisions.domain.deadlines import Situation
from provisions.domain.rules import Catalogue, WarningRule

AND_DAY = "/"  # in the detail of a letter, between the name of a warning or a signal and its day


@dataclass(frozen=True)
class WarningDue:
    """A warning that is still to be given, of day ``day``, and the moment (UTC) on which it is due."""

    rule: WarningRule
    day: date
    at: datetime


def warned_day(provision: Provision) -> date | None:
    """The day that is warned for: from when it is needed, where that was a day to come when it became known."""
    day = provision.needed_from
    known = provision.earlier_needed[-1].until if provision.earlier_needed else provision.needed_on
    return day if day is not None and day > known and provision.status.is_open else None


def desk_warning(provision: Provision) -> Warned | None:
    """The warning after which somebody decides whether the region's central desk is asked for the day that is warned for now;
    ``None`` where there is none.
    """
    day = warned_day(provision)
    return next((w for w in reversed(provision.warnings) if w.to_judge and w.day == day), None)


def waits_for_desk(provision: Provision) -> bool:
    """Whether somebody has to decide now whether the central desk is asked."""
    warning = desk_warning(provision)
    return warning is not None and warning.submitted is None


def judged(warnings: Sequence[Warned], day: date, submitted: bool) -> tuple[Warned, ...]:
    """The same, with what was decided after the warning of ``day``."""
    return tuple(replace(w, submitted=submitted) if w.to_judge and w.day == day else w for w in warnings)


def with_desk(provision: Provision) -> bool:
    """Whether the central desk was asked, for whatever day."""
    return any(w.submitted for w in provision.warnings)


def warnings_ahead(situation: Situation, catalogue: Catalogue) -> tuple[WarningDue, ...]:
    """The warnings that are still to be given, lowest first. Each is given once per day that it warns for; one below a warning
    that was given for that day is given no more.
    """
    provision = situation.provision
    day = warned_day(provision)
    if day is None or provision.started_on is None:
        return ()
    rules = catalogue.warnings_in(situation.case.municipality_of(provision.id))
    given = {warned.name for warned in provision.warnings if warned.day == day}
    last = max((place for place, rule in enumerate(rules) if rule.name in given), default=-1)
    return tuple(WarningDue(rule, day, _at(situation, rule, day)) for rule in rules[last + 1 :])


def _at(situation: Situation, rule: WarningRule, day: date) -> datetime:
    if rule.before is None:
        return first_moment(situation.provision.needed_on)
    for _ in range(rule.before):
        day = situation.calendar.last_working_day_before(day)
    return first_moment(day) if rule.at is None else datetime.combine(day, rule.at, AMSTERDAM).astimezone(UTC)
