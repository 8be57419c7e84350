"""``backup-that-does-not-fit``: what keeps house leaves nothing half on a full disk, says so, and stops nothing."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import text

from flows.commands.supervisor import say, tell_ready
from provisions.caseload.loading import Loaded
from provisions.cli.main import main
from provisions.database import backup as copies
from provisions.domain.errors import NotAllowed, Unreachable
from provisions.machine import files
from provisions.machine import home as homes
from provisions.report.files import write_files
from tests.builders import Town
from tests.conftest import MovingClock, SmallDisk, fill_up


@pytest.fixture
def town(database: object, clock: MovingClock) -> Town:
    """With more in it than a small disk takes."""
    made = Town(database, clock)  # type: ignore[arg-type]
    made.takes_in("TR-2026-0001", "id_document")
    with made.database.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO free_text (case_id, body, salt) SELECT c.id, repeat(md5(n::text), 100), ''::bytea "
                "FROM client_case c, generate_series(1, 300) n"
            )
        )
    return made


def used(disk: Path) -> int:
    found = os.statvfs(disk)
    return (found.f_blocks - found.f_bfree) * found.f_frsize


@pytest.mark.parametrize("existed", [True, False])
def test_what_a_failed_backup_wrote_is_gone_and_a_later_one_works(
    town: Town, small_disk: SmallDisk, clock: MovingClock, existed: bool
) -> None:
    with small_disk(2048) as disk:
        folder = disk / "veilig" / "vandaag"
        if existed:
            folder.mkdir(parents=True)
        ballast = disk / "ballast"
        ballast.write_bytes(b"x" * (1400 * 1024))
        before = used(disk)
        with pytest.raises(Unreachable, match="schijf vol"):
            copies.backup(town.database, folder, clock.now)
        assert used(disk) == before
        assert folder.exists() is existed
        assert (disk / "veilig").exists() is existed, "nor the folder above it, that was made for it"

        ballast.unlink()
        made = copies.backup(town.database, folder, clock.now)
        assert copies.read(folder) == made


@pytest.mark.parametrize("left", [(".manifest.json", "audit.copy"), ("client_case.copy",), (".0a1b2c.part",)])
def test_what_a_killed_backup_left_does_not_block_the_folder(
    town: Town, tmp_path: Path, clock: MovingClock, left: tuple[str, ...]
) -> None:
    folder = tmp_path / "vandaag"
    folder.mkdir()
    for name in left:
        (folder / name).write_bytes(b"half")
    made = copies.backup(town.database, folder, clock.now)
    assert copies.read(folder) == made
    assert not [path for path in folder.iterdir() if path.name.startswith(".")]


@pytest.mark.parametrize("kept", ["manifest.json", "vakantie.jpg", "anders.copy"])
def test_what_is_no_half_backup_is_never_cleared_away(
    town: Town, tmp_path: Path, clock: MovingClock, kept: str
) -> None:
    (tmp_path / "audit.copy").write_text("van mij")
    (tmp_path / kept).write_text("van mij")
    with pytest.raises(NotAllowed, match="niet leeg"):
        copies.backup(town.database, tmp_path, clock.now)
    assert {path.name for path in tmp_path.iterdir()} >= {"audit.copy", kept}


def test_a_backup_under_way_is_not_taken_for_a_half_one(town: Town, tmp_path: Path, clock: MovingClock) -> None:
    def meanwhile(_line: str) -> None:
        with pytest.raises(NotAllowed, match="wordt nu al een back-up"):
            copies.backup(town.database, tmp_path / "b", clock.now)
        told.append(True)

    told: list[bool] = []
    pace, copies.PROGRESS_SECONDS = copies.PROGRESS_SECONDS, 0.0
    try:
        copies.backup(town.database, tmp_path / "b", clock.now, meanwhile)
    finally:
        copies.PROGRESS_SECONDS = pace
    assert told


def test_a_backup_beside_the_database_leaves_it_room(town: Town, small_disk: SmallDisk, clock: MovingClock) -> None:
    with town.database.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO free_text (case_id, body, salt) SELECT c.id, repeat(md5(n::text), 100), ''::bytea "
                "FROM client_case c, generate_series(1, 600) n"
            )
        )
    with small_disk((copies.SPARE_BYTES + 1024 * 1024) // 1024) as disk:
        with pytest.raises(Unreachable, match="schijf vol"):
            copies.backup(town.database, disk / "b", clock.now, spare=disk)
        assert used(disk) == 0
        copies.backup(town.database, disk / "b", clock.now)


_WRITE_AND_DIE = """
import os, signal, sys
from pathlib import Path
from provisions.machine.files import writing
with writing(Path(sys.argv[1])) as file:
    file.write(b"half")
    file.flush()
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_file_is_there_whole_or_not_at_all_and_drafts_of_the_dead_go(tmp_path: Path) -> None:
    path = tmp_path / "brief.eml"
    died = subprocess.run([sys.executable, "-c", _WRITE_AND_DIE, path], check=False)
    assert died.returncode == -signal.SIGKILL
    assert not path.exists()
    with files.writing(tmp_path / "nu.eml") as living:
        files.clear_drafts(tmp_path)
        living.write(b"heel")
    assert [found.name for found in tmp_path.iterdir()] == ["nu.eml"]
    assert (tmp_path / "nu.eml").read_bytes() == b"heel"


