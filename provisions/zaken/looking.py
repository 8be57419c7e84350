"""Looking at zaken: many in one call, and what one of them tells. A notification leads to the same look, and proves nothing."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from uuid import UUID

from provisions.domain.zaken import Seen, Stated
from provisions.zaken.client import MOST_ZAKEN, Client
from provisions.zaken.faults import NoRight, NotThere, Wrong
from provisions.zaken.servers import Server
from provisions.zaken.types import Resultaat, Zaak


class Gone(StrEnum):
    """Why a zaak that was there can't be seen."""

    DELETED = "deleted"
    SECRET = "secret"  # noqa: S105 - no password: made more confidential


def look(server: Server, ids: Sequence[UUID]) -> Mapping[UUID, Zaak | Gone]:
    """What each of these zaken (at most ``MOST_ZAKEN``) is now. Raises ``AtRest`` or ``Fault``."""
    with server.asked() as client:
        found: dict[UUID, Zaak | Gone] = {zaak.id: zaak for zaak in _together(client, ids)}
        for missing in [one for one in ids if one not in found]:
            found[missing] = _one(client, missing)
    return found


def _together(client: Client, ids: Sequence[UUID]) -> Sequence[Zaak]:
    """Those that one call gives: none where the server can't search, so that each is read by itself."""
    try:
        return client.zaken(ids[:MOST_ZAKEN])
    except (NotThere, Wrong):
        return ()


def _one(client: Client, zaak: UUID) -> Zaak | Gone:
    try:
        return client.zaak(zaak)
    except NotThere:
        return Gone.DELETED
    except NoRight:
        return Gone.SECRET


def is_at_rest(zaak: Zaak) -> bool:
    """Whether nothing more of it has to be read: it is open, and has no resultaat."""
    return zaak.ended is None and zaak.resultaat is None


def seen(server: Server, zaak: Zaak) -> Seen:
    """A zaak with its statuses and the name of its resultaat. Raises ``AtRest`` or ``Fault``."""
    with server.asked() as client:
        statuses = [
            Stated(one.id, one.at, server.catalogue.is_end(zaak.zaaktype, one.statustype))
            for one in client.statuses(zaak)
        ]
        result = _result(client, zaak)
        words = server.catalogue.words(zaak.zaaktype, result.resultaattype) if result else ""
    return Seen(zaak.ended, statuses, zaak.status, result.id if result else None, words)


def _result(client: Client, zaak: Zaak) -> Resultaat | None:
    if zaak.resultaat is None:
        return None
    if zaak.result is not None and zaak.result.id == zaak.resultaat:
        return zaak.result
    try:
        return client.result(zaak.resultaat)
    except NotThere:  # deleted since: it is being corrected
        return None
