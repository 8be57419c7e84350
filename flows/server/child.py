"""Prefect's server as a child process, on PostgreSQL, private and closed; and how our own process reaches it.

One server does everything. With Redis (``PROVISIONS_REDIS_URL``) there can be several that only serve pages and the API, behind
a balancer, and one that does the background work and serves nobody: see ``Role``.
"""

import hashlib
import hmac
import http.client
import json
import os
import subprocess
import sys
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from flows.server.guard import BEHIND_PROXY_VARIABLE, ENGINE_HEADER, ENGINE_TOKEN_VARIABLE, ONLY_SERVE_VARIABLE
from flows.server.inside import Inside, find_inside
from provisions import urls
from provisions.machine import home as homes
from provisions.machine.files import secret
from provisions.machine.postgres import EmbeddedPostgres
from provisions.settings import POSTGRESQL, PROJECT, Settings

USER = "admin"
PASSWORD_FILE = "ui-password"  # noqa: S105 - the name of the file


class Role(StrEnum):
    """What one process of Prefect's server does."""

    WHOLE = "prefect"
    REPLICA = "pagina's en API"
    SERVICES = "achtergrondwerk"


_MODULE = "flows.server.guard"
_MODULE_BEFORE = "flows.ui"  # its name before 0.2, which an upgrade may find running. Goes with the release after 0.2.
_STOP_SECONDS = 6.0


def ui_password(settings: Settings) -> str:
    """The password of the UI and the API, for the user ``admin``: the one that was set, or one that was generated once."""
    if settings.ui_password:
        return settings.ui_password.get_secret_value()
    return secret(settings.secrets, PASSWORD_FILE)


def prefect_password(settings: Settings) -> str:
    """The password of Prefect's API where its server stands by itself: that of ``admin``, unless one of its own was set. Runs in
    a work pool hold it; where it is another, they can't sign in at the door.
    """
    if settings.prefect_password:
        return settings.prefect_password.get_secret_value()
    return ui_password(settings)


def asyncpg_url(settings: Settings) -> str:
    """The URL of Prefect's own database, as Prefect takes it. Holds a password."""
    if not settings.prefect_database_url:
        return (
            EmbeddedPostgres(settings.home).url("prefect").replace("postgresql+psycopg://", "postgresql+asyncpg://", 1)
        )
    url = settings.prefect_database_url.get_secret_value()
    found = urls.read(url, POSTGRESQL)
    # libpq says sslmode, asyncpg says ssl.
    return replace(found, query=found.query.replace("sslmode=", "ssl=")).text("postgresql+asyncpg")


def engine_token(settings: Settings) -> str:
    """What identifies our engines to the guard. It follows from the password, so that every machine knows it.

    Nobody gains by it: the guard asks for the password as well, and the token alone says nothing about it.
    """
    return hmac.new(prefect_password(settings).encode(), b"provisions-engine", hashlib.sha256).hexdigest()[:32]


def client_environment(settings: Settings, engine_token: str) -> dict[str, str]:
    """What a process of ours needs in its environment, before Prefect is imported, to talk to the server."""
    inside = find_inside(settings)
    password = inside.password if inside else prefect_password(settings)
    return _common(settings.home) | {
        "PREFECT_API_URL": inside.api_url if inside else settings.api_url,
        "PREFECT_API_AUTH_STRING": f"{USER}:{password}",
        "PREFECT_CLIENT_CSRF_SUPPORT_ENABLED": "true",
        "PREFECT_CLIENT_CUSTOM_HEADERS": json.dumps({ENGINE_HEADER: engine_token}),
        "PREFECT_LOGGING_TO_API_ENABLED": "false",
    }


# How often a worker of a pool asks for work, in seconds: whoever fills in a form waits for it, and Prefect's ten are long.
WORKER_ENVIRONMENT = {"PREFECT_WORKER_QUERY_SECONDS": "3"}


def use_in_this_process(environment: dict[str, str]) -> None:
    """Make ``environment`` the only word on Prefect in this process: nothing of its user leaks in."""
    for name in [name for name in os.environ if name.startswith("PREFECT_")]:
        del os.environ[name]
    os.environ.update(environment)


