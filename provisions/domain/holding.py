"""When a message waits for its receiver's sake, though it could leave: a person's own choice, or that of a table. Pure.

Nothing here holds what a counter, the stand-by or the national desk is asked; a message that waits still leaves, and once.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum

from provisions.domain.calendar import AMSTERDAM
from provisions.domain.delivery import LONGEST_WAIT
from provisions.domain.messages import MessageKind

QUIET_FROM, QUIET_UNTIL = time(19), time(7)  # Amsterdam's clock


class Pace(StrEnum):
    """How somebody wants messages."""

    AT_ONCE = "at_once"
    MINE = "mine"  # of own clients at once, of those of whom one replaces in one overview a day
    DAILY = "daily"  # all in one overview a day, as far as they may wait


@dataclass(frozen=True)
class Preference:
    """What somebody chose. ``quiet``: nothing between seven in the evening and seven in the morning."""

    pace: Pace = Pace.AT_ONCE
    quiet: bool = False


AS_IT_WAS = Preference()
"""Of who chose nothing."""


@dataclass(frozen=True)
class Held:
    """A message waits until ``until`` (aware). ``overview``: of whom or which table it then stands in the overview; empty for
    what leaves by itself.
    """

    until: datetime
    overview: str = ""


def for_person(
    code: str,
    kind: MessageKind,
    preference: Preference,
    now: datetime,
    overview_at: datetime,
    *,
    mine: bool,
    urgent: bool,
) -> Held | None:
    """Whether a message that goes to one person alone waits at ``now``. ``overview_at``: when the next overview is written.

    ``mine``: it is about a client of one's own; ``urgent``: about what is promised for the very day.
    """
    gathers = preference.pace is Pace.DAILY or (preference.pace is Pace.MINE and not mine)
    if gathers and kind.letter.may_wait and not urgent:
        return Held(overview_at, f"person/{code}")
    return for_the_night(now) if preference.quiet else None


def for_the_night(now: datetime) -> Held | None:
    """Until it is day again; ``None`` by day. In steps, because no moment further away is believed (``delivery.is_due``)."""
    until = quiet_until(now)
    return Held(min(until, now + LONGEST_WAIT)) if until else None


def for_table(table: str, kind: MessageKind, overview_at: datetime, *, urgent: bool) -> Held | None:
    """Whether a message that goes to a table alone, which chose one agenda a day, waits for that."""
    return None if urgent or kind not in FOR_AGENDA else Held(overview_at, f"table/{table}")


FOR_AGENDA = frozenset(
    {MessageKind.RUNG, MessageKind.TAKEN_OVER, MessageKind.NEW_DAY_TABLE, MessageKind.SETTLED, MessageKind.UNSETTLED}
)
"""What a table may get in one agenda a day."""


def quiet_until(now: datetime) -> datetime | None:
    """When it is day again (aware); ``None`` by day.

    >>> quiet_until(datetime.fromisoformat("2026-11-03T19:00:00+01:00")).isoformat()
    '2026-11-04T07:00:00+01:00'
    """
    local = now.astimezone(AMSTERDAM)
    if QUIET_UNTIL <= local.time() < QUIET_FROM:
        return None
    day = local.date() + timedelta(days=local.time() >= QUIET_FROM)
    return datetime.combine(day, QUIET_UNTIL, AMSTERDAM)
