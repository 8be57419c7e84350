"""The home folder of one installation: private, and used by one ``provisions up`` at a time."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from provisions.domain.errors import NotAllowed
from provisions.machine.files import clear_drafts, private_folder, write

_LARGEST_LOG = 10 * 1024 * 1024
_PATIENCE_SECONDS = 5.0
_INSTALLATION = "installation"


def prepare(home: Path) -> None:
    """Make the home folder and what is in it, closed to everyone but its owner."""
    for folder in (home, *(home / name for name in ("run", "log", "secrets", "prefect", "outbox", "reports"))):
        private_folder(folder)
    for name in ("outbox", "reports", "secrets"):
        clear_drafts(home / name)


@contextmanager
def only_one(home: Path) -> Iterator[None]:
    """Be the only ``up`` of this home; raises ``NotAllowed`` when there is one. The lock dies with its process."""
    with (home / "run" / "up.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            number = lock.read().strip()
            raise NotAllowed(
                f"provisions up draait al voor de map {home}{f' (proces {number})' if number else ''}.",
                "Stop die eerst, of kies een andere map met PROVISIONS_HOME.",
            ) from None
        with suppress(OSError):  # a full disk: the number only helps whoever is refused
            os.truncate(lock.fileno(), 0)
            os.write(lock.fileno(), str(os.getpid()).encode())
        yield


def installation_of(home: Path) -> str | None:
    """The number of the installation that last worked in this home; ``None`` when none did."""
    try:
        return (home / _INSTALLATION).read_text().strip() or None
    except OSError:
        return None


def note_installation(home: Path, number: str) -> None:
    """Remember it. On a full disk it is remembered later: it only helps when Prefect's database was lost."""
    with suppress(OSError):
        write(home / _INSTALLATION, f"{number}\n".encode())


def stop_left_over(home: Path, module: str) -> None:
    """Stop the ``python -m <module> <home>`` that a dead ``up`` of this home left running, and nobody else's.

    Looks at what runs rather than at a file with numbers: a number may belong to a stranger by now.
    """
    left = [process for process in psutil.process_iter() if _is_ours(process, home, module)]
    for process in left:
        process.terminate()
    _, stubborn = psutil.wait_procs(left, timeout=_PATIENCE_SECONDS)
    for process in stubborn:
        process.kill()
    psutil.wait_procs(stubborn, timeout=_PATIENCE_SECONDS)


def _is_ours(process: psutil.Process, home: Path, module: str) -> bool:
    try:
        command = process.cmdline()
        return process.uids().real == os.getuid() and command[1:4] == ["-m", module, str(home)]
    except psutil.Error:
        return False


def bound_logs(home: Path) -> None:
    """Put a log that grew beyond 10 MB aside, over the previous one; its writer appends and notices nothing.

    Never raises. Where there is no room to put it aside it is cut off all the same: a log must not fill the disk of what
    it tells about.
    """
    for log in (home / "log").glob("*.log"):
        with suppress(OSError):
            if log.stat().st_size <= _LARGEST_LOG:
                continue
            aside = log.with_suffix(".log.1")
            try:
                aside.unlink(missing_ok=True)  # first: its room is what the new one needs
                shutil.copy2(log, aside)
            except OSError:
                aside.unlink(missing_ok=True)
            os.truncate(log, 0)
