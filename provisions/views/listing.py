"""Cases in a list: whose they are, what is late, what comes next. Read only, asked of an index and not computed."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from provisions import inputs
from provisions.access import Directory, Role, holding
from provisions.catalogue import Config
from provisions.domain import dutch
from provisions.domain.absences import Absences
from provisions.domain.calendar import day_of
from provisions.domain.errors import Part
from provisions.domain.privacy import refuse_identifying
from provisions.store import directory, listing
from provisions.store.listing import CaseFilter
from provisions.store.looking import Reader
from provisions.views.follow_ups import follow_up_title


class CaseStatus(StrEnum):
    """Which cases are asked for."""

    OPEN = "open"
    LATE = "late"
    REST = "rest"
    CLOSED = "closed"
    UNASSIGNED = "unassigned"
    HANDOVER = "handover"


WORDS = {
    CaseStatus.OPEN: "open",
    CaseStatus.LATE: "te laat",
    CaseStatus.REST: dutch.AT_REST,
    CaseStatus.CLOSED: "afgesloten",
    CaseStatus.UNASSIGNED: "zonder regisseur",
    CaseStatus.HANDOVER: "overdracht",
}
_PIECE = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Next:
    """The next day of a case, and what it is about (Dutch)."""

    day: date
    what: str


@dataclass(frozen=True)
class CaseLine:
    """A case in a list. ``late``, ``open``: how many of its provisions are. ``deputy``: who acts for its director now.

    ``rest``: since when it is at rest.
    """

    reference: str
    municipality: str
    director: str | None
    deputy: str | None
    opened: date
    closed: date | None
    late: int
    open: int
    next: Next | None
    rest: date | None = None

    def as_json(self) -> dict[str, Any]:
        """The shape that ``cli.md`` promises."""
        return {
            "reference": self.reference,
            "municipality": self.municipality,
            "director": self.director,
            "deputy": self.deputy,
            "opened": self.opened.isoformat(),
            "closed": self.closed.isoformat() if self.closed else None,
            "rest": self.rest.isoformat() if self.rest else None,
            "late": self.late,
            "open": self.open,
            "next": {"day": self.next.day.isoformat(), "what": self.next.what} if self.next else None,
        }


class CaseLists:
    """Lists of cases, as they are at the moment that ``clock`` gives."""

    def __init__(self, reader: Reader, config: Config, clock: Callable[[], datetime]) -> None:
        self._reader = reader
        self._config = config
        self._clock = clock

    def cases(
        self,
        *,
        director: str | None = None,
        municipality: str | None = None,
        status: str | None = None,
        search: str | None = None,
    ) -> list[CaseLine]:
        """The cases that are like this, open ones first: for a director also those that she is deputy for now; with all the
        pieces of ``search`` in the reference ("tr 2026 101" finds TR-2026-0101).

        Raises ``InvalidInput`` for an unknown municipality or status.
        """
        now = self._clock()
        today = day_of(now)
        code = inputs.code(director, f"{Part.DIRECTOR}") if director is not None else None
        kind = None if status is None else self._status(status)
        if municipality is not None:
            municipality = inputs.known(municipality, self._config.organisation.municipalities, "gemeente")
        with self._reader() as rows:
            away = listing.absences(rows, today)
            wanted = CaseFilter(
                directors=None if code is None else [code, *away.represented(code, today)],
                municipality=municipality,
                open=None if kind is None else kind is not CaseStatus.CLOSED,
                late=kind is CaseStatus.LATE,
                rest=kind is CaseStatus.REST,
                unassigned=kind is CaseStatus.UNASSIGNED,
                handover=kind is CaseStatus.HANDOVER,
                assigned=directors_of(directory.directory_of(rows, self._config.organisation.people), self._config),
                pieces=self._pieces(search),
            )
            found = listing.cases(rows, wanted, now, today)
        return [self._line(row, away, today) for row in found]

    def _status(self, text: str) -> CaseStatus:
        return CaseStatus(inputs.known(text, list(CaseStatus), "stand", {k.value: word for k, word in WORDS.items()}))

    def _pieces(self, search: str | None) -> tuple[str, ...]:
        if search is None:
            return ()
        return tuple(_PIECE.findall(refuse_identifying(search, "wat u zoekt")))

    def _line(self, row: Any, away: Absences, today: date) -> CaseLine:
        acting = away.acting(row.director, today)
        return CaseLine(
            row.reference,
            row.municipality,
            row.director,
            acting if acting != row.director else None,
            row.opened,
            row.closed,
            row.late,
            row.open,
            next_of(row, self._config),
            row.rest,
        )


def directors_of(known: Directory, config: Config) -> list[tuple[str, str]] | None:
    """(municipality, code) of every case director where people are listed; ``None`` where they are not."""
    if not known.is_complete:
        return None
    places = config.organisation.municipalities
    return [(place, code) for place in places for code in sorted(holding(known, Role.CASE_DIRECTOR, place))]


def next_of(row: Any, config: Config) -> Next | None:
    """The first day that is still to come of those that a row of a case knows (:func:`provisions.store.listing.cases`)."""
    found = [
        Next(date.fromisoformat(at[0]), f"{what} {_named(at[1], int(at[2]), config)}{_follow_up(at, config)}")
        for said, what in (
            (row.due, "uiterste datum"),
            (row.follow_up, "vervolgactie"),
            (None if row.rest else row.resumes, "klok loopt weer:"),
            (row.rung, "volgende escalatiestap"),
            (row.night, "nacht zonder plek:"),
        )
        if said is not None
        for at in (said.split(" "),)
    ]
    if row.rest:
        found = [one for one in found if one.what.startswith("vervolgactie")]
        found.append(Next(row.rest_until, "alle klokken lopen weer"))
    if row.place_ends:
        found.append(Next(row.place_ends, "plek loopt af"))
    return min(found, key=lambda one: one.day, default=None)


def _named(key: str, round_: int, config: Config) -> str:
    if not key:
        return "van het traject"
    rule = config.catalogue.provisions.get(key)
    return rule.called(round_, None) if rule else key


def _follow_up(at: list[str], config: Config) -> str:
    """What is to be done for a follow-up; its name is the fourth thing that is known of it."""
    if len(at) < 4:
        return ""
    return f": {follow_up_title(config, at[1] or None, at[3])}"
