"""A form as data: its fields are declared once, and from that it is drawn, read, and given back with what was typed.

To add a form: declare its ``Form``, write ``{{ drawn(filled) }}`` (``templates/web/_filled.html.j2``) where it belongs, and hand
what came in to ``sending.sent``. What may be done is for the use case; a form only knows what can be typed.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum

from provisions import inputs
from provisions.domain.errors import InvalidInput, Part, Refused
from provisions.domain.rules import Catalogue
from provisions.views.refusals import for_people

FORM, NUMBER, SEEN, FROM, CSRF = "handeling", "nummer", "gezien", "van", "csrf"
"""What goes with each form unseen: which one it is, its random number, the last line of the record that its reader saw, and
for whom it was drawn."""
LONGEST_LINE = 200
_NUMBER = 32  # characters
YES = "ja"


class Kind(StrEnum):
    """How a field is drawn and read."""

    LINE = "line"
    TEXT = "text"  # free text, more lines
    DAY = "day"
    ONE = "one"  # one of a few, all in sight
    LIST = "list"  # one of many
    SOME = "some"  # none, one or more
    TICK = "tick"
    PRESS = "press"  # the buttons that send the form: which of them was pressed


@dataclass(frozen=True)
class Field:
    """A field. ``name`` stands in what is sent; ``label`` and ``hint`` are Dutch. ``choices``: (value, label) of a closed list.

    ``given``: what stands there at first. ``only_for``: it belongs to these values of the form's first field, and counts for
    nothing with another. ``parts``: what a refusal calls it. ``empty``: the first line of a list, where none need be chosen.
    ``mark``: what stands behind the label instead of that it need not be filled in. ``needed``: what is said when it is not.
    """

    name: str
    label: str
    kind: Kind = Kind.LINE
    choices: Sequence[tuple[str, str]] = ()
    required: bool = False
    hint: str = ""
    given: tuple[str, ...] = ()
    only_for: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    empty: str = "Kies …"
    mark: str | None = None
    needed: str = ""


@dataclass(frozen=True)
class Form:
    """A form. ``title`` says what it is for, ``button`` what is done, unless a field is its buttons; ``lead``: what one should
    know first.

    ``about``: of which provision it is (``key`` or ``key#2``), where it is about one. ``guarded``: what was recorded
    since it was drawn is shown before it is carried out.
    """

    name: str
    title: str
    button: str
    fields: tuple[Field, ...] = ()
    lead: str = ""
    about: str = ""
    guarded: bool = True

    @property
    def pressed(self) -> Field | None:
        """The field that is its buttons, where it has more than one."""
        return next((f for f in self.fields if f.kind is Kind.PRESS), None)


@dataclass(frozen=True)
class Filled:
    """A form with what was typed in it, and what is wrong with that.

    ``faults``: what is wrong by the name of the field, empty for what is about none. ``number``: random, one for each time that
    the form is drawn. ``seen``: the last line of the record that its reader could have seen. ``person``: for whom it is drawn
    (see ``keeping``); ``restored``: what stands in it was typed before the session ended.
    """

    form: Form
    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    faults: Mapping[str, str] = field(default_factory=dict)
    number: str = ""
    seen: int | None = None
    person: str = ""
    restored: bool = False

    @property
    def unseen(self) -> Mapping[str, str]:
        """What goes with it unseen, besides what shows that it is ours."""
        seen = "" if self.seen is None else str(self.seen)
        return {FORM: self.form.name, NUMBER: self.number, SEEN: seen, FROM: self.person}

    def id_of(self, name: str) -> str:
        """The id of a field on the page: there may be more forms on it."""
        return f"{self.form.name}-{name}" if name else ""

    @property
    def summary(self) -> dict[str, str]:
        """What is wrong, by the id of the field."""
        return {self.id_of(name): why for name, why in self.faults.items()}

    @property
    def is_refused(self) -> bool:
        """Whether something is wrong with it."""
        return bool(self.faults)

    def one(self, name: str) -> str:
        """What stands in a field; empty when nothing does, or it does not belong to what was chosen."""
        found = self._of(name)
        return found[-1].strip() if found else ""

    def text(self, name: str) -> str | None:
        """The same; ``None`` for nothing."""
        return self.one(name) or None

    def many(self, name: str) -> tuple[str, ...]:
        """All that was ticked."""
        return tuple(value for value in self._of(name) if value)

    def ticked(self, name: str) -> bool:
        """Whether a lone box was ticked."""
        return self.one(name) == YES

    def day(self, name: str) -> date | None:
        """A day that was read without a fault; ``None`` for nothing."""
        typed = self.one(name)
        return inputs.day(typed, name) if typed else None

    def needed(self, name: str) -> date:
        """A day of a field that must be filled in."""
        day = self.day(name)
        assert day is not None, f"{name} is required"  # noqa: S101 - else it was refused
        return day

    def _of(self, name: str) -> tuple[str, ...]:
        declared = next((f for f in self.form.fields if f.name == name), None)
        if declared is None or not self._belongs(declared):
            return ()
        return self.values.get(name, ())

    def _belongs(self, declared: Field) -> bool:
        first = self.form.fields[0]
        chosen = self.values.get(first.name, ())
        return not declared.only_for or (bool(chosen) and chosen[-1] in declared.only_for)

    def refused(self, refusal: Refused, catalogue: Catalogue) -> "Filled":
        """With a refusal of the use case: at the field that it names, else above the form."""
        named = [f for part in refusal.parts for f in self.form.fields if part in f.parts]
        titles = {
            part: f"zet een vinkje bij '{f.label}'" if f.kind is Kind.TICK else f"'{f.label}'"
            for f in self.form.fields
            for part in f.parts
        }
        return self.wrong(named[0].name if named else "", for_people(refusal, catalogue, titles))

    def wrong(self, name: str, why: str) -> "Filled":
        """With this fault."""
        return replace(self, faults={**self.faults, name: why})


def new_number() -> str:
    """Which form it is: random, so that what was sent twice is done once."""
    return secrets.token_hex(_NUMBER // 2)


def known_number(given: str) -> str:
    """The number that a form gave back; empty for what can't be one."""
    return given if len(given) == _NUMBER and given.isalnum() else ""


def blank(form: Form, seen: int | None = None, **values: str) -> Filled:
    """The form as it is drawn at first; ``values``: what is known already."""
    given = {f.name: f.given for f in form.fields if f.given}
    given |= {name: (value,) for name, value in values.items()}
    return Filled(form, given, number=new_number(), seen=seen)


def read(form: Form, sent: Sequence[tuple[str, str]], catalogue: Catalogue, today: date) -> Filled:
    """The form as it was sent, with what is wrong with each field."""
    values: dict[str, tuple[str, ...]] = {}
    for name, value in sent:
        values[name] = (*values.get(name, ()), value)
    number, seen = (values.get(name, ("",))[-1] for name in (NUMBER, SEEN))
    known = {f.name for f in form.fields}
    filled = Filled(
        form,
        {name: typed for name, typed in values.items() if name in known},
        number=known_number(number),
        seen=int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 16 else None,
    )
    for declared in form.fields:
        try:
            filled = _checked(filled, declared, today)
        except InvalidInput as fault:
            filled = filled.wrong(declared.name, for_people(fault, catalogue))
    return filled


def _checked(filled: Filled, declared: Field, today: date) -> Filled:
    """``filled``, with a day as the use case reads it. Raises ``InvalidInput``."""
    name, typed = declared.name, filled.many(declared.name)
    if not typed or not typed[-1].strip():
        if declared.required and (not declared.only_for or filled.one(filled.form.fields[0].name) in declared.only_for):
            raise InvalidInput(declared.needed or _NEEDED[declared.kind])
        return filled
    match declared.kind:
        case Kind.DAY:
            day = inputs.day(typed[-1], f"'{declared.label}'", today)
            return replace(filled, values={**filled.values, name: (day.isoformat(),)})
        case Kind.ONE | Kind.LIST | Kind.SOME | Kind.PRESS:
            options = {value for value, _ in declared.choices}
            if not options.issuperset(typed if declared.kind is Kind.SOME else typed[-1:]):
                raise InvalidInput("Kies een van de mogelijkheden die er staan.")
        case Kind.LINE:
            inputs.free_text(typed[-1], f"'{declared.label}'")
            if len(typed[-1]) > LONGEST_LINE:
                raise InvalidInput(f"Dit is te lang: hoogstens {LONGEST_LINE} tekens.")
        case Kind.TEXT:
            inputs.free_text(typed[-1], f"'{declared.label}'")
    return filled


_NEEDED = {
    Kind.LINE: "Vul dit in.",
    Kind.TEXT: "Vul dit in.",
    Kind.DAY: "Vul een dag in.",
    Kind.ONE: "Kies een van de mogelijkheden.",
    Kind.LIST: "Kies een van de mogelijkheden.",
    Kind.SOME: "Kies ten minste een van de mogelijkheden.",
    Kind.TICK: "Zet hier een vinkje als u dit wilt.",
    Kind.PRESS: "Kies een van de knoppen.",
}
