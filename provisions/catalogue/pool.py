"""The work pool as the configuration wants it: ``[pool]`` in ``config/prefect.toml``, which may be left out."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from provisions.catalogue.entry import Entry

_PARTS = ("job_configuration", "variables")  # what Prefect wants of a template
_FILE = re.compile(r"[a-z0-9][a-z0-9-]{0,59}\.json")


@dataclass(frozen=True)
class PoolRule:
    """``template``: how a job of the pool is started, as Prefect keeps it; ``None``: as its kind of pool has it by itself.
    ``limit``: how many runs it may execute at a time; ``None``: any number.
    """

    template: Mapping[str, Any] | None = None
    limit: int | None = None


def read_pool(root: Entry, folder: Path) -> PoolRule:
    """``[pool]`` of ``prefect.toml``; its template is a JSON file beside it, in ``folder``. Faults are collected in ``root``."""
    entry = root.table("pool", optional=True)
    if entry is None:
        return PoolRule()
    name, limit = entry.text("template", default=""), entry.number("limit", default=0)
    if "limit" in entry.values and limit == 0:
        entry.fault("limit", "met 0 voert niemand iets uit.", "Schrijf 1 of meer, of laat deze regel weg.")
    found = PoolRule(_template(entry, folder, name) if name else None, limit or None)
    entry.done()
    return found


def _template(entry: Entry, folder: Path, name: str) -> Mapping[str, Any] | None:
    if not _FILE.fullmatch(name):
        entry.fault("template", "dit is geen bestand in deze map.", "Schrijf een naam zoals 'pool.json'.")
        return None
    try:
        found = json.loads((folder / name).read_bytes())
    except (OSError, ValueError):
        entry.fault(
            "template", f"{name} is er niet, of is geen JSON.", f"Zet het sjabloon van de pool in {folder / name}."
        )
        return None
    if not isinstance(found, dict) or not all(found.get(part) and isinstance(found[part], dict) for part in _PARTS):
        entry.fault("template", f"{name} is geen sjabloon van een pool.", f"Het heeft {' en '.join(_PARTS)}.")
        return None
    return found
