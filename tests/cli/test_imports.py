"""A command waits for nothing that it does not need: importing was most of the time of a look."""

import os
import subprocess
import sys

import pytest

from provisions.cli import changing
from provisions.cli.arguments import parser
from provisions.cli.main import CHANGES, MODULES
from provisions.settings import PROJECT
from provisions.usecases.cases import Cases
from tests.cli.conftest import Terminal

REF = "TR-2026-0042"
NOT_FOR_A_LOOK = {
    "sqlalchemy",
    "alembic",
    "jinja2",
    "markdown_it",
    "prefect",
    "pydantic",
    "httpx",
    "pygal",
    "typst",
    "smtplib",
}
THEN_TELL = (
    "import sys; from provisions.cli import main; code = main(); print(*sys.modules, file=sys.stderr); sys.exit(code)"
)


def imported_by(*argv: str) -> set[str]:
    """The top names of all modules that a command of its own process has imported when it is done."""
    done = subprocess.run(
        [sys.executable, "-c", THEN_TELL, *argv],
        env=dict(os.environ),
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout
    return {name.partition(".")[0] for name in done.stderr.split()}


@pytest.mark.parametrize(
    ("argv", "also_not"),
    [
        (["show", REF, "--json"], {"rich"}),
        (["overdue", "--json"], {"rich"}),
        (["audit", REF, "--json"], {"rich"}),
        (["show", REF], set()),
        (["overdue"], set()),
        (["term", "2 werkdagen", "--from", "2026-05-13"], {"rich", "psycopg", "psutil"}),
    ],
    ids=lambda argv: " ".join(argv) if isinstance(argv, list) else "",
)
def test_a_look_imports_only_what_it_needs(provisions: Terminal, argv: list[str], also_not: set[str]) -> None:
    provisions.does("intake", REF, "--route", "voluntary", "--need", "id_document", "--on", "2026-09-01")
    imported = imported_by(*argv)
    assert "provisions" in imported
    assert imported.isdisjoint(NOT_FOR_A_LOOK | also_not)


def test_every_command_has_its_module() -> None:
    actions = next(a for a in parser()._actions if a.choices is not None)
    assert f"{changing.change.__module__}.{changing.change.__name__}" == f"provisions.cli.{'.'.join(CHANGES)}"
    of_their_own = (set(MODULES) - {"verify"}) | set(changing.CHANGES)
    assert of_their_own <= set(actions.choices or ())
    for name in set(actions.choices or ()) - of_their_own:  # these hand their arguments to the use case of their name
        assert callable(getattr(Cases, name)), name
