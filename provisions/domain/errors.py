"""Why something is refused. The text is Dutch: it is read by the person who typed the value.

Each class carries the exit code that the command line promises (``cli.md``). What a front has a name of its own for (a field
to fill in, a step to take) stands in the sentence as a ``Part``: the shell says its option, a form its title.
"""

import re
from collections.abc import Mapping, Sequence
from enum import Enum

# Private-use characters of Unicode around a part: no keyboard has them, and what people type is not shown with them.
_OPEN, _NEXT, _CLOSE = "\ue000", "\ue001", "\ue002"


class Part(Enum):
    """A field or a step that a refusal names, with plain words for a front that has none of its own.

    In an f-string it stands for itself; ``of`` says about what it is: ``{0}`` and on in the words.
    """

    BY = "wie dit doet"
    DIRECTOR = "de regisseur"
    DEPUTY = "de vervanger"
    ON = "de dag waarop het gebeurde"
    UNTIL = "de einddatum"
    ENDS = "de dag waarop de plek ophoudt"
    PLACE_ENDS = "leg vast dat de plek van de cliënt ophoudt"
    APPROVED_BY = "akkoord van een teamleider"
    LONGER_STOP = "vraag akkoord van een teamleider"
    ASK = "vraag akkoord aan een ander"
    NEED = "wat nodig is"
    PRESENT = "wat er al is"
    AGREED = "de afgesproken datum"
    AGREED_FOR = "de afgesproken datum voor '{0}'"
    NEEDED_FROM = "de dag vanaf wanneer het nodig is"
    NEEDED_FROM_FOR = "de dag vanaf wanneer '{0}' nodig is"
    URGENT = "spoed"
    URGENT_FOR = "de spoed voor '{0}'"
    PURPOSE = "waarvoor het is"
    WAIVE = "de afwijking"
    WAIVE_FOR = "met een grond om '{1}' niet af te wachten voor '{0}'"
    VALUE = "vul '{1}' in"
    REOPEN = "heropen de voorziening '{1}'"
    REOPEN_ONE = "heropen een voorziening"
    START_WITHOUT = "start '{1}' zonder die voorwaarde"
    ADD = "voeg een voorziening toe aan dat traject"
    CLOSE = "sluit het traject af"
    WAKE = "laat het traject weer lopen"
    TRANSFER = "begin eerst een overdracht"
    DECIDE_HANDOVER = "laat de nieuwe gemeente de overdracht aannemen of niet aannemen"
    ANYWAY = "zeg dat er dan bij"
    BUDGET_REASON = "waarom het bedrag nodig is"
    BUDGET_WHAT = "waarvoor het bedrag is"
    BECAUSE = "de reden"
    ABOUT = "waarover het gaat"
    CASES = "het aantal cliënten"
    DECISION = "de tekst"
    DUE = "wanneer het klaar moet zijn"
    AGAIN = "leg voor '{1}' een nieuwe ronde vast"
    CAUSE = "de oorzaak"
    AMOUNT = "het bedrag"
    BUDGET_WHY = "het doel van het budget"
    DESK = "bij welk loket"

    def __str__(self) -> str:
        return self.of()

    def __format__(self, _: str) -> str:
        return self.of()

    def of(self, *about: object) -> str:
        """The part in a sentence, about these things: a reference, a key, the name of a field."""
        return _OPEN + self.name + "".join(f"{_NEXT}{one}" for one in about) + _CLOSE


PLAIN: Mapping[Part, str] = {part: part.value for part in Part}
_PART = re.compile(f"{_OPEN}({'|'.join(Part.__members__)})((?:{_NEXT}[^{_CLOSE}]*)?){_CLOSE}")


class Refused(Exception):  # noqa: N818 - the word of the domain: a request is refused, the software does not fail
    """A request that is not carried out; nothing has changed. ``str()`` is a complete Dutch message, in plain words.

    ``about``: the field that is wrong, where the sentence calls it by no name of a front.
    """

    exit_code = 1

    def __init__(self, *lines: str, about: Part | None = None) -> None:
        self.sentences = lines
        self.about = about
        super().__init__("\n".join(self.lines))

    @property
    def lines(self) -> tuple[str, ...]:
        """The message in plain words."""
        return self.told(PLAIN)

    @property
    def parts(self) -> tuple[Part, ...]:
        """The field that it is about, and the fields and steps that it names, in order."""
        named = tuple(Part[found[1]] for line in self.sentences for found in _PART.finditer(line))
        return named if self.about is None else (self.about, *named)

    def told(self, words: Mapping[Part, str]) -> tuple[str, ...]:
        """The message in the words of a front, one line each."""

        def said(found: re.Match[str]) -> str:
            return words[Part[found[1]]].format(*found[2].split(_NEXT)[1:])

        return tuple(_PART.sub(said, line) for line in self.sentences)


class InvalidInput(Refused):
    """The input is wrong. The message names the value, what was expected and what to do."""

    exit_code = 2


class InvalidConfig(InvalidInput):
    """A file in ``config/`` is wrong. The message names file, entry, key and remedy, one line a fault."""


class NotFound(Refused):
    """What was asked for does not exist."""

    exit_code = 3


class NotAllowed(Refused):
    """Not allowed in the present state. The message names that state."""

    exit_code = 4


class Lapsed(NotAllowed):
    """What was asked is not possible any more, and lapsed; that it did is recorded."""


class NoLongerAsked(NotAllowed):
    """What somebody answers is not asked any more. The text names no case. ``why``: one of the words below."""

    OVER, HANDED_OVER, ANSWERED = "over", "handed_over", "answered"

    def __init__(self, said: str, why: str) -> None:
        super().__init__(said)
        self.why = why


class DoneBefore(NotAllowed):
    """This very form was sent before, and what it asked was done then."""

    def __init__(self) -> None:
        super().__init__("Dit formulier is al eerder verstuurd. Er is niets opnieuw gedaan.")


class ChangedMeanwhile(NotAllowed):
    """Something was recorded about it since the form was drawn."""

    def __init__(self) -> None:
        super().__init__("Intussen is hierover iets vastgelegd. Kijk wat er veranderde en kies dan opnieuw.")


class Unreachable(Refused):
    """A component (database, Prefect, mail server) can't be reached."""

    exit_code = 5


class SeveralRefused(Refused):
    """Of many requests that are carried out together or not at all, these are refused: (place from 0, why)."""

    def __init__(self, faults: Sequence[tuple[int, Refused]]) -> None:
        super().__init__(*(f"{place + 1}: {line}" for place, fault in faults for line in fault.sentences))
        self.faults = tuple(faults)
        codes = {fault.exit_code for _, fault in faults}
        self.exit_code = codes.pop() if len(codes) == 1 else InvalidInput.exit_code
