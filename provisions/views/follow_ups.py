"""What was still not done five working days after it was due: the team lead's list. Read only."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from provisions.catalogue import Config
from provisions.domain.case import FollowUp, ProvisionKey
from provisions.domain.lifecycle import reminding
from provisions.store import looking
from provisions.store.looking import Rows


@dataclass(frozen=True)
class OverdueFollowUp:
    """Something that should have been done by day ``due``. ``key`` is ``None`` for what is about a case as a whole.

    ``provision``: the Dutch name, empty for the case; ``title``: what is to be done.
    """

    reference: str
    municipality: str
    director: str | None
    key: ProvisionKey | None
    provision: str
    name: str
    title: str
    due: date


def overdue(rows: Rows, config: Config, today: date, municipality: str | None) -> list[OverdueFollowUp]:
    """Those of all cases, longest first."""
    found = looking.open_follow_ups(rows, today - timedelta(days=reminding.AGAIN_AFTER), municipality)
    calendar_of = config.catalogue.calendar_of
    return [
        _seen(row, config)
        for row in found
        if reminding.is_overdue(FollowUp(row.name, row.due), calendar_of(row.municipality), today)
    ]


def case_title(config: Config, name: str) -> str:
    """What is to be done about a case, in Dutch; a name that is not known any more as it is."""
    rule = config.catalogue.case_follow_up(name)
    return rule.title if rule else name


def follow_up_title(config: Config, key: str | None, name: str) -> str:
    """What is to be done, in Dutch: about provision ``key`` or about the case; a name that is not known any more as it is."""
    if key is None:
        return case_title(config, name)
    rule = config.catalogue.provisions.get(key)
    return next((one.title for one in (rule.follow_ups if rule else ()) if one.name == name), name)


def _seen(row: Any, config: Config) -> OverdueFollowUp:
    rule = config.catalogue.provisions.get(row.key) if row.key else None
    return OverdueFollowUp(
        row.reference,
        row.municipality,
        row.director,
        ProvisionKey(row.key, row.round) if row.key else None,
        rule.called(row.round, row.purpose) if rule else "",
        row.name,
        follow_up_title(config, row.key, row.name),
        row.due,
    )
