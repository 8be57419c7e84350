"""To a municipality's own system: a real HTTP server on loopback that checks the signature, and can be difficult."""

import json
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select

from provisions.app import App
from provisions.catalogue import PROJECT, Config, Contact, Webhook, load
from provisions.domain.delivery import MOST_ATTEMPTS
from provisions.domain.errors import InvalidConfig
from provisions.outbound.outbox import Outbox
from provisions.outbound.transports import UnableToSend
from provisions.outbound.webhook import Webhooks, check_secrets, signature
from provisions.store import tables as t
from provisions.usecases.intake import IntakeRequest
from tests.builders import typed
from tests.conftest import MovingClock
from tests.outbound.conftest import Letterbox

SECRET = "een-geheim-van-genoeg-tekens"
TOKEN = "een-toegangssleutel-van-genoeg-tekens"
BY = "regisseur.noord"


class Receiver:
    """What a municipality's system does: checks, and keeps. ``answer`` is its status code."""

    def __init__(self) -> None:
        self.got: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.answer = 202
        self.more: dict[str, str] = {}
        self.silent = threading.Event()
        self.silent.set()
        self.url = ""

    def take(self, headers: dict[str, str], body: bytes) -> int:
        assert self.silent.wait(20)
        expected = signature(SECRET, headers["webhook-id"], headers["webhook-timestamp"], body)
        if headers["webhook-signature"] != expected:
            return 401
        if self.answer < 300:
            self.got.append(json.loads(body))
            self.headers.append(headers)
        return self.answer


@contextmanager
def open_receiver() -> Iterator[Receiver]:
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(receiver.take({k.lower(): v for k, v in self.headers.items()}, body))
            for name, value in receiver.more.items():
                self.send_header(name, value)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver.url = f"http://127.0.0.1:{server.server_port}/berichten?sleutel=x"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield receiver
    finally:
        receiver.silent.set()
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with open_receiver() as opened:
        yield opened


