"""Who holds what, as the lists ask it: read by a look, which imports no more than it needs."""

from provisions.access import Directory, Grant, Listed, Role, WithAccounts
from provisions.store.looking import Rows


def directory_of(rows: Rows, listed: Listed) -> Directory:
    """The same as :func:`provisions.store.people.directory`, for whoever looks at lists."""
    held: dict[str, set[Grant]] = {}
    known, gone = {role.value for role in Role}, set()
    for row in rows(_HELD):
        if row.blocked:
            gone.add(row.code)
        if row.role in known:
            held.setdefault(row.code, set()).add(Grant(Role(row.role), row.municipality))
    return WithAccounts(listed, {code: frozenset(grants) for code, grants in held.items()}, frozenset(gone))


_HELD = (
    "SELECT p.code, p.blocked IS NOT NULL AS blocked, g.role, g.municipality "
    "FROM person p LEFT JOIN person_grant g ON g.code = p.code"
)
