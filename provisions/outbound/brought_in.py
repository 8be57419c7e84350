"""The letters about what is brought before the steering group: a second person is asked, and those who brought it in hear what
became of it. They are about no client; the text itself stands in none before a second person has agreed that it leaves.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid5

from sqlalchemy import Connection

from provisions.catalogue import TEMPLATES, Config, Contact
from provisions.domain import dutch
from provisions.domain.brought_in import IN_DUTCH, OTHER, BroughtIn, Standing
from provisions.domain.calendar import day_of
from provisions.domain.messages import MessageKind
from provisions.domain.rules import CodeList
from provisions.outbound.written import Written, keep
from provisions.store import outbox
from provisions.templates import environment

_MESSAGES = UUID("2b1f2a52-6a43-5d0b-9d57-70f3b7f0c1a9")


class GroupLetters:
    """Writes them into the outbox. Each follows from the number and how that stands, so that none is written twice."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._templates = environment(TEMPLATES)

    def asked(self, connection: Connection, known: BroughtIn, now: datetime, *, again: bool = False) -> UUID | None:
        """Ask those who may be the second person to look at it; ``None`` where they were asked so already."""
        message = uuid5(_MESSAGES, f"{known.number}/asked/{'again' if again else 'first'}")
        # Looked at each minute: nothing is written anew for what left long ago.
        if outbox.is_there(connection, message):
            return None
        context = self._about(known) | {"by": known.asked_by, "again": again}
        subject = f"Kijk mee met S-{known.number} · {dutch.day_and_month(day_of(now), now)}"
        written = self._written(MessageKind.BROUGHT_IN_ASKED, known, self._seconds(known), subject, context)
        return message if keep(connection, message, written, now, self._templates) else None

    def seen(self, connection: Connection, known: BroughtIn, now: datetime) -> UUID:
        """Tell those who asked what a second person said of it, or that it lapsed."""
        context = self._about(known) | {"state": known.state.value, "by": known.seen_by or ""}
        subject = f"Uw vraag over S-{known.number} · {dutch.day_and_month(day_of(now), now)}"
        return self._tell(connection, MessageKind.BROUGHT_IN_SEEN, known, subject, context, now)

    def decided(self, connection: Connection, known: BroughtIn, now: datetime) -> UUID:
        """The answer of the group goes back to those who brought it in."""
        context = {
            "number": f"S-{known.number}",
            "state": IN_DUTCH[known.state],
            "until": dutch.dutch_date(known.until) if known.until else "",
            "decision": known.decision,
            "owner": known.owner,
            "due": dutch.dutch_date(known.due),
            "done": known.state is Standing.DONE,
            "adopted": known.state is Standing.ADOPTED,
        }
        subject = f"Besluit over S-{known.number} · {dutch.day_and_month(day_of(now), now)}"
        return self._tell(connection, MessageKind.BROUGHT_IN, known, subject, context, now)

    def _tell(
        self,
        connection: Connection,
        kind: MessageKind,
        known: BroughtIn,
        subject: str,
        context: dict[str, object],
        now: datetime,
    ) -> UUID:
        message = uuid5(_MESSAGES, f"{known.number}/{known.state.value}/{known.deferred}")
        to = self._config.organisation.municipalities[known.municipality].team_leads
        keep(connection, message, self._written(kind, known, to, subject, context), now, self._templates)
        return message

    def _written(
        self, kind: MessageKind, known: BroughtIn, to: Sequence[Contact], subject: str, context: dict[str, object]
    ) -> Written:
        body = self._templates.get_template(f"report/{kind.value}.md.j2").render(context).strip()
        return Written(kind, str(known.number), known.municipality, to, subject, body)

    def _about(self, known: BroughtIn) -> dict[str, object]:
        catalogue, towns = self._config.catalogue, self._config.organisation.municipalities
        rule = catalogue.provisions.get(known.about)
        return {
            "number": f"S-{known.number}",
            "municipality": towns[known.municipality].name,
            "about": rule.name if rule else "iets anders" if known.about == OTHER else known.about,
            "cause": catalogue.codes[CodeList.CAUSE].get(known.cause, known.cause),
        }

    def _seconds(self, known: BroughtIn) -> list[Contact]:
        """The team leads of the municipality, and of those that may be its second; each address once."""
        towns = self._config.organisation.municipalities
        places = self._config.organisation.places_of_seconds(known.municipality)
        found = {lead.email: lead for place in places if place in towns for lead in towns[place].team_leads}
        return list(found.values())
