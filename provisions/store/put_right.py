"""What was found changed, or strange, in Prefect and put right: how often, and when last. Nothing here commits."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from provisions.store import settings

PUT_RIGHT = "put_right"  # the name of the setting


@dataclass(frozen=True)
class PutRight:
    """How often (``counts``, by kind in Dutch) since the installation, and when last (aware)."""

    last: datetime
    counts: Mapping[str, int]


def read(connection: Connection) -> PutRight | None:
    """``None`` when there never was anything."""
    said = json.loads(settings.read(connection, PUT_RIGHT) or "null")
    return PutRight(datetime.fromisoformat(said["last"]), said["counts"]) if said else None


def note(connection: Connection, now: datetime, counts: Mapping[str, int]) -> None:
    """This was put right at ``now``. Of two engines at one moment one may be counted."""
    before = read(connection)
    total = dict(before.counts) if before else {}
    for kind, count in counts.items():
        total[kind] = total.get(kind, 0) + count
    settings.write(connection, PUT_RIGHT, json.dumps({"last": now.isoformat(), "counts": total}))
