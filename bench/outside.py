"""An installation seen from outside: what its database holds, and what each of Prefect's servers answers."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import httpx
import psycopg
from sqlalchemy import Engine as Database

from bench.installation import Installation
from bench.rig import BY
from flows.server.child import USER, engine_token
from flows.server.guard import ENGINE_HEADER
from provisions.app import App
from provisions.catalogue import load
from provisions.database.connect import engine_for
from provisions.machine.postgres import EmbeddedPostgres
from provisions.settings import PROJECT
from provisions.usecases.intake import IntakeRequest

DAYS = ("needed_on", "started_on", "due", "statutory_due", "agreed", "agreed_on", "applied_on")
MOMENTS = ("late_from", "next_at")


class Outside:
    """Looks at an installation, and does what people do. Its own processes do the rest."""

    def __init__(self, made: Installation) -> None:
        self.made = made
        self.database: Database = engine_for(EmbeddedPostgres(made.home).url("provisions"))
        self.app = App(self.database, load(PROJECT / "config"))

    def intake(self, first: int, count: int, needs: Sequence[str]) -> list[str]:
        """``count`` clients at once; their references."""
        references = [f"TR-2026-{number:04d}" for number in range(first, first + count)]
        self.app.cases.intake_many([IntakeRequest(name, "voluntary", needs) for name in references], by=BY)
        return references

    def days_pass(self, days: int) -> None:
        """What happened lies ``days`` further back: the processes have the real clock, which can't be moved."""
        shifts = [f"{name} = {name} - {days}" for name in DAYS]
        shifts += [f"{name} = {name} - interval '{days} days'" for name in MOMENTS]
        with self.admin("provisions") as connection, connection.transaction():
            connection.execute(f"UPDATE client_case SET opened = opened - {days}")
            connection.execute(f"UPDATE provision SET {', '.join(shifts)}")
            connection.execute("SELECT pg_notify('provisions', '')")

    def states(self) -> Counter[str]:
        """How many runs of provisions have which state, by name, in Prefect's own database."""
        with self.admin("prefect") as connection:
            found = connection.execute(
                "SELECT state_name, count(*) FROM flow_run WHERE tags ? 'voorziening' GROUP BY state_name"
            )
            return Counter({str(name): int(str(count)) for name, count in found})

    def count(self, query: str) -> int:
        """The one number that a query on our database gives."""
        with self.admin("provisions") as connection:
            row = connection.execute(query).fetchone()
            return int(str(row[0])) if row else 0

    def prefect(self, port: int, *, engine: bool = True) -> httpx.Client:
        """A client of one server of Prefect: as an engine of ours, or as a browser that signed in."""
        headers = {ENGINE_HEADER: engine_token(self.made.settings())} if engine else {}
        return httpx.Client(
            base_url=f"http://127.0.0.1:{port}/api",
            auth=(USER, self.made.password),
            headers=headers,
            timeout=20,
            trust_env=False,
        )

    @contextmanager
    def admin(self, name: str) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
        """A connection as PostgreSQL's superuser, each statement by itself."""
        server = EmbeddedPostgres(self.made.home)
        password = (server.home / "secrets" / "postgres-postgres").read_text().strip()
        with psycopg.connect(
            host=str(server.socket_folder()), user="postgres", password=password, dbname=name, autocommit=True
        ) as connection:
            yield connection

    def close(self) -> None:
        """Close the connections."""
        self.database.dispose()
