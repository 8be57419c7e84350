"""From ``example.toml`` to dated events: what people did, in the order in which they did it."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from provisions.catalogue import Config
from provisions.domain.calendar import AMSTERDAM, ONE_DAY, WorkingCalendar

EXAMPLE = Path(__file__).with_name("example.toml")

FIRST_OF_THE_DAY = time(9, 0)
BETWEEN_CLIENTS = timedelta(minutes=20)


@dataclass(frozen=True)
class Event:
    """Something a person did. ``moment`` is aware; ``command`` is a command of the command line; ``by`` who did it."""

    moment: datetime
    reference: str
    command: str
    by: str
    arguments: Mapping[str, Any]


def events(today: date, config: Config, path: Path = EXAMPLE) -> list[Event]:
    """All events as seen from ``today`` (Amsterdam's), oldest first; every one of them lies before ``today``."""
    clients = tomllib.loads(path.read_text("utf-8"))["client"]
    found = [
        event
        for number, client in enumerate(clients, start=1)
        for event in _Client(number, client, today, config).events()
    ]
    return sorted(found, key=lambda event: event.moment)


class _Client:
    """One client of the file, with the municipality's own calendar to tell when people work."""

    def __init__(self, number: int, entry: Mapping[str, Any], today: date, config: Config) -> None:
        self._number = number
        self._entry = entry
        self._today = today
        self._municipalities = list(config.organisation.municipalities)
        self._calendar: WorkingCalendar = config.catalogue.calendar_of(self._municipality(entry["municipality"]))
        self._reference = f"TR-{self._day(entry['at']).year}-{number:04}"

    def events(self) -> Iterator[Event]:
        intake = {name: value for name, value in self._entry.items() if name not in ("event", "by")}
        yield self._event({"do": "intake", **intake})
        for entry in self._entry.get("event", ()):
            yield self._event(entry)

    def _event(self, entry: Mapping[str, Any]) -> Event:
        own = ("at", "do", "by")
        start = datetime.combine(self._day(entry["at"]), FIRST_OF_THE_DAY, AMSTERDAM)
        return Event(
            moment=start + (self._number - 1) * BETWEEN_CLIENTS,
            reference=self._reference,
            command=entry["do"],
            by=entry.get("by", self._entry["by"]),
            arguments={name: self._value(name, value) for name, value in entry.items() if name not in own},
        )

    def _value(self, name: str, value: Any) -> Any:
        """Whole numbers are days counted from today, except for the municipality, which is counted round the region."""
        if name == "municipality":
            return self._municipality(value)
        if name == "fields":
            return {field: self._day(v).isoformat() if isinstance(v, int) else v for field, v in value.items()}
        if isinstance(value, dict):
            return {key: self._value(key, inner) for key, inner in value.items()}
        return self._day(value) if isinstance(value, int) else value

    def _municipality(self, number: int) -> str:
        return self._municipalities[(number - 1) % len(self._municipalities)]

    def _day(self, offset: int) -> date:
        """The working day on or before: nobody takes in a client on Christmas Day."""
        day = self._today + timedelta(days=offset)
        return self._calendar.last_working_day_before(day + ONE_DAY)
