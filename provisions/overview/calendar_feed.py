"""Days as a calendar that programs read (RFC 5545): a reference and that it is the last day, and nothing else.

Calendars are shown in trains and kept by others: so no provision, no client's own number, and no address of ours stands in it.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from uuid import UUID, uuid5

from icalendar import Calendar, Event

from provisions.domain.calendar import ONE_DAY

NAME = "Uiterste dagen"
LOOK_EVERY = timedelta(hours=1)
_MADE_BY = "-//basisvoorzieningen//uiterste dagen//NL"
# What is made of the random id of a case can't be turned back into it.
_NAMESPACE = UUID("3f0a2c1e-8a55-5c1d-9b8e-4f1d7c2b6a90")


class LastDay(Protocol):
    """A last day of a case."""

    @property
    def day(self) -> date:
        """Amsterdam's."""

    @property
    def reference(self) -> str:
        """Of the case."""

    @property
    def address(self) -> UUID:
        """The random id of the case."""


def as_calendar(days: Iterable[LastDay], domain: str, now: datetime) -> bytes:
    """The calendar, with an event of a whole day for each. ``domain``: behind the @ of an event's id; ``now`` is aware.

    An event that moved to another day is another event: a program takes over the whole calendar each time.
    """
    calendar = Calendar()
    calendar.add("prodid", _MADE_BY)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("name", NAME)
    calendar.add("x-wr-calname", NAME)
    calendar.add("refresh-interval", LOOK_EVERY, parameters={"value": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    stamp = now.astimezone(UTC).replace(microsecond=0)
    for one in days:
        event = Event()
        event.add("uid", f"{uuid5(_NAMESPACE, f'{one.address}/{one.day.isoformat()}')}@{domain}")
        event.add("dtstamp", stamp)
        event.add("dtstart", one.day)
        event.add("dtend", one.day + ONE_DAY)
        event.add("summary", f"{one.reference}: uiterste dag")
        event.add("class", "PRIVATE")
        event.add("transp", "TRANSPARENT")  # a day on which something must be there fills no hour
        calendar.add_component(event)
    return bytes(calendar.to_ical())
