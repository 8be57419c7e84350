"""What people type, checked and turned into the values of the domain. Every refusal is Dutch and names the value."""

import difflib
import re
from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum
from typing import TypeVar

from provisions.domain.errors import InvalidInput
from provisions.domain.privacy import identifying, refuse_identifying

CODE = re.compile(r"[a-z][a-z0-9.-]{0,39}")
LONGEST_TEXT = 2000
EARLIEST = date(2015, 1, 1)  # the Wmo 2015 and the Participatiewet: no case of this kind is older

Choice = TypeVar("Choice", bound=StrEnum)


def choice(kind: type[Choice], text: str, what: str) -> Choice:
    """One of a closed list. Raises ``InvalidInput`` with the whole list."""
    try:
        return kind(text)
    except ValueError:
        raise InvalidInput(f"Onbekende {what} '{shown(text)}'. Kies uit: {', '.join(kind)}.") from None


def known(text: str, options: Iterable[str], what: str, called: Mapping[str, str] | None = None) -> str:
    """One of ``options``. Raises ``InvalidInput`` with the nearest one. ``called``: their Dutch names, to recognise those."""
    names = list(options)
    if text in names:
        return text
    by_name = {name.lower(): option for option, name in (called or {}).items()}
    near = difflib.get_close_matches(text.lower(), [*names, *by_name], 1)
    hint = f" Bedoelt u '{by_name.get(near[0], near[0])}'?" if near else ""
    raise InvalidInput(f"Onbekende {what} '{shown(text)}'.{hint} Kies uit: {', '.join(names)}.")


def reference(text: str, pattern: str) -> str:
    """A case's reference. Raises ``InvalidInput`` when it is malformed or could identify a person."""
    refuse_identifying(text, "de referentie")
    if not re.fullmatch(pattern, text):
        raise InvalidInput(
            f"'{shown(text)}' is geen referentie. Verwacht: hoofdletters, een streepje en cijfers, zoals TR-2026-0042 "
            f"(patroon {pattern}). Gebruik nooit een naam of nummer van de cliënt."
        )
    return text


def code(text: str, what: str) -> str:
    """A role or staff code. Raises ``InvalidInput`` when it is malformed or could identify a person."""
    refuse_identifying(text, what)
    if not CODE.fullmatch(text):
        raise InvalidInput(
            f"'{shown(text)}' is geen code voor {what}. Verwacht: een rol of medewerkerscode in kleine letters, zoals "
            "'regisseur-3' (letters, cijfers, punt en streepje, hoogstens 40 tekens; geen naam)."
        )
    return text


def day(text: str, what: str) -> date:
    """An ISO date. Raises ``InvalidInput``."""
    try:
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            raise ValueError(text)
        found = date.fromisoformat(text)
    except ValueError:
        raise InvalidInput(
            f"'{shown(text)}' is geen datum voor {what}. Verwacht: JJJJ-MM-DD, een dag die bestaat, zoals 2026-11-23."
        ) from None
    return possible(found, what)


def possible(found: date, what: str) -> date:
    """A day in the past or the future that is no slip of the pen. Raises ``InvalidInput``."""
    if not 1950 <= found.year <= 2200:
        raise InvalidInput(f"De datum {found.isoformat()} voor {what} ligt buiten wat mogelijk is (1950 tot 2200).")
    return found


def not_in_future(found: date, today: date, what: str) -> date:
    """A day on which something happened. Raises ``InvalidInput`` when it is still to come."""
    if found > today:
        raise InvalidInput(
            f"De datum {found.isoformat()} voor {what} ligt in de toekomst (vandaag is {today.isoformat()}). "
            "Kies vandaag of een eerdere dag."
        )
    if found < EARLIEST:
        raise InvalidInput(
            f"De datum {found.isoformat()} voor {what} ligt te ver terug; kies {EARLIEST.isoformat()} of later."
        )
    return found


def free_text(text: str, what: str) -> str:
    """A note, reason or ground. Raises ``InvalidInput`` when it is empty, too long, or identifies a person."""
    text = text.strip()
    if not text:
        raise InvalidInput(f"Vul {what} in; leeg mag niet.")
    if len(text) > LONGEST_TEXT:
        raise InvalidInput(f"De tekst bij {what} is te lang: {len(text)} tekens; hoogstens {LONGEST_TEXT}.")
    if "\x00" in text:
        raise InvalidInput(f"In de tekst bij {what} staat een teken dat niet kan (NUL).")
    return refuse_identifying(text, what)


def shown(text: str) -> str:
    """What was typed, fit to be repeated in an error: short, printable, and nothing that identifies a person."""
    if identifying(text):
        return "…"
    clean = "".join(c if c.isprintable() else "?" for c in text)
    return clean if len(clean) <= 60 else clean[:59] + "…"
