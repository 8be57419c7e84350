"""Zaken and case systems, for looking. Knows no driver."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from provisions.store.looking import Rows

_SEEN = (
    "SELECT c.reference, p.id, p.key, p.round, z.municipality, z.number, z.mode, z.state, z.signal, z.words, z.ended, z.fault "
    "FROM zaak z JOIN provision p ON p.id = z.provision_id JOIN client_case c ON c.id = p.case_id "
)

KEPT_AS = "case_system "  # the name of the setting, with the municipality after it


@dataclass(frozen=True)
class Answering:
    """``answered``: when it last did. ``silent``: since when it does not answer, or does not let us in, because of ``fault`` (a
    code), and ``until`` when it is left alone; else ``None``. All UTC.
    """

    answered: datetime | None = None
    silent: datetime | None = None
    until: datetime | None = None
    fault: str = ""


def answering_of(kept: str) -> Answering:
    """From what was kept as a setting."""
    found = json.loads(kept)
    moments = {name: datetime.fromisoformat(found[name]) for name in ("answered", "silent", "until") if found.get(name)}
    return Answering(**moments, fault=found.get("fault", ""))


def answering(rows: Rows) -> Mapping[str, Answering]:
    """Whether each case system answered when it was asked last, by municipality."""
    found = rows("SELECT name, value FROM setting WHERE starts_with(name, %(kept_as)s) ORDER BY name", kept_as=KEPT_AS)
    return {row.name.removeprefix(KEPT_AS): answering_of(row.value) for row in found}


def of_case(rows: Rows, reference: str) -> Sequence[Any]:
    """The zaken of a case, oldest first."""
    return rows(f"{_SEEN} WHERE c.reference = %(reference)s ORDER BY z.id", reference=reference)


def of_provisions(rows: Rows, ids: Sequence[int]) -> Sequence[Any]:
    """The zaken of these provisions (``id``), oldest first."""
    return rows(f"{_SEEN} WHERE p.id = ANY(%(ids)s) ORDER BY z.id", ids=list(ids))


def listed(rows: Rows, states: Sequence[str], signals: Sequence[str]) -> Sequence[Any]:
    """Zaken in one of these states or with one of these signals, by reference; all when both are empty."""
    return rows(
        f"{_SEEN} WHERE (cardinality(%(states)s::text[]) + cardinality(%(signals)s::text[]) = 0 "
        "OR z.state = ANY(%(states)s::text[]) OR z.signal = ANY(%(signals)s::text[])) ORDER BY c.reference, z.number",
        states=list(states),
        signals=list(signals),
    )
