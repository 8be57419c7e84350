"""The catalogue of a case system, kept for a day: its addresses differ per version of a zaaktype, its names hardly ever do."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from provisions.zaken.client import Client
from provisions.zaken.faults import NotSetUp, NotThere, Wrong
from provisions.zaken.types import Resultaattype, Statustype, Zaaktype, id_of

KEPT = timedelta(days=1)


def valid_on(versions: Sequence[Zaaktype], on: date) -> Sequence[Zaaktype]:
    """The version of day ``on``: one, unless the catalogue is at fault.

    One may begin on the last day of another (Open Zaak takes that): on that day it is the one that begins.
    """
    found = [one for one in versions if one.valid_on(on)]
    newest = max((one.begins for one in found), default=on)
    return [one for one in found if one.begins == newest]


class Catalogue:
    """What is asked of a catalogue, at most once a day. ``clock`` gives the moment (aware). Methods raise ``Fault``."""

    def __init__(self, client: Client, clock: Callable[[], datetime]) -> None:
        self._client = client
        self._clock = clock
        self._kept: dict[tuple[str, str], tuple[datetime, Sequence[Any]]] = {}

    def version(self, zaaktype: str, on: date) -> Zaaktype:
        """The version of day ``on``. Raises ``NotSetUp`` when there is none, or more than one."""
        found = valid_on(self.versions(zaaktype), on)
        if len(found) != 1:
            raise NotSetUp("geen-zaaktype" if not found else "meer-zaaktypen")
        return found[0]

    def versions(self, zaaktype: str) -> Sequence[Zaaktype]:
        """Every published version, past and to come."""
        return self._remembered("zaaktypen", zaaktype, self._client.zaaktypen)

    def statustypen(self, version: str) -> Sequence[Statustype]:
        """The statustypen of a version, in order."""
        return self._remembered("statustypen", version, self._client.statustypen)

    def resultaattypen(self, version: str) -> Sequence[Resultaattype]:
        """The resultaattypen of a version."""
        return self._remembered("resultaattypen", version, self._client.resultaattypen)

    def is_end(self, version: str, statustype: str) -> bool:
        """Whether a statustype of a version is its end status. One that is not known is asked for again, once."""
        found = self._by_id("statustypen", version, statustype, self.statustypen)
        return bool(found and found.is_end)

    def words(self, version: str, resultaattype: str) -> str:
        """The name of a resultaattype; empty when the catalogue does not know it."""
        found = self._by_id("resultaattypen", version, resultaattype, self.resultaattypen)
        return found.words if found else ""

    def forget(self) -> None:
        """Ask everything anew."""
        self._kept.clear()

    def _by_id(self, what: str, version: str, url: str, listed: Callable[[str], Sequence[Any]]) -> Any:
        wanted: UUID = id_of(url)
        for _ in range(2):
            found = next((one for one in listed(version) if id_of(one.url) == wanted), None)
            if found is not None:
                return found
            self._kept.pop((what, version), None)
        return None

    def _remembered(self, what: str, about: str, ask: Callable[[str], Sequence[Any]]) -> Sequence[Any]:
        now, known = self._clock(), self._kept.get((what, about))
        if known is not None and now - KEPT < known[0] <= now:
            return known[1]
        try:
            found = ask(about)
        except (NotThere, Wrong) as fault:
            raise NotSetUp(fault.code) from None
        self._kept[what, about] = (now, found)
        return found
