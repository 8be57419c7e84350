"""What was found changed, or strange, in Prefect and put right: how often, and when last. Nothing here commits."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text

from provisions.store import settings

PUT_RIGHT = "put_right"  # the name of the setting


_ADD_UP = text("""
    INSERT INTO setting (name, value) VALUES (:name, json_build_object('last', :last ::text, 'counts', :counts ::json)::text)
    ON CONFLICT (name) DO UPDATE SET value = json_build_object('last', :last ::text, 'counts', (
        SELECT json_object_agg(kind, times) FROM (
            SELECT kind, sum(count::bigint) AS times FROM (
                SELECT * FROM json_each_text(setting.value::json -> 'counts')
                UNION ALL SELECT * FROM json_each_text(:counts ::json)
            ) AS noted (kind, count) GROUP BY kind
        ) AS added
    ))::text
""")


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
    """This was put right at ``now``: added up where the counts stand, so that what two engines note at one moment both counts."""
    said = {"name": PUT_RIGHT, "last": now.isoformat(), "counts": json.dumps(counts)}
    connection.execute(_ADD_UP, said)
