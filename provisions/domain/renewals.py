"""What is sent to a receiver once more because somebody with its link asked for it: a new link, or the code that goes with it.

Both go to the address that the letter first went to and to no other, whoever asks; what they are about stands in the detail of
the message.
"""

from dataclasses import dataclass
from uuid import UUID

from provisions.domain.rungs import RungName

COUNTER = "-"


@dataclass(frozen=True)
class ToTheSame:
    """Number ``number`` of its kind, of a letter (its message id): of which table, and to which address that went."""

    letter: UUID
    number: int
    rung: RungName | None
    address: str

    def __str__(self) -> str:
        return f"{self.letter}/{self.number}/{self.rung.value if self.rung else COUNTER}/{self.address}"

    @classmethod
    def of(cls, detail: str | None) -> "ToTheSame":
        """As it stands in the detail of a message. Raises ``ValueError`` for what is none."""
        letter, number, rung, address = (detail or "").split("/", 3)
        return cls(UUID(letter), int(number), None if rung == COUNTER else RungName(rung), address)
