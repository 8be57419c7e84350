"""The main process of the embedded PostgreSQL: started in its data folder, found again by it, stopped."""

import os
import signal
import subprocess
import time
from pathlib import Path

import psutil

from provisions.machine.programs import Identity

_HERE = Path("/proc/self/cwd")
_STOP_SECONDS = 10.0

_OPTIONS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    # For a small machine; everything that concerns durability is as PostgreSQL ships it.
    "shared_buffers": "64MB",
    "max_connections": "100",
    "max_wal_size": "512MB",
    "io_method": "sync",
    "jit": "off",
    "timezone": "UTC",
    # Statements and details of errors can hold free text, which must not reach a log.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] ",
}


class Postmaster:
    """The process that serves the data folder ``data``, whoever started it; its own words go to ``log``."""

    def __init__(self, data: Path, log: Path) -> None:
        self._data = data
        self._log = log
        self._child: subprocess.Popen[bytes] | None = None

    def start(self, folder: Path, user: Identity, sockets: Path) -> None:
        """Start it, as ``user``, listening in ``sockets``; back when the process is there or has gone again."""
        self._forget_stale_pid()
        settings = _OPTIONS | {"unix_socket_directories": str(seen_by_server(sockets))}
        options = [f"--{name}={value}" for name, value in settings.items()]
        with self._log.open("ab") as log:
            self._log.chmod(0o600)
            child = subprocess.Popen(  # noqa: S603 - our own program and arguments
                [folder / "postgres", "-D", seen_by_server(self._data), *options],
                cwd=self._data,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=environment(),
                start_new_session=True,  # an interrupt at the terminal is for us: we stop it in the right order
                **user.run_as(),
            )
        self._child = child
        while child.poll() is None and self.found() is None:
            time.sleep(0.01)

    def stop(self) -> None:
        """Stop it: cleanly, or at once when that takes over 10 seconds (no data is lost)."""
        for how in (signal.SIGINT, signal.SIGQUIT):
            process = self.found()
            if process is None:
                return
            try:
                process.send_signal(how)
                process.wait(_STOP_SECONDS)
                return
            except psutil.NoSuchProcess:
                return
            except psutil.TimeoutExpired:
                continue

    def _forget_stale_pid(self) -> None:
        """Remove ``postmaster.pid`` when its number now belongs to another program (after a restart of the machine).

        PostgreSQL itself recognises a number that nobody has, but takes any process of the same user for itself.
        """
        recorded = self._recorded_pid()
        if recorded is None or not psutil.pid_exists(recorded):
            return
        try:
            is_postgres = psutil.Process(recorded).name().startswith("postgres")
        except psutil.NoSuchProcess:
            return
        if not is_postgres:
            (self._data / "postmaster.pid").unlink(missing_ok=True)

    def _recorded_pid(self) -> int | None:
        try:
            return int((self._data / "postmaster.pid").read_text().split("\n", 1)[0])
        except (OSError, ValueError):
            return None

    def found(self) -> psutil.Process | None:
        """The main process, when it runs and works in our data folder: never a stranger that got its number."""
        if self._child is not None and self._child.poll() is not None:
            self._child = None  # reaped: a dead child would go on being listed
        recorded = self._recorded_pid()
        if recorded is None:
            return None
        try:
            process = psutil.Process(recorded)
            ours = process.name().startswith("postgres") and Path(process.cwd()) == self._data
        except psutil.Error:
            return None
        return process if ours else None


def seen_by_server(folder: Path) -> Path:
    """How the server, which is started in it, names its folder. Without ``/proc`` (macOS) by its path."""
    return _HERE if _HERE.exists() else folder


def environment() -> dict[str, str]:
    """Nothing of ours reaches the server: neither the user's PG* variables nor our secrets."""
    return {"PATH": os.environ.get("PATH", os.defpath), "TZ": "UTC", "LC_ALL": "C"}
