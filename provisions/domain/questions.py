"""What somebody was asked by a message, and as whom that one answers: a function, never a person."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from provisions.domain.case import ProvisionKey
from provisions.domain.rules import ProvisionRule
from provisions.domain.rungs import RungName


class AskedAs(StrEnum):
    """As what somebody was asked; the value is that of ``by_link`` in ``config/rights.toml``."""

    COUNTER = "counter"
    TABLE = "table"
    OFFICER = "officer"


ASKED_AS = {
    AskedAs.COUNTER: "het loket",
    AskedAs.TABLE: "de tafel",
    AskedAs.OFFICER: "de maatwerkfunctionaris",
}


@dataclass(frozen=True)
class Question:
    """A question in a message: about one round of one provision of the case with this random ``id``.

    ``rung``: of which table it is asked, or of whoever judges; ``None``: of the counter. ``moved``: it is asked of the counter of
    the municipality that the client moved away from: to pass on what it has, or to go on for now.
    """

    case: UUID
    key: ProvisionKey
    rung: RungName | None = None
    moved: bool = False

    @property
    def asked_as(self) -> AskedAs:
        """As what whoever answers was asked."""
        if self.rung is None:
            return AskedAs.COUNTER
        return AskedAs.OFFICER if self.rung.kind.is_judged else AskedAs.TABLE


def receiver(rule: ProvisionRule, rung: RungName | None = None) -> str:
    """The code by which an answer is recorded: of the counter of a provision, or of a table or officer.

    Such as ``loket-burgerzaken``, ``regionale-tafel``, ``maatwerkfunctionaris``.
    """
    if rung is None:
        return f"loket-{rule.counter.replace('_', '-')}"[:40].rstrip("-")
    return "maatwerkfunctionaris" if rung.kind.is_judged else rung.kind.holder.replace(" ", "-")
