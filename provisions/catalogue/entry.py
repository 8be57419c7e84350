"""Reading one table of a TOML file, so that every fault says which file, entry and key, and what to do about it.

Faults are collected, not raised: a person who edits configuration wants all of them at once.
"""

import math
import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time
from difflib import get_close_matches
from enum import StrEnum
from typing import Any, TypeVar

from provisions.domain.errors import InvalidInput
from provisions.domain.terms import Term

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_EMAIL = re.compile(rf"{_ATOM}(\.{_ATOM})*@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_TIME = re.compile(r"(?:[01][0-9]|2[0-3])(?::?[0-5][0-9]){0,2}")
_DUTCH_TYPES = {
    str: "een tekst tussen aanhalingstekens",
    bool: "true of false",
    int: "een geheel getal",
    float: "een getal",
    list: "een lijst tussen [ en ]",
    dict: "een tabel",
    date: "een datum zonder aanhalingstekens, zoals 2026-12-24",
}


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The one of ``known`` that was probably meant by ``word``, if any."""
    matches = get_close_matches(word, list(known), n=1)
    return matches[0] if matches else None


def meant(word: str, known: Collection[str]) -> str:
    """The remedy for an unknown word (Dutch): the nearest known one, or all of them."""
    if guess := nearest(word, known):
        return f"Bedoelde u '{guess}'?"
    return f"Kies uit: {', '.join(sorted(known))}." if known else "Haal deze waarde weg."


def _time_of_day(text: str) -> time:
    """A time of Amsterdam's day. Raises ``ValueError``, also for one of another zone and for the end of the day."""
    if not _TIME.fullmatch(text):
        raise ValueError
    return time.fromisoformat(text)


def _shown(value: object) -> str:
    """``value`` as it stands in the file."""
    if isinstance(value, bool):
        return str(value).lower()
    return value.isoformat() if isinstance(value, (date, time)) else repr(value)


@dataclass
class Entry:
    """One table: ``file`` and ``path`` say where it is, ``faults`` collects the lines for the whole configuration.

    A reading method returns a harmless value of the right type after a fault. Call ``done`` when all keys were read.
    """

    file: str
    path: str
    values: dict[str, Any]
    faults: list[str]
    known: set[str] = field(default_factory=set)
    missing: list[str] = field(default_factory=list)

    def fault(self, key: str, problem: str, remedy: str) -> None:
        """Note that ``key`` is wrong; ``problem`` and ``remedy`` are Dutch sentences."""
        place = f"[{self.path}], " if self.path else ""
        self.faults.append(f"{self.file}, {place}sleutel '{key}': {problem} {remedy}")

    def done(self) -> None:
        """Note the keys that nobody asked for, and those that were asked for and are not there."""
        for key in self.values:
            if key in self.known:
                continue
            guess = nearest(key, self.known)
            if guess in self.missing:  # a typo explains both, one line is enough
                self.missing.remove(guess)
            self.fault(key, "onbekende sleutel.", meant(key, self.known))
        for key in self.missing:
            self.fault(key, "deze sleutel ontbreekt.", f"Voeg hem toe{f' aan [{self.path}]' if self.path else ''}.")

    def _value(self, key: str, kind: type[T], *, optional: bool) -> T | None:
        self.known.add(key)
        if key not in self.values:
            if not optional:
                self.missing.append(key)
            return None
        value = self.values[key]
        # In Python true is a number, and a moment is a day.
        another = (kind is int and isinstance(value, bool)) or (kind is date and isinstance(value, datetime))
        if isinstance(value, kind) and not another:
            return value
        self.fault(key, f"{_shown(value)} is van het verkeerde soort.", f"Vul {_DUTCH_TYPES[kind]} in.")
        return None

    def text(self, key: str, *, default: str | None = None) -> str:
        """A text on one line, not empty. Required unless there is a ``default``."""
        value = self._value(key, str, optional=default is not None)
        if value is None:
            return default or ""
        if not value.strip() or not value.isprintable():
            self.fault(key, "de tekst is leeg of loopt over meer regels.", "Vul een tekst op één regel in.")
        return value

    def flag(self, key: str, *, default: bool | None = None) -> bool:
        """``true`` or ``false``. Required unless there is a ``default``."""
        value = self._value(key, bool, optional=default is not None)
        return bool(default) if value is None else value

    def number(self, key: str, *, default: int | None = None) -> int:
        """A whole number of at least 0. Required unless there is a ``default``."""
        value = self._value(key, int, optional=default is not None)
        if value is not None and value < 0:
            self.fault(key, f"{value} is kleiner dan 0.", "Vul 0 of meer in.")
        return (default or 0) if value is None else value

    def decimal(
        self, key: str, *, lowest: float = 0.0, highest: float = math.inf, default: float | None = None
    ) -> float:
        """A number, whole or with decimals, from ``lowest`` to ``highest``. Required unless there is a ``default``."""
        harmless = default if default is not None else max(lowest, min(1.0, highest))
        if isinstance(self.values.get(key), int) and not isinstance(self.values[key], bool):
            self.known.add(key)
            value: float | None = float(self.values[key])
        else:
            value = self._value(key, float, optional=default is not None)
        if value is None:
            return harmless
        if not (math.isfinite(value) and lowest <= value <= highest):
            most = "" if math.isinf(highest) else f" tot en met {highest:g}"
            self.fault(key, f"{value:g} kan niet.", f"Vul een getal vanaf {lowest:g}{most} in.")
            return harmless
        return value

    def day(self, key: str) -> date:
        """A TOML date (without quotes)."""
        return self._value(key, date, optional=False) or date(1970, 1, 1)

    def clock_time(self, key: str) -> time:
        """A time of day such as ``"08:30"``."""
        text = self.text(key)
        return self._parsed(key, text, _time_of_day, "tijd", "Schrijf een tijd als '08:30'.") or time.min

    def term(self, key: str, *, optional: bool = False) -> Term | None:
        """A Dutch term such as ``"2 werkdagen"``; ``None`` when absent or wrong."""
        text = self._value(key, str, optional=optional)
        remedy = "Verwacht: een aantal en een eenheid, zoals '2 werkdagen', '1 week' of '3 maanden'."
        return None if text is None else self._parsed(key, text, Term.parse, "termijn", remedy)

    def terms(self, key: str) -> tuple[Term, ...]:
        """A list of Dutch terms, at least one."""
        remedy = "Verwacht: een aantal en een eenheid, zoals '2 werkdagen', '1 week' of '3 maanden'."
        texts = self.texts(key)
        if key in self.values and self.values[key] == []:
            self.fault(key, "deze lijst is leeg.", "Noem ten minste een termijn.")
        found = [self._parsed(key, text, Term.parse, "termijn", remedy) for text in texts]
        return tuple(term for term in found if term is not None)

    def _parsed(self, key: str, text: str, parse: Callable[[str], T], what: str, remedy: str) -> T | None:
        try:
            return parse(text)
        except (ValueError, InvalidInput):
            if text:
                self.fault(key, f"'{text}' is geen {what}.", remedy)
            return None

    def one_of(self, key: str, known: Collection[str], *, default: str | None = None) -> str:
        """A text that is one of ``known``. Required unless there is a ``default``."""
        value = self.text(key, default=default)
        if value and value not in known:
            self.fault(key, f"'{value}' bestaat niet.", meant(value, known))
        return value

    def enum(self, key: str, kind: type[E], *, default: E | None = None) -> E | None:
        """A value of a closed list; ``default`` when absent, ``None`` when wrong."""
        value = self.one_of(key, [member.value for member in kind], default=default.value if default else None)
        return kind(value) if value in list(kind) else None

    def texts(self, key: str, *, optional: bool = False) -> tuple[str, ...]:
        """A list of texts; empty when absent."""
        values = self._value(key, list, optional=optional) or []
        if wrong := [value for value in values if not isinstance(value, str)]:
            self.fault(key, f"{_shown(wrong[0])} is geen tekst.", "Zet elke waarde tussen aanhalingstekens.")
        return tuple(value for value in values if isinstance(value, str))

    def enums(self, key: str, kind: type[E]) -> frozenset[E] | None:
        """A list of values of a closed list; ``None`` when absent."""
        if key not in self.values:
            self.known.add(key)
            return None
        values = self.texts(key)
        for value in values:
            if value not in list(kind):
                self.fault(key, f"'{value}' bestaat niet.", meant(value, [member.value for member in kind]))
        return frozenset(kind(value) for value in values if value in list(kind))

    def email(self, key: str) -> str:
        """An e-mail address."""
        value = self.text(key)
        if value and not _EMAIL.fullmatch(value):
            self.fault(key, f"'{value}' is geen e-mailadres.", "Schrijf het als naam@domein.nl.")
        return value

    def table(self, key: str, *, optional: bool = False) -> "Entry | None":
        """A table inside this one; the caller reads it and calls its ``done``."""
        values = self._value(key, dict, optional=optional)
        return None if values is None else Entry(self.file, self._inner(key), values, self.faults)

    def named_tables(self, key: str, *, optional: bool = False) -> "dict[str, Entry]":
        """The tables inside table ``key``, by name, in file order."""
        outer = self.table(key, optional=optional)
        if outer is None:
            return {}
        found = {name: outer.table(name) for name in outer.values}
        return {name: entry for name, entry in found.items() if entry is not None}

    def tables(self, key: str, *, optional: bool = False) -> "list[Entry]":
        """A list of tables (``[[...]]``), numbered from 1 in faults."""
        entries = []
        for number, values in enumerate(self._value(key, list, optional=optional) or [], start=1):
            if isinstance(values, dict):
                name = f"{self._inner(key)} {values.get('name', values.get('rung', f'nr. {number}'))}"
                entries.append(Entry(self.file, name, values, self.faults))
            else:
                self.fault(key, f"{_shown(values)} is geen tabel.", "Schrijf { sleutel = waarde, … }.")
        return entries

    def _inner(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else key
