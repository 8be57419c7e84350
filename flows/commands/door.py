"""The door of ``up``, as a process of its own: ``python -m flows.commands.door <home> <descriptor>``.

It gets the socket that its parent holds, so that nobody else ever has the port. Ends when standard input closes.
"""

import os
import signal
import socket
import subprocess
import sys
import threading
from contextlib import suppress

from flows.server.behind import rooms_of
from flows.server.child import USER, engine_token, stop_child, ui_password
from flows.server.guard import ENGINE_HEADER
from flows.server.inside import find_inside
from flows.server.upstream import Upstream
from provisions.app import App
from provisions.caseload.loading import is_example
from provisions.caseload.people import example_people
from provisions.catalogue import load
from provisions.database.connect import workplace
from provisions.domain.errors import Unreachable
from provisions.redact import guard_this_process
from provisions.settings import PREFIX, PROJECT, Settings, environment, load_settings
from provisions.web.server import DoorServer

MODULE = "flows.commands.door"
_STOP_SECONDS = 4.0
# It changes no schema, sends no mail and reads no mailbox; where Prefect is it finds in its home.
_NOT_FOR_THE_DOOR = (
    *("MIGRATION_URL", "PREFECT_DATABASE_URL", "RUNS_DATABASE_URL", "REDIS_URL", "PREFECT_API_URL"),
    *("SMTP_URL", "SMTP_SECURE_URL", "IMAP_URL"),
)


class Door:
    """The child process, seen from the parent."""

    def __init__(self, settings: Settings, held: socket.socket) -> None:
        self._settings = settings
        self._held = held
        self._child: subprocess.Popen[bytes] | None = None
        self.log = settings.home / "log" / "deur.log"

    def start(self) -> None:
        """Start the process; who comes before it serves waits in the queue of the socket."""
        descriptor = self._held.fileno()
        with self.log.open("ab") as log:
            self.log.chmod(0o600)
            self._child = subprocess.Popen(  # noqa: S603 - our own program and arguments
                [sys.executable, "-m", MODULE, str(self._settings.home), str(descriptor)],
                cwd=self._settings.home,
                env=self._environment(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                start_new_session=True,
                pass_fds=[descriptor],
            )

    def wait_ready(self, patience: float) -> bool:
        """Whether it serves, within so many seconds."""
        child = self._child
        if child is None or child.stdout is None:
            return False
        answered = threading.Event()

        def read() -> None:
            assert child.stdout is not None  # noqa: S101 - asked for above
            if child.stdout.readline():
                answered.set()

        threading.Thread(target=read, daemon=True).start()
        return answered.wait(patience)

    def alive(self) -> bool:
        """Whether the process runs."""
        return self._child is not None and self._child.poll() is None

    def leave(self) -> None:
        """Tell it to stop, and don't wait."""
        if self._child is not None:
            self._child.terminate()

    def stop(self) -> None:
        """Stop it: politely, and by force after four seconds."""
        if self._child is None:
            return
        stop_child(self._child, _STOP_SECONDS)
        self._child = None

    def _environment(self) -> dict[str, str]:
        inherited = {
            name: value for name, value in os.environ.items() if not name.startswith(("PROVISIONS_", "PREFECT_"))
        }
        ours = environment(self._settings)
        # In the home of the example nothing of another database may be meant.
        kept = {"DATABASE_URL": self._settings.database_url, "WEB_DATABASE_URL": self._settings.web_database_url}
        for name, given in kept.items():
            if given is None:
                ours.pop(PREFIX + name, None)
        for name in _NOT_FOR_THE_DOOR:
            ours.pop(PREFIX + name, None)
        ours |= {f"{PREFIX}HOST": self._settings.host, f"{PREFIX}PORT": str(self._settings.port)}
        path = os.pathsep.join(filter(None, (str(PROJECT), os.environ.get("PYTHONPATH"))))
        return {**inherited, **ours, "PYTHONPATH": path}


def main(descriptor: int) -> int:
    """Serve until told to stop, or until standard input closes."""
    guard_this_process()
    settings = load_settings()
    over = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: over.set())
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    def until_parent_ends() -> None:
        sys.stdin.buffer.read()
        over.set()

    threading.Thread(target=until_parent_ends, daemon=True).start()
    inside = find_inside(settings)
    if inside is None:
        raise Unreachable("De deur hoort bij 'provisions up', en die is er niet.")
    config = load(settings.config)
    with workplace(settings) as store:
        app = App(store, config)
        upstream = Upstream(inside.api_url, (USER, inside.password), {ENGINE_HEADER: engine_token(settings)})
        served = DoorServer(settings, app, ui_password(settings), more=rooms_of(upstream))
        if is_example(settings.home):
            served.show(example_people(app, served.door, settings.secrets))
        if not served.start([socket.socket(fileno=descriptor)]):
            return 1
        with suppress(OSError):
            print("ready", flush=True)  # noqa: T201 - for the parent
        while served.alive() and not over.wait(1.0):
            continue
        served.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[2])))
