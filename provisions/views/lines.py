"""A provision in a list: what columns know of it, without reading its whole case."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from provisions.catalogue import Config
from provisions.domain.calendar import ONE_DAY, day_of
from provisions.domain.case import VIA_DIRECTOR, ProvisionKey, Status
from provisions.domain.rules import CodeList
from provisions.views.standing import SUSPENDED


@dataclass(frozen=True)
class ProvisionLine:
    """One provision as it stands at one moment. ``case_id`` and ``address``: the database id and the random one of its case;
    ``name``: Dutch, with the round.

    ``last_day``: the last day on time, ``None`` while that is not known; ``days_late``: 0 when it is on time. ``lies_with``: the
    counter, a table or the director (a code); ``cause``: why it is not there yet, in Dutch, as was said last; empty when nobody
    said, or for whom it is not. ``promised``: the day that the counter named, of what is open. ``nights``: the days that
    it is late are nights without a place. ``contact``: how contact goes with the client, in Dutch, where
    that is not by the director, as it is for most. ``moving_to``: the municipality to which it is being handed over, ``None``
    when it is to none.
    """

    id: int
    case_id: int
    address: UUID
    reference: str
    own_number: str | None
    municipality: str
    director: str | None
    key: str
    round: int
    name: str
    status: str
    last_day: date | None
    days_late: int
    needed_on: date
    suspended_until: date | None
    lies_with: str | None
    cause: str
    promised: date | None = None
    nights: bool = False
    contact: str = ""
    moving_to: str | None = None

    @property
    def named(self) -> str:
        """Its key as an address and a row have it: ``id_document``, ``id_document~2`` for a later round."""
        return ProvisionKey(self.key, self.round).in_address


def line(row: Any, config: Config, now: datetime, *, causes: bool) -> ProvisionLine:
    """What a row of :mod:`provisions.store.worklists` says at ``now`` (aware). ``causes``: whoever asks may know why."""
    today = day_of(now)
    late = row.late_from is not None and row.late_from <= now
    last_day = day_of(row.late_from) - ONE_DAY if row.late_from is not None else row.due
    stopped = row.suspended_until is not None and row.suspended_until > today
    said = config.catalogue.codes[CodeList.CAUSE].get(row.cause, row.cause) if causes and row.cause else ""
    return ProvisionLine(
        id=row.id,
        case_id=row.case_id,
        address=row.address,
        reference=row.reference,
        own_number=row.own_number,
        municipality=row.municipality,
        director=row.director,
        key=row.key,
        round=row.round,
        name=provision_name(config, row.key, row.round, row.purpose),
        status=SUSPENDED if stopped and row.status in (Status.WAITING, Status.REFUSED) else row.status,
        last_day=last_day,
        days_late=(today - last_day).days if late and last_day else 0,
        needed_on=row.needed_on,
        suspended_until=row.suspended_until if stopped else None,
        lies_with=row.lies_with,
        cause=said,
        promised=row.promised if Status(row.status).is_open else None,
        nights=row.key in config.catalogue.provisions and config.catalogue.rule(row.key).same_day and not row.arrived,
        contact=_contact(config, row.contact),
        moving_to=row.moving_to,
    )


def _contact(config: Config, code: str) -> str:
    return "" if code == VIA_DIRECTOR else config.catalogue.codes[CodeList.CONTACT].get(code, code)


def provision_name(config: Config, key: str, number: int, purpose: str | None) -> str:
    """What a round is called; the key of a provision that is not in the catalogue any more."""
    rule = config.catalogue.provisions.get(key)
    return rule.called(number, purpose) if rule else key
