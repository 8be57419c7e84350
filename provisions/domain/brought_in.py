"""What a person brings before the steering group (ingebracht): about no client, seen by a second person, decided there.

Source: domain.md, "Figures besides the weekly report"; the guide, 3.3. Days are Amsterdam's.
"""

import hashlib
import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from provisions.domain.calendar import WorkingCalendar
from provisions.domain.errors import InvalidInput, NotAllowed, Part
from provisions.domain.lifecycle.second import AGAIN_AFTER

LONGEST, FEWEST, MOST_CASES = 300, 5, 9_999
OTHER = "other"  # about no provision in particular
_REFERENCE = re.compile(r"\b[A-Z]{2,5}-[0-9]{2,}[0-9-]*\b")


class Standing(StrEnum):
    """How it stands."""

    ASKED = "asked"  # nobody but the asker has seen it
    DENIED = "denied"
    LAPSED = "lapsed"  # nobody saw it in time, and it is not possible any more
    BROUGHT_IN = "brought_in"  # before the steering group
    ADOPTED = "adopted"
    REJECTED = "rejected"
    DEFERRED = "deferred"
    DONE = "done"


IN_DUTCH = {
    Standing.ASKED: "wacht op een tweede persoon",
    Standing.DENIED: "niet akkoord van een tweede persoon",
    Standing.LAPSED: "vervallen voordat een tweede persoon het zag",
    Standing.BROUGHT_IN: "wacht op een besluit",
    Standing.ADOPTED: "overgenomen",
    Standing.REJECTED: "niet overgenomen",
    Standing.DEFERRED: "aangehouden",
    Standing.DONE: "gedaan",
}
UNSEEN = frozenset({Standing.ASKED, Standing.DENIED, Standing.LAPSED})
"""What stays in the municipality: nobody agreed that it leaves."""
DECISIONS = (Standing.ADOPTED, Standing.REJECTED, Standing.DEFERRED, Standing.DONE)
IN_REPORT = frozenset({Standing.BROUGHT_IN, Standing.DEFERRED, Standing.ADOPTED})
"""Until it is decided, and what was adopted until it is done."""


@dataclass(frozen=True)
class BroughtIn:
    """One thing. ``number``: as people say it after ``S-``; ``about``: the key of a provision, or ``other``; ``cause``: a code;
    ``cases``: how many clients it is about; ``decision``: what is asked of the group, in at most 300 characters, about no client;
    ``owner``: who is to do it (a code), ``due``: by when. ``deferred``: how often it was put off, ``until``: to which day.
    ``reason``: why the second person did not agree (free text, of the municipality alone).
    """

    number: int
    municipality: str
    about: str
    cause: str
    cases: int
    decision: str
    owner: str
    due: date
    asked_by: str
    asked_on: date
    state: Standing = Standing.ASKED
    seen_by: str | None = None
    decided_on: date | None = None
    until: date | None = None
    deferred: int = 0
    reason: str | None = None

    @property
    def shown_cases(self) -> str:
        """How many clients, as it may leave the municipality."""
        return f"<{FEWEST}" if self.cases < FEWEST else str(self.cases)

    @property
    def digest(self) -> str:
        """Of the text, for the record: it says that this is what was seen and decided on."""
        return hashlib.sha256(self.decision.encode()).hexdigest()


