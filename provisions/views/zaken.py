"""The zaken of provisions, as people see them."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from provisions.domain import dutch
from provisions.domain.calendar import AMSTERDAM
from provisions.domain.case import ProvisionKey
from provisions.domain.rules import ZaakMode
from provisions.domain.zaken import Signal, ZaakState, said
from provisions.store import zaken_seen
from provisions.store.looking import Reader

_STATES = {
    ZaakState.WANTED: "wordt geopend in het zaaksysteem",
    ZaakState.OPEN: "open in het zaaksysteem",
    ZaakState.CLOSED: "gesloten in het zaaksysteem",
    ZaakState.GIVEN_UP: "niet geopend in het zaaksysteem",
}


@dataclass(frozen=True)
class ZaakView:
    """A zaak as we know it. ``words``: the name of its resultaat, of day ``ended``; ``fault``: a code, while something fails."""

    key: ProvisionKey
    number: str
    state: ZaakState
    signal: Signal | None = None
    words: str | None = None
    ended: date | None = None
    fault: str | None = None
    reference: str = ""
    municipality: str = ""
    is_followed: bool = False

    @classmethod
    def of(cls, row: Any) -> "ZaakView":
        """From a row of ``store.zaken_seen``."""
        return cls(
            ProvisionKey(row.key, row.round),
            row.number,
            ZaakState(row.state),
            Signal(row.signal) if row.signal else None,
            row.words,
            row.ended,
            row.fault,
            row.reference,
            row.municipality,
            row.mode == ZaakMode.FOLLOW.value,
        )

    @property
    def stands(self) -> str:
        """Where it stands, in Dutch."""
        if self.state is ZaakState.WANTED and self.is_followed:
            return "wordt gezocht in het zaaksysteem"
        if self.state is ZaakState.GIVEN_UP and self.is_followed:
            return "niet gevonden in het zaaksysteem"
        result = f", met '{self.words}' op {dutch.dutch_date(self.ended)}" if self.words and self.ended else ""
        waits = " (lukt nu niet)" if self.fault and self.state is ZaakState.WANTED else ""
        return f"{_STATES[self.state]}{result}{waits}"

    @property
    def told(self) -> str:
        """What the case director has to look at, in Dutch; empty where there is nothing."""
        if self.signal is None:
            return ""
        words = f" ('{self.words}')" if self.words and self.signal not in (Signal.MOVED, Signal.GIVEN_UP) else ""
        return f"{said(self.signal, followed=self.is_followed)}{words}"

    def as_json(self) -> dict[str, Any]:
        """The shape that ``cli.md`` promises, with more keys."""
        return {
            "number": self.number,
            "state": self.state.value,
            "signal": self.signal.value if self.signal else None,
            "result": self.words,
            "ended": self.ended.isoformat() if self.ended else None,
            "fault": self.fault,
        }

    def in_list(self) -> dict[str, Any]:
        """The same with what it is about."""
        about = {"reference": self.reference, "key": self.key.key, "round": self.key.round}
        return {**about, "municipality": self.municipality, **self.as_json()}


def zaken(reader: Reader, *, states: Sequence[ZaakState], signals: Sequence[Signal] = ()) -> list[ZaakView]:
    """The zaken in one of these states, or with one of these signals; all of them when neither is named."""
    with reader() as rows:
        found = zaken_seen.listed(rows, [state.value for state in states], [signal.value for signal in signals])
    return [ZaakView.of(row) for row in found]


def silent(reader: Reader, municipalities: Collection[str]) -> list[str]:
    """Of each of these whose case system does not answer a line in Dutch, with what waits for it."""
    with reader() as rows:
        found = zaken_seen.answering(rows)
        wanted = Counter(row.municipality for row in zaken_seen.listed(rows, [ZaakState.WANTED.value], []))
    return [
        f"Het zaaksysteem van {place} antwoordt niet, sinds {_when(one.silent)} ({one.fault}); "
        f"{dutch.counted(wanted[place], 'zaak moet', 'zaken moeten')} er nog geopend worden. "
        "Wat u aan wie vraagt, zegt 'provisions check'."
        for place, one in found.items()
        if one.silent is not None and place in municipalities
    ]


def _when(moment: datetime) -> str:
    local = moment.astimezone(AMSTERDAM)
    return f"{dutch.dutch_date(local.date())}, {local:%H.%M} uur"
