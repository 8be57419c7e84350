"""Prefect's server inside ``up``: on a loopback port that our parent process holds and passes on, with a password of nobody's.

The parent listens and the server gets the socket: while the server is down nobody else gets the port, and what is asked
meanwhile waits. Who else works in this home (a worker, the door) finds the port in ``run/`` and the password in ``secrets/``.
"""

import socket
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from provisions.machine.files import secret, write
from provisions.settings import Settings

SECRET_FILE = "prefect-password"  # noqa: S105 - the name of the file
_PORT_FILE = "prefect.port"
_BACKLOG = 256


@dataclass(frozen=True)
class Inside:
    """Where our own processes find Prefect's API, and its password. ``listening``: the socket, in the parent only."""

    port: int
    password: str
    listening: socket.socket | None = None

    @property
    def url(self) -> str:
        """The server."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def api_url(self) -> str:
        """Its API."""
        return f"{self.url}/api"


def listening(host: str, port: int) -> socket.socket:
    """A socket that listens, for a child. Raises ``OSError``."""
    made = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((host, port))
        made.listen(_BACKLOG)
    except OSError:
        made.close()
        raise
    return made


def open_inside(settings: Settings) -> Inside:
    """A port of this moment, held by this process, and written down for the others in this home."""
    held = listening("127.0.0.1", 0)
    port = int(held.getsockname()[1])
    write(_port_file(settings), f"{port}\n".encode())
    return Inside(port, secret(settings.secrets, SECRET_FILE), held)


def close_inside(settings: Settings, inside: Inside) -> None:
    """Nobody is to look there any more."""
    with suppress(OSError):
        _port_file(settings).unlink()
    if inside.listening is not None:
        inside.listening.close()


def find_inside(settings: Settings) -> Inside | None:
    """That of the ``up`` of this home; ``None`` where an address was given, or no ``up`` was started here."""
    if settings.prefect_api_url:
        return None
    try:
        port = int(_port_file(settings).read_text())
    except (OSError, ValueError):
        return None
    return Inside(port, secret(settings.secrets, SECRET_FILE))


def _port_file(settings: Settings) -> Path:
    return settings.home / "run" / _PORT_FILE