WRITERS: dict[str, Callable[[Path], object]] = {
    "one file": lambda folder: files.write(folder / "a", b"x" * 10_000),
    "several files": lambda folder: files.write_together(folder / "nieuw", {"a": b"", "b": b"x" * 10_000}),
    "a report": lambda folder: write_files(folder / "nieuw", {"a": b"", "b": b"x" * 10_000}, what="Het rapport"),
    "how far the example is": lambda folder: Loaded(date(2026, 11, 2)).keep(folder),
    "a secret": lambda folder: files.secret(folder / "geheim", "woord"),
}


@pytest.mark.parametrize("writer", WRITERS)
def test_no_writer_leaves_anything_on_a_full_disk(small_disk: SmallDisk, writer: str) -> None:
    with small_disk(64) as disk:
        fill_up(disk / "ballast")
        with pytest.raises((OSError, Unreachable)) as refusal:
            WRITERS[writer](disk)
        said = files.reason(refusal.value) if isinstance(refusal.value, OSError) else str(refusal.value)
        assert "schijf vol" in said
        left = [path for path in disk.rglob("*") if path.is_file()]
        assert left == [disk / "ballast"]


def test_the_logs_are_kept_small_on_a_full_disk_too(small_disk: SmallDisk) -> None:
    with small_disk(25 * 1024) as disk:
        homes.prepare(disk)
        log = disk / "log" / "prefect.log"
        log.write_bytes(b"x" * (11 * 1024 * 1024))
        log.with_suffix(".log.1").write_bytes(b"y" * (11 * 1024 * 1024))
        fill_up(disk / "ballast")
        homes.bound_logs(disk)
        assert log.stat().st_size == 0, "put aside over the one before it, whose room it took"
        log.write_bytes(b"x" * (11 * 1024 * 1024))
        log.with_suffix(".log.1").unlink()
        fill_up(disk / "ballast-2")
        homes.bound_logs(disk)
        assert log.stat().st_size == 0, "where there is no room to put it aside, it is cut off"


def test_a_start_on_a_full_disk_says_so(small_disk: SmallDisk) -> None:
    with small_disk(64) as disk:
        homes.prepare(disk)
        fill_up(disk / "ballast")
        with homes.only_one(disk):
            assert (disk / "run" / "up.lock").exists()


def test_what_is_told_to_a_file_on_a_full_disk_stops_nothing(
    small_disk: SmallDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    with small_disk(64) as disk, (disk / "uitvoer").open("w") as full:
        fill_up(disk / "ballast")
        monkeypatch.setattr(sys, "stderr", full)
        monkeypatch.setattr(sys, "stdout", full)
        say("Prefect is gestopt en start over 1 s opnieuw.")
        tell_ready("ready http://127.0.0.1:4200")
        os.truncate(disk / "ballast", 0)


def test_a_command_that_finds_the_disk_full_says_so(
    town: Town,
    small_disk: SmallDisk,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    url = town.database.url.render_as_string(hide_password=False)
    monkeypatch.setenv("PROVISIONS_DATABASE_URL", url)
    with small_disk(64) as disk:
        monkeypatch.setenv("PROVISIONS_HOME", str(tmp_path / "home"))
        fill_up(disk / "ballast")
        for command in (
            ("backup", str(disk / "b")),
            ("export", "TR-2026-0001", "--out", str(disk / "e.json")),
            ("report", "--out", str(disk / "r")),
        ):
            capsys.readouterr()
            assert main(list(command)) == 5, command
            assert "schijf vol" in capsys.readouterr().err, command
            assert [path.name for path in disk.iterdir()] == ["ballast"], command
