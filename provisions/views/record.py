"""The lines of the record as people and programs see them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from provisions.domain.calendar import utc_text
from provisions.domain.case import ProvisionKey


@dataclass(frozen=True)
class AuditEntry:
    """One line of the record, free text included."""

    at: datetime
    by: str
    what: str
    key: str | None
    because: str
    note: str | None
    data: dict[str, Any]
    message: UUID | None

    @classmethod
    def read(cls, row: Any) -> Self:
        """As it was read (``store.looking``)."""
        return cls(row.at, row.by, row.what, row.key, row.because, row.body, row.data or {}, row.message)

    @property
    def of(self) -> ProvisionKey | None:
        """The provision that it is about; ``None`` for the case as a whole."""
        return ProvisionKey(self.key, int(self.data.get("round", 1))) if self.key else None

    @property
    def who(self) -> str:
        """Who did it, for whom, and who agreed: "regisseur-4 (voor regisseur-3; akkoord van teamleider-1)"."""
        more = {"voor": self.data.get("for"), "akkoord van": self.data.get("approved_by")}
        said = "; ".join(f"{how} {who}" for how, who in more.items() if who)
        return f"{self.by} ({said})" if said else self.by

    @property
    def told(self) -> str:
        """What happened and why, as people read it. Codes of people are in the data, so that they can be forgotten."""
        named = self.data.get("director") if self.what == "case.assigned" else None
        return f"{self.because}: {named}" if named else self.because

    def as_json(self) -> dict[str, Any]:
        """The shape that ``cli.md`` promises, with more keys."""
        because = self.told if self.note is None else f"{self.told}: {self.note}"
        return {
            "at": utc_text(self.at),
            "by": self.by,
            "what": self.what,
            "key": self.key,
            "because": because,
            "message": str(self.message) if self.message else None,
            "data": self.data,
            "via": self.data.get("via"),
            "for": self.data.get("for"),
            "approved_by": self.data.get("approved_by"),
            "round": self.data.get("round", 1) if self.key else None,
        }
