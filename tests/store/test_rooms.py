"""Who changes a table looks in one room: queries are in ``provisions/store`` (and what makes the schema in ``database``)."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from provisions.catalogue import PROJECT

ROOMS = ("provisions/store", "provisions/database")
# The embedded server itself, its roles and its empty databases, before there is a table in it.
SERVER = ("provisions/machine/postgres.py", "provisions/machine/databases.py")
ALLOWED = {
    "Engine",
    "Connection",
    "SQLAlchemyError",
    "OperationalError",
    "DBAPIError",
    "exc",
}  # whom to ask, and that it failed
ASKING = {"execute", "exec_driver_sql", "executemany", "scalar", "scalars"}
SQL = re.compile(
    r"\s*(SELECT\b.*|INSERT\s+INTO\b|UPDATE\s+\w+\s+SET\b|DELETE\s+FROM\b|WITH\s+\w+\s+AS\b|LISTEN\b|NOTIFY\b|TRUNCATE\b|LOCK\s+TABLE\b)",
    re.S,
)


def outside() -> Iterator[Path]:
    for folder in ("provisions", "flows"):
        for path in sorted((PROJECT / folder).rglob("*.py")):
            name = path.relative_to(PROJECT).as_posix()
            if not name.startswith(ROOMS) and name not in SERVER:
                yield path


def queries(source: str) -> list[str]:
    """What in a module asks the database something, with its line."""
    found = []
    tree = ast.parse(source)
    prose = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        match node:
            case ast.ImportFrom(module=str(module), names=names) if module.partition(".")[0] == "sqlalchemy":
                found += [f"{node.lineno}: {alias.name}" for alias in names if alias.name not in ALLOWED]
            case ast.Import(names=names):
                found += [f"{node.lineno}: {a.name}" for a in names if a.name.partition(".")[0] == "sqlalchemy"]
            case ast.ImportFrom(module="provisions.store.tables") | ast.Attribute(value=ast.Name(id="tables")):
                found.append(f"{node.lineno}: tables")
            case ast.ImportFrom(module="provisions.store", names=names):
                found += [f"{node.lineno}: tables" for alias in names if alias.name == "tables"]
            case ast.Call(func=ast.Attribute(attr=name)) if name in ASKING:
                found.append(f"{node.lineno}: .{name}(")
            case ast.Constant(value=str(text)) if id(node) not in prose and SQL.match(text):
                found.append(f"{node.lineno}: {text[:30]!r}")
    return found


@pytest.mark.parametrize("path", list(outside()), ids=lambda path: str(path.relative_to(PROJECT)))
def test_queries_are_in_the_store(path: Path) -> None:
    assert queries(path.read_text("utf-8")) == []


@pytest.mark.parametrize(
    "source",
    [
        "from sqlalchemy import select",
        "from sqlalchemy.dialects.postgresql import insert",
        "import sqlalchemy as sa",
        "from provisions.store import audit, tables as t",
        "from provisions.store.tables import case",
        "def look(connection):\n    return connection.execute(query)",
        "x = connection.scalars(query)",
        "QUERY = 'SELECT 1'",
        "QUERY = f'UPDATE provision SET status = {status}'",
        "QUERY = '''\n    WITH due AS (SELECT 1) SELECT * FROM due'''",
    ],
)
def test_each_way_to_ask_is_seen(source: str) -> None:
    assert queries(source)


def test_what_asks_nothing_is_left_alone() -> None:
    assert (
        queries('"""SELECT is a word."""\nfrom sqlalchemy import Engine\n\nTEXT = "Selecteer een voorziening"\n') == []
    )
