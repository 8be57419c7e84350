"""What people type, checked and turned into the values of the domain. Every refusal is Dutch and names the value."""

import difflib
import re
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from enum import StrEnum
from typing import TypeVar

from provisions.domain import dutch
from provisions.domain.characters import is_blank, is_utf8
from provisions.domain.errors import InvalidInput, NotFound, Refused
from provisions.domain.privacy import LONGEST_SHOWN, refuse_identifying
from provisions.domain.privacy import shown as shown  # whoever reads what people type finds it here
from provisions.domain.weeks import FIRST_YEAR, LAST_YEAR

CODE = re.compile(r"[a-z][a-z0-9.-]{0,39}")
LONGEST_TEXT = 2000
LONGEST_REFERENCE = 60
# What a reference looked like before its setting was narrowed: what was recorded so stays usable.
EARLIER_REFERENCES = "[A-Z]{2,5}-[0-9-]{1,20}"
WHOLE_CASE = "traject"  # in the place of a provision: what is about the case as a whole

Choice = TypeVar("Choice", bound=StrEnum)


def choice(kind: type[Choice], text: str, what: str) -> Choice:
    """One of a closed list, by its code or in Dutch. Raises ``InvalidInput`` with the whole list."""
    said, called = _said(text), dutch.CALLED.get(kind, {})
    for value in kind:
        if said in (value.value, _said(called.get(value, value.value))):
            return value
    raise InvalidInput(f"Onbekende {what} '{shown(text)}'. Kies uit: {', '.join(kind)}.")


def known(text: str, options: Iterable[str], what: str, called: Mapping[str, str] | None = None) -> str:
    """One of ``options``, by its key or by its Dutch name in ``called``. Raises ``InvalidInput`` with the nearest one."""
    names = list(options)
    if text in names:
        return text
    by_name = {_said(name): option for option, name in (called or {}).items()}
    if len(text) > LONGEST_REFERENCE:
        raise InvalidInput(f"Onbekende {what} '{shown(text)}'. Kies uit: {', '.join(names)}.")
    if found := {name.lower(): name for name in names}.get(_said(text)) or by_name.get(_said(text)):
        return found
    near = difflib.get_close_matches(text.lower(), [*names, *by_name], 1)
    hint = f" Bedoelt u '{by_name.get(near[0], near[0])}'?" if near else ""
    raise InvalidInput(f"Onbekende {what} '{shown(text)}'.{hint} Kies uit: {', '.join(names)}.")


def _said(text: str) -> str:
    """As somebody types it: without capitals and white space around it."""
    return text.strip().lower()


def reference(text: str, pattern: str) -> str:
    """The reference of a new case. Raises ``InvalidInput`` when it is malformed or could identify a person."""
    text = existing_reference(text)
    refuse_identifying(text, "de referentie")
    if not re.fullmatch(pattern, text):
        raise _malformed(text, pattern)
    return text


def existing_reference(text: str) -> str:
    """A reference to look up, in capitals. What is recorded is usable, whatever the pattern says today.

    Raises ``InvalidInput`` when it can be none at all.
    """
    text = text.strip()
    if len(text) > LONGEST_REFERENCE or not text.isascii() or not text.isprintable() or not text:
        raise _malformed(text, "")
    capitals = text.upper()
    return capitals if re.fullmatch(EARLIER_REFERENCES, capitals) else text


def no_such_person(code: str) -> NotFound:
    """The refusal for somebody who has no account."""
    return NotFound(f"Er is geen account {shown(code)}. Kijk in de lijst van accounts welke er zijn.")


def no_such_page() -> NotFound:
    """The refusal for an address that is none, and in the same words for one that is not for whoever asks."""
    return NotFound("Deze pagina bestaat niet.")


def no_such_case(reference: str, pattern: str) -> Refused:
    """Why there is no case of ``reference``: it is none (``InvalidInput``), or it is not recorded (``NotFound``)."""
    try:
        refuse_identifying(reference, "de referentie")
    except InvalidInput as fault:
        return fault
    if not re.fullmatch(f"(?:{pattern})|(?:{EARLIER_REFERENCES})", reference):
        return _malformed(reference, pattern)
    return NotFound(f"Traject {reference} bestaat niet. Controleer de referentie.")


def _malformed(text: str, pattern: str) -> InvalidInput:
    shape = f" (patroon {pattern})" if pattern else ""
    return InvalidInput(
        f"'{shown(text)}' is geen referentie. Verwacht: hoofdletters, een streepje en cijfers, zoals TR-2026-0042"
        f"{shape}. Gebruik nooit een naam of nummer van de cliënt."
    )


def code(text: str, what: str) -> str:
    """A role or staff code. Raises ``InvalidInput`` when it is malformed or could identify a person."""
    text = text.strip()
    refuse_identifying(text, what)
    if not CODE.fullmatch(text):
        raise InvalidInput(
            f"'{shown(text)}' is geen code voor {what}. Verwacht: een rol of medewerkerscode in kleine letters, zoals "
            "'regisseur-3' (letters, cijfers, punt en streepje, hoogstens 40 tekens; geen naam)."
        )
    return text


def day(text: str, what: str, today: date | None = None) -> date:
    """A day as people write it: ``2026-11-25`` or ``25-11-2026``. Raises ``InvalidInput``.

    With ``today`` also as they say it: ``25 november``, ``25 november 2026``, ``gisteren``, ``morgen``.
    """
    found = _written_day(text) or (_said_day(text, today) if today else None)
    if found is None:
        said = " of '25 november'" if today else ""
        raise InvalidInput(
            f"'{shown(text)}' is geen datum voor {what}. Verwacht: JJJJ-MM-DD, een dag die bestaat, zoals 2026-11-23 "
            f"(25-11-2026{said} mag ook)."
        )
    return possible(found, what)


