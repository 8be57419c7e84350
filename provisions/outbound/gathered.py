"""The overviews of the day of persons and tables that chose one: what waits for them in one letter, each with its own text.

Writing an overview and crossing off what stands in it is one transaction. What has lapsed meanwhile is left out; what is for
somebody else by now, or can't be written, leaves by itself.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID, uuid5

from sqlalchemy import Connection, Engine

from provisions.catalogue import TEMPLATES, Config, Contact
from provisions.domain import dutch
from provisions.domain.calendar import day_of
from provisions.domain.delivery import Delivery, MessageStatus
from provisions.domain.errors import Refused
from provisions.domain.messages import MessageKind
from provisions.outbound.holding import Holding
from provisions.outbound.links import place_of
from provisions.outbound.recording import Note
from provisions.outbound.render import Lapsed, Rendered, render, render_for_case
from provisions.outbound.writer import Batch
from provisions.outbound.written import Written, keep
from provisions.store import absences, audit, channel
from provisions.store import outbox as store
from provisions.store.outbox import Message
from provisions.templates import environment

_NAMESPACE = UUID("7c3a51c4-18de-5ab1-9a0e-52b7b1a4e6f0")
_REGARDS = "\nMet vriendelijke groet,"
_GREETING = re.compile(r"\AGoedendag,\s+")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_OVER = "het was afgerond voordat de tafel het hoorde"
_ASKED = frozenset({MessageKind.RUNG, MessageKind.TAKEN_OVER})


@dataclass
class _Overview:
    """One overview in the making: what it says, in order; ``settled``: what is crossed off, and by which it is."""

    to: Contact
    said: list[tuple[UUID, Rendered]] = field(default_factory=list)
    listed: list[UUID] = field(default_factory=list)
    lapsed: list[UUID] = field(default_factory=list)
    notes: list[audit.Line] = field(default_factory=list)


class Gathered:
    """Writes these overviews into the outbox. ``clock`` gives the moment (aware)."""

    def __init__(self, engine: Engine, config: Config, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self._config = config
        self._clock = clock
        self._holding = Holding(config)
        self._templates = environment(TEMPLATES)

    def tell(self) -> int:
        """Write what is due. Returns how many overviews that became."""
        now, written, notes = self._clock(), 0, list[audit.Line]()
        with self._engine.begin() as connection:
            found: dict[tuple[str, str], list[Message]] = {}
            for row in store.in_overviews(connection, now):
                if store.hold(connection, [row.id]):  # else somebody takes it back at this moment
                    found.setdefault((row.overview, row.municipality), []).append(row)
            for (overview, place), rows in found.items():
                made = self._overview(connection, overview, place, rows, now)
                written += bool(made and made.said)
                notes += made.notes if made else []
            if found:
                channel.notify(connection)
            audit.append(connection, notes)  # last: everybody else who records waits for it
        return written

    def _overview(
        self, connection: Connection, overview: str, place: str, rows: Sequence[Message], now: datetime
    ) -> _Overview | None:
        """One overview, kept when there is anything to say; ``None`` where nobody gets it any more."""
        to = self._holding.contact(overview, place)
        if to is None:
            for row in rows:
                store.let_go(connection, now, message=row.id)
            return None
        made, message = _Overview(to), uuid5(_NAMESPACE, "/".join(str(row.id) for row in rows))
        batch = Batch.read(connection, sorted({row.provision_id for row in rows if row.provision_id}), now)
        batch.absences = absences.away(connection, day_of(now))
        over = _over_before_heard(batch, rows)
        for row in rows:
            self._add(connection, made, message, row, batch, over, now)
        store.gathered(connection, made.lapsed)
        store.gathered(connection, made.listed, sent=now, recipients=[to.address])
        if made.said:
            self._keep(connection, message, place, made, overview, now)
        return made

    def _add(
        self,
        connection: Connection,
        made: _Overview,
        message: UUID,
        row: Message,
        batch: Batch,
        over: frozenset[tuple[int, str | None]],
        now: datetime,
    ) -> None:
        """What one message says, where it still says anything to whoever gets this overview."""
        try:
            note, said = self._written(connection, row, batch, now)
        except Refused:
            store.let_go(connection, now, message=row.id)  # tried again by itself, and shown where it does not arrive
            return
        if isinstance(said, Rendered) and (row.provision_id, row.detail) in over:
            said = Lapsed(_OVER)
        if isinstance(said, Lapsed):
            made.lapsed.append(row.id)
            note.write("message.listed", f"niet verzonden: {said.why}")
        elif [one.email for one in said.recipients] != [made.to.email]:
            store.let_go(connection, now, message=row.id)
        else:
            made.listed.append(row.id)
            made.said.append((row.id, said))
            # By this it is known whose link is good.
            store.keep(connection, row.id, {}, {made.to.address: Delivery(MessageStatus.SENT, 1, sent=now)})
            note.write("message.listed", f"staat in het overzicht van de dag aan {made.to.name}", overview=str(message))
        made.notes += note.lines

    def _written(
        self, connection: Connection, row: Message, batch: Batch, now: datetime
    ) -> tuple[Note, Rendered | Lapsed]:
        if row.provision_id is not None:
            stored = batch.cases[row.provision_id]
            key = stored.key_of(row.provision_id)
            said = render(batch.facts(row), stored.case, stored.case.provisions[key], self._config, now)
            return Note(row.id, stored.case_id, key), said
        found = store.case_of(connection, row.case_id)
        note = Note(row.id, row.case_id)
        if found is None:
            return note, Lapsed("het traject is vergeten")
        return note, render_for_case(batch.facts(row), found.case, self._config, now)

    def _keep(
        self, connection: Connection, message: UUID, place: str, made: _Overview, overview: str, now: datetime
    ) -> None:
        town, day = self._config.organisation.municipalities[place], day_of(now)
        kind = MessageKind.AGENDA if overview.startswith("table/") else MessageKind.OVERVIEW
        known = {
            "municipality": town.name,
            "team": town.team,
            "day": dutch.dutch_date(day),
            "of_table": kind is MessageKind.AGENDA,
            "letters": [
                (one.subject, inner(one.markdown), place_of(number, one.asks) if one.asks else "")
                for number, one in made.said
            ],
        }
        body = self._templates.get_template("overview/gathered.md.j2").render(known).strip()
        body = re.sub(r"\n{3,}", "\n\n", body)
        called = "Agenda" if kind is MessageKind.AGENDA else "Overzicht"
        number = dutch.counted(len(made.said), "bericht", "berichten")
        subject = f"{called} van {dutch.day_and_month(day, now)} · {number}"
        letter = Written(kind, day.isoformat(), place, [made.to], subject, body)
        keep(connection, message, letter, now, self._templates)


def _over_before_heard(batch: Batch, rows: Sequence[Message]) -> frozenset[tuple[int, str | None]]:
    """(provision, rung) of what a table is asked in this overview, and is settled already: it need not hear either."""
    asked = ((row.provision_id, row.detail) for row in rows if row.kind in _ASKED and row.provision_id is not None)
    return frozenset(
        (number, rung)
        for number, rung in asked
        if not batch.cases[number].case.provisions[batch.cases[number].key_of(number)].status.is_open
    )


def inner(markdown: str) -> str:
    """What a letter says between its greeting and its end, to stand among others."""
    said = _GREETING.sub("", markdown.partition(_REGARDS)[0].strip())
    return _HEADING.sub(r"**\1**", said)
