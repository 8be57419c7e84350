"""A whole home of the version before 0.2 starts with this one: its runs go on where they were, nothing twice and nothing lost.

``old_home/`` is what that version (commit f4f776e) wrote, as ``pg_dump`` gave it: our database (schema 0006) and the rows of
Prefect's, less its artifacts and the deployments of its forms. It was lived in for a while on 26 November 2026, and then killed:

- TR-2026-0901: an address asked for on 2 November, two rungs climbed; the card waits for it.
- TR-2026-0902: an advance whose clock was stopped, and set going again after the kill; a card for which somebody filled in
  "Geregeld" after the kill, so that the answer lies in Prefect; a benefit that waits for the card.
- TR-2026-0903: a shelter that was refused, late, with two rungs.
- TR-2026-0904: a Wmo-indicatie that was late, and delivered after the kill; special assistance, delivered while it ran.
"""

import os
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from provisions.database import migrate
from provisions.domain.rungs import RungName
from provisions.machine.postgres import EmbeddedPostgres, running
from provisions.settings import Settings
from tests.clones import admin
from tests.conftest import free_port
from tests.flows.conftest import wait_until
from tests.homes import Homes

OLD = Path(__file__).parent / "old_home"
REQUESTS = {  # what that version showed as its first step
    "Briefadres · TR-2026-0901": "Burgerzaken om inschrijving op een briefadres vragen",
    "Identiteitsbewijs · TR-2026-0902": "Burgerzaken om het identiteitsbewijs vragen, met wie het betaalt en de pasfoto's",
    "Voorschot · TR-2026-0902": "Werk en inkomen vragen om nu een voorschot te betalen",
    "Opvang · TR-2026-0903": "Opvang vragen voor de dag waarop die nodig is",
    "Wmo-indicatie · TR-2026-0904": "Wmo-loket vragen om een indicatie op het plan van de regisseur",
    "Bijzondere bijstand · TR-2026-0904": "Werk en inkomen vragen om een besluit over bijzondere bijstand",
}
LATE = {"Briefadres · TR-2026-0901": "postal_address", "Opvang · TR-2026-0903": "emergency_shelter"}
ADVANCE, BENEFIT = "Voorschot · TR-2026-0902", "Besluit bijstandsuitkering · TR-2026-0902"
RESUMED = "Klok loopt weer"


@contextmanager
def old_home(copies: Homes) -> Iterator[Settings]:
    """The home as the kill left it: the databases with what stood in them, and nobody who works there."""
    with tempfile.TemporaryDirectory(prefix="po-") as folder:
        settings = Settings(home=Path(folder) / "var", port=free_port())
        copies.started_before(settings.home)
        with running(settings.home) as server:
            with admin(server) as connection:
                connection.execute("DROP DATABASE provisions")
            server.ensure()  # with an empty one in its place
            with psycopg.connect(plain(server.owner_url("provisions"))) as ours:
                ours.execute((OLD / "provisions.sql").read_bytes())
            with psycopg.connect(
                plain(server.url("prefect")), user="postgres", password=of_superuser(settings)
            ) as theirs:
                theirs.execute("SET session_replication_role = replica")  # their tables refer to each other in a circle
                theirs.execute((OLD / "prefect.sql").read_bytes())
        yield settings


def of_superuser(settings: Settings) -> str:
    return (settings.home / "secrets" / "postgres-postgres").read_text().strip()


def plain(url: str) -> str:
    return url.replace("postgresql+psycopg://", "postgresql://")


@contextmanager
def up(settings: Settings) -> Iterator[None]:
    """``provisions up`` of this version on the home, until it is ready, and down again."""
    outside = {name: value for name, value in os.environ.items() if not name.startswith(("PROVISIONS_", "PREFECT_"))}
    process = subprocess.Popen(
        [Path(sys.executable).parent / "provisions", "up"],
        env=outside | {"PROVISIONS_HOME": str(settings.home), "PROVISIONS_PORT": str(settings.port)},
        cwd=settings.home.parent, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        if not process.stdout.readline().startswith("ready "):
            raise AssertionError(process.communicate(timeout=60)[1])
        yield
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=60) == 0
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


