"""The overview of the day: for each counter one letter with the days that changed and need no letter of their own.

What is to stand in it waits in the outbox until its moment. Writing the overview and crossing these off is one transaction;
what has lapsed meanwhile is left out, and of a provision the last change counts.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from sqlalchemy import Connection, Engine

from provisions.catalogue import TEMPLATES, Config, Contact
from provisions.domain import dutch
from provisions.domain.calendar import day_of
from provisions.domain.case import Case, Provision
from provisions.domain.lifecycle import SYSTEM
from provisions.domain.messages import MessageKind
from provisions.outbound.context import MessageFacts
from provisions.outbound.course import Told
from provisions.outbound.markdown import html, plain_text
from provisions.outbound.render import Lapsed, line_of
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


class DaysOverviews:
    """Writes the overviews into the outbox. ``clock`` gives the moment (aware)."""

    def __init__(self, engine: Engine, config: Config, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self._config = config
        self._clock = clock

    def tell(self) -> int:
        """Write what is due; how many overviews that became."""
        now = self._clock()
        with self._engine.begin() as connection:
            counters: dict[tuple[str, str], list[_Line]] = {}
            for line in _waiting(connection, now):
                counter = self._config.catalogue.rule(line.provision.key).counter
                counters.setdefault((line.row.municipality, counter), []).append(line)
            notes: list[audit.Line] = []
            written = sum(self._write(connection, *who, lines, now, notes) for who, lines in counters.items())
            if notes:
                channel.notify(connection)
                audit.append(connection, notes)  # last: everybody else who records waits for it
        return written

    def _write(
        self,
        connection: Connection,
        place: str,
        counter: str,
        lines: Sequence[_Line],
        now: datetime,
        notes: list[audit.Line],
    ) -> bool:
        """One counter's overview; whether there was anything to say."""
        said: dict[tuple[int, object], str] = {}
        message = uuid5(_NAMESPACE, "/".join(str(line.row.id) for line in lines))
        contact = self._config.organisation.municipalities[place].counters[counter]
        known: dict[
            tuple[int, object], str | None
        ] = {}  # the day that the counter knows: before the first of the changes
        for line in lines:
            was = known.setdefault((line.case_id, line.provision.id), line.row.detail)
            facts = MessageFacts(str(line.row.id), line.row.kind, was, place, line.row.created, line.told)
            text = line_of(facts, line.case, line.provision, self._config, now)
            why = (
                f"niet verzonden: {text.why}"
                if isinstance(text, Lapsed)
                else f"staat in het overzicht aan {contact.name}"
            )
            if not isinstance(text, Lapsed):
                said[line.case_id, line.provision.id] = text
            data = None if isinstance(text, Lapsed) else {"overview": str(message)}
            key = line.provision.key
            notes.append(audit.Line(SYSTEM, "message.listed", why, line.case_id, key, data, line.row.id))
        store.listed(connection, [line.row.id for line in lines])
        if said:
            self._keep(connection, message, place, contact, list(said.values()), now)
        return bool(said)

    def _keep(
        self, connection: Connection, message: UUID, place: str, to: Contact, lines: Sequence[str], now: datetime
    ) -> None:
        municipality, written = self._config.organisation.municipalities[place], environment(TEMPLATES)
        day = day_of(now)
        known = {
            "municipality": municipality.name,
            "team": municipality.team,
            "lines": lines,
            "day": dutch.dutch_date(day),
        }
        body = written.get_template("overview/days.md.j2").render(known).strip()
        subject = f"Nieuwe datums · {dutch.day_and_month(day, now)}"
        values = {
            "id": message,
            "kind": MessageKind.DAYS.value,
            "detail": day.isoformat(),
            "municipality": place,
            "created": now,
            "next_try": now,
        }
        content = {
            "recipients": [{"name": to.name, "email": to.email}],
            "subject": subject,
            "text": plain_text(body),
            "html": written.get_template("mail.html.j2").render(subject=subject, body=html(body)),
        }
        store.keep_overview(connection, values, content)


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
        told.setdefault(row.provision_id, []).append(Told(row.sent, row.municipality, MessageKind(row.kind)))
    return told
