"""One working day before a director's absence ends, the team leads are asked what is to happen after it.

By the clock, on the morning of that day (or later that day), once for each absence and end: the message's id follows from both.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import Connection, Engine

from provisions.access import Role, holding
from provisions.catalogue import TEMPLATES, Config, Municipality
from provisions.domain import dutch
from provisions.domain.absences import Absence, Absences
from provisions.domain.calendar import AMSTERDAM
from provisions.domain.lifecycle import SYSTEM
from provisions.domain.lifecycle.absence import ask_on
from provisions.domain.messages import MessageKind
from provisions.outbound.written import Written, keep
from provisions.store import absences as kept
from provisions.store import audit, channel, people
from provisions.store.audit import Line
from provisions.templates import environment

_NAMESPACE = UUID("6f6a1c58-1f2b-5b7e-8e0b-3a1d5f0c7e21")
MOST_REFERENCES = 20


def message_id(absence: Absence, municipality: str) -> UUID:
    """Follows from the absence, its end and the municipality, so that each end is asked about once."""
    return uuid5(_NAMESPACE, f"{absence.number}/{absence.until.isoformat()}/{municipality}")


class AbsenceEnds:
    """Writes the questions into the outbox. ``clock`` gives the moment (aware)."""

    def __init__(
        self, engine: Engine, config: Config, clock: Callable[[], datetime], templates: Path = TEMPLATES
    ) -> None:
        self._engine = engine
        self._config = config
        self._clock = clock
        self._environment = environment(templates)
        self._environment.filters["dutch"] = dutch.dutch_date

    def ask(self) -> int:
        """Ask what is due and was not asked yet; after how many absences."""
        now = self._clock()
        local = now.astimezone(AMSTERDAM)
        if local.time() < self._config.organisation.morning_message:
            return 0
        with self._engine.begin() as connection:
            due = [one for one in kept.to_ask(connection, local.date()) if ask_on(one, self._calendar) <= local.date()]
            if not due:
                return 0
            kept.lock(connection)  # so that of two engines one asks, and nobody changes it meanwhile
            away = kept.away(connection, local.date())
            still = {one.number for one in kept.to_ask(connection, local.date())}
            lines = [
                line
                for one in due
                if one.number in still
                for line in self._ask(connection, one, away, local.date(), now)
            ]
            audit.append(connection, lines)
            if lines:
                channel.notify(connection)
        return len(lines)

    @property
    def _calendar(self) -> Any:
        """The region's: a director may have cases in more municipalities, each with closing days of its own."""
        return self._config.catalogue.calendar

    def _ask(
        self, connection: Connection, absence: Absence, away: Absences, today: date, now: datetime
    ) -> Sequence[Line]:
        cases = kept.open_cases(connection, absence.director)
        acting = away.acting(absence.director, today) or absence.deputy
        messages = []
        for place in self._places(connection, absence.director, cases):
            message = message_id(absence, place.key)
            letter = self._letter(place, absence, acting, cases.get(place.key, []))
            if keep(connection, message, letter, now, self._environment):
                messages.append(message)
        kept.note_asked(connection, absence.number, today)
        data = {"number": absence.number, "until": absence.until.isoformat()}
        because = "teamleider gevraagd wat er na de afwezigheid moet gebeuren"
        return [Line(SYSTEM, "absence.asked", because, data=data, message=next(iter(messages), None))]

    def _places(self, connection: Connection, director: str, cases: Mapping[str, Sequence[str]]) -> list[Municipality]:
        """Where the director has cases; who has none there, where the director works."""
        places = self._config.organisation.municipalities
        known = people.directory(connection, self._config.organisation.people)
        works = [
            key
            for key, place in places.items()
            if director in place.directors or director in holding(known, Role.CASE_DIRECTOR, key)
        ]
        return [places[key] for key in (cases or works or places) if key in places]

    def _letter(self, place: Municipality, absence: Absence, acting: str, references: Sequence[str]) -> Written:
        known = {
            "absence": absence,
            "acting": acting,
            "place": place.name,
            "references": references[:MOST_REFERENCES],
            "total": len(references),
        }
        body = self._environment.get_template("morning/absence.md.j2").render(known).strip()
        subject = f"Vervanging loopt af · {dutch.dutch_date(absence.until)}"
        until = absence.until.isoformat()
        return Written(MessageKind.ABSENCE_ENDS, until, place.key, place.team_leads, subject, body)
