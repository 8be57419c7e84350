"""Invented names in every note, reason and ground, in a whole that really runs: they stand in one column and nowhere else."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from psycopg import sql

from provisions.cli.main import main
from provisions.machine.postgres import EmbeddedPostgres, running
from provisions.settings import PROJECT
from tests.conftest import clean_environment, free_port
from tests.faults.engine_process import wait_until
from tests.homes import Homes

NAMES = (
    "Quirijntje",  # the ground of a waiver at intake
    "Zweder",  # a note with an outcome
    "Bartholdina",  # the ground of a waiver
    "Wolferd",  # why it goes to the national desk
    "Aleidis",  # why it is reopened
    "Godevaart",  # the ground of a waiver with a need more
    "Ermgard",  # in a file of cases
)
PLANTED = "111222333"  # a BSN, typed into a form of Prefect
BY = ("--by", "regisseur.noord")
REF = "TR-2026-0042"


@pytest.fixture
def home(homes: Homes) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="pw-") as folder:
        homes.started_before(Path(folder) / "var")
        yield Path(folder) / "var"


@contextmanager
def up(home: Path) -> Iterator[str]:
    """``provisions up``; gives the address of the API."""
    port = int(os.environ["PROVISIONS_PORT"])
    with (home.parent / "up.log").open("wb") as log:
        process = subprocess.Popen(
            [Path(sys.executable).parent / "provisions", "up"], stdout=log, stderr=log, cwd=home.parent
        )
        try:
            wait_until(lambda: b"ready http" in (home.parent / "up.log").read_bytes() or process.poll() is not None)
            assert process.poll() is None, (home.parent / "up.log").read_text()
            yield f"http://127.0.0.1:{port}/api"
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=60) == 0


def test_names_stay_in_the_column_for_free_text(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clean_environment(monkeypatch)
    monkeypatch.setenv("PROVISIONS_HOME", str(home))
    monkeypatch.setenv("PROVISIONS_PORT", str(free_port()))
    monkeypatch.setenv("PROVISIONS_CONFIG", str(PROJECT / "config"))
    monkeypatch.chdir(home.parent)
    with up(home) as api:
        live(home)
        password = (home / "secrets" / "ui-password").read_text().strip()
        with httpx.Client(base_url=api, auth=("admin", password), trust_env=False, timeout=30) as client:
            sign_in(client)
            fill_in_a_form(client)
            wait_until(lambda: not unfinished(client), 120, what=lambda: unfinished(client))
        do("report")
    with running(home) as server:
        ours, theirs = search(server, "provisions", NAMES), search(server, "prefect", (*NAMES, PLANTED))
        assert search(server, "provisions", (PLANTED,)) == {}
    assert set(ours) == {"free_text"}
    assert ours["free_text"] == set(NAMES)
    assert theirs == {}
    assert found_in_files(home.parent, (*NAMES, PLANTED)) == {}


def do(*argv: str, expected: int = 0) -> None:
    assert main([*argv]) == expected, argv


def live(home: Path) -> None:
    """A client's case in which a name is typed wherever a text can be."""
    start = (datetime.now(UTC) - timedelta(days=40)).date().isoformat()
    note = "gesproken met {}, die er verder buiten staat".format
    needs = ("id_document", "postal_address", "benefit_decision", "wmo_indication", "special_assistance")
    do(
        "intake", REF, "--route", "wvggz", "--need", *needs, "--on", start, *BY,
        "--waive", f"postal_address:id_document={note(NAMES[0])}",
    )  # fmt: skip
    wait_until(lambda: "Maatwerkloket" in shown(home))
    do("outcome", REF, "special_assistance", "refused", "--note", note(NAMES[1]), *BY)
    do("waive", REF, "benefit_decision", "id_document", "--ground", note(NAMES[2]), *BY)
    do("submit", REF, "wmo_indication", "submitted", "--reason", note(NAMES[3]), *BY)
    do("outcome", REF, "wmo_indication", "delivered", *BY)
    do("reopen", REF, "wmo_indication", "--reason", note(NAMES[4]), *BY)
    do(
        "add", REF, "health_insurance", "--waive", f"health_insurance:id_document={note(NAMES[5])}",
        f"health_insurance:postal_address|housing={note(NAMES[5])}", *BY,
    )  # fmt: skip
    cases = home.parent / "trajecten.csv"
    ground = f"postal_address:id_document={note(NAMES[6]).replace(',', '')}"
    cases.write_text(f"reference,route,need,waive\nTR-2026-0043,voluntary,postal_address,{ground}\n")
    do("intake", "--file", str(cases), *BY)
    cases.unlink()


