# ruff: noqa: S608 - names of our own columns and tables
"""What a row says, in the words of the domain. Rows are named tuples, whoever read them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from provisions.domain.case import Case, Provision, ProvisionKey
from provisions.store import columns

Children = Mapping[str, Sequence[Any]]  # what belongs to a provision or a case, by the name of its table: its columns

# Everything that belongs to provisions (``ids``) and their cases (``cases``), in one query: mostly there is little, and each
# query is a way there and back. The numbers come from a query of their own: so PostgreSQL does not see how many there are when it
# plans, one plan is as good to it as another, and it keeps the one that it has. Behind the second wall making it takes ten times
# as long as what it is for.
CHILDREN = " UNION ALL ".join(
    f"SELECT '{child.table}' AS child, {child.owner} AS owner, json_build_array({', '.join(child.listed)}) AS columns "
    f"FROM {child.table} WHERE {child.owner} = ANY(ARRAY("
    f"SELECT unnest(%({'ids' if child.owner == 'provision_id' else 'cases'})s::bigint[])))"
    for child in columns.ALL_CHILDREN.values()
)


class Belongs:
    """What ``CHILDREN`` found."""

    def __init__(self, found: Iterable[Any]) -> None:
        self._of: dict[tuple[str, int], dict[str, list[Any]]] = {}
        for row in found:
            owner = columns.ALL_CHILDREN[row.child].owner
            self._of.setdefault((owner, row.owner), {}).setdefault(row.child, []).append(row.columns)
        for tables in self._of.values():
            for rows in tables.values():
                rows.sort(key=lambda row: row[0])  # by their number, or by what they are known by

    def to_provision(self, provision_id: int) -> Children:
        """What belongs to a provision."""
        return self._of.get(("provision_id", provision_id), {})

    def to_case(self, case_id: int) -> Children:
        """What belongs to a case as a whole."""
        return self._of.get(("case_id", case_id), {})


def case(row: Any, provisions: Mapping[ProvisionKey, Provision], children: Children) -> Case:
    """A case from a row of ``client_case`` and what belongs to it."""
    return columns.CASE.read(row, provisions=provisions, **_records(children))


def key(row: Any) -> ProvisionKey:
    """Which provision of its case a row of ``provision`` is."""
    return ProvisionKey(row.key, row.round)


def provision(row: Any, children: Children) -> Provision:
    """A provision from its row and what belongs to it; a table that is not there has no rows."""
    return columns.PROVISION.read(row, **_records(children))


def _records(children: Children) -> dict[str, Any]:
    known = columns.ALL_CHILDREN
    return {known[table].field: known[table].records(rows) for table, rows in children.items()}
