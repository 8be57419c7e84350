"""The door of ``up``: it has the port from the first moment on; Prefect has one that is held too, and a password of nobody's."""

import os
import socket
from pathlib import Path

import pytest

from flows.commands.door import Door
from flows.server.child import PrefectServer, client_environment, ui_password
from flows.server.inside import SECRET_FILE, close_inside, find_inside, listening, open_inside
from provisions.machine import home as homes
from provisions.settings import Settings


def test_the_port_of_prefect_is_held_and_written_down_for_this_home(settings: Settings) -> None:
    homes.prepare(settings.home)
    assert find_inside(settings) is None
    inside = open_inside(settings)
    found = find_inside(settings)
    assert found is not None
    assert (found.port, found.password) == (inside.port, inside.password)
    with pytest.raises(OSError, match="in use"):
        listening("127.0.0.1", inside.port)
    environment = client_environment(settings, "token")
    assert environment["PREFECT_API_URL"] == f"http://127.0.0.1:{inside.port}/api"
    assert environment["PREFECT_API_AUTH_STRING"] == f"admin:{inside.password}"
    close_inside(settings, inside)
    assert find_inside(settings) is None
    assert client_environment(settings, "token")["PREFECT_API_URL"] == settings.api_url


def test_its_password_is_no_persons_and_private(settings: Settings) -> None:
    homes.prepare(settings.home)
    inside = open_inside(settings)
    try:
        assert inside.password != ui_password(settings)
        path: Path = settings.secrets / SECRET_FILE
        assert path.stat().st_mode & 0o077 == 0
        made = PrefectServer(settings, "token", inside=inside)._environment()
        assert made["PREFECT_SERVER_API_AUTH_STRING"] == f"admin:{inside.password}"
        assert made["PREFECT_SERVER_UI_ENABLED"] == "false"
        assert ui_password(settings) not in made.values()
    finally:
        close_inside(settings, inside)


def test_the_door_is_told_of_no_mailbox_and_no_other_role(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "SMTP_URL": "smtp://post:geheim-een@mail:587",
        "SMTP_SECURE_URL": "smtp://post:geheim-twee@mail:587",
        "IMAP_URL": "imaps://post:geheim-drie@mail/INBOX",
        "MIGRATION_URL": "postgresql://provisions_owner:geheim-vier@db/provisions",
        "RUNS_DATABASE_URL": "postgresql://provisions_runs:geheim-vijf@db/provisions",
        "REDIS_URL": "redis://:geheim-zes@redis:6379/0",
    }.items():
        monkeypatch.setenv(f"PROVISIONS_{name}", value)
    held = listening("127.0.0.1", settings.port)
    try:
        told = Door(settings, held)._environment()
    finally:
        held.close()
    assert [name for name, value in told.items() if "geheim" in value] == []


def test_a_child_may_come_and_go_and_the_port_stays_ours(settings: Settings) -> None:
    held = listening("127.0.0.1", settings.port)
    copy = socket.socket(fileno=os.dup(held.fileno()))  # what a child gets, and what dies with it
    copy.close()
    with pytest.raises(OSError, match="in use"):
        listening("127.0.0.1", settings.port)
    with socket.create_connection(("127.0.0.1", settings.port), timeout=2):
        pass  # waits in the queue
    held.close()
    listening("127.0.0.1", settings.port).close()