def shown(home: Path) -> str:
    """The subjects and texts of what was sent so far."""
    return "\n".join(text for path in (home / "outbox").glob("*.eml") for text in words_of(path))


def sign_in(client: httpx.Client) -> None:
    """As a browser does: every POST needs a token."""
    token = client.get("/csrf-token", params={"client": "browser"}).raise_for_status().json()["token"]
    client.headers.update({"Prefect-Csrf-Client": "browser", "Prefect-Csrf-Token": token})


def fill_in_a_form(client: httpx.Client) -> None:
    """Someone types a BSN where a code is asked, and goes on until Prefect has taken the run."""

    def forms() -> list[str]:
        deployments = client.post("/deployments/filter", json={}).raise_for_status().json()
        return [d["id"] for d in deployments if d["name"] == "Klok stilzetten"]

    wait_until(lambda: bool(forms()))
    values: dict[str, Any] = {"reference": PLANTED, "by": PLANTED}
    client.post(f"/deployments/{forms()[0]}/create_flow_run", json={"parameters": {"formulier": values}})


def unfinished(client: httpx.Client) -> list[str]:
    """The runs that neither wait for somebody nor have ended; all of them must have been made."""
    found = client.post("/flow_runs/filter", json={"limit": 100}).raise_for_status().json()
    runs = [run for run in found if not run["auto_scheduled"]]  # next Monday's report waits for Monday
    missing = [] if len(runs) >= 6 else [f"only {len(runs)} runs"]
    rest = ("PAUSED", "COMPLETED", "CANCELLED", "FAILED")
    return missing + [f"{run['name']}: {run['state_name']}" for run in runs if run["state_type"] not in rest]


def search(server: EmbeddedPostgres, database: str, words: tuple[str, ...]) -> dict[str, set[str]]:
    """The tables of a database in which any of ``words`` stands, whatever the column."""
    password = (server.home / "secrets" / "postgres-postgres").read_text().strip()
    found: dict[str, set[str]] = {}
    with psycopg.connect(
        host=str(server.socket_folder()), user="postgres", password=password, dbname=database
    ) as connection:
        tables = connection.execute(
            "SELECT schemaname, tablename FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
        ).fetchall()
        assert tables
        for schema, table in tables:
            name = sql.Identifier(str(schema), str(table))
            for word in words:
                query = sql.SQL("SELECT count(*) FROM {} AS everything WHERE everything::text ILIKE %s").format(name)
                if connection.execute(query, (f"%{word}%",)).fetchone() != (0,):
                    found.setdefault(str(table), set()).add(word)
    return found


def found_in_files(folder: Path, words: tuple[str, ...]) -> dict[str, set[str]]:
    """The files, PostgreSQL's own data excepted, in which any of ``words`` stands."""
    found = {}
    for path in folder.rglob("*"):
        if not path.is_file() or path.relative_to(folder).parts[:2] == ("var", "postgres"):
            continue
        text = "\n".join(words_of(path)).lower()
        if there := {word for word in words if word.lower() in text}:
            found[str(path)] = there
    return found


def words_of(path: Path) -> Iterator[str]:
    """What a file says: as it is, and a message decoded."""
    content = path.read_bytes()
    yield content.decode("utf-8", errors="replace")
    if path.suffix == ".eml":
        mail = message_from_bytes(content, policy=default)
        yield str(mail["Subject"])
        for part in mail.walk():
            if part.get_content_maintype() == "text":
                yield str(part.get_content())
