"""What a letter about a whole case may say: what is open, and until when. Pure."""

from datetime import date, datetime

from provisions.catalogue import Config
from provisions.domain import deadlines, dutch, graph
from provisions.domain.calendar import ONE_DAY, day_of
from provisions.domain.case import Case, ProvisionKey, Status
from provisions.domain.deadlines import Situation


def open_lines(case: Case, config: Config, now: datetime) -> list[str]:
    """What is open, a line each (Dutch), the first due on top. ``now`` is aware."""
    still = [Situation.of(case, p.id, config.catalogue) for p in case.provisions.values() if p.status.is_open]
    return [_line(situation, config, now) for situation in sorted(still, key=lambda one: _order(one, now))]


def _order(situation: Situation, now: datetime) -> tuple[date, ProvisionKey]:
    end = deadlines.due(situation, today=day_of(now))
    return end.due if end else date.max, situation.provision.id


def _line(situation: Situation, config: Config, now: datetime) -> str:
    provision, rule = situation.provision, situation.rule
    name = dutch.capitalised(rule.called(provision.round, provision.purpose))
    if provision.status is Status.BLOCKED:
        unmet = [config.catalogue.named(one) for one in graph.unmet(rule, situation.case, provision)]
        return f"{name}: wacht op {dutch.listed(unmet)}"
    end = deadlines.due(situation, today=day_of(now))
    refused = "afgewezen; " if provision.status is Status.REFUSED else ""
    if end is None:
        return f"{name}: {refused}zonder uiterste datum"
    if deadlines.is_overdue(situation, now):
        return f"{name}: {refused}te laat sinds {dutch.dutch_date(end.due + ONE_DAY)}"
    still = deadlines.suspended_until(provision, day_of(now))
    stopped = f"; de klok staat stil tot {dutch.dutch_date(still)}" if still else ""
    return f"{name}: {refused}uiterlijk {dutch.dutch_date(end.due)}{stopped}"
