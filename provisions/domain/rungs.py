"""The rungs of the escalation ladder, each declared once: who gets it, what it is called, and what it may do.

When a rung is due is data in ``config/provisions.toml``; its letter is ``templates/escalation/<name>.md.j2``. A table that
not every municipality has (``contact``) is named in ``config/organisation.toml``.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from provisions.domain.recipients import Recipient


@dataclass(frozen=True)
class RungKind:
    """What there is to know of a rung. The texts are Dutch.

    ``label`` and ``short``: what it is; ``holder``: who has the provision while it lies there; ``ahead``: what will happen;
    ``past``: what was done, in a letter; ``mark``: one letter, in a picture.
    ``to``: who gets its letter; ``contact``: the key of its table in the municipality; ``optional``: a municipality may
    have no such table, and then the rung is left out.
    ``is_table``: it answers; a reminder does not. ``is_judged``: a person decides whether it goes out of the region.
    ``outside``: it is no table of the municipality, so its letter does not name the guide by its title.
    """

    label: str
    short: str
    holder: str
    ahead: str
    past: str
    mark: str
    subject: str
    to: tuple[Recipient, ...]
    contact: str = ""
    optional: bool = False
    is_table: bool = True
    is_judged: bool = False
    outside: bool = False

    @property
    def reaches_director(self) -> bool:
        """Whether the case director has its letter too."""
        return Recipient.CASE_DIRECTOR in self.to


class RungName(StrEnum):
    """The rungs, lowest first: a ladder goes up in this order."""

    kind: RungKind

    def __new__(cls, value: str, *kind: RungKind) -> Self:
        """A member is its name in the record and in ``config/``, with all that is declared of it."""
        member = str.__new__(cls, value)
        member._value_ = value
        (member.kind,) = kind
        return member

    CASE_DIRECTOR = (
        "case_director",
        RungKind(
            label="herinnering aan de regisseur",
            short="herinnering",
            holder="regisseur",
            ahead="herinnering aan de regisseur",
            past="herinnering aan de gemeentelijk regisseur",
            mark="H",
            subject="{hurry}Herinnering {reference} · {by}",
            to=(Recipient.CASE_DIRECTOR,),
            is_table=False,
        ),
    )
    DOORBRAAKTAFEL = (
        "doorbraaktafel",
        RungKind(
            label="doorbraaktafel",
            short="doorbraaktafel",
            holder="doorbraaktafel",
            ahead="naar de doorbraaktafel",
            past="voorgelegd aan de doorbraaktafel",
            mark="D",
            subject="{hurry}Doorbraaktafel {reference} · {by}",
            to=(Recipient.TABLE,),
            contact="doorbraaktafel",
        ),
    )
    REGIONAL = (
        "regional",
        RungKind(
            label="regionale tafel",
            short="regionale tafel",
            holder="regionale tafel",
            ahead="naar de regionale tafel",
            past="voorgelegd aan de regionale tafel",
            mark="R",
            subject="{hurry}Regionale tafel {reference} · {by}",
            to=(Recipient.TABLE,),
            contact="regional_table",
            optional=True,
            outside=True,
        ),
    )
    MAATWERKLOKET = (
        "maatwerkloket",
        RungKind(
            label="landelijk Maatwerkloket",
            short="Maatwerkloket",
            holder="landelijk Maatwerkloket",
            ahead="indiening bij het Maatwerkloket beoordelen",
            past="indiening bij het landelijk Maatwerkloket voorbereid",
            mark="M",
            subject="{hurry}Beoordeel indiening {reference} · {by}",
            to=(Recipient.CUSTOMISATION_OFFICER, Recipient.CASE_DIRECTOR),
            is_judged=True,
        ),
    )

    @property
    def height(self) -> int:
        """How high it stands, the lowest being 0."""
        return _HEIGHT[self]

    @property
    def label(self) -> str:
        """What it is, in Dutch."""
        return self.kind.label

    @classmethod
    def tables(cls) -> tuple["RungName", ...]:
        """Those that answer, lowest first."""
        return tuple(rung for rung in cls if rung.kind.is_table)

    @classmethod
    def optional(cls) -> tuple["RungName", ...]:
        """Those whose table a municipality may not have, lowest first."""
        return tuple(rung for rung in cls if rung.kind.optional)


_HEIGHT = {rung: height for height, rung in enumerate(RungName)}
