"""Who holds which role where: ``[people]`` in ``config/organisation.toml``, which may be left out."""

import re
from collections.abc import Collection, Mapping

from provisions.access import NOBODY_LISTED, Grant, Listed, Role, holding
from provisions.access.roles import grants_of
from provisions.catalogue.entry import Entry, meant

CODE = re.compile(r"[a-z][a-z0-9.-]{0,39}")
NO_CODE = "Gebruik een kleine letter, gevolgd door kleine letters, cijfers, punten en streepjes."


def read_people(root: Entry, places: Collection[str]) -> Listed:
    """The people of ``root``, each with a role in some of ``places`` (municipalities) or in the region."""
    people = root.table("people", optional=True)
    if people is None:
        return NOBODY_LISTED
    for code in people.values:
        if not CODE.fullmatch(code):
            people.fault(code, "dit is geen code.", NO_CODE)
    if not people.values:
        root.fault("people", "er staat niemand in.", "Voeg iemand toe, of haal [people] weg: dan telt wie typt.")
    return Listed({code: _held(entry, places) for code, entry in root.named_tables("people").items()})


def _held(entry: Entry, places: Collection[str]) -> frozenset[Grant]:
    """What one person holds. A name may be given, for whoever reads the file."""
    entry.text("name", default="-")
    roles = entry.enums("roles", Role)
    if roles is None:
        entry.missing.append("roles")
    elif not entry.values["roles"]:
        entry.fault("roles", "er is geen rol.", f"Kies uit: {', '.join(Role)}.")
    where = read_where(entry, places)
    entry.done()
    return grants_of(roles or (), where)


def read_where(entry: Entry, places: Collection[str]) -> tuple[str, ...]:
    """Where roles are held: the municipalities, none for the whole region (``region = true``)."""
    municipalities = _municipalities(entry, "municipalities", places)
    region = entry.flag("region", default=False)
    if region == bool(municipalities):
        entry.fault(
            "municipalities",
            "het is niet duidelijk waar dit geldt." if region else "er staat niet waar dit geldt.",
            "Noem de gemeenten, of schrijf in plaats daarvan region = true.",
        )
    return municipalities


def read_seconds(entry: Entry, own: str, places: Collection[str]) -> tuple[str, ...]:
    """The municipalities whose people may also be the second person in this one (``second_from``)."""
    return tuple(place for place in _municipalities(entry, "second_from", places) if place != own)


def _municipalities(entry: Entry, key: str, places: Collection[str]) -> tuple[str, ...]:
    named = entry.texts(key, optional=True)
    for place in named:
        if place not in places:
            entry.fault(key, f"gemeente '{place}' bestaat niet.", meant(place, places))
    return named


def unlisted(people: Listed, directors: Mapping[str, Collection[str]]) -> tuple[tuple[str, str], ...]:
    """(municipality, code) of who has an address as case director (``directors``: municipality → codes) and is not listed as
    one there; empty where nobody is listed.
    """
    if not people.is_complete:
        return ()
    known = {place: holding(people, Role.CASE_DIRECTOR, place) for place in directors}
    return tuple((place, code) for place, codes in directors.items() for code in codes if code not in known[place])
