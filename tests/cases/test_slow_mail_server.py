"""Case ``slow-mail-server``: a late answer is no second copy, several leave at once, health says that post is slow.

A minute of the case is half a second here: the server's and ours both.
"""

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from sqlalchemy import Engine, func, select

from flows.loops.postman import Postman
from provisions.app import App
from provisions.outbound.outbox import Outbox
from provisions.outbound.sending import CONNECTIONS
from provisions.outbound.smtp import SmtpTransport, Times
from provisions.outbound.transports import UnableToSend
from provisions.outbound.webhook import Webhooks
from provisions.store import tables as t
from provisions.store.backlog import backlog
from provisions.usecases.intake import IntakeRequest
from tests.builders import CONFIG, typed
from tests.conftest import MovingClock
from tests.faults.postoffice import PostOffice, open_office
from tests.outbound.test_webhook import SECRET, TOKEN, _something_for

MINUTE = 0.5  # seconds


class Slow(PostOffice):
    """Takes every message, and says so after a minute; remembers how many were on their way at once."""

    def __init__(self) -> None:
        super().__init__()
        self.silent_for = MINUTE


def sent(database: Engine) -> int:
    with database.connect() as connection:
        return connection.scalar(select(func.count()).where(t.message.c.status == "sent")) or 0


def take_in(database: Engine, clock: MovingClock, number: int) -> None:
    requests = [IntakeRequest(f"TR-2026-{n:04}", "voluntary", ["advance_payment"]) for n in range(number)]
    App(database, CONFIG, clock).cases.intake_many(requests, by=typed("regisseur.noord"))


def test_a_message_that_is_taken_late_is_sent_once(database: Engine, clock: MovingClock) -> None:
    office = Slow()
    take_in(database, clock, 1)
    with open_office(office) as url:
        outbox = Outbox(database, CONFIG, SmtpTransport(url, Times(command=MINUTE / 2)), clock)
        for _ in range(5):
            outbox.deliver_due()
            clock.advance(minutes=1)
    assert sum(office.times().values()) == 1
    assert sent(database) == 1


def test_many_are_on_their_way_at_once_and_health_says_that_post_is_slow(database: Engine, clock: MovingClock) -> None:
    office = Slow()
    take_in(database, clock, 60)
    with open_office(office) as url:
        outbox = Outbox(database, CONFIG, SmtpTransport(url), clock, another=lambda: SmtpTransport(url))
        postman = Postman(outbox, now=clock)
        began = time.monotonic()
        postman.loop.start()
        while time.monotonic() - began < 7 * MINUTE:
            turn = time.monotonic()
            waiting = backlog(database, clock.now.replace(minute=7))
            assert time.monotonic() - turn < 2, "the database is not held while a message is on its way"
            time.sleep(MINUTE / 2)
        postman.loop.stop()
        assert postman.loop.join(2), "a turn does not wait for the server"
        done = sent(database)
        assert done >= 6
        assert waiting.messages_pending > 0
        assert waiting.messages_pending_seconds > 120
        # What is under way comes to its end: nothing is taken twice.
        end = time.monotonic() + 30
        while outbox.deliver_due() or sent(database) < min(60, done + CONNECTIONS):
            assert time.monotonic() < end
            time.sleep(0.05)
    assert set(office.times().values()) == {1}


@contextmanager
def trickling(endless: bool) -> Iterator[str]:
    """Answers a byte at a time, or says at once that it is well and then goes on for ever."""
    ended = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            assert self.headers["Accept-Encoding"] == "identity"
            if endless:
                self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n")
            sent = b"x" * 65536 if endless else b"H"
            while not ended.is_set():
                try:
                    self.wfile.write(sent)
                except OSError:
                    return
                if not endless:
                    ended.wait(0.1)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/x"
    finally:
        ended.set()
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize("endless", [True, False])
def test_of_a_webhook_only_the_status_counts_within_one_deadline(
    endless: bool, clock: MovingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dataclasses import replace

    from provisions.catalogue import Webhook

    monkeypatch.setenv("HOOK_SECRET", SECRET)
    monkeypatch.setenv("HOOK_TOKEN", TOKEN)
    contact, event, rendered = _something_for(CONFIG)
    with trickling(endless) as url:
        to = replace(contact, webhook=Webhook(url, "env:HOOK_SECRET", "env:HOOK_TOKEN"))
        hooks = Webhooks(CONFIG.organisation, clock, deadline=0.5)
        if endless:
            hooks.send(to, event, rendered)
        else:
            with pytest.raises(UnableToSend, match="antwoordt niet op tijd"):
                hooks.send(to, event, rendered)
        # That it came here is the proof: the server goes on until this block ends.


def test_a_mail_server_that_trickles_is_hung_up_on() -> None:
    async def trickle(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 x\r\n250-")
        try:
            while True:
                writer.write(b"x")
                await writer.drain()
                await asyncio.sleep(0.05)
        except OSError:
            pass

    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(asyncio.start_server(trickle, "127.0.0.1", 0))
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    port = server.sockets[0].getsockname()[1]
    with pytest.raises(UnableToSend):  # that it is raised is the proof: the server goes on for ever
        SmtpTransport(f"smtp://127.0.0.1:{port}", Times(command=1.0, whole=0.5)).check()
    loop.call_soon_threadsafe(loop.stop)
