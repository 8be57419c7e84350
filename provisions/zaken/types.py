"""What we read of a case system, and no more: ids, days and the names of types. Not what counters write in free text."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

Json = Mapping[str, Any]


class Unreadable(ValueError):  # noqa: N818 - it says what is so
    """An answer is not what the standard says. Holds nothing of it."""


def id_of(url: object) -> UUID:
    """The uuid at the end of an address of theirs. Raises ``Unreadable``."""
    try:
        return UUID(str(url).rstrip("/").rpartition("/")[2])
    except ValueError:
        raise Unreadable("geen adres met een uuid") from None


def _maybe_id(url: object) -> UUID | None:
    return id_of(url) if url else None


def moment(text: object) -> datetime:
    """A moment in UTC; a day without a time is its first moment in UTC, as servers store it. Raises ``Unreadable``."""
    try:
        found = datetime.fromisoformat(str(text))
    except ValueError:
        raise Unreadable("geen moment") from None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def day(text: object) -> date | None:
    """A day, or ``None`` where there is none. Raises ``Unreadable``."""
    try:
        return date.fromisoformat(str(text)) if text else None
    except ValueError:
        raise Unreadable("geen dag") from None


@dataclass(frozen=True)
class Zaaktype:
    """One version of a zaaktype, valid from day ``begins`` up to and including day ``ends``."""

    url: str
    begins: date
    ends: date | None

    @classmethod
    def read(cls, body: Json) -> "Zaaktype":
        begins = day(body.get("beginGeldigheid"))
        if begins is None:
            raise Unreadable("zaaktype zonder begin")
        return cls(str(body["url"]), begins, day(body.get("eindeGeldigheid")))

    def valid_on(self, on: date) -> bool:
        """Whether it is the version of day ``on``."""
        return self.begins <= on and (self.ends is None or on <= self.ends)


@dataclass(frozen=True)
class Statustype:
    """A statustype of one version of a zaaktype, in order of ``number`` (volgnummer)."""

    url: str
    number: int
    is_end: bool

    @classmethod
    def read(cls, body: Json) -> "Statustype":
        return cls(str(body["url"]), int(body["volgnummer"]), bool(body.get("isEindstatus")))


@dataclass(frozen=True)
class Resultaattype:
    """A resultaattype of one version of a zaaktype. What it means is in our settings: its generic name is only a suggestion."""

    url: str
    words: str

    @classmethod
    def read(cls, body: Json) -> "Resultaattype":
        return cls(str(body["url"]), str(body["omschrijving"]))


@dataclass(frozen=True)
class Status:
    """A status of a zaak, set at moment ``at`` (UTC)."""

    id: UUID
    statustype: str
    at: datetime

    @classmethod
    def read(cls, body: Json) -> "Status":
        return cls(id_of(body["url"]), str(body["statustype"]), moment(body["datumStatusGezet"]))


@dataclass(frozen=True)
class Resultaat:
    """The resultaat of a zaak."""

    id: UUID
    resultaattype: str

    @classmethod
    def read(cls, body: Json) -> "Resultaat":
        return cls(id_of(body["url"]), str(body["resultaattype"]))


@dataclass(frozen=True)
class Zaak:
    """A zaak. ``status`` and ``resultaat``: the ids of what is current; expanded where the server could do that."""

    id: UUID
    url: str
    zaaktype: str
    begins: date | None
    ended: date | None
    planned_end: date | None
    last_day: date | None
    suspended: bool
    status: UUID | None
    resultaat: UUID | None
    result: Resultaat | None = None
    current: Status | None = None

    @classmethod
    def read(cls, body: Json) -> "Zaak":
        more = body.get("_expand")
        expanded: Json = more if isinstance(more, Mapping) else {}
        result, current = expanded.get("resultaat"), expanded.get("status")
        stopped = body.get("opschorting")
        return cls(
            id_of(body["url"]),
            str(body["url"]),
            str(body["zaaktype"]),
            day(body.get("startdatum")),
            day(body.get("einddatum")),
            day(body.get("einddatumGepland")),
            day(body.get("uiterlijkeEinddatumAfdoening")),
            bool(isinstance(stopped, Mapping) and stopped.get("indicatie")),
            _maybe_id(body.get("status")),
            _maybe_id(body.get("resultaat")),
            Resultaat.read(result) if isinstance(result, Mapping) and result.get("url") else None,
            Status.read(current) if isinstance(current, Mapping) and current.get("url") else None,
        )


@dataclass(frozen=True)
class Subscription:
    """A subscription to notifications, as the list shows it."""

    url: str
    callback: str
    channels: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]

    @classmethod
    def read(cls, body: Json) -> "Subscription":
        channels = tuple(
            (str(one.get("naam")), tuple(sorted((str(k), str(v)) for k, v in (one.get("filters") or {}).items())))
            for one in body.get("kanalen") or ()
        )
        return cls(str(body.get("url", "")), str(body.get("callbackUrl", "")), channels)
