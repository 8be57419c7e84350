"""What we do with a zaak: open it, bring it in line, close what is not needed any more. Each step can be repeated.

A 500, a timeout or a broken line is never proof that nothing happened: before anything is sent again, it is looked up.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID

from provisions.domain.rules import ZaakRule
from provisions.domain.zaken import Wish
from provisions.zaken.client import Client
from provisions.zaken.faults import AlreadyThere, NoRight, NotSetUp, Wrong
from provisions.zaken.servers import Server
from provisions.zaken.types import Json, Zaak, id_of

SUSPENDED = "suspended"


@dataclass(frozen=True)
class Wanted:
    """A zaak as we want it. ``start``, ``first_status`` and ``closing_at`` were fixed before the first call. ``tried``: something
    may have left before. ``said``: what was last dealt with of what it should say.
    """

    number: str
    rule: ZaakRule
    start: date
    first_status: datetime
    closing_at: datetime
    tried: bool
    wish: Wish
    said: Mapping[str, Any]
    uuid: UUID | None = None
    url: str | None = None
    zaaktype: str | None = None


class Progress(Protocol):
    """Keeps what was reached, step by step, so that a crash repeats no more than one."""

    def leaving(self) -> bool:
        """Something is about to leave; ``False`` when it must not any more."""

    def reached(self, **columns: object) -> None:
        """Keep these columns of the zaak."""

    def is_another(self, uuid: UUID) -> bool:
        """Whether this zaak belongs to another provision of ours."""


class Lost(Exception):  # noqa: N818 - it is so
    """What we changed is not there: somebody else wrote at the same moment."""


class TakenBack(Exception):  # noqa: N818 - it is so, and no error
    """It is not wanted any more."""


# --- opening ---------------------------------------------------------------------------------------------------------------


def open_zaak(server: Server, wanted: Wanted, progress: Progress) -> None:
    """Make the zaak and give it its first status. Raises ``AtRest`` or ``Fault``."""
    with server.asked() as client:
        made = _there(server, client, wanted, progress) or _made(server, client, wanted, progress)
        _first_status(server, client, wanted, made, progress)


def _there(server: Server, client: Client, wanted: Wanted, progress: Progress) -> Zaak | None:
    """The zaak, where it was made before."""
    if wanted.uuid is not None:
        return client.zaak(wanted.uuid)
    return _found(server, client, wanted, progress) if wanted.tried else None


def _found(server: Server, client: Client, wanted: Wanted, progress: Progress) -> Zaak | None:
    """The zaak of our number, if it is ours: of our zaaktype and day, and of no other provision. Else raises ``Wrong``."""
    for zaak in client.find(wanted.number):
        versions = {id_of(one.url) for one in server.catalogue.versions(wanted.rule.zaaktype)}
        if id_of(zaak.zaaktype) not in versions or zaak.begins != wanted.start or progress.is_another(zaak.id):
            raise Wrong("nummer-van-een-ander")
        _keep(zaak, wanted, progress)
        return zaak
    return None


def _made(server: Server, client: Client, wanted: Wanted, progress: Progress) -> Zaak:
    version = server.catalogue.version(wanted.rule.zaaktype, wanted.start)
    if not progress.leaving():
        raise TakenBack
    try:
        made = client.open(_body(server, wanted, version.url))
    except AlreadyThere:
        found = _found(server, client, wanted, progress)
        if found is None:  # it is where we may not look: other rights, or more confidential
            raise Wrong("identificatie-niet-uniek") from None
        return found
    _keep(made, wanted, progress)
    return made


def _body(server: Server, wanted: Wanted, zaaktype: str) -> Json:
    rsin, wish = server.system.rsin, wanted.wish
    return {
        "identificatie": wanted.number,
        "bronorganisatie": rsin,
        "verantwoordelijkeOrganisatie": rsin,
        "zaaktype": zaaktype,
        "startdatum": wanted.start.isoformat(),
        **_dates(wish),
        **(_stopped(True) if wish.suspended else {}),
    }


def _dates(wish: Wish) -> dict[str, Any]:
    days = {"einddatumGepland": wish.due, "uiterlijkeEinddatumAfdoening": wish.statutory}
    return {name: day.isoformat() for name, day in days.items() if day is not None}


def _stopped(stopped: bool) -> dict[str, Any]:
    return {"opschorting": {"indicatie": stopped, "reden": ""}}


def _keep(zaak: Zaak, wanted: Wanted, progress: Progress) -> None:
    progress.reached(uuid=zaak.id, url=zaak.url, zaaktype=zaak.zaaktype, said=said_by(wanted.wish))


def said_by(wish: Wish) -> dict[str, Any]:
    """A wish, as what was dealt with."""
    return {
        "due": wish.due.isoformat() if wish.due else None,
        "statutory": wish.statutory.isoformat() if wish.statutory else None,
        SUSPENDED: wish.suspended,
        "withdrawn": wish.withdrawn,
    }


def _first_status(server: Server, client: Client, wanted: Wanted, zaak: Zaak, progress: Progress) -> None:
    """Its first status, unless it has one or is closed: a status on a closed zaak would open it again."""
    if zaak.status is None:
        zaak = client.zaak(zaak.id)
    if zaak.status is not None or zaak.ended is not None:
        return
    first = server.catalogue.statustypen(zaak.zaaktype)[0]
    if not progress.leaving():
        raise TakenBack
    try:
        client.set_status(zaak.url, first.url, wanted.first_status)
    except AlreadyThere:
        return  # that very status is there


# --- following ---------------------------------------------------------------------------------------------------------------


def follow_zaak(server: Server, wanted: Wanted, progress: Progress) -> None:
    """Find the zaak that the counter made. Raises ``AtRest`` or ``Fault``: ``Wrong`` where there is none that we may see."""
    with server.asked() as client:
        found = client.find(wanted.number)
        versions = {id_of(one.url) for one in server.catalogue.versions(wanted.rule.zaaktype)}
        if not found:
            raise Wrong("niet-gevonden")
        if id_of(found[0].zaaktype) not in versions or progress.is_another(found[0].id):
            raise Wrong("zaak-van-een-ander")
        progress.reached(uuid=found[0].id, url=found[0].url, zaaktype=found[0].zaaktype)


# --- changing ----------------------------------------------------------------------------------------------------------------


def bring_in_line(server: Server, wanted: Wanted, progress: Progress) -> bool:
    """Let the zaak say what is wanted; ``False`` when the counter changed a day that we had set: his stays.

    Nothing is changed once it has an end or a resultaat: the counter is closing it, and each change saves the whole zaak.
    Raises ``AtRest`` or ``Fault``; what got lost on the way is ``Lost``.
    """
    assert wanted.uuid is not None  # noqa: S101 - it is open
    with server.asked() as client:
        zaak = client.zaak(wanted.uuid)
        if zaak.ended is not None or zaak.resultaat is not None:
            return True
        change, untouched = _change(zaak, wanted)
        if change:
            if not progress.leaving():
                raise TakenBack
            try:
                client.change(zaak.id, change)
            except NoRight:
                if client.zaak(zaak.id).ended is None:
                    raise
                return untouched  # it was closed meanwhile
            _compare(client.zaak(zaak.id), change)
        progress.reached(said=said_by(wanted.wish))
    return untouched


def _change(zaak: Zaak, wanted: Wanted) -> tuple[dict[str, Any], bool]:
    """Only what changed, and whether the counter left our days alone."""
    wish, said, change, untouched = wanted.wish, wanted.said, dict[str, Any](), True
    for field, name, is_there, wished in (
        ("due", "einddatumGepland", zaak.planned_end, wish.due),
        ("statutory", "uiterlijkeEinddatumAfdoening", zaak.last_day, wish.statutory),
    ):
        if wished is None or is_there == wished:
            continue
        if said.get(field) is not None and is_there is not None and is_there.isoformat() != said[field]:
            untouched = False  # we had set it, and it is another day now
            continue
        change[name] = wished.isoformat()
    if zaak.suspended != wish.suspended and said.get(SUSPENDED, False) != wish.suspended:
        change |= _stopped(wish.suspended)
    return change, untouched


def _compare(zaak: Zaak, change: Mapping[str, Any]) -> None:
    there = {
        "einddatumGepland": zaak.planned_end and zaak.planned_end.isoformat(),
        "uiterlijkeEinddatumAfdoening": zaak.last_day and zaak.last_day.isoformat(),
        "opschorting": zaak.suspended,
    }
    wished = {name: value["indicatie"] if name == "opschorting" else value for name, value in change.items()}
    if any(there[name] != value for name, value in wished.items()) and zaak.ended is None:
        raise Lost


# --- closing what is not needed any more ----------------------------------------------------------------------------------------


def close_zaak(server: Server, wanted: Wanted, progress: Progress) -> None:
    """Close it as withdrawn. Where the counter gave it a resultaat first, that counts. Raises ``AtRest`` or ``Fault``."""
    assert wanted.uuid is not None  # noqa: S101 - it is open
    assert wanted.rule.withdrawn is not None  # noqa: S101 - else nobody asks
    with server.asked() as client:
        zaak = client.zaak(wanted.uuid)
        if zaak.ended is not None:
            return
        result = _withdrawn(server, zaak, wanted.rule.withdrawn)
        if zaak.resultaat is None:
            if not progress.leaving():
                raise TakenBack
            with suppress(AlreadyThere):  # ours, or the counter's: that is read below
                client.set_result(zaak.url, result)
            zaak = client.zaak(zaak.id)
        if zaak.resultaat is None or zaak.ended is not None:
            return
        if id_of(client.result(zaak.resultaat).resultaattype) != id_of(result):
            return
        end = next(one for one in server.catalogue.statustypen(zaak.zaaktype) if one.is_end)
        try:
            client.set_status(zaak.url, end.url, wanted.closing_at)
        except AlreadyThere:
            return


def _withdrawn(server: Server, zaak: Zaak, words: str) -> str:
    found = next((one for one in server.catalogue.resultaattypen(zaak.zaaktype) if one.words == words), None)
    if found is None:
        raise NotSetUp("geen-resultaattype")
    return found.url
