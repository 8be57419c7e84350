"""Who may do what (``config/rights.toml``), read and checked."""

from provisions.access import Reach, Right, Rights, Role, UseCase
from provisions.catalogue.entry import Entry, meant
from provisions.domain.questions import AskedAs

RIGHTS = "rights.toml"


def read_rights(root: Entry) -> Rights:
    """Read ``rights.toml``. Faults are collected in ``root``: each use case stands there once."""
    rights = tuple(_right(entry) for entry in root.tables("right"))
    named: dict[UseCase, str] = {}
    for right in rights:
        for use_case in sorted(right.use_cases):
            if use_case in named:
                root.fault(
                    "right",
                    f"'{use_case}' staat bij '{named[use_case]}' en bij '{right.what}'.",
                    "Laat hem op één plek staan.",
                )
            named[use_case] = right.what
    if missing := [use_case for use_case in UseCase if use_case not in named]:
        root.fault(
            "right",
            f"deze handelingen staan nergens: {', '.join(missing)}.",
            "Zet elke handeling in use_cases van één recht.",
        )
    root.done()
    return Rights(rights)


def _right(entry: Entry) -> Right:
    what = entry.text("what")
    use_cases = entry.enums("use_cases", UseCase)
    if use_cases is None:
        entry.missing.append("use_cases")
    roles = entry.table("roles")
    held = {} if roles is None else _roles(roles)
    if roles is not None and not held:
        entry.fault("roles", "geen enkele rol heeft dit recht.", meant("", [role.value for role in Role]))
    by_link = entry.enums("by_link", AskedAs) if "by_link" in entry.values else None
    entry.done()
    return Right(what, use_cases or frozenset(), held, by_link or frozenset())


def _roles(entry: Entry) -> dict[Role, Reach]:
    held = {role: entry.enum(role.value, Reach) for role in Role if role.value in entry.values}
    entry.known |= {role.value for role in Role}
    entry.done()
    return {role: reach for role, reach in held.items() if reach is not None}