def stop_child(child: subprocess.Popen[Any], seconds: float) -> None:
    """Stop a child process: politely, and by force after ``seconds``. What was open to it is closed."""
    child.terminate()
    try:
        child.wait(seconds)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
    for pipe in (child.stdin, child.stdout):
        if pipe:
            pipe.close()


class PrefectServer:
    """The child process. ``start`` returns at once; ``ready`` says when it serves.

    ``inside``: it gets a socket of ours and serves no pages, for the door does.
    """

    def __init__(
        self, settings: Settings, engine_token: str, role: Role = Role.WHOLE, inside: Inside | None = None
    ) -> None:
        self._settings = settings
        self._inside = inside
        self._engine_token = engine_token
        self._role = role
        self._child: subprocess.Popen[bytes] | None = None
        # Several may share a home on one machine; each has its port.
        name = "prefect" if role is Role.WHOLE else f"prefect-{settings.port}"
        self.log = settings.home / "log" / f"{name}.log"
        self._static = settings.home / "prefect" / ("ui" if role is Role.WHOLE else f"ui-{settings.port}")

    def stop_left_over(self) -> None:
        """Stop the one that a killed ``up`` of this home left behind, of this version or of the one before."""
        for module in (_MODULE, _MODULE_BEFORE):
            homes.stop_left_over(self._settings.home, module)

    def start(self) -> None:
        """Start the process."""
        settings = self._settings
        held = self._inside.listening if self._inside else None
        where = ["fd", str(held.fileno())] if held else [settings.host, str(settings.port)]
        with self.log.open("ab") as log:
            self.log.chmod(0o600)
            self._child = subprocess.Popen(  # noqa: S603 - our own program and arguments
                [sys.executable, "-m", _MODULE, str(settings.home), *where],
                pass_fds=[held.fileno()] if held else [],
                cwd=settings.home / "prefect",  # Prefect reads .env and prefect.toml from where it starts
                env=self._environment(),
                stdin=subprocess.PIPE,  # closes when we die, however we die: the child then ends as well
                stdout=log,
                stderr=log,
                start_new_session=True,  # an interrupt at the terminal is for us: we stop it in the right order
            )

    def alive(self) -> bool:
        """Whether the process runs (it may still be starting)."""
        return self._child is not None and self._child.poll() is None

    def ready(self) -> bool:
        """Whether it serves and reaches its database."""
        if not self.alive():
            return False
        where = urls.read(self._inside.url if self._inside else self._settings.url, ("http",))
        connection = http.client.HTTPConnection(where.host, where.port, timeout=5)
        try:
            connection.request("GET", "/api/ready")
            return connection.getresponse().status == http.HTTPStatus.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def stop(self) -> None:
        """Stop it: politely, and by force after six seconds."""
        if self._child is None:
            return
        stop_child(self._child, _STOP_SECONDS)
        self._child = None

    def last_words(self) -> list[str]:
        """The end of its log, for a message."""
        try:
            return self.log.read_text(errors="replace").splitlines()[-5:]
        except OSError:
            return []

    def _environment(self) -> dict[str, str]:
        settings = self._settings
        inherited = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("PREFECT_", "PROVISIONS_", "PG"))  # our own secrets are not Prefect's business
        }
        ours = {
            "PYTHONPATH": os.pathsep.join(filter(None, (str(PROJECT), os.environ.get("PYTHONPATH")))),
            ENGINE_TOKEN_VARIABLE: self._engine_token,
            BEHIND_PROXY_VARIABLE: settings.tls_in_front,
            "PREFECT_SERVER_API_AUTH_STRING": f"{USER}:{prefect_password(settings)}",
            "PREFECT_SERVER_API_HOST": settings.host,
            "PREFECT_SERVER_API_PORT": str(settings.port),
            "PREFECT_API_URL": f"{settings.url}/api",
            "PREFECT_SERVER_DATABASE_CONNECTION_URL": asyncpg_url(settings),
            "PREFECT_SERVER_CSRF_PROTECTION_ENABLED": "true",
            "PREFECT_SERVER_CORS_ALLOWED_ORIGINS": settings.url,
            "PREFECT_SERVER_UI_API_URL": "/api",  # from wherever the page came: a proxy, localhost, an address
            "PREFECT_SERVER_UI_V2_ENABLED": "false",
            "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
            "PREFECT_SERVER_UI_STATIC_DIRECTORY": str(self._static),
            # Parked runs have no deadline of Prefect's, and this loop loads them all at every turn.
            "PREFECT_SERVER_SERVICES_PAUSE_EXPIRATIONS_LOOP_SECONDS": "3600",
            # What comes in one by one is written together: each write by itself costs as much as ten together.
            "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_BATCH_SIZE": "100",
            "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_FLUSH_INTERVAL": "1",
            "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_BATCH_SIZE": "200",
            "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_FLUSH_INTERVAL": "1",
            # Each connection prepares its statements anew, and forgets all but the last hundred unless told otherwise.
            "PREFECT_SERVER_DATABASE_SQLALCHEMY_CONNECT_ARGS_STATEMENT_CACHE_SIZE": "1000",
            "PREFECT_SERVER_DATABASE_SQLALCHEMY_CONNECT_ARGS_PREPARED_STATEMENT_CACHE_SIZE": "1000",
            "PREFECT_SERVER_METRICS_ENABLED": "true",  # /api/metrics, behind the password
            "PREFECT_SERVER_LOGGING_LEVEL": "WARNING",
        }
        return inherited | _common(settings.home) | ours | self._behind_the_door() | self._together()

    def _behind_the_door(self) -> dict[str, str]:
        """No pages, no address that others reach, and a password that is no person's."""
        if self._inside is None:
            return {}
        return {
            "PREFECT_SERVER_API_AUTH_STRING": f"{USER}:{self._inside.password}",
            "PREFECT_SERVER_API_HOST": "127.0.0.1",
            "PREFECT_SERVER_API_PORT": str(self._inside.port),
            "PREFECT_API_URL": self._inside.api_url,
            "PREFECT_SERVER_CORS_ALLOWED_ORIGINS": self._inside.url,
            "PREFECT_SERVER_UI_ENABLED": "false",
            BEHIND_PROXY_VARIABLE: "no",
        }

    def _together(self) -> dict[str, str]:
        """What several servers need to be one: events, locks and background tasks go through Redis."""
        if self._role is Role.WHOLE:
            return {}
        assert self._settings.redis_url is not None  # noqa: S101 - whoever starts one has looked
        url = self._settings.redis_url.get_secret_value()
        return {
            ONLY_SERVE_VARIABLE: "yes" if self._role is Role.REPLICA else "no",
            "PREFECT_SERVER_EVENTS_MESSAGING_BROKER": "prefect_redis.messaging",
            "PREFECT_SERVER_EVENTS_MESSAGING_CACHE": "prefect_redis.messaging",
            "PREFECT_SERVER_EVENTS_CAUSAL_ORDERING": "prefect_redis.ordering",
            "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE": "prefect_redis.lease_storage",
            "PREFECT_SERVER_WORKER_CHANNEL_CLEANUP_QUEUE_STORAGE": "prefect_redis.cleanup_queue",
            "PREFECT_REDIS_MESSAGING_URL": url,
            "PREFECT_REDIS_WORKER_CLEANUP_QUEUE_URL": url,
            # An event that comes by web socket waits at most this long for others to go with.
            "PREFECT_REDIS_MESSAGING_PUBLISHER_PUBLISH_EVERY": "1",
            "PREFECT_SERVER_DOCKET_URL": url,
            # Apart: a replica drops a periodic task that it does not know, and with that the task would never come back.
            "PREFECT_SERVER_DOCKET_NAME": f"provisions-{self._role.name.lower()}",
        }


def _common(home: Path) -> dict[str, str]:
    return {
        "DO_NOT_TRACK": "1",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_HOME": str(home / "prefect"),
        "PREFECT_PROFILES_PATH": str(home / "prefect" / "profiles.toml"),
        "PREFECT_SERVER_EPHEMERAL_ENABLED": "false",
    }
