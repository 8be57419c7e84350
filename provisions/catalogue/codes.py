"""The lists of codes that people choose from, and the reasons for which a case ends (``config/provisions.toml``)."""

import re
from collections.abc import Iterable

from provisions.catalogue.entry import Entry
from provisions.domain.figures.facts import BLOCKED, COUNTER, REFUSED, REGISTERED_LATE, SUSPENDED, TABLES
from provisions.domain.rules import CodeList, EndRule

CODE = re.compile(r"[a-z][a-z0-9_]{0,39}")
_REMEDY = "Gebruik kleine letters, cijfers en _, te beginnen met een letter."
# What the program itself records, where nobody chose.
NEEDED = {
    CodeList.WAIVER: ("other", "counter_decided"),
    CodeList.CONTACT: ("via_director",),
    CodeList.LIVING: ("unknown",),
    CodeList.WLZ: ("unknown",),
    CodeList.PLACE_KIND: ("temporary",),
    CodeList.PLACE_ENDS: ("term",),
}


# What the record shows where nobody gave a cause (``domain/figures/facts.py``): no code may be called so.
SHOWN = (REFUSED, COUNTER, TABLES, REGISTERED_LATE, BLOCKED, SUSPENDED)


def read_codes(root: Entry) -> dict[CodeList, dict[str, str]]:
    """Each list of codes with its Dutch words, in file order. Faults are collected in ``root``."""
    outer = root.table("codes") or Entry(root.file, "codes", {}, [])
    lists = {}
    for name in CodeList:
        entry = outer.table(name)
        lists[name] = {code: entry.text(code) for code in entry.values} if entry else {}
        if entry is not None:
            _refuse_odd(entry)
            if not entry.values:
                outer.fault(name, "deze lijst is leeg.", "Zet er ten minste een code in.")
            for code in NEEDED.get(name, ()):
                if entry.values and code not in entry.values:
                    entry.fault(code, "deze code ontbreekt.", "Zet haar terug: het programma legt haar zelf ook vast.")
            for code in SHOWN if name is CodeList.CAUSE else ():
                if code in entry.values:
                    entry.fault(code, "zo noemt het programma zelf al een oorzaak.", "Kies een andere code.")
            entry.done()
    outer.done()
    return lists


def read_ends(root: Entry) -> dict[str, EndRule]:
    """The reasons for which a case ends, in file order."""
    ends = {}
    for name, entry in root.named_tables("end").items():
        ends[name] = EndRule(
            name=name,
            label=entry.text("label"),
            ends_open=entry.flag("ends_open", default=False),
            takeover=entry.flag("takeover", default=False),
            approval=entry.flag("approval", default=False),
            counts=entry.flag("counts", default=True),
            may_return=entry.flag("may_return", default=True),
        )
        if ends[name].takeover and not ends[name].ends_open:
            entry.fault("takeover", "overnemen kan alleen wat mee eindigt.", "Zet ook ends_open = true.")
        entry.done()
    return ends


def _refuse_odd(entry: Entry) -> None:
    for code in entry.values:
        if not CODE.fullmatch(code):
            entry.fault(code, "deze code kan niet.", _REMEDY)


def refuse_odd_name(entry: Entry, name: str, key: str = "name") -> None:
    """A fault at ``key`` of the entry for a name that is written as none can be."""
    if not CODE.fullmatch(name):
        entry.fault(key, "deze naam kan niet.", _REMEDY)


def refuse_taken(entry: Entry, name: str, taken: Iterable[str]) -> None:
    """A fault for a name that one before this entry has."""
    if name in taken:
        entry.fault("name", f"'{name}' bestaat al.", "Geef elk een eigen naam.")
