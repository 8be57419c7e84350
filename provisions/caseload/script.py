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
    """Something a person did. ``moment`` is aware; ``command`` is a command of the command line; ``by`` who did it.
    ``reference``: of the case, empty where it is about none.
    """

    moment: datetime
    reference: str
    command: str
    by: str
    arguments: Mapping[str, Any]


def events(today: date, config: Config, path: Path = EXAMPLE) -> list[Event]:
    """All events as seen from ``today`` (Amsterdam's), oldest first; every one of them lies before ``today``."""
    example = tomllib.loads(path.read_text("utf-8"))
    clients = [
        event
        for number, client in enumerate(example["client"], start=1)
        for event in _Client(number, client, today, config).events()
    ]
    absences = [_absence(entry, today, config.catalogue.calendar) for entry in example["away"]]
    group = [event for entry in example["brought_in"] for event in _brought_in(entry, today, config)]
    return sorted([*absences, *clients, *group], key=lambda event: event.moment)


def _absence(entry: Mapping[str, Any], today: date, calendar: WorkingCalendar) -> Event:
    """Somebody is away, recorded at the beginning of a day. What counts is who was away, so weekends may be in it."""
    start, until = (today + timedelta(days=entry[name]) for name in ("start", "until"))
    return Event(
        moment=datetime.combine(_working_day(today, entry["at"], calendar), FIRST_OF_THE_DAY, AMSTERDAM),
        reference="",
        command="away",
        by=entry["by"],
        arguments={"code": entry["director"], "deputy": entry["deputy"], "start": start, "until": until},
    )


def _brought_in(entry: Mapping[str, Any], today: date, config: Config) -> Iterator[Event]:
    """What somebody brings before the steering group, and what became of that; each is known by its text."""
    towns, calendar = list(config.organisation.municipalities), config.catalogue.calendar
    said = {name: entry[name] for name in ("about", "cause", "cases", "decision", "owner")}
    said |= {
        "cases": str(entry["cases"]),
        "municipality": towns[(entry["municipality"] - 1) % len(towns)],
        "due": today + timedelta(days=entry["due"]),
    }
    for happened in [{"at": entry["at"], "do": "bring_in", "by": entry["by"]}, *entry["event"]]:
        day = datetime.combine(_working_day(today, happened["at"], calendar), FIRST_OF_THE_DAY, AMSTERDAM)
        more = {name: value for name, value in happened.items() if name not in ("at", "do", "by")}
        if "until" in more:
            more["until"] = today + timedelta(days=more["until"])
        of = said if happened["do"] == "bring_in" else {"text": entry["decision"]}
        yield Event(day, "", happened["do"], happened["by"], {**of, **more})


def _working_day(today: date, offset: int, calendar: WorkingCalendar) -> date:
    """The working day on or before ``offset`` days from ``today``: nobody takes in a client on Christmas Day."""
    return calendar.last_working_day_before(today + timedelta(days=offset) + ONE_DAY)


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
        return self._day(value) if isinstance(value, int) and not isinstance(value, bool) else value

    def _municipality(self, number: int) -> str:
        return self._municipalities[(number - 1) % len(self._municipalities)]

    def _day(self, offset: int) -> date:
        return _working_day(self._today, offset, self._calendar)
