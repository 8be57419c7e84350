"""What is typed behind an option, as the value that it stands for; ``InvalidInput`` says what does not fit."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from provisions import inputs
from provisions.domain.calendar import day_of
from provisions.domain.errors import InvalidInput
from provisions.settings import utc_now


def day(what: str) -> Any:
    """A day as people write it, read against today."""
    return lambda text: inputs.day(text, what, _today())


def _today() -> date:
    return day_of(utc_now())


def field(text: str) -> tuple[str, str]:
    """``NAME=VALUE``; a day may be written as people write it."""
    name, value = pair("--field", "NAAM=WAARDE")(text)
    return name, inputs.iso_where_a_day(value, _today())


def count(text: str) -> int:
    """A number from 1 to 100 000."""
    if not (text.isascii() and text.isdigit() and 0 < int(text) <= 100_000):
        raise InvalidInput(
            f"'{inputs.shown(text)}' is geen aantal. Verwacht: een geheel getal van 1 tot en met 100000."
        )
    return int(text)


def seed(text: str) -> int:
    """A whole number from 0."""
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise InvalidInput(f"'{inputs.shown(text)}' kan niet voor --seed. Verwacht: een geheel getal vanaf 0.")
    return int(text)


def pair(option: str, form: str) -> Any:
    """``NAME=VALUE``, each as text."""

    def split(text: str) -> tuple[str, str]:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise InvalidInput(f"'{inputs.shown(text)}' klopt niet voor {option}. Verwacht: {form}.")
        return name, value

    return split


def yes_no(option: str) -> Any:
    """``yes`` or ``no``, also in Dutch."""

    def read(text: str) -> bool:
        found = {"yes": True, "ja": True, "no": False, "nee": False}.get(text.strip().lower())
        if found is None:
            raise InvalidInput(f"'{inputs.shown(text)}' kan niet voor {option}. Verwacht: yes of no.")
        return found

    return read


def euros(option: str) -> Any:
    """An amount in euros, as cents."""
    return lambda text: inputs.euros(text, option)


def key_day(option: str) -> Any:
    """``KEY=DAY``."""
    split = pair(option, "KEY=JJJJ-MM-DD")

    def read(text: str) -> tuple[str, date]:
        key, day = split(text)
        return key, inputs.day(day, f"{option} {inputs.shown(key)}", _today())

    return read


def waiver(text: str) -> tuple[tuple[str, str], str]:
    """``KEY:DEPENDENCY=GROUND``."""
    where, equals, ground = text.partition("=")
    key, colon, dependency = where.partition(":")
    if not (equals and colon and key and dependency):
        # The ground is free text and is not repeated.
        raise InvalidInput(f"'{inputs.shown(where)}' klopt niet voor een afwijking. Verwacht: KEY:VOORWAARDE=GROND.")
    return (key, dependency), ground


def period(text: str) -> tuple[date, date]:
    """``DAY/DAY``, at most ten years."""
    first, slash, last = text.partition("/")
    if not slash:
        raise InvalidInput(f"'{inputs.shown(text)}' is geen periode. Verwacht: JJJJ-MM-DD/JJJJ-MM-DD.")
    start, end = (inputs.day(text, "--suspended", _today()) for text in (first, last))
    if end < start:
        raise InvalidInput(f"De periode {text} eindigt voor zij begint.")
    if (end - start).days > 3660:
        raise InvalidInput(f"De periode {text} is langer dan tien jaar. Kies een kortere.")
    return start, end


def once(pairs: Sequence[tuple[Any, Any]], option: str) -> dict[Any, Any]:
    """Pairs as a mapping. Raises ``InvalidInput`` when one name is given twice."""
    found: dict[Any, Any] = {}
    for name, value in pairs:
        if name in found:
            raise InvalidInput(f"{option} noemt '{inputs.shown(str(name))}' twee keer. Geef één waarde.")
        found[name] = value
    return found