def iso_where_a_day(text: str, today: date | None = None) -> str:
    """``text``, or the ISO date where it is a day as :func:`day` knows it: of a value that may be something else too."""
    found = _written_day(text) or (_said_day(text, today) if today else None)
    return found.isoformat() if found else text


_DAYS_FROM_NOW = {"eergisteren": -2, "gisteren": -1, "vandaag": 0, "morgen": 1, "overmorgen": 2}
_MONTHS = {word: number for number, name in enumerate(dutch.MONTHS, 1) for word in (name, name[:3])} | {"mrt": 3}
_ISO = re.compile(r"(?P<year>[0-9]{4})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})")
_NUMBERS = re.compile(r"(?P<day>[0-9]{1,2})[-/.](?P<month>[0-9]{1,2})[-/.](?P<year>[0-9]{4})")
_WORDS = re.compile(r"(?P<day>[0-9]{1,2}) +(?P<month>[a-z]{3,9})\.?(?: +(?P<year>[0-9]{4}))?")


def _written_day(text: str) -> date | None:
    """In figures, with the year."""
    if len(text) > LONGEST_SHOWN:
        return None
    match = _ISO.fullmatch(text.strip()) or _NUMBERS.fullmatch(text.strip())
    return _existing(int(match["year"]), int(match["month"]), int(match["day"])) if match else None


def _said_day(text: str, today: date) -> date | None:
    """In words. Without a year it is the day of that name nearest to ``today``."""
    said = _said(text[:LONGEST_SHOWN])
    if said in _DAYS_FROM_NOW:
        return today + timedelta(days=_DAYS_FROM_NOW[said])
    match = _WORDS.fullmatch(said)
    month = _MONTHS.get(match["month"]) if match else None
    if match is None or month is None:
        return None
    years = [int(match["year"])] if match["year"] else [today.year - 1, today.year, today.year + 1]
    found = [day for year in years if (day := _existing(year, month, int(match["day"])))]
    return min(found, key=lambda day: abs(day - today), default=None)


def _existing(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def possible(found: date, what: str) -> date:
    """A day in the past or the future that is no slip of the pen. Raises ``InvalidInput``."""
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise InvalidInput(
            f"De datum {found.isoformat()} voor {what} ligt buiten wat mogelijk is ({FIRST_YEAR} tot {LAST_YEAR})."
        )
    return found


def free_text(text: str, what: str) -> str:
    """A note, reason or ground. Raises ``InvalidInput`` when it is empty, too long, or identifies a person."""
    return short_text(text, what, LONGEST_TEXT)


def short_text(text: str, what: str, longest: int) -> str:
    """The same, of at most so many characters."""
    if is_blank(text):
        raise InvalidInput(f"Vul {what} in; leeg mag niet.")
    text = text.strip()
    if len(text) > longest:
        raise InvalidInput(f"De tekst bij {what} is te lang: {len(text)} tekens; hoogstens {longest}.")
    if "\x00" in text or not is_utf8(text):
        raise InvalidInput(
            f"In de tekst bij {what} staat een teken dat niet kan. Typ de tekst opnieuw, zonder dat teken."
        )
    return refuse_identifying(text, what)


_NUMBER = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 ./-]{0,38}[A-Za-z0-9])?")


def number(text: str, what: str) -> str | None:
    """What a municipality or counter calls a case; ``None`` for the word ``geen``.

    Raises ``InvalidInput`` for what may identify a person, or is no number.
    """
    said = refuse_identifying(text, what).strip()
    if said.lower() == "geen":
        return None
    if not _NUMBER.fullmatch(said):
        raise InvalidInput(
            f"'{shown(said)}' kan niet voor {what}. Verwacht: hoogstens 40 letters, cijfers, streepjes, punten of schuine "
            "strepen, zoals Z2026-00123; of het woord geen."
        )
    return said


_EUROS = re.compile(r"(?:€|eur)? ?(?P<minus>-?) ?(?P<whole>[0-9]{1,9})(?:[.,](?P<cents>[0-9]+))?")
MOST_EUROS = 1_000_000


def euros(text: str, what: str) -> int:
    """An amount as people write it (``120``, ``120,50`` or ``120.50``), in cents. Raises ``InvalidInput``."""
    match = _EUROS.fullmatch(_said(text)) if len(text) <= LONGEST_SHOWN else None
    if match is None:
        raise _no_amount(
            text, what, "Verwacht: een bedrag in euro, zoals 120 of 120,50, zonder punten voor duizendtallen."
        )
    cents = match["cents"] or ""
    if len(cents) > 2:
        raise _no_amount(
            text, what, "Er staan meer dan twee cijfers achter de komma. Verwacht: euro en centen, zoals 120,50."
        )
    amount = int(match["whole"]) * 100 + int(cents.ljust(2, "0"))
    if match["minus"] or not amount:
        raise _no_amount(text, what, "Het moet meer zijn dan nul. Komt er geld terug, boek dat dan terug.")
    if amount > MOST_EUROS * 100:
        raise _no_amount(text, what, f"Het is meer dan {MOST_EUROS} euro.")
    return amount


def _no_amount(text: str, what: str, why: str) -> InvalidInput:
    return InvalidInput(f"'{shown(text)}' kan niet als {what}. {why}")
