"""Who is away, and who acts for them (domain.md, "What happens in a life", rule 7)."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Absence:
    """``director`` is away from day ``start`` up to and including day ``until``, and ``deputy`` acts meanwhile. ``number``: in
    the table. ``asked_on``: the day on which the team lead was asked what is to happen after it.
    """

    director: str
    deputy: str
    start: date
    until: date
    number: int = 0
    asked_on: date | None = None

    def holds(self, day: date) -> bool:
        """Whether it holds on ``day``."""
        return self.start <= day <= self.until

    def overlaps(self, other: "Absence") -> bool:
        """Whether both hold on some day."""
        return self.start <= other.until and other.start <= self.until


class Absences:
    """All who are away, as far as that still matters. ``gone``: the codes of those who act no more at all (blocked)."""

    def __init__(self, absences: Iterable[Absence] = (), gone: Collection[str] = ()) -> None:
        self._of: dict[str, list[Absence]] = {}
        self._gone = frozenset(gone)
        for absence in absences:
            self._of.setdefault(absence.director, []).append(absence)

    def of(self, code: str, day: date) -> Absence | None:
        """The absence of ``code`` on ``day``; ``None`` for whoever is there."""
        return next((one for one in self._of.get(code, ()) if one.holds(day)), None)

    def deputies(self, code: str | None, day: date) -> tuple[str, ...]:
        """Who is to act for ``code`` on ``day``, one after the other: the deputy, and if that one is away too, hers."""
        found: list[str] = []
        while code is not None and (away := self.of(code, day)) is not None and away.deputy not in found:
            code = away.deputy
            found.append(code)
        return tuple(found)

    def acting(self, code: str | None, day: date) -> str | None:
        """Who acts for ``code`` on ``day``: the last of the deputies, or ``code`` itself when it is there; ``None`` when that one
        is gone.
        """
        deputies = self.deputies(code, day)
        last = deputies[-1] if deputies else code
        return None if last in self._gone else last

    def deputises(self, by: str, code: str | None, day: date) -> bool:
        """Whether ``by`` is one of those who are to act for ``code`` on ``day``."""
        return by != code and by in self.deputies(code, day)

    def represented(self, by: str, day: date) -> list[str]:
        """For whom ``by`` is to act on ``day``, apart from ``by``."""
        return [code for code in self._of if self.deputises(by, code, day)]

    def each(self) -> Iterable[Absence]:
        """Each of them."""
        return (one for absences in self._of.values() for one in absences)


NOBODY_AWAY = Absences()
