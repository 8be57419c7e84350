"""Each measurement carries out its work at a small size and tells what issue 5 asks. No figure is judged here."""

import json
import math
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from bench import answers, commands, door, faces, figures, floor, idle, intake, outcomes, report, rungs, waiting
from bench.figures import Aim
from bench.host import machine
from bench.peers import process
from bench.rig import Rig, rig
from tests.homes import Homes

pytestmark = pytest.mark.xdist_group("bench")
MACHINE = {"cores", "processor", "memory_gb", "kernel", "python", "postgresql", "load_before"}


@pytest.fixture(scope="module")
def made() -> Iterator[Rig]:
    with rig() as running:
        yield running


@pytest.fixture
def own(homes: Homes) -> Iterator[Rig]:
    """One in which nothing was measured before."""
    with tempfile.TemporaryDirectory(prefix="pb-") as folder:
        homes.started_before(Path(folder) / "var")
        with rig(Path(folder) / "var") as running:
            yield running


def measured(found: tuple[Mapping[str, Any], list[Aim]], *names: str) -> Mapping[str, Any]:
    """Every contestant has positive figures, and every aim but that against peers was measured."""
    values, aims = found
    assert set(names) <= set(values)
    for name in names:
        assert all(math.isfinite(value) for key, value in values[name].items() if key != "rounds"), name
    assert aims
    assert all(aim.measured is not None for aim in aims if "peer" not in aim.what and "stock" not in aim.what)
    return values


def test_intake(made: Rig) -> None:
    found = measured(intake.measure(made, 2, 1, []), "product", intake.CORE, "floor: psycopg, 500 a transaction")
    assert found["product"]["per_second"] > 0


def test_rungs(made: Rig) -> None:
    found = measured(rungs.measure(made, 20, 1, [], 2, within=1.0), "product", rungs.CORE)
    assert found["product"]["late_p99"] >= found["product"]["late_p50"] >= 0


def test_rungs_among_others(made: Rig) -> None:
    measured(rungs.among_others(made, 20, 2, 100, within=1.0), "alone", "among others")


def test_outcomes(made: Rig) -> None:
    measured(outcomes.measure(made, 4, 1), "product", "product, 100 a transaction")


def test_waiting(made: Rig) -> None:
    found = measured(waiting.measure(made, 2), "taken in", "request sent")
    assert found["provisions"] == 24
    assert found["request sent"]["bytes"] > found["of which text of messages"]["bytes"] > 0


def test_commands(own: Rig) -> None:
    found = measured(commands.measure(own, 1, 200, 1), "show TR-2026-0001 --json", "overdue")
    assert found["open provisions"] >= 200


def test_door(own: Rig) -> None:
    found = door.pages(own, 2, 0, crowd=3, seconds=1.0, times=20, rounds=1)
    assert {"/werk, a director", "/te-laat", "a plan", "3 people", "memory"} <= set(found)
    assert found["3 people"]["errors"] == 0
    assert found["memory"]["mb_late"] > 0


def test_answers(own: Rig) -> None:
    found, aims = answers.measure(own, 1, 0, number=3, seconds=0.5, rounds=1)
    assert found["answers"]["facts"] == found["answers"]["lines"] == 3
    assert [aim.reached for aim in aims if aim.what in ("errors", "lost")] == [True, True]


def test_report(own: Rig) -> None:
    found = measured(report.measure(own, 100, 8, 1), "report")
    assert found["provisions"] >= 100


def test_idle_with_copies_that_wait(own: Rig) -> None:
    found = measured(idle.measure(own, [100], 1.0, settle=0.0), "0 waiting", "100 waiting")
    assert found["100 waiting"]["processes"] == 3  # the engine, Prefect's server and the door, however many wait


@pytest.mark.parametrize("name", process.NAMES)
def test_peers(made: Rig, name: str) -> None:
    if not process.installed(name):
        pytest.skip("not installed (make .venv-bench/.installed)")
    peer = process.PeerProcess(made, name)
    assert peer.start(1)["per_second"] > 0
    assert peer.due(20)["late_p99"] > 0


def test_what_is_published(capsys: pytest.CaptureFixture[str], tmp_path: Any) -> None:
    aims = [Aim("fast", 2.0, 3.0), Aim("late", None, 1.0, at_least=False)]
    found = figures.interleaved({"one": lambda turn: {"per_second": turn}}, 3)
    figures.publish("figure", on=machine("18"), settings={"rounds": 3}, found=found, aims=aims, folder=tmp_path)
    told = json.loads(capsys.readouterr().out)
    assert set(told) == {"figure", "machine", "settings", "found", "aims"}
    assert set(told["machine"]) == MACHINE | {"load_after"}
    assert told["found"]["one"] == {
        "per_second": 1,
        "rounds": [{"per_second": 0}, {"per_second": 1}, {"per_second": 2}],
    }
    assert [aim["reached"] for aim in told["aims"]] == [False, None]
    assert json.loads((tmp_path / "figure.json").read_text()) == told


def test_the_floor_writes_every_row(made: Rig) -> None:
    made_floor = floor.Floor(made, "floor_test")
    for write in (made_floor.core_starts, made_floor.core_rungs, made_floor.bare_starts, made_floor.bare_rungs):
        write(7, 3)
        with made.superuser("floor_test") as connection:
            rows = connection.execute(
                "SELECT (SELECT count(*) FROM state), (SELECT count(*) FROM audit), (SELECT count(*) FROM message)"
            ).fetchone()
        assert rows == (7, 7, 7), write.__name__
    made_floor.dispose()


def test_faces_says_what_it_needs() -> None:
    started, late = {"per_second": 15.0}, {"per_second": 14.0, "seconds": 36.0}
    found = {
        "runs started": started,
        "runs woken, shown late": late,
        "stock serve(), one run a deadline": {"per_second": 1.0},
    }
    assert [(aim.measured, aim.reached) for aim in faces._aims(found, 125)] == [
        (15, True),
        (14, True),
        (14, True),
        (36, True),
    ]
