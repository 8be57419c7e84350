"""The door as it listens: half requests are gone in seconds, and whoever comes with a whole one is heard meanwhile."""

import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from http.client import HTTPConnection

import pytest

from provisions.app import App
from provisions.settings import Settings
from provisions.web import connections
from provisions.web.server import DoorServer, hosts_of
from tests.door import ADMIN_PASSWORD

HALF = b"GET /live HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Half: "


@pytest.fixture
def listening(settings: Settings, app: App) -> Iterator[Settings]:
    served = DoorServer(settings, app, ADMIN_PASSWORD)
    assert served.start()
    yield settings
    served.stop()
    assert not served.alive()


def answers(settings: Settings) -> tuple[int, float]:
    """The status of ``/live``, and after how many seconds it came."""
    began = time.monotonic()
    connection = HTTPConnection(settings.host, settings.port, timeout=5)
    connection.request("GET", "/live")
    status = connection.getresponse().status
    connection.close()
    return status, time.monotonic() - began


def opened(settings: Settings, said: bytes) -> socket.socket:
    connection = socket.create_connection((settings.host, settings.port), timeout=15)
    connection.sendall(said)
    return connection


@pytest.mark.parametrize("said", [b"", b"G", HALF])
def test_who_says_nothing_more_is_let_go(listening: Settings, monkeypatch: pytest.MonkeyPatch, said: bytes) -> None:
    monkeypatch.setattr(connections, "HEADER_SECONDS", 0.3)
    with opened(listening, said) as connection:
        began = time.monotonic()
        with suppress(ConnectionResetError):
            while connection.recv(1024):
                pass
        assert time.monotonic() - began < 5
    assert answers(listening)[0] == 200


def test_many_half_requests_are_in_nobodys_way(listening: Settings) -> None:
    held = [opened(listening, HALF) for _ in range(2 * connections.MOST_HALF_OPEN)]
    try:
        for _ in range(5):
            status, seconds = answers(listening)
            assert status == 200
            assert seconds < 2
    finally:
        for connection in held:
            connection.close()


def test_many_that_stay_open_after_an_answer_are_in_nobodys_way(listening: Settings) -> None:
    """Each asks once and stays: the one that is idle longest goes."""
    whole = b"GET /live HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    held = []
    try:
        for _ in range(connections.MOST_IDLE + 5):
            held.append(opened(listening, whole))
            assert b" 200 " in held[-1].recv(1024)
        assert answers(listening)[0] == 200
        with suppress(ConnectionResetError):
            while held[0].recv(1024):
                pass  # let go: nothing more comes
    finally:
        for connection in held:
            connection.close()


def test_one_other_machine_has_a_bound_of_its_own(listening: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "_THIS_MACHINE", ())
    monkeypatch.setattr(connections, "MOST_FROM_ONE", 5)
    held = [opened(listening, HALF) for _ in range(5)]
    try:
        with pytest.raises(OSError):  # noqa: PT011 - a reset or an end, as the network has it
            answers(listening)
        held.pop().close()
        for _ in range(100):  # until its end was seen
            with suppress(OSError):
                assert answers(listening)[0] == 200
                break
        else:
            raise AssertionError("one went, and nobody else may come")
    finally:
        for connection in held:
            connection.close()


def test_three_hundred_megabytes_are_not_taken_in(listening: Settings) -> None:
    """Said, or sent in pieces without an end: refused before it is there, and others are answered meanwhile."""
    head = "POST /aanmelden HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    with opened(listening, f"{head}Content-Length: 314572800\r\n\r\n".encode()) as said:
        assert b" 413 " in said.recv(1024)
    with opened(listening, f"{head}Transfer-Encoding: chunked\r\n\r\n".encode()) as pieces:
        piece, sent = b"10000\r\n" + b"x" * 65536 + b"\r\n", 0
        with suppress(OSError):
            for _ in range(4800):
                pieces.sendall(piece)
                sent += 65536
        assert sent < 32 * 1024 * 1024  # what fits in the network's own room, and no more
    assert answers(listening)[0] == 200


def test_a_connection_that_is_used_again_may_wait_and_then_not_be_half(listening: Settings) -> None:
    connection = HTTPConnection(listening.host, listening.port, timeout=5)
    for _ in range(3):
        connection.request("GET", "/live")
        assert connection.getresponse().read() == b"in orde\n"
    connection.close()


def test_the_names_that_it_answers_to(settings: Settings) -> None:
    assert set(hosts_of(settings)) == {"127.0.0.1", "localhost", "::1"}
    named = replace(settings, tls_in_front="yes", base_url="https://regio.example")
    assert "regio.example" in hosts_of(named)
    assert hosts_of(replace(settings, tls_in_front="yes")) == (), "the proxy has a name that was not set"
