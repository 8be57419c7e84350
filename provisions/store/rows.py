# ruff: noqa: S608 - names of our own columns and tables
"""What a row says, in the words of the domain. Rows are named tuples, whoever read them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from provisions.domain.case import Case, Provision, ProvisionKey
from provisions.store import columns

Children = Mapping[str, Sequence[Any]]  # what belongs to a provision, by the name of its table: lists of its columns

# Everything that belongs to provisions, in one query: mostly there is little, and each query is a way there and back.
CHILDREN = " UNION ALL ".join(
    f"SELECT '{child.table}' AS child, provision_id, json_build_array({', '.join(child.listed)}) AS columns "
    f"FROM {child.table} WHERE provision_id = ANY(%(ids)s::bigint[])"
    for child in columns.CHILDREN.values()
)


def children(found: Iterable[Any]) -> dict[int, dict[str, list[Any]]]:
    """What ``CHILDREN`` found, by provision and table."""
    by_provision: dict[int, dict[str, list[Any]]] = {}
    for row in found:
        by_provision.setdefault(row.provision_id, {}).setdefault(row.child, []).append(row.columns)
    for tables in by_provision.values():
        for rows in tables.values():
            rows.sort(key=lambda row: row[0])  # by their number, or by what they are known by
    return by_provision


def case(row: Any, provisions: Mapping[ProvisionKey, Provision]) -> Case:
    """A case from a row of ``client_case``."""
    return columns.CASE.read(row, provisions=provisions)


def key(row: Any) -> ProvisionKey:
    """Which provision of its case a row of ``provision`` is."""
    return ProvisionKey(row.key, row.round)


def provision(row: Any, children: Children) -> Provision:
    """A provision from its row and what belongs to it; a table that is not there has no rows."""
    belongs = {columns.CHILDREN[table].field: columns.CHILDREN[table].records(rows) for table, rows in children.items()}
    return columns.PROVISION.read(row, **belongs)
