"""Who may do what (``config/rights.toml``), read and checked."""

from provisions.access import Reach, Reason, Right, Rights, Role, UseCase
from provisions.access.rights import NEVER_TONIGHT, OF_TONIGHT, ON_A_REASON
from provisions.catalogue.codes import refuse_odd_name
from provisions.catalogue.entry import Entry, meant
from provisions.domain.questions import AskedAs

RIGHTS = "rights.toml"
LONGEST_HOURS = 24


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
    right = Right(what, use_cases or frozenset(), held, by_link or frozenset(), _reasons(entry))
    _refuse_what_is_never(entry, right)
    entry.done()
    return right


def _reasons(entry: Entry) -> tuple[Reason, ...]:
    """The reasons for which a right is had, in file order."""
    found: dict[str, Reason] = {}
    for one in entry.tables("reason", optional=True):
        reason = Reason(one.text("code"), one.text("label"), one.number("hours"))
        if reason.code:
            refuse_odd_name(one, reason.code, "code")
        if reason.code in found:
            one.fault("code", f"'{reason.code}' bestaat al.", "Geef elke reden een eigen code.")
        if "hours" in one.values and not 1 <= reason.hours <= LONGEST_HOURS:
            one.fault("hours", f"{reason.hours} uur kan niet.", f"Vul 1 tot en met {LONGEST_HOURS} in.")
        one.done()
        found[reason.code] = reason
    return tuple(found.values())


def _refuse_what_is_never(entry: Entry, right: Right) -> None:
    """Faults of a right that needs reasons and has none, or the other way round, and of one that nobody may have so."""
    needing = sorted(right.use_cases.intersection(ON_A_REASON))
    if needing and right.use_cases.difference(ON_A_REASON):
        entry.fault(
            "use_cases",
            f"'{needing[0]}' kan niet samen met andere in één recht staan.",
            "Zet de andere in een ander recht.",
        )
    if needing and not right.reasons:
        entry.fault(
            "reason", f"'{needing[0]}' mag alleen met een reden, en er staat er geen.", "Zet er [[right.reason]] bij."
        )
    if right.reasons and not needing:
        entry.fault("reason", "voor dit recht is geen reden nodig.", "Haal de redenen weg.")
    tonight = sorted(right.use_cases & OF_TONIGHT)
    if not tonight:
        return
    for role, reach in right.roles.items():
        if role in NEVER_TONIGHT:
            entry.fault("roles", f"'{role}' mag nooit '{tonight[0]}'.", "Haal die rol weg.")
        elif reach is not Reach.MUNICIPALITY:
            entry.fault(
                "roles", f"'{tonight[0]}' gaat over een gemeente.", f"Vul '{Reach.MUNICIPALITY}' in bij '{role}'."
            )
    if right.by_link:
        entry.fault("by_link", f"'{tonight[0]}' kan nooit met een link.", "Haal by_link weg.")


def _roles(entry: Entry) -> dict[Role, Reach]:
    held = {role: entry.enum(role.value, Reach) for role in Role if role.value in entry.values}
    entry.known |= {role.value for role in Role}
    entry.done()
    return {role: reach for role, reach in held.items() if reach is not None}
