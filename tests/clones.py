"""Databases for tests, each like another one, made and taken away without a test waiting for it; and a server that is quick."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from queue import Empty, SimpleQueue
from uuid import uuid4

import psycopg

from provisions.machine.postgres import EmbeddedPostgres

Superuser = psycopg.Connection[tuple[object, ...]]

# What a test writes need not outlive the machine. On a disk each of thousands of databases would be written through.
# Nor is it kept for so long that cleaning up after it is worth a look at each database, every minute.
_QUICK = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", "autovacuum": "off"}


class Clones:
    """The databases of one server. PostgreSQL takes a tenth of a second to make one, and as long to drop it, and mostly waits
    meanwhile: so the next one is made, and one that is done with goes, while tests go on.
    """

    def __init__(self, server: EmbeddedPostgres) -> None:
        self._server = server
        self._open = ExitStack()
        self._connections: SimpleQueue[Superuser] = SimpleQueue()  # open, and not in use
        self._hands = ThreadPoolExecutor(2, "clones")
        self._next: dict[str, Future[str]] = {}
        self._dropped: list[Future[None]] = []

    @contextmanager
    def one(self, template: str) -> Iterator[str]:
        """The name of a database that is what ``template`` is, for as long as it is needed. Nobody may be in ``template``."""
        coming = self._next.pop(template, None)
        self._next[template] = self._hands.submit(self._made, template)
        name = coming.result() if coming else self._made(template)
        try:
            yield name
        finally:
            self._dropped.append(self._hands.submit(self._drop, name))

    def close(self) -> None:
        """Wait for what goes on. Raises what went wrong with any of it."""
        self._hands.shutdown()
        with self._open:
            for made in self._next.values():
                made.result()
            for dropped in self._dropped:
                dropped.result()

    def _made(self, template: str) -> str:
        name = f"test_{uuid4().hex[:12]}"
        self._do(f"CREATE DATABASE {name} OWNER provisions_owner TEMPLATE {template} STRATEGY FILE_COPY")
        return name

    def _drop(self, name: str) -> None:
        self._do(f"DROP DATABASE {name} WITH (FORCE)")

    def _do(self, statement: str) -> None:
        """On a connection that stays: PostgreSQL starts a process for each, twice for each test."""
        try:
            connection = self._connections.get_nowait()
        except Empty:
            connection = self._open.enter_context(admin(self._server))
        try:
            connection.execute(statement)
        finally:
            self._connections.put(connection)


@contextmanager
def admin(server: EmbeddedPostgres) -> Iterator[Superuser]:
    """A connection as PostgreSQL's superuser, each statement by itself."""
    password = (server.home / "secrets" / "postgres-postgres").read_text().strip()
    with psycopg.connect(
        host=str(server.socket_folder()), user="postgres", password=password, dbname="postgres", autocommit=True
    ) as connection:
        yield connection


def make_quick(server: EmbeddedPostgres) -> None:
    """Let the server of the tests do without what protects data from a power cut and passwords from whoever has a copy: a
    password is hashed four thousand times at each connection, and a test makes several.
    """
    with admin(server) as connection:
        for name, value in _QUICK.items():
            connection.execute(f"ALTER SYSTEM SET {name} = {value}")
        connection.execute("SELECT pg_reload_conf()")
        connection.execute("SET scram_iterations = 1")  # of the passwords that are set from here on
        for secret in (server.home / "secrets").glob("postgres-*"):
            role = secret.name.removeprefix("postgres-")
            connection.pgconn.change_password(role.encode(), secret.read_text().strip().encode())
