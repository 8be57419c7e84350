"""How something stands, in the words of the pages (web.md, "Words on buttons": States)."""

from datetime import date, timedelta

from provisions.catalogue import Config
from provisions.domain import dutch
from provisions.domain.calendar import DAY_NAMES, ONE_DAY
from provisions.domain.case import Status
from provisions.domain.signals import has_arrived
from provisions.overview import phrases
from provisions.views.lines import ProvisionLine
from provisions.views.standing import SUSPENDED, ProvisionView

_READY = "ready"  # the milestone: it can be collected


def near_day(day: date, today: date) -> str:
    """A day as people say it: "vr 27 november", with the year when it is another one.

    >>> near_day(date(2026, 11, 27), date(2026, 11, 24)), near_day(date(2027, 1, 4), date(2026, 11, 24))
    ('vr 27 november', 'ma 4 januari 2027')
    """
    year = "" if day.year == today.year else f" {day.year}"
    return f"{DAY_NAMES[day.weekday()][:2]} {day.day} {dutch.MONTHS[day.month - 1]}{year}"


def standing(line: ProvisionLine, today: date) -> str:
    """Where a provision stands: "3 dagen te laat", "Morgen laatste dag", "Loopt, uiterlijk vr 27 november"."""
    if line.days_late:
        refused = ", afgewezen" if line.status == Status.REFUSED else ""
        return f"{dutch.days(line.days_late)} {dutch.OVERDUE}{refused}"
    if line.status == SUSPENDED:
        until = f" tot {near_day(line.suspended_until, today)}" if line.suspended_until else ""
        return f"Klok staat stil{until}"
    if line.status == Status.REFUSED:
        return "Afgewezen"
    if line.status == Status.BLOCKED:
        return "Wacht op iets anders"
    if line.status != Status.WAITING:
        return dutch.capitalised(dutch.STATUS[Status(line.status)])
    return running(line.last_day, today)


def promised(line: ProvisionLine, today: date) -> str:
    """What the counter promised, to stand behind how it stands; empty where it did not."""
    return f"; het loket zei: klaar {near_day(line.promised, today)}" if line.promised else ""


def nights(line: ProvisionLine) -> str:
    """Of who has no place to sleep, which night that was, to stand behind how it stands; empty where it is not so."""
    return f"; nacht {line.days_late} zonder plek" if line.nights and line.days_late else ""


def of_view(view: ProvisionView, config: Config, today: date) -> str:
    """The same of a provision whose whole case was read, and so with what it waits for and where it went."""
    provision = view.provision
    if not provision.status.is_open:
        return _closed(view, config)
    if view.resting:
        return f"Uit beeld sinds {near_day(view.resting.start, today)}"
    if view.overdue:
        refused = ", afgewezen" if provision.status is Status.REFUSED else ""
        return f"{dutch.days(view.days_overdue)} {dutch.OVERDUE}{refused}{_nights_of(view)}"
    if view.status == SUSPENDED:
        until = f" tot {near_day(view.suspended_until, today)}" if view.suspended_until else ""
        return f"Klok staat stil{until}"
    if provision.status is Status.BLOCKED:
        since = f" al {dutch.days(view.waiting_days)}" if view.waiting_days else ""
        return f"Wacht{since} op {phrases.waits_on(view, config.catalogue)}"
    if provision.status is Status.REFUSED:
        until_day = view.objection_until
        can_object = until_day is not None and until_day >= today
        return (
            objection(until_day, today, presumed=view.objection_presumed) if can_object and until_day else "Afgewezen"
        )
    return "Ligt klaar" if any(m.name == _READY for m in provision.milestones) else running(view.due, today)


def _nights_of(view: ProvisionView) -> str:
    without = view.situation.rule.same_day and not has_arrived(view.provision)
    return f"; nacht {view.days_overdue} zonder plek" if without else ""


def _closed(view: ProvisionView, config: Config) -> str:
    match view.provision.status:
        case Status.DELIVERED:
            return "Geregeld"
        case Status.HANDED_OVER:
            after = next((p for p in view.case.rounds(view.provision.key) if p.continues == view.provision.round), None)
            town = config.organisation.municipalities.get(view.case.municipality_of(after.id)) if after else None
            return f"Overgedragen aan {town.name}" if town else "Overgedragen"
    return "Gestopt"


def running(last_day: date | None, today: date) -> str:
    """Of what runs and is on time, the last day."""
    if last_day is None:
        return "Loopt"
    if last_day <= today:
        return "Vandaag laatste dag"
    if last_day == today + ONE_DAY:
        return "Morgen laatste dag"
    return f"Loopt, uiterlijk {near_day(last_day, today)}"


def objection(until: date, today: date, *, presumed: bool) -> str:
    """Of a refusal, until when one can object. ``presumed``: it is not known when it was announced."""
    left = until - today
    soon = " (vandaag laatste dag)" if not left else " (morgen laatste dag)" if left == timedelta(1) else ""
    guess = ", vermoedelijk" if presumed else ""
    return f"Afgewezen, bezwaar kan tot en met {near_day(until, today)}{guess}{soon}"
