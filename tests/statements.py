"""Statements are compiled once in a run of tests, as in a program that runs for weeks; not anew for the engine of each test."""

from typing import Any, Self

from sqlalchemy import Connection, Engine
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.util import LRUCache

_MOST = 5_000  # statements
_ALWAYS = {"dbapi", "compiler_linting"}  # what SQLAlchemy gives every dialect


class OneDialect(PGDialect_psycopg):
    """The dialect of psycopg, one for all engines: what SQLAlchemy compiled for one of them serves each."""

    supports_statement_cache = True
    _one: "OneDialect | None" = None
    _asked = False
    _compiled: LRUCache[Any, Any] = LRUCache(_MOST)

    def __new__(cls, **_options: Any) -> Self:
        return super().__new__(cls) if cls._one is None else cls._one  # type: ignore[return-value] # no one inherits from it

    def __init__(self, **options: Any) -> None:
        assert set(options) <= _ALWAYS, "an engine with options of its own needs a dialect of its own"
        if OneDialect._one is None:
            super().__init__(**options)  # type: ignore[no-untyped-call]
            OneDialect._one = self

    def initialize(self, connection: Connection) -> None:
        """Ask the server what it is: once, for there is one PostgreSQL."""
        if not self._asked:
            super().initialize(connection)  # type: ignore[no-untyped-call]
            self._asked = True

    @classmethod
    def engine_created(cls, engine: Engine) -> None:
        """SQLAlchemy made ``engine``: give it what was compiled before."""
        engine.update_execution_options(compiled_cache=cls._compiled)


def compile_once() -> None:
    """From here on, for every engine on PostgreSQL in this process."""
    registry.register("postgresql.psycopg", __name__, OneDialect.__name__)
