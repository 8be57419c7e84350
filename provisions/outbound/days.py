"""The overview of the day: for each counter one letter with the days that changed and need no letter of their own.

What is to stand in it waits in the outbox until its moment. Writing the overview and crossing these off is one transaction;
what has lapsed meanwhile is left out, and of a provision the last change counts.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID, uuid5

from sqlalchemy import Connection, Engine

from provisions.catalogue import TEMPLATES, Config
from provisions.domain import dutch
from provisions.domain.calendar import day_of
from provisions.domain.case import Case, Provision, ProvisionKey
from provisions.domain.errors import InvalidConfig
from provisions.domain.messages import MessageKind
from provisions.outbound.context import MessageFacts
from provisions.outbound.course import Told
from provisions.outbound.recording import Note, record, unwritten
from provisions.outbound.render import Lapsed, line_of
from provisions.outbound.written import Written, keep
from provisions.store import audit, channel
from provisions.store import outbox as store
from provisions.store.outbox import Message
from provisions.templates import environment

_NAMESPACE = UUID("5b0e1d0a-3c55-5f0c-8d5e-2f6d0f7a9c42")


@dataclass(frozen=True)
class _Line:
    """A change that waits: its row in the outbox, and the provision as it is now."""

    row: Message
    case_id: int
    case: Case
    provision: Provision
    told: tuple[Told, ...]


@dataclass
class _Written:
    """What one overview says, and what is to be recorded of the changes: ``listed`` are crossed off."""

    said: dict[tuple[int, ProvisionKey], str] = field(default_factory=dict)
    listed: list[UUID] = field(default_factory=list)
    notes: list[audit.Line] = field(default_factory=list)


class DaysOverviews:
    """Writes the overviews into the outbox. ``clock`` gives the moment (aware); ``spread`` a number from 0 to 1."""

    def __init__(
        self,
        engine: Engine,
        config: Config,
        clock: Callable[[], datetime],
        spread: Callable[[], float] = random.random,
    ) -> None:
        self._engine = engine
        self._config = config
        self._clock = clock
        self._spread = spread
        self._templates = environment(TEMPLATES)

    def tell(self) -> int:
        """Write what is due. Returns how many overviews that became. What can't be written is tried again, and stops nothing."""
        now, written, notes = self._clock(), 0, list[audit.Line]()
        with self._engine.begin() as connection:
            counters: dict[tuple[str, str], list[_Line]] = {}
            for line in _waiting(connection, now):
                counter = self._config.catalogue.rule(line.provision.key).counter
                counters.setdefault((line.row.municipality, counter), []).append(line)
            for (place, counter), lines in counters.items():
                overview = self._overview(connection, place, counter, lines, now)
                written += bool(overview.said)
                notes += overview.notes
            if counters:
                channel.notify(connection)
            audit.append(connection, notes)  # last: everybody else who records waits for it
        return written

    def _overview(
        self, connection: Connection, place: str, counter: str, lines: Sequence[_Line], now: datetime
    ) -> _Written:
        """One counter's overview, kept when there is anything to say."""
        made = _Written()
        message = uuid5(_NAMESPACE, "/".join(str(line.row.id) for line in lines))
        known: dict[
            tuple[int, ProvisionKey], str | None
        ] = {}  # the day that the counter knows: before the first of the changes
        for line in lines:
            key = line.provision.id
            note = Note(line.row.id, line.case_id, key)
            was = known.setdefault((line.case_id, key), line.row.detail)
            facts = MessageFacts(str(line.row.id), line.row.kind, was, place, line.row.created, line.told)
            try:
                text = line_of(facts, line.case, line.provision, self._config, now)
            except InvalidConfig as error:
                standing = unwritten(line.row, str(error), now, self._spread(), note)
                # Its letters find out for themselves.
                record(connection, line.row, standing, holds_up=False)
            else:
                made.listed.append(line.row.id)
                if isinstance(text, Lapsed):
                    note.write("message.listed", f"niet verzonden: {text.why}")
                else:
                    made.said[line.case_id, key] = text
                    to = self._config.organisation.municipalities[place].counters[counter].name
                    note.write("message.listed", f"staat in het overzicht aan {to}", overview=str(message))
            made.notes += note.lines
        store.listed(connection, made.listed)
        if made.said:
            self._keep(connection, message, place, counter, list(made.said.values()), now)
        return made

    def _keep(
        self, connection: Connection, message: UUID, place: str, counter: str, lines: Sequence[str], now: datetime
    ) -> None:
        municipality, day = self._config.organisation.municipalities[place], day_of(now)
        to = municipality.counters[counter]
        known = {
            "municipality": municipality.name,
            "team": municipality.team,
            "lines": lines,
            "day": dutch.dutch_date(day),
        }
        body = self._templates.get_template("overview/days.md.j2").render(known).strip()
        subject = f"Nieuwe datums · {dutch.day_and_month(day, now)}"
        letter = Written(MessageKind.DAYS, day.isoformat(), place, [to], subject, body)
        keep(connection, message, letter, now, self._templates)


def _waiting(connection: Connection, now: datetime) -> list[_Line]:
    """What is due to be listed, oldest first, with what each counter was told before."""
    rows = store.to_list(connection, now)
    if not rows:
        return []
    ids = [row.provision_id for row in rows]
    cases, told = store.cases_of(connection, ids), _told(connection, ids)
    lines = []
    for row in rows:
        stored = cases[row.provision_id]
        provision = stored.case.provisions[stored.key_of(row.provision_id)]
        lines.append(_Line(row, stored.case_id, stored.case, provision, tuple(told.get(row.provision_id, ()))))
    return lines


def _told(connection: Connection, provisions: Sequence[int]) -> dict[int, list[Told]]:
    """What the counters of these provisions were told, oldest first."""
    told: dict[int, list[Told]] = {}
    for row in sorted(store.told_of(connection, provisions), key=lambda row: (row.created, row.sent)):
        told.setdefault(row.provision_id, []).append(
            Told(row.sent, row.municipality, MessageKind(row.kind), row.detail)
        )
    return told