class Home:
    """What stands in the databases of a home."""

    def __init__(self, home: Path) -> None:
        self._server = EmbeddedPostgres(home)

    def ask(self, database: str, query: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(plain(self._server.url(database))) as connection:
            return connection.execute(query.encode()).fetchall()

    def runs(self) -> dict[str, tuple[Any, str]]:
        """Id and name of the state of each run of a provision, by its name."""
        found = self.ask("prefect", "SELECT name, id, state_name FROM flow_run WHERE tags ? 'voorziening'")
        assert len({name for name, *_ in found}) == len(found), "a provision has two runs"
        return {name: (run, state) for name, run, state in found}

    def steps(self) -> dict[str, Counter[str]]:
        """How often each step shows, by the name of the run."""
        steps: dict[str, Counter[str]] = {}
        query = "SELECT f.name, t.name FROM task_run t JOIN flow_run f ON f.id = t.flow_run_id"
        for run, step in self.ask("prefect", query):
            steps.setdefault(run, Counter())[step] += 1
        return steps

    def escalations(self, run: str) -> set[str]:
        """The rungs that a run shows."""
        steps = self.steps()[run]
        return {step.removeprefix("Escalatie: ") for step in steps if step.startswith("Escalatie: ")}

    def rungs(self) -> dict[str, set[str]]:
        """The rungs that were climbed, by the name of the run of what is late."""
        query = (
            "SELECT c.reference, p.key, r.name FROM rung r JOIN provision p ON p.id = r.provision_id "
            "JOIN client_case c ON c.id = p.case_id"
        )
        climbed: dict[str, set[str]] = {name: set() for name in LATE}
        for reference, key, rung in self.ask("provisions", query):
            for name in LATE:
                if name.endswith(reference) and LATE[name] == key:
                    climbed[name].add(RungName(rung).label)
        return climbed

    def settled(self) -> bool:
        """Whether Prefect shows all that is recorded."""
        stale = self.ask("provisions", "SELECT count(*) FROM provision WHERE generation > observed_generation")
        busy = self.ask(
            "prefect",
            "SELECT count(*) FROM flow_run WHERE tags ? 'voorziening' AND state_type NOT IN ('PAUSED', 'COMPLETED')",
        )
        return stale == busy == [(0,)]


@dataclass(frozen=True)
class Seen:
    """What stood in the databases of a home at one moment."""

    version: str
    runs: dict[str, tuple[Any, str]]
    steps: dict[str, Counter[str]]
    rungs: dict[str, set[str]]
    lines: list[tuple[Any, ...]]
    letters: dict[Any, tuple[str, Any]]
    outcomes: dict[str, int]
    entry_points: set[str]

    @classmethod
    def of(cls, home: Home) -> "Seen":
        ours = "provisions"
        how_many = "SELECT key, count(*) FROM outcome o JOIN provision p ON p.id = o.provision_id GROUP BY key"
        return cls(
            version=home.ask(ours, "SELECT version_num FROM alembic_version")[0][0],
            runs=home.runs(),
            steps=home.steps(),
            rungs=home.rungs(),
            lines=home.ask(ours, "SELECT id, at, what, because FROM audit ORDER BY id"),
            letters={key: (status, at) for key, status, at in home.ask(ours, "SELECT id, status, sent FROM message")},
            outcomes=dict(home.ask(ours, how_many)),
            entry_points={
                entry.rpartition(".")[0]
                for (entry,) in home.ask("prefect", "SELECT DISTINCT entrypoint FROM deployment")
            },
        )


@pytest.fixture(scope="module")
def upgraded(homes: Homes) -> Iterator[tuple[Seen, Seen]]:
    """The home before, and once this version has shown all that is recorded."""
    with old_home(homes) as settings:
        home = Home(settings.home)
        with running(settings.home):
            before = Seen.of(home)
        with up(settings):
            wait_until(lambda: BENEFIT in home.runs() and home.settled(), seconds=180, what=home.runs)
            # Task runs are recorded by the server a moment after the run.
            wait_until(
                lambda: RESUMED in home.steps()[ADVANCE] and BENEFIT in home.steps(), seconds=90, what=home.steps
            )
            wait_until(
                lambda: all(home.escalations(run) == home.rungs()[run] for run in LATE), seconds=90, what=home.steps
            )
            after = Seen.of(home)
        yield before, after


def test_the_home_is_one_of_the_version_before(upgraded: tuple[Seen, Seen]) -> None:
    before, after = upgraded
    assert (before.version, after.version) == ("0006", migrate.newest())
    assert (before.entry_points, after.entry_points) == ({"flows.pool"}, {"flows.entrypoints"})
    assert set(before.runs) == set(REQUESTS)


def test_each_run_is_the_one_that_it_was_and_says_what_is_so(upgraded: tuple[Seen, Seen]) -> None:
    before, after = upgraded
    ids = {name: run for name, (run, _) in after.runs.items()}
    assert {name: ids[name] for name in before.runs} == {name: run for name, (run, _) in before.runs.items()}
    assert set(ids) - set(before.runs) == {BENEFIT}, "what waited for the card has a run now, and nothing else has"
    states = {name: state for name, (_, state) in after.runs.items()}
    assert {states[name] for name in LATE} == {"Te laat"}
    assert {states[name] for name in set(REQUESTS) - set(LATE) - {ADVANCE}} == {"Geregeld"}


def test_an_answer_that_lay_in_prefect_is_taken_in_once(upgraded: tuple[Seen, Seen]) -> None:
    before, after = upgraded
    assert "id_document" not in before.outcomes
    assert after.outcomes == dict.fromkeys(
        ("id_document", "emergency_shelter", "special_assistance", "wmo_indication"), 1
    )


def test_no_step_shows_twice_and_none_is_lost(upgraded: tuple[Seen, Seen]) -> None:
    before, after = upgraded
    assert [(run, step) for run, steps in after.steps.items() for step in steps if steps[step] > 1] == []
    for name, steps in before.steps.items():
        assert set(steps) <= set(after.steps[name])
    for name in LATE:
        assert set(after.steps[name]) == {REQUESTS[name]} | {f"Escalatie: {rung}" for rung in after.rungs[name]}
    # What was recorded after the last park shows now, and what was recorded before it does not.
    assert RESUMED in after.steps[ADVANCE]
    assert "Klok stilgezet" not in after.steps[ADVANCE]


def test_the_record_goes_on_and_no_letter_leaves_again(upgraded: tuple[Seen, Seen]) -> None:
    before, after = upgraded
    assert after.lines[: len(before.lines)] == before.lines
    left = {key: how for key, how in before.letters.items() if how[0] == "sent"}
    assert left
    assert {key: after.letters[key] for key in left} == left
