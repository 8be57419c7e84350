"""What a signal may say about what is promised for the very day. Never of what kind a place is or was, or why."""

from datetime import date, datetime

from provisions.catalogue import Config
from provisions.domain import dutch
from provisions.domain.deadlines import Situation
from provisions.domain.signals import night
from provisions.domain.warnings import AND_DAY


def facts(detail: str | None, situation: Situation, config: Config, now: datetime) -> dict[str, object]:
    """Of a signal (its ``detail``): what it is about (``signal``, empty where the letter is none), its day, and which night it
    was.
    """
    name, _, day = (detail or "").partition(AND_DAY)
    rule = next((rule for rule in config.catalogue.signals if day and rule.name == name), None)
    if rule is None:
        return {"signal": "", "signal_short": "", "signal_on": "", "night": 0}
    of = date.fromisoformat(day)
    return {
        "signal": rule.about.value,
        "signal_short": dutch.day_and_month(of, now),
        "signal_on": dutch.dutch_date(of),
        "night": night(situation, of),
    }