@pytest.fixture
def hooked(config: Config, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> Config:
    """The counter for the Wmo and the customisation officer have a webhook."""
    monkeypatch.setenv("HOOK_SECRET", SECRET)
    monkeypatch.setenv("HOOK_TOKEN", TOKEN)
    hook = Webhook(receiver.url, "env:HOOK_SECRET", "env:HOOK_TOKEN")
    place = config.organisation.municipalities["voorbeeldstad"]
    counters = {**place.counters, "wmo": replace(place.counters["wmo"], webhook=hook)}
    officer = replace(place.customisation_officer, webhook=hook)
    municipalities = {
        **config.organisation.municipalities,
        "voorbeeldstad": replace(place, counters=counters, customisation_officer=officer),
    }
    return replace(config, organisation=replace(config.organisation, municipalities=municipalities))


@pytest.fixture
def app(database: Engine, hooked: Config, clock: MovingClock) -> App:
    return App(database, hooked, clock)


NewOutbox = Callable[..., Outbox]


@pytest.fixture
def new_outbox(database: Engine, hooked: Config, letterbox: Letterbox, clock: MovingClock) -> NewOutbox:
    def make(seconds: float = 10) -> Outbox:
        hooks = Webhooks(hooked.organisation, clock, deadline=seconds)
        return Outbox(database, hooked, letterbox, clock, spread=lambda: 0.5, webhooks=hooks)

    return make


def messages(database: Engine) -> list[Any]:
    with database.connect() as connection:
        return list(connection.execute(select(t.message).order_by(t.message.c.created, t.message.c.kind)))


def take_in(app: App, *needs: str, number: int = 1) -> None:
    app.cases.intake(IntakeRequest(f"TR-2026-{number:04}", "wvggz", needs), by=typed(BY))


def test_a_signed_event_in_the_nl_gov_profile(
    database: Engine, app: App, new_outbox: NewOutbox, receiver: Receiver, letterbox: Letterbox
) -> None:
    take_in(app, "wmo_indication")
    assert new_outbox().deliver_due() == 1
    (event,), (headers,), (message,) = receiver.got, receiver.headers, messages(database)
    assert event["specversion"] == "1.0"
    assert event["id"] == str(message.id) == headers["webhook-id"]
    assert event["source"] == "urn:nld:voorbeeldland.example:systeem:basisvoorzieningen"
    assert event["type"] == "nl.basisvoorzieningen.voorziening-gevraagd"
    assert event["time"] == "2026-11-02T09:00:00Z"
    assert event["data"]["referentie"] == "TR-2026-0001"
    assert event["data"]["onderwerp"] == message.subject
    assert headers["content-type"] == "application/cloudevents+json; charset=utf-8"
    assert headers["authorization"] == f"Bearer {TOKEN}"
    assert letterbox.mails == []
    assert message.status == "sent"
    assert message.recipients == [receiver.url.partition("?")[0]], "its query may hold a token"


def test_it_says_no_more_than_the_letter(app: App, new_outbox: NewOutbox, receiver: Receiver) -> None:
    take_in(app, "wmo_indication")
    new_outbox().deliver_due()
    said = json.dumps(receiver.got).lower()
    assert not any(word in said for word in ("wvggz", "levensloop", "zorg- en veiligheidshuis", "regisseur-"))
    assert "TR-2026" not in "".join(str(v) for k, v in receiver.got[0].items() if k != "data")


def test_a_repeat_is_the_same_event(
    database: Engine, app: App, new_outbox: NewOutbox, receiver: Receiver, clock: MovingClock
) -> None:
    take_in(app, "wmo_indication")
    receiver.answer = 503
    new_outbox().deliver_due()
    assert "code 503" in messages(database)[0].error
    receiver.answer = 200
    clock.advance(minutes=2)
    new_outbox().deliver_due()
    (event,) = receiver.got
    assert event["id"] == str(messages(database)[0].id)
    assert event["time"] == "2026-11-02T09:00:00Z"


def test_who_does_not_answer_is_left_alone_and_nobody_waits_for_him(
    app: App, new_outbox: NewOutbox, receiver: Receiver, letterbox: Letterbox, clock: MovingClock
) -> None:
    for number in range(1, 21):
        take_in(app, "wmo_indication", "advance_payment", number=number)
    receiver.silent.clear()
    outbox = new_outbox(0.2)
    outbox.deliver_due()  # one of the forty waited for a fifth of a second
    assert len(letterbox.mails) == 20
    receiver.silent.set()
    clock.advance(minutes=2)
    while outbox.deliver_due():
        pass
    assert len({event["id"] for event in receiver.got}) == 20
    assert len(letterbox.mails) == 20


def test_events_go_on_while_the_mail_server_is_away(
    app: App, new_outbox: NewOutbox, receiver: Receiver, letterbox: Letterbox, clock: MovingClock
) -> None:
    letterbox.down = True
    for number in range(1, 6):
        take_in(app, "wmo_indication", "advance_payment", number=number)
    outbox = new_outbox()
    outbox.deliver_due()
    assert len(receiver.got) == 5
    assert letterbox.mails == []
    letterbox.down = False
    clock.advance(minutes=3)
    outbox.deliver_due()
    assert len(letterbox.mails) == 5


def test_of_two_receivers_only_the_one_that_failed_gets_it_again(
    database: Engine, app: App, new_outbox: NewOutbox, receiver: Receiver, letterbox: Letterbox, clock: MovingClock
) -> None:
    take_in(app, "wmo_indication")
    outbox = new_outbox()
    outbox.deliver_due()
    clock.advance(days=30)
    app.time.tick_all()
    receiver.answer = 500
    outbox.deliver_due()
    submission = next(m for m in messages(database) if m.detail == "maatwerkloket")
    assert submission.status == "pending"
    assert submission.recipients == ["regisseurs@voorbeeldstad.example"]
    directed = [m["Subject"] for m in letterbox.mails].count(submission.subject)
    receiver.answer = 200
    clock.advance(hours=1)
    outbox.deliver_due()
    assert [m["Subject"] for m in letterbox.mails].count(submission.subject) == directed
    assert receiver.got[-1]["data"]["escalatiestap"] == "maatwerkloket"
    assert next(m for m in messages(database) if m.detail == "maatwerkloket").status == "sent"


def test_the_order_of_a_provision_is_kept(
    app: App, new_outbox: NewOutbox, receiver: Receiver, letterbox: Letterbox, clock: MovingClock
) -> None:
    """The doorbraaktafel hears nothing about a request that has not arrived."""
    take_in(app, "wmo_indication")
    clock.advance(days=5)
    app.time.tick_all()
    receiver.answer = 400
    outbox = new_outbox()
    outbox.deliver_due()
    assert letterbox.mails == []
    receiver.answer = 200
    clock.advance(hours=1)
    outbox.deliver_due()
    assert len(receiver.got) == 1
    assert next(m["To"].split("<")[-1] for m in letterbox.mails) == "doorbraaktafel@voorbeeldstad.example>"


def test_what_is_never_accepted_becomes_visible(
    database: Engine, app: App, new_outbox: NewOutbox, receiver: Receiver, clock: MovingClock
) -> None:
    take_in(app, "wmo_indication")
    receiver.answer = 410
    outbox = new_outbox()
    for _ in range(MOST_ATTEMPTS):
        outbox.deliver_due()
        clock.advance(hours=8)
    (message,) = messages(database)
    assert message.status == "failed"
    assert "sleutel=x" not in message.error
    with database.connect() as connection:
        told = connection.execute(select(t.audit.c.because).where(t.audit.c.what == "message.failed")).scalar_one()
    assert "neem zelf contact op" in told


def test_it_waits_as_long_as_it_is_asked_to(hooked: Config, receiver: Receiver, clock: MovingClock) -> None:
    receiver.answer, receiver.more = 429, {"Retry-After": "300"}
    hooks = Webhooks(hooked.organisation, clock)
    contact, event, rendered = _something_for(hooked)
    with pytest.raises(UnableToSend, match="429"):
        hooks.send(contact, event, rendered)
    receiver.answer = 200
    clock.advance(minutes=4)
    with pytest.raises(UnableToSend):
        hooks.send(contact, event, rendered)
    clock.advance(minutes=2)
    hooks.send(contact, event, rendered)
    assert len(receiver.got) == 1


def _something_for(config: Config) -> Any:
    from provisions.outbound.render import Rendered
    from provisions.outbound.webhook import Event

    contact = config.organisation.municipalities["voorbeeldstad"].counters["wmo"]
    event = Event(
        "an-id", "request", None, MovingClock().now - timedelta(hours=1), "TR-2026-0001", "wmo", "voorbeeldstad"
    )
    return contact, event, Rendered((contact,), "onderwerp", "tekst", "<p>tekst</p>")


def test_a_secret_that_is_not_there_is_named_by_its_place(hooked: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    assert check_secrets(hooked.organisation) == 1
    monkeypatch.setenv("HOOK_SECRET", "kort")
    with pytest.raises(InvalidConfig, match="env:HOOK_SECRET") as fault:
        check_secrets(hooked.organisation)
    assert "kort'" not in str(fault.value)
    monkeypatch.delenv("HOOK_SECRET")
    with pytest.raises(InvalidConfig, match="env:HOOK_SECRET"):
        check_secrets(hooked.organisation)


def test_where_nothing_goes_to_webhooks_everybody_is_written_to(
    database: Engine, hooked: Config, app: App, letterbox: Letterbox, clock: MovingClock
) -> None:
    take_in(app, "wmo_indication")
    Outbox(database, hooked, letterbox, clock).deliver_due()
    assert [str(mail["To"].addresses[0].addr_spec) for mail in letterbox.mails] == ["wmo@voorbeeldstad.example"]
    assert messages(database)[0].recipients == ["wmo@voorbeeldstad.example"]


def test_a_contact_without_a_webhook_is_reached_by_mail() -> None:
    assert Contact("Loket", "loket@x.example").address == "loket@x.example"


@pytest.mark.parametrize(
    ("keys", "says"),
    [
        ('webhook = "http://zaken.example/x", webhook_secret_from = "env:X"', "geen veilig webadres"),
        ('webhook = "https://iemand:geheim@zaken.example/x", webhook_secret_from = "env:X"', "geen veilig webadres"),
        ('webhook = "https://zaken.example/x"', "het geheim waarmee berichten worden ondertekend, ontbreekt"),
        ('webhook = "https://zaken.example/x", webhook_secret_from = "hier-staat-het-zelf"', "niet het geheim zelf"),
        ('webhook_secret_from = "env:X"', "er is geen webhook"),
    ],
)
def test_a_webhook_that_is_wrong_is_refused_at_start(tmp_path: Path, keys: str, says: str) -> None:
    shutil.copytree(PROJECT / "config", tmp_path / "config")
    path = tmp_path / "config" / "organisation.toml"
    line = next(line for line in path.read_text().splitlines() if line.startswith("wmo = "))
    path.write_text(path.read_text().replace(line, line.replace(" }", f", {keys} }}"), 1))
    with pytest.raises(InvalidConfig, match=says) as fault:
        load(tmp_path / "config")
    assert "municipality.voorbeeldstad.counters.wmo" in str(fault.value)
    assert "hier-staat-het-zelf" not in str(fault.value)
    assert "geheim@" not in str(fault.value)
