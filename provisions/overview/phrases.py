"""Where a provision stands and what happens next, in Dutch: short enough for a cell of a table."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime

from provisions.domain import dutch
from provisions.domain.calendar import AMSTERDAM, day_of
from provisions.domain.case import Provision, Status
from provisions.domain.rules import Catalogue, Dependency
from provisions.domain.warnings import waits_for_desk
from provisions.views.standing import SUSPENDED, ProvisionView


def short_date(day: date, *, year: bool = True) -> str:
    """ "9 nov 2026", for a picture or a table: its spaces don't break."""
    short = dutch.short_day(day).replace(" ", "\u00a0")
    return f"{short}\u00a0{day.year}" if year else short


def moment(at: datetime) -> str:
    """ "9 nov 10.02 uur", in Amsterdam, for an aware moment."""
    here = at.astimezone(AMSTERDAM)
    return f"{short_date(here.date(), year=False)} {here:%H.%M} uur"


def names(dependencies: Iterable[str], catalogue: Catalogue) -> list[str]:
    """Dutch names; ``a|b`` becomes "a of b"."""
    return [catalogue.named(Dependency.parse(d)) for d in dependencies]


def waits_on(view: ProvisionView, catalogue: Catalogue) -> str:
    """ "identiteitsbewijs en opvang of passende huisvesting"."""
    return dutch.listed(names(view.blocked_by, catalogue))


def standing(view: ProvisionView, catalogue: Catalogue) -> str:
    """Where an open or closed provision stands. Late goes before everything else that is open."""
    status = view.provision.status
    if not status.is_open:
        return dutch.STATUS[status]
    if view.resting:
        return f"{dutch.AT_REST} sinds {short_date(view.resting.start, year=False)}"
    if view.overdue:
        refused = f", {dutch.STATUS[Status.REFUSED]}" if status is Status.REFUSED else ""
        return f"{dutch.days(view.days_overdue)} {dutch.OVERDUE}{refused}"
    if view.status == SUSPENDED:
        until = f" tot {short_date(view.suspended_until, year=False)}" if view.suspended_until else ""
        return f"{dutch.SUSPENDED}{until}"
    if status is Status.BLOCKED:
        since = f" al {dutch.days(view.waiting_days)}" if view.waiting_days else ""
        return f"wacht{since} op {waits_on(view, catalogue)}"
    return dutch.STATUS[status]


def due_day(view: ProvisionView) -> str:
    """The due date; of what still waits, the day that was agreed."""
    if view.due:
        return short_date(view.due)
    return f"{short_date(view.provision.agreed)} (afgesproken)" if view.provision.agreed else ""


def with_whom(view: ProvisionView) -> str:
    """With whom it lies, ``""`` when it waits for another provision or is closed."""
    return dutch.holder(view.lies_with) if view.lies_with else ""


def to_be_judged(provision: Provision) -> bool:
    """Whether somebody has to decide now whether it goes to the national desk."""
    return provision.status.is_open and any(r.name.kind.is_judged and r.submitted is None for r in provision.rungs)


def next_step(view: ProvisionView) -> str:
    """What happens next and when; ``""`` for what waits for another provision."""
    parts = []
    if view.provision.promised and view.provision.status.is_open:
        parts.append(f"klaar op {short_date(view.provision.promised, year=False)}, zei het loket")
    if to_be_judged(view.provision):
        parts.append("nu indiening bij het Maatwerkloket beoordelen")
    if waits_for_desk(view.provision):
        parts.append("nu indiening bij het centrale loket beoordelen")
    if view.suspended_until:
        parts.append(f"klok loopt weer op {short_date(view.suspended_until, year=False)}")
    if view.next_rung:
        parts.append(f"{view.next_rung.name.kind.ahead} op {short_date(day_of(view.next_rung.at), year=False)}")
    return "; ".join(parts)


def towns_named(names: Mapping[str, str]) -> Callable[[str], str]:
    """Says a line of the record with the names of municipalities: it holds their keys, because a name may change and a line not.

    >>> towns_named({"haven": "Havenmeer"})("overgedragen van haven aan stad")
    'overgedragen van Havenmeer aan stad'
    """
    keys = "|".join(re.escape(key) for key in sorted(names, key=len, reverse=True))
    pattern = re.compile(rf"\b((?:in|van|aan|tot) )({keys})(?![\w-])")
    return lambda said: pattern.sub(lambda found: found[1] + names[found[2]], said)
