"""Run in a copy of the product to which columns were added: written, loaded, looked at, foreseen, exported. Prints JSON."""

import json
import sys
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from provisions.catalogue import PROJECT
from provisions.database import migrate
from provisions.database.connect import engine_for
from provisions.store import loading
from provisions.store import tables as t
from tests.builders import Town, at
from tests.conftest import MovingClock

REFERENCE = "TR-2026-0042"


def main() -> None:
    """An advance payment is three days late; what time does was decided ahead."""
    migrate.upgrade(sys.argv[1])
    clock = MovingClock(at("2026-11-02 10:00"))
    database = engine_for(sys.argv[1])
    town = Town(database, clock)
    town.takes_in(REFERENCE, "advance_payment")
    foreseen = []
    while (following := town.app.time.next_moment()) is not None and following < at("2026-11-12 00:00"):
        clock.now = max(clock.now, following - timedelta(hours=1))
        town.app.time.foresee()
        with database.connect() as connection:
            foreseen += [row.rungs for row in connection.execute(select(t.foreseen)) if row.until > row.at]
        clock.now = max(clock.now, following)
        town.app.time.tick_all()
    with database.connect() as connection:
        stored = loading.load_case(connection, REFERENCE)
    assert stored is not None
    exported = town.app.exports.of_case(REFERENCE)["case"]["provisions"][0]["recorded"]
    seen: dict[str, Any] = {
        "project": str(PROJECT),
        "foreseen": [rung for rungs in foreseen for rung in rungs],
        "loaded": asdict(next(iter(stored.case.provisions.values()))),
        "looked_at": asdict(town.app.views.case(REFERENCE).provisions[0].provision),
        "exported": exported,
    }
    sys.stdout.write(json.dumps(seen, default=str))


if __name__ == "__main__":
    main()
