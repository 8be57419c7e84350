"""What-ifs: the same scenario with a few values changed, and nothing else."""

import copy
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from provisions.catalogue import Config
from provisions.catalogue.entry import Entry, meant
from provisions.domain.errors import InvalidConfig, InvalidInput
from provisions.simulation.scenario import Scenario, read_scenario

NAMED = "what_if"
NAME = "name"


@dataclass(frozen=True)
class WhatIf:
    """A name to show, and the new values by their place in the file, such as ``counter.id_document.speed``."""

    name: str
    changes: Mapping[str, float]


def named(values: Mapping[str, Any], file: str) -> dict[str, WhatIf]:
    """The what-ifs of a file, by key. Raises ``InvalidConfig``."""
    faults: list[str] = []
    found = {}
    for key, entry in Entry(file, "", dict(values), faults).named_tables(NAMED, optional=True).items():
        changes = {place: entry.decimal(place, lowest=-1e12) for place in entry.values if place != NAME}
        found[key] = WhatIf(entry.text(NAME, default=key), changes)
        if not changes:
            entry.fault(key, "hier verandert niets.", 'Voeg een wijziging toe, zoals "counter.id_document.speed" = 2.')
        entry.done()
    if faults:
        raise InvalidConfig(*faults)
    return found


def typed(words: Sequence[str], known: Mapping[str, WhatIf], config: Config) -> WhatIf:
    """What was typed after one ``--what-if``: names of the file, ``KEY=FACTOR`` (a counter's speed) and ``PLACE=VALUE``.

    Several together are one what-if. Raises ``InvalidInput``.
    """
    parts = [_part(word, known, config) for word in words]
    changes: dict[str, float] = {}
    for part in parts:
        for place, value in part.changes.items():
            if changes.setdefault(place, value) != value:
                raise InvalidInput(f"--what-if verandert '{place}' twee keer. Geef één waarde.")
    return WhatIf(" en ".join(part.name for part in parts), changes)


def _part(word: str, known: Mapping[str, WhatIf], config: Config) -> WhatIf:
    place, equals, text = word.partition("=")
    provisions = config.catalogue.provisions
    if not equals:
        if place in known:
            return known[place]
        raise InvalidInput(
            f"Onbekende wat-als '{place[:60]}'. {meant(place, known) if known else ''} "
            "Of schrijf VOORZIENING=FACTOR, zoals id_document=2."
        )
    if not re.fullmatch(r"-?[0-9]{1,9}([.,][0-9]{1,9})?", text):
        raise InvalidInput(
            f"'{text[:20]}' is geen getal in --what-if '{word[:60]}'. Verwacht: VOORZIENING=FACTOR, zoals id_document=2."
        )
    value = float(text.replace(",", "."))
    if "." in place:
        return WhatIf(f"{place} = {text}", {place: value})
    if place not in provisions:
        raise InvalidInput(f"Onbekende voorziening '{place[:60]}' in --what-if. {meant(place, provisions)}")
    return WhatIf(f"{provisions[place].name}: loket {text} keer zo snel", {f"counter.{place}.speed": value})


def changed(values: Mapping[str, Any], file: str, what_if: WhatIf, config: Config) -> Scenario:
    """The scenario of ``values`` with the changes. Raises ``InvalidConfig`` when a place or a value is wrong."""
    changed_values = copy.deepcopy(dict(values))
    for place, value in what_if.changes.items():
        _put(changed_values, place, value, f"{file}, wat-als '{what_if.name}'")
    return read_scenario(changed_values, f"{file}, wat-als '{what_if.name}'", config)


def _put(values: dict[str, Any], place: str, value: float, where: str) -> None:
    *path, last = place.split(".")
    if not path:
        raise InvalidConfig(
            f"{where}: '{place}' geldt voor het hele scenario en kan in een wat-als niet anders zijn. "
            "Wijzig iets binnen een tabel, zoals counter.id_document.speed."
        )
    table: Any = values
    for depth, step in enumerate(path):
        if not isinstance(table.get(step), dict):
            so_far = ".".join(path[: depth + 1])
            tables = [key for key, inner in table.items() if isinstance(inner, dict)]
            raise InvalidConfig(f"{where}: '{so_far}' staat niet in het scenario (in '{place}'). {meant(step, tables)}")
        table = table[step]
    table[last] = int(value) if value == int(value) else value
