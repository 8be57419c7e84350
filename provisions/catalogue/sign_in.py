"""How a provider of identities is read: ``[sign_in]`` in ``config/organisation.toml``, which may be left out."""

from collections.abc import Collection

from provisions.access import Grant, Role
from provisions.access.provider import CODE, CODE_CLAIM, GROUPS_CLAIM, SignIn
from provisions.access.roles import grants_of
from provisions.catalogue.entry import Entry
from provisions.catalogue.people import read_where


def read_sign_in(root: Entry, places: Collection[str]) -> SignIn:
    """The claims, the table of codes, and what each group gives in ``places`` (municipalities) or the region."""
    entry = root.table("sign_in", optional=True)
    if entry is None:
        return SignIn()
    codes = entry.table("codes", optional=True)
    groups = entry.tables("groups", optional=True)
    found: dict[str, frozenset[Grant]] = {}
    for group in groups:
        name = group.text("name")
        if name in found:
            group.fault("name", f"de groep '{name}' staat er twee keer.", "Zet alles van een groep bij elkaar.")
        found[name] = _held(group, places)
    read = SignIn(
        entry.text("code_claim", default=CODE_CLAIM),
        entry.text("groups_claim", default=GROUPS_CLAIM),
        {} if codes is None else _codes(codes),
        found,
    )
    entry.done()
    return read


def _codes(entry: Entry) -> dict[str, str]:
    codes = {name: entry.text(name) for name in entry.values}
    for name, code in codes.items():
        if code and not CODE.fullmatch(code):
            entry.fault(name, f"'{code}' is geen code.", "Gebruik kleine letters, cijfers, punten en streepjes.")
    entry.done()
    return codes


def _held(entry: Entry, places: Collection[str]) -> frozenset[Grant]:
    roles = entry.enums("roles", Role)
    if roles is None:
        entry.missing.append("roles")
    where = read_where(entry, places)
    entry.done()
    return grants_of(roles or (), where)
