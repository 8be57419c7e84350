"""The door as it listens: half requests are gone in seconds, and whoever comes with a whole one is heard meanwhile."""

import html
import os
import re
import resource
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from dataclasses import replace
from http.client import HTTPConnection
from urllib.parse import urlencode

import httpx
import pytest

from provisions.app import App
from provisions.machine.sealing import Sealing
from provisions.settings import Settings
from provisions.web import connections
from provisions.web.application import PAGES
from provisions.web.forms import CSRF, FORM, FROM, NUMBER, SEEN
from provisions.web.server import DoorServer, hosts_of
from tests.door import ADMIN_PASSWORD, SEALING
from tests.web.addresses import address_of

HALF = b"GET /live HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Half: "


LONG = os.environ.get("PROVISIONS_TEST_FAULTS") == "long"
MANY = 1200
UPGRADE = (
    "GET /{} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)


@contextmanager
def served(settings: Settings, app: App) -> Iterator[Settings]:
    door = DoorServer(settings, app, ADMIN_PASSWORD)
    assert door.start()
    try:
        yield settings
    finally:
        door.stop()
    assert not door.alive()


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sealing a password takes long on purpose, and says nothing about how the door listens."""
    monkeypatch.setattr(Sealing, "at", lambda _folder: SEALING)


@pytest.fixture
def listening(settings: Settings, app: App) -> Iterator[Settings]:
    with served(settings, app):
        yield settings


def answers(settings: Settings, patience: float = 5) -> tuple[int, float]:
    """The status of ``/live``, and after how many seconds it came: ``patience`` at most."""
    began = time.monotonic()
    connection = HTTPConnection(settings.host, settings.port, timeout=patience)
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


def test_many_half_requests_are_in_nobodys_way(listening: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """None of them ends by itself here: whoever waited for one would get no answer at all, on however slow a machine."""
    monkeypatch.setattr(connections, "HEADER_SECONDS", 3600.0)
    held = [opened(listening, HALF) for _ in range(2 * connections.MOST_HALF_OPEN)]
    try:
        for _ in range(5):
            assert answers(listening, patience=60)[0] == 200
    finally:
        for connection in held:
            connection.close()


def is_let_go(connection: socket.socket) -> None:
    """The door ends it, within the patience of ``connection``."""
    with suppress(ConnectionResetError):
        assert connection.recv(1024) == b"", "it is still open"


@pytest.mark.parametrize(
    "said", [b"Content-Length: 1000\r\n\r\ncode=", b"Transfer-Encoding: chunked\r\n\r\n5\r\ncode="]
)
def test_many_half_bodies_are_in_nobodys_way(listening: Settings, monkeypatch: pytest.MonkeyPatch, said: bytes) -> None:
    """The head is whole, so that nothing of it is waited for; and then nothing more comes."""
    at_once = (connections.MOST_HALF_OPEN, connections.MOST_HALF_SENT, connections.MOST_IDLE)
    assert sum(at_once) < connections.MOST_CONNECTIONS, "all of these together leave room for others"
    monkeypatch.setattr(connections, "MOST_HALF_SENT", 10)
    half = b"POST /aanmelden HTTP/1.1\r\nHost: 127.0.0.1\r\n" + said
    held = [opened(listening, half) for _ in range(30)]
    try:
        for connection in held[:20]:
            is_let_go(connection)
        assert answers(listening)[0] == 200
    finally:
        for connection in held:
            connection.close()


def test_a_head_that_comes_letter_by_letter_is_let_go_too(listening: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "HEADER_SECONDS", 0.5)
    with opened(listening, HALF) as connection:
        connection.settimeout(0.05)
        said = b"x"
        with suppress(ConnectionError):
            for _ in range(1000):  # each letter is within the half second of the one before
                connection.sendall(b"x")
                with suppress(TimeoutError):
                    said = connection.recv(1024)
                    break
        assert said != b"" or answers(listening)[0] == 200
    assert answers(listening)[0] == 200


# As it is, in the long run; and with a tenth of the patience, which changes nothing else.
PATIENCE = [1.0, pytest.param(connections.HEADER_SECONDS, marks=pytest.mark.skipif(not LONG, reason="make faults"))]


@pytest.mark.parametrize("seconds", PATIENCE)
def test_twelve_hundred_half_requests_are_gone_in_half_a_minute(
    listening: Settings, monkeypatch: pytest.MonkeyPatch, seconds: float
) -> None:
    monkeypatch.setattr(connections, "HEADER_SECONDS", seconds)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 4 * MANY), hard))
    held: list[socket.socket] = []
    try:
        for _ in range(MANY):
            with suppress(OSError):
                held.append(opened(listening, HALF))
            assert len(held) % 100 or answers(listening)[0] == 200
        deadline = time.monotonic() + 30
        for connection in held:
            connection.settimeout(max(0.1, deadline - time.monotonic()))
            is_let_go(connection)
        assert answers(listening)[0] == 200
    finally:
        for connection in held:
            connection.close()
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def guesses(settings: Settings, said: Callable[[int], dict[str, str]], host: str = "127.0.0.1") -> list[int]:
    """What the door answers to eight wrong passwords of ``admin``, each with headers that ``said`` gives."""
    found = []
    for number in range(8):
        connection = HTTPConnection(settings.host, settings.port, timeout=10)
        connection.request("GET", "/aanmelden", headers={"host": host, **said(number)})
        answer = connection.getresponse()
        cookie = (answer.getheader("set-cookie") or "").partition(";")[0]
        hidden = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', answer.read().decode())
        typed = urlencode({**dict(hidden), "code": "admin", "password": f"fout-{number}", "second": ""})
        kind = {"content-type": "application/x-www-form-urlencoded", "cookie": cookie, "host": host}
        connection.request("POST", "/aanmelden", typed, kind | said(number))
        found.append(connection.getresponse().status)
        connection.close()
    return found


def test_an_address_in_a_header_is_believed_of_the_configured_proxy_alone(settings: Settings, app: App) -> None:
    def other(number: int) -> dict[str, str]:
        return {
            "x-forwarded-for": f"203.0.113.{number + 1}",
            "x-forwarded-proto": "https",
            "forwarded": "for=203.0.113.9",
        }

    with served(settings, app):
        assert guesses(settings, other)[6:] == [429, 429], "without a proxy it is where the connection comes from"
    proxied = replace(settings, tls_in_front="yes", base_url="https://regio.example")
    with served(proxied, app):
        assert 429 not in guesses(proxied, other, "regio.example"), "each comes from elsewhere, says the proxy"


def test_web_sockets_are_opened_for_nobody_and_help_nobody_to_guess(listening: Settings) -> None:
    held = [
        opened(listening, UPGRADE.format(path).encode()) for path in ("api/events/in", "prefect/api/events/out", "")
    ]
    try:
        for connection in held:
            assert re.match(rb"HTTP/1.1 (303|40[0-9]) ", connection.recv(1024))
        assert guesses(listening, lambda _: {})[6:] == [429, 429]
    finally:
        for connection in held:
            connection.close()


def forms_of(page: str, path: str) -> Iterator[tuple[str, dict[str, str]]]:
    """The address of each form on a page, and what stands in it."""
    for kind, inside in re.findall(r"<form ([^>]*)>(.*?)</form>", page, re.DOTALL):
        if 'method="post"' in kind and "/afmelden" not in kind:
            named = re.findall(r'<(?:input|textarea|select)[^>]* name="([^"]+)"(?:[^>]* value="([^"]*)")?', inside)
            action = re.search(r'action="([^"]+)"', kind)
            yield html.unescape(action[1]) if action else path, {name: html.unescape(value) for name, value in named}


UNSEEN = {FORM, NUMBER, SEEN, FROM, CSRF}


def test_half_a_megabyte_in_any_field_breaks_nothing_and_keeps_nobody_waiting(listening: Settings, app: App) -> None:
    much = "06 " * 166_666
    uid = str(app.views.case("TR-2026-0001").case.id)
    pages = ["/aanmelden", *(address_of(page, id=uid) for page in PAGES if page.get and ".csv" not in page.path)]
    tried: list[tuple[str, str, int]] = []
    waited: list[float] = []

    def fills() -> None:
        with httpx.Client(base_url=f"http://{listening.host}:{listening.port}", timeout=60) as browser:
            for _, values in forms_of(browser.get("/aanmelden").text, "/aanmelden"):
                browser.post("/aanmelden", data={**values, "code": "admin", "password": ADMIN_PASSWORD, "second": ""})
            forms = {  # every field of every form; a form of one name is read in one way, on whatever page it stands
                values.get("handeling") or action: (action, values)
                for path in pages
                for action, values in forms_of(browser.get(path).text, path)
            }
            for act, (action, values) in forms.items():
                for name in values.keys() - UNSEEN:
                    answer = browser.post(action, data={**values, name: much})
                    tried.append((act, name, answer.status_code))
            for name in UNSEEN:  # these go with all of them
                tried.append((act, name, browser.post(action, data={**values, name: much}).status_code))

    with ThreadPoolExecutor(1) as other:
        filling = other.submit(fills)
        while wait([filling], timeout=0.1).not_done:
            status, seconds = answers(listening)
            assert status == 200
            waited.append(seconds)
        filling.result()
    assert len(tried) > 80, len(tried)
    assert len({act for act, _, _ in tried}) > 25
    assert [one for one in tried if one[2] >= 500] == []
    assert max(waited) < 2, len(tried)


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


@pytest.mark.parametrize(
    ("begins", "goes_on"),
    [
        (HALF, b"x" * 65536),
        (b"GET /live HTTP/1.1\r\nHost: 127.0.0.1\r\n", b"X: y\r\n" * 10_000),
        (b"GET /", b"x" * 65536),
        (b"POST /live HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", b"X: y\r\n" * 10_000),
    ],
    ids=["a header", "headers", "an address", "what comes after the body"],
)
def test_a_head_without_an_end_is_not_taken_in(listening: Settings, begins: bytes, goes_on: bytes) -> None:
    """It was kept whole, three hundred megabytes in two seconds from one connection, until the machine had no room left."""
    with opened(listening, begins) as connection:
        sent = 0
        with suppress(OSError):
            while sent < 64 * 1024 * 1024:
                connection.sendall(goes_on)
                sent += len(goes_on)
    assert sent < 32 * 1024 * 1024  # what fits in the network's own room, and no more
    assert answers(listening)[0] == 200


def test_an_address_that_is_too_long_is_told_so(listening: Settings) -> None:
    with opened(listening, HALF + b"x" * (connections.LARGEST_HEAD + 1024)) as connection:
        assert b" 431 " in connection.recv(1024)


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
