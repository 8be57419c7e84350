"""A provision as a zaak in the municipality's own case system: what is wanted of it, and what is read from it. Pure.

Source: the ZGW standard (VNG), as it was found on real servers. An identification (``zaaknummer``) is fixed before the first
call and never changes; a closing is known by the resultaat and the end status that made it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from provisions.domain.calendar import day_of

AT_MOST = 40
"""Characters of a zaaknummer (``identificatie``)."""


class ZaakState(StrEnum):
    """Where a zaak stands, as far as we know."""

    WANTED = "wanted"
    OPEN = "open"
    CLOSED = "closed"
    GIVEN_UP = "given_up"


class Signal(StrEnum):
    """What a case director has to look at, because the case system and the record do not say the same."""

    CONTRADICTING = "contradicting"
    REOPENED = "reopened"
    DIFFERENT = "different"
    REPLACED = "replaced"
    UNMAPPED = "unmapped"
    NOT_RECORDED = "not_recorded"
    DELETED = "deleted"
    SECRET = "secret"  # noqa: S105 - no password: it was made more confidential
    MOVED = "moved"
    GIVEN_UP = "given_up"


SAID: Mapping[Signal, str] = {
    Signal.CONTRADICTING: "het zaaksysteem spreekt zichzelf tegen: er is een resultaat en een eindstatus, maar de zaak "
    "is niet dicht",
    Signal.REOPENED: "de zaak is in het zaaksysteem weer geopend; wat hier is vastgelegd, geldt nog",
    Signal.DIFFERENT: "in het zaaksysteem staat een ander resultaat dan hier is vastgelegd",
    Signal.REPLACED: "het resultaat in het zaaksysteem is vervangen; wat hier is vastgelegd, geldt nog",
    Signal.UNMAPPED: "van dit resultaat is niet afgesproken wat het hier betekent",
    Signal.NOT_RECORDED: "de uitkomst uit het zaaksysteem kon hier niet worden vastgelegd",
    Signal.DELETED: "de zaak is uit het zaaksysteem verwijderd",
    Signal.SECRET: "de zaak is niet meer te zien: zij is vertrouwelijker gemaakt, of ons recht is ingetrokken",
    Signal.MOVED: "het loket heeft de geplande einddatum van de zaak veranderd",
    Signal.GIVEN_UP: "de zaak openen of bijwerken lukte niet; neem zelf contact op met het loket",
}


_NOT_FOUND = "er is geen zaak van dit zaaktype met dit nummer die wij mogen zien; controleer het nummer met het loket"


def said(signal: Signal, *, followed: bool = False) -> str:
    """A signal in Dutch. ``followed``: of a zaak that the counter made, and that we only read."""
    return _NOT_FOUND if followed and signal is Signal.GIVEN_UP else SAID[signal]


class Find(StrEnum):
    """What one look at a zaak tells."""

    OPEN = "open"
    CLOSED = "closed"
    BEING_CORRECTED = "being_corrected"
    CONTRADICTION = "contradiction"


@dataclass(frozen=True)
class Closing:
    """A closing: ``result`` and ``status`` (the end status) are its key, ``words`` the name of the resultaat, ``on`` its day."""

    result: UUID
    status: UUID
    words: str
    on: date


@dataclass(frozen=True)
class Stated:
    """A status of a zaak: ``at`` which moment (aware); ``is_end``: whether it is an end status."""

    id: UUID
    at: datetime
    is_end: bool


@dataclass(frozen=True)
class Seen:
    """A zaak as it was read, and no more of it than is needed. ``words``: the name of its resultaat."""

    closed_on: date | None
    statuses: Sequence[Stated] = field(default=())
    current: UUID | None = None
    result: UUID | None = None
    words: str = ""


def judged(seen: Seen) -> tuple[Find, Closing | None]:
    """What a look tells, and the closing where there is one.

    The day is Amsterdam's of the end status, not ``einddatum``: that is the date part of whatever the counter's system wrote.
    """
    ends = sorted((s for s in seen.statuses if s.is_end), key=lambda s: s.at)
    if seen.closed_on is None:
        is_end = any(s.id == seen.current for s in ends)
        return (Find.CONTRADICTION if is_end and seen.result is not None else Find.OPEN), None
    if seen.result is None or not ends:
        return Find.BEING_CORRECTED, None
    last = ends[-1]
    return Find.CLOSED, Closing(seen.result, last.id, seen.words, day_of(last.at))


def number_of(reference: str, code: str, round_number: int, attempt: int = 1) -> str:
    """The zaaknummer of a round; ``attempt``: 2 when the same round was asked for again after a refusal.

    >>> number_of("TR-2026-0042", "ID", 1), number_of("TR-2026-0042", "ID", 2, 3)
    ('TR-2026-0042-ID-1', 'TR-2026-0042-ID-2-3')
    """
    return "-".join((reference, code, str(round_number), *([str(attempt)] if attempt > 1 else [])))


@dataclass(frozen=True)
class Wish:
    """What a zaak should say: the day promised (D), the last day by law, and whether the clock stands still. ``withdrawn``: it
    was open with us and is no more, so that its zaak is to be closed.
    """

    due: date | None
    statutory: date | None
    suspended: bool
    withdrawn: bool = False
