"""The morning message: before work, each team lead gets what is late and what falls due, and nothing when there is nothing.

Once a working day for each municipality: the id of the message follows from both, also when there was nothing to tell.
A day that was missed is made up for only while that day's office hours last.
"""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import Engine

from provisions.catalogue import Config, Municipality
from provisions.domain.calendar import AMSTERDAM
from provisions.domain.messages import MessageKind
from provisions.overview.lists import Overviews
from provisions.overview.pages import Page, Pages
from provisions.store import channel, outbox

_NAMESPACE = UUID("0d6f3c0a-6b0e-5f0c-9b2a-8f7c4c1f5a11")


def message_id(municipality: str, day: date) -> UUID:
    """Follows from the municipality and the day, so that a day is told once."""
    return uuid5(_NAMESPACE, f"{municipality}/{day.isoformat()}")


class Mornings:
    """Writes the messages of today into the outbox."""

    def __init__(
        self, engine: Engine, config: Config, overviews: Overviews, pages: Pages, clock: Callable[[], datetime]
    ) -> None:
        self._engine = engine
        self._config = config
        self._overviews = overviews
        self._pages = pages
        self._clock = clock

    def tell(self) -> list[str]:
        """Write what is due now and was not written yet; the municipalities that get a message."""
        now = self._clock()
        local = now.astimezone(AMSTERDAM)
        return [
            place.key
            for place in self._config.organisation.municipalities.values()
            if self._is_time(place, local) and self._tell(place, local.date(), now)
        ]

    def _is_time(self, place: Municipality, local: datetime) -> bool:
        calendar = self._config.catalogue.calendar_of(place.key)
        begin = self._config.organisation.morning_message
        return begin <= local.time() < place.office_hours.end and calendar.closed(local.date()) is None

    def _tell(self, place: Municipality, day: date, now: datetime) -> bool:
        """Whether there was something to tell that was not told before."""
        message = message_id(place.key, day)
        with self._engine.connect() as connection:
            if outbox.is_there(connection, message):
                return False
        late, week = self._overviews.late(place.key), self._overviews.week(place.key)
        page = None if late.is_empty and not week.due.total else self._pages.morning(late, week)
        with self._engine.begin() as connection:
            values = {
                "kind": MessageKind.MORNING.value,
                "detail": day.isoformat(),
                "municipality": place.key,
                "created": now,
                "status": "pending" if page else "void",
                "next_try": now if page else None,
            }
            # Another engine may have been first.
            if not outbox.add(connection, message, **values) or page is None:
                return False
            outbox.add_content(connection, message, self._content(place, page))
            channel.notify(connection)
        return True

    def _content(self, place: Municipality, page: Page) -> dict[str, Any]:
        text, html = self._pages.mail(page)
        return {
            "recipients": [{"name": lead.name, "email": lead.email} for lead in place.team_leads],
            "subject": page.summary,
            "text": text,
            "html": html,
            "attachments": [],
        }
