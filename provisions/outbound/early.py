"""What a warning beforehand may say: the day, who hears it, who was not warned apart. Never what kind the place is, or why."""

from datetime import datetime

from provisions.catalogue import Config, Contact, Municipality
from provisions.catalogue.warnings import recipients
from provisions.domain import dutch
from provisions.domain.calendar import day_of
from provisions.domain.case import Provision
from provisions.domain.deadlines import Situation
from provisions.domain.rules import WarningRule
from provisions.domain.warnings import AND_DAY, WarningDue, warned_day, warnings_ahead


def warned_by(detail: str | None, place: Municipality, config: Config) -> tuple[Contact, ...]:
    """Who gets this warning. Where the rule is gone the team of the directors does: nothing gets lost."""
    rule = _rule(detail, config)
    found = recipients(config.organisation, place, rule.to) if rule else ()
    return found or (place.team,)


def facts(
    detail: str | None, place: Municipality, situation: Situation, config: Config, now: datetime
) -> dict[str, object]:
    """Of a warning (its ``detail``): the day, how many working days are left, who hears it, and who was not warned apart."""
    provision, rule = situation.provision, _rule(detail, config)
    day = warned_day(provision)
    if day is None or rule is None:
        return {"warned_short": "", "warned_to": ""}
    desk = config.organisation.central_desk
    today = day_of(now)
    following = [one for one in warnings_ahead(situation, config.catalogue) if one.at > now]
    answer_by = situation.calendar.last_working_day_before(day_of(following[0].at) if following else day)
    left = situation.calendar.working_days_between(today, day) if day > today else 0
    contacts = recipients(config.organisation, place, rule.to)
    return {
        "warned_on": dutch.dutch_date(day),
        "warned_short": dutch.day_and_month(day, now),
        "warned_past": day < today,
        "warned_today": day == today,
        "warned_left": dutch.counted(left, "werkdag", "werkdagen"),
        "warned_to": rule.to.value,
        "warned_names": dutch.listed([contact.name for contact in contacts]) if contacts else "",
        "warned_others": _others(provision, detail, config),
        "warned_answer_by": dutch.dutch_date(max(answer_by, today)),
        "warned_next": [_told_on(one, place, config) for one in following],
        "central_desk": desk,
    }


def _told_on(one: WarningDue, place: Municipality, config: Config) -> str:
    """Who hears it later, and when."""
    names = dutch.listed([contact.name for contact in recipients(config.organisation, place, one.rule.to)])
    at = "" if one.rule.at is None else f" om {one.rule.at:%H.%M} uur"
    return f"{dutch.dutch_date(day_of(one.at))}{at}: {names or one.rule.title}"


def _rule(detail: str | None, config: Config) -> WarningRule | None:
    name = (detail or "").partition(AND_DAY)[0]
    return next((rule for rule in config.catalogue.warnings if rule.name == name), None)


def _others(provision: Provision, detail: str | None, config: Config) -> str:
    """Those below it for whom the day came too late to be warned apart."""
    titles = {rule.name: rule.title for rule in config.catalogue.warnings if rule.before is not None}
    given = next((w for w in reversed(provision.warnings) if detail == f"{w.name}{AND_DAY}{w.day.isoformat()}"), None)
    if given is None:
        return ""
    passed = [
        titles[w.name]
        for w in provision.warnings
        if w.message is None and (w.day, w.sent) == (given.day, given.sent) and w.name in titles
    ]
    return dutch.listed(passed) if passed else ""
