"""The home folder: closed, one ``up`` at a time, and nobody else's processes touched."""

import errno
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from provisions.domain.errors import InvalidInput, NotAllowed
from provisions.machine import home as homes
from provisions.machine.files import no_access, secret


def test_the_home_and_its_folders_are_closed_to_others(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o755)
    homes.prepare(home)
    for folder in (home, *home.iterdir()):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700, folder


def test_who_may_not_reach_a_file_reads_whose_it_is(tmp_path: Path) -> None:
    """As an operator meets it who forgets to become the user of the program."""
    there = tmp_path / "postgres" / "PG_VERSION"  # what can't be looked at is told by the folder above it
    said = no_access(PermissionError(errno.EACCES, "Permission denied", str(there)))
    assert said is not None
    assert str(there) in said[0]
    assert "rechten" in said[0], "it is one's own"
    said = no_access(PermissionError(errno.EACCES, "Permission denied", "/etc/nergens"))
    assert said is not None
    if os.geteuid() != 0:
        assert "(root)" in said[0]
        assert "sudo -u root" in said[1]
    assert no_access(FileNotFoundError(errno.ENOENT, "No such file", str(there))) is None


def test_a_folder_of_everyone_is_refused(tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o1777)
    with pytest.raises(InvalidInput, match="van iedereen"):
        homes.prepare(shared)
    assert stat.S_IMODE(shared.stat().st_mode) == 0o1777


def test_a_second_up_is_refused_and_a_stale_lock_is_no_second_up(tmp_path: Path) -> None:
    homes.prepare(tmp_path / "home")
    dead = subprocess.run([sys.executable, "-c", _LOCK_AND_DIE, str(tmp_path / "home")], check=False, timeout=60)
    assert dead.returncode == -signal.SIGKILL
    with homes.only_one(tmp_path / "home"):
        with pytest.raises(NotAllowed, match=f"proces {os.getpid()}") as refusal, homes.only_one(tmp_path / "home"):
            pass
        assert refusal.value.exit_code == 4
        homes.prepare(tmp_path / "other")
        with homes.only_one(tmp_path / "other"):
            pass


_LOCK_AND_DIE = """
import os, signal, sys
from pathlib import Path
from provisions.machine.home import only_one
with only_one(Path(sys.argv[1])):
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_only_what_was_left_over_for_this_home_is_stopped(tmp_path: Path) -> None:
    (tmp_path / "lingers.py").write_text("import time\ntime.sleep(600)\n")
    ours, other = tmp_path / "ours", tmp_path / "other"
    command = [sys.executable, "-m", "lingers"]
    running = [subprocess.Popen([*command, str(home)], cwd=tmp_path) for home in (ours, other)]
    try:
        homes.stop_left_over(ours, "lingers")
        assert running[0].poll() is not None
        assert running[1].poll() is None
    finally:
        for process in running:
            process.kill()
            process.wait()


def test_a_log_that_grew_large_is_put_aside_under_its_writer(tmp_path: Path) -> None:
    homes.prepare(tmp_path)
    log = tmp_path / "log" / "prefect.log"
    with log.open("ab") as writer:
        writer.write(b"x" * (10 * 1024 * 1024 + 1))
        writer.flush()
        homes.bound_logs(tmp_path)
        writer.write(b"again")
    assert log.read_bytes() == b"again"
    assert (tmp_path / "log" / "prefect.log.1").stat().st_size > 10 * 1024 * 1024


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder to somebody else")
def test_a_home_that_somebody_else_planted_is_refused_as_root_too(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o777)
    os.chown(home, 65534, 65534)
    with pytest.raises(InvalidInput, match="van een andere gebruiker"):
        homes.prepare(home)
    assert list(home.iterdir()) == []
    os.chown(home, 0, 0)
    (home / "secrets").mkdir()
    os.chown(home / "secrets", 65534, 65534)
    with pytest.raises(InvalidInput, match="van een andere gebruiker"):
        homes.prepare(home)
    os.chown(home / "secrets", 0, 0)
    planted = home / "secrets" / "engine"
    planted.write_text("wat een ander weet\n")
    os.chown(planted, 65534, 65534)
    with pytest.raises(InvalidInput, match="van een andere gebruiker"):
        secret(home / "secrets", "engine")
