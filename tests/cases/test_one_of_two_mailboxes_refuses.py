"""Case ``one-of-two-mailboxes-refuses``: delivery is per receiver, and partial success is no success."""

from collections import Counter
from collections.abc import Iterator

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from sqlalchemy import Engine, select

from provisions.app import App
from provisions.catalogue import Config
from provisions.database.connect import pooled
from provisions.domain.delivery import MOST_ATTEMPTS
from provisions.outbound.outbox import Outbox
from provisions.outbound.smtp import SmtpTransport
from provisions.overview import Overviews
from provisions.store import tables as t
from provisions.usecases.intake import IntakeRequest
from provisions.views.messages import Message, Messages
from tests.builders import CONFIG, typed
from tests.conftest import MovingClock, free_port

OFFICER, DIRECTOR = "maatwerk@voorbeeldstad.example", "regisseurs@voorbeeldstad.example"
BY = "regisseur.noord"


class Town:
    """Answers RCPT for an address with what is on its list, and then with 250; counts what each mailbox got."""

    def __init__(self) -> None:
        self.answers: dict[str, list[str]] = {}
        self.got: Counter[tuple[str, str]] = Counter()

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        waiting = self.answers.get(address)
        if waiting:
            return waiting.pop(0) if len(waiting) > 1 or waiting[0].startswith("4") else waiting[0]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.content
        assert isinstance(content, bytes)
        subject = next(line for line in content.decode().splitlines() if line.startswith("Message-ID:"))
        self.got.update((address, subject) for address in envelope.rcpt_tos)
        return "250 OK"

    def copies(self, address: str, message: Message) -> int:
        return sum(
            number for (to, identity), number in self.got.items() if to == address and str(message.id) in identity
        )


@pytest.fixture
def town() -> Iterator[tuple[Town, str]]:
    handler = Town()
    controller = Controller(handler, hostname="127.0.0.1", port=free_port())
    controller.start()
    yield handler, f"smtp://127.0.0.1:{controller.port}"
    controller.stop()


@pytest.fixture
def app(database: Engine, clock: MovingClock) -> App:
    """A submission is to be judged by the officer and the case director, in one message; the rest has been sent."""
    app = App(database, CONFIG, clock)
    app.cases.intake(IntakeRequest("TR-2026-0001", "voluntary", ["advance_payment"]), by=typed(BY))
    return app


def judge(database: Engine, config: Config = CONFIG) -> Message:
    found = Messages(pooled(database), config).found(reference="TR-2026-0001", limit=None)
    return next(message for message in found if message.detail == "maatwerkloket")


def undelivered(database: Engine) -> list[Message]:
    return Messages(pooled(database), CONFIG).found(undelivered=True)


def test_who_is_refused_for_the_moment_gets_it_later_and_who_has_it_does_not_get_it_again(
    database: Engine, app: App, clock: MovingClock, town: tuple[Town, str]
) -> None:
    mailboxes, url = town
    outbox = Outbox(database, CONFIG, SmtpTransport(url), clock, spread=lambda: 0.5)
    mailboxes.answers[OFFICER] = ["450 4.2.0 try again later", "450 4.2.0 try again later"]
    clock.advance(days=20)
    app.time.tick_all()
    for tried in (1, 2):
        outbox.deliver_due()
        message = judge(database)
        assert (mailboxes.copies(OFFICER, message), mailboxes.copies(DIRECTOR, message)) == (0, 1), tried
        assert message.status.value == "pending"
        assert message.recipients == (DIRECTOR,)
        assert [found.id for found in undelivered(database)] == [message.id], "until all have it, it was not delivered"
        assert Overviews(database, CONFIG, app.views, clock).late().undelivered_total == 1
        clock.advance(minutes=3)
    outbox.deliver_due()
    message = judge(database)
    assert (mailboxes.copies(OFFICER, message), mailboxes.copies(DIRECTOR, message)) == (1, 1)
    assert message.status.value == "sent"
    assert set(message.recipients) == {OFFICER, DIRECTOR}
    assert undelivered(database) == []


def test_who_is_refused_for_good_stands_undelivered_and_gets_it_when_it_is_sent_again(
    database: Engine, app: App, clock: MovingClock, town: tuple[Town, str]
) -> None:
    mailboxes, url = town
    outbox = Outbox(database, CONFIG, SmtpTransport(url), clock, spread=lambda: 0.5)
    mailboxes.answers[OFFICER] = ["550 5.1.1 no such user"]
    clock.advance(days=20)
    app.time.tick_all()
    outbox.deliver_due()
    message = judge(database)
    assert message.status.value == "failed"
    assert message.error is not None
    assert OFFICER in message.error
    assert "550" in message.error
    for _ in range(MOST_ATTEMPTS):
        clock.advance(hours=8)
        outbox.deliver_due()
    assert [found.id for found in undelivered(database)] == [message.id]
    mailboxes.answers.clear()
    app.resending.resend(str(message.id), by=typed(BY))
    outbox.deliver_due()
    assert (mailboxes.copies(OFFICER, message), mailboxes.copies(DIRECTOR, message)) == (1, 1)
    app.resending.resend(str(message.id), by=typed(BY))
    outbox.deliver_due()
    assert (mailboxes.copies(OFFICER, message), mailboxes.copies(DIRECTOR, message)) == (2, 2), (
        "what all had, goes to all"
    )


@pytest.mark.usefixtures("app")
def test_a_forgotten_morning_message_that_is_sent_again_stops_no_post(
    database: Engine, clock: MovingClock, town: tuple[Town, str]
) -> None:
    _, url = town
    outbox = Outbox(database, CONFIG, SmtpTransport(url), clock, spread=lambda: 0.5)
    with database.begin() as connection:  # as resend did before, and as a crash half-way might leave it
        connection.execute(
            t.message.insert().values(
                id="0b9a3f0e-6f6e-5c55-9d3c-000000000001", kind="morning", detail="2026-11-02", municipality="voorbeeldstad",
                created=clock.now, status="pending", next_try=clock.now,
            )
        )  # fmt: skip
    assert outbox.deliver_due() == 2
    with database.connect() as connection:
        found = {kind: status for kind, status in connection.execute(select(t.message.c.kind, t.message.c.status))}  # noqa: C416
    assert found == {"morning": "void", "request": "sent"}


@pytest.mark.usefixtures("app")
def test_a_moment_written_by_a_clock_that_ran_years_ahead_is_not_waited_for(
    database: Engine, clock: MovingClock, town: tuple[Town, str]
) -> None:
    _, url = town
    outbox = Outbox(database, CONFIG, SmtpTransport(url), clock, spread=lambda: 0.5)
    with database.begin() as connection:
        connection.execute(t.message.update().values(next_try=clock.now.replace(year=2031)))
    assert outbox.next_try() == clock.now
    assert outbox.deliver_due() == 1
    with database.connect() as connection:
        assert connection.execute(select(t.message.c.status)).scalars().all() == ["sent"]
