"""Zaken, for looking. Knows no driver."""

from collections.abc import Sequence
from typing import Any

from provisions.store.looking import Rows

_SEEN = (
    "SELECT c.reference, p.key, p.round, z.municipality, z.number, z.mode, z.state, z.signal, z.words, z.ended, z.fault "
    "FROM zaak z JOIN provision p ON p.id = z.provision_id JOIN client_case c ON c.id = p.case_id "
)


def of_case(rows: Rows, reference: str) -> Sequence[Any]:
    """The zaken of a case, oldest first."""
    return rows(f"{_SEEN} WHERE c.reference = %(reference)s ORDER BY z.id", reference=reference)


def listed(rows: Rows, states: Sequence[str], signals: Sequence[str]) -> Sequence[Any]:
    """Zaken in one of these states or with one of these signals, by reference; all when both are empty."""
    return rows(
        f"{_SEEN} WHERE (cardinality(%(states)s::text[]) + cardinality(%(signals)s::text[]) = 0 "
        "OR z.state = ANY(%(states)s::text[]) OR z.signal = ANY(%(signals)s::text[])) ORDER BY c.reference, z.number",
        states=list(states),
        signals=list(signals),
    )