def check(asked: BroughtIn, today: date, about: Collection[str], causes: Collection[str]) -> None:
    """Raise ``InvalidInput`` for what can't be brought in."""
    if asked.about != OTHER and asked.about not in about:
        raise InvalidInput(
            f"'{asked.about}' is geen voorziening. Kies uit: {', '.join((*about, OTHER))}.", about=Part.ABOUT
        )
    if asked.cause not in causes:
        raise InvalidInput(f"'{asked.cause}' is geen oorzaak. Kies uit: {', '.join(causes)}.", about=Part.CAUSE)
    if not 1 <= asked.cases <= MOST_CASES:
        raise InvalidInput(
            f"{asked.cases} kan niet als aantal cliënten. Vul een getal in van 1 tot en met {MOST_CASES}.",
            about=Part.CASES,
        )
    if len(asked.decision) > LONGEST:
        raise InvalidInput(
            f"De tekst heeft {len(asked.decision)} tekens; hoogstens {LONGEST} mag. Maak hem korter.",
            about=Part.DECISION,
        )
    if _REFERENCE.search(asked.decision):
        raise InvalidInput(
            "In de tekst staat iets dat op een referentie lijkt. Wat de stuurgroep leest, gaat over geen cliënt: laat het weg.",
            about=Part.DECISION,
        )
    if asked.due < today:
        raise InvalidInput(
            f"De dag {asked.due.isoformat()} is voorbij. Kies vandaag of een latere dag.", about=Part.DUE
        )


def seen(known: BroughtIn, by: str, today: date, *, agreed: bool, because: str | None = None) -> BroughtIn:
    """A second person has seen it, and agrees that it is brought in, or not (``because``: free text). Raises ``NotAllowed``, and
    ``InvalidInput`` where there is no reason.
    """
    if known.state is not Standing.ASKED:
        raise NotAllowed(f"S-{known.number} wordt niet meer gevraagd: het is {IN_DUTCH[known.state]}.")
    if known.asked_by == by:
        raise NotAllowed(f"S-{known.number} is door '{by}' zelf gevraagd. Een ander moet het eerst zien.")
    if agreed:
        return replace(known, state=Standing.BROUGHT_IN, seen_by=by, decided_on=today)
    if because is None:
        raise InvalidInput(
            f"Waarom gaat S-{known.number} niet naar de stuurgroep? Vul de reden in.", about=Part.BECAUSE
        )
    return replace(known, state=Standing.DENIED, seen_by=by, decided_on=today, reason=because)


def lapse(known: BroughtIn, today: date) -> BroughtIn:
    """It is not possible any more: see :func:`check`, by which it is judged anew before it leaves."""
    return replace(known, state=Standing.LAPSED, decided_on=today)


def ask_again_on(known: BroughtIn, calendar: WorkingCalendar) -> date:
    """The day on which the others are asked once more to look at it (rule 14 of "What happens in a life")."""
    return calendar.add_working_days(known.asked_on, AGAIN_AFTER)


def for_the_group(known: BroughtIn, today: date) -> bool:
    """Whether the steering group has something to say of it today: to decide, or whether what it adopted is done."""
    match known.state:
        case Standing.BROUGHT_IN:
            return True
        case Standing.DEFERRED:
            return known.until is not None and known.until <= today
        case Standing.ADOPTED:
            return known.due < today
        case _:
            return False


def decide(known: BroughtIn, decision: Standing, today: date, until: date | None) -> BroughtIn:
    """What the steering group decided, or that what it adopted is done. Raises ``InvalidInput`` or ``NotAllowed``."""
    possible = {
        Standing.BROUGHT_IN: DECISIONS[:-1],
        Standing.DEFERRED: DECISIONS[:-1],
        Standing.ADOPTED: (Standing.DONE,),
    }.get(known.state, ())
    if decision not in possible:
        rest = ", ".join(possible)
        unseen = (
            "Een ander moet het eerst zien." if known.state is Standing.ASKED else "Er is niets meer over te besluiten."
        )
        hint = f"Wel kan: {rest}." if rest else unseen
        raise NotAllowed(f"'{decision}' kan niet bij S-{known.number} ({IN_DUTCH[known.state]}). {hint}")
    if decision is not Standing.DEFERRED:
        if until is not None:
            raise InvalidInput("Een einddatum hoort alleen bij aanhouden. Laat haar weg.", about=Part.UNTIL)
        return replace(known, state=decision, decided_on=today, until=None)
    if until is None or until <= today:
        raise InvalidInput("Tot wanneer wordt het aangehouden? Vul een dag in die nog komt.", about=Part.UNTIL)
    return replace(known, state=decision, decided_on=today, until=until, deferred=known.deferred + 1)
