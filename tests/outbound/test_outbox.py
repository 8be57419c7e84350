"""What is pending goes out in order, again after a failure, and once."""

from datetime import timedelta
from email.message import EmailMessage

import pytest
from sqlalchemy import Engine, select

from provisions.app import App
from provisions.catalogue import Config
from provisions.domain.delivery import MOST_ATTEMPTS, waiting_time
from provisions.outbound.outbox import Outbox
from provisions.outbound.transports import Refusal
from provisions.store import tables as t
from provisions.usecases.intake import IntakeRequest
from tests.builders import typed
from tests.conftest import MovingClock
from tests.outbound.conftest import Letterbox

BY = "regisseur.noord"


@pytest.fixture
def app(database: Engine, config: Config, clock: MovingClock) -> App:
    return App(database, config, clock)


@pytest.fixture
def outbox(database: Engine, config: Config, clock: MovingClock, letterbox: Letterbox) -> Outbox:
    return Outbox(database, config, letterbox, clock, spread=lambda: 0.5)


def start(app: App, reference: str, *needs: str) -> None:
    app.cases.intake(IntakeRequest(reference, "voluntary", needs), by=typed(BY))


def messages(database: Engine) -> list[tuple[str, str, str | None]]:
    with database.connect() as connection:
        rows = connection.execute(select(t.message).order_by(t.message.c.created, t.message.c.kind))
        return [(row.kind, row.status, row.error) for row in rows]


def audit(database: Engine, what: str) -> list[str]:
    with database.connect() as connection:
        query = (
            select(t.audit.c.because).where(t.audit.c.what == what, t.audit.c.by == "systeem").order_by(t.audit.c.id)
        )
        return list(connection.execute(query).scalars())


def test_what_is_sent_is_recorded_with_where_it_went(
    database: Engine, app: App, outbox: Outbox, letterbox: Letterbox, clock: MovingClock
) -> None:
    start(app, "TR-2026-0001", "advance_payment")
    assert outbox.deliver_due() == 1
    with database.connect() as connection:
        row = connection.execute(select(t.message)).one()
    assert (row.status, row.sent, row.next_try, row.attempts) == ("sent", clock.now, None, 1)
    assert row.recipients == ["werkeninkomen@voorbeeldstad.example"]
    assert row.subject == "Verzoek TR-2026-0001 · uiterlijk 9 november"
    body = letterbox.mails[0].get_body(("plain",))
    assert body is not None
    assert body.get_content().replace("\r\n", "\n") == row.body
    assert letterbox.mails[0]["Message-ID"] == f"<{row.id}@voorbeeldland.example>"
    assert audit(database, "message.sent") == [
        "verzonden aan Loket Werk en Inkomen (werkeninkomen@voorbeeldstad.example)"
    ]
    assert outbox.deliver_due() == 0
    assert outbox.next_try() is None


def test_rungs_missed_in_an_outage_go_out_in_order(
    app: App, outbox: Outbox, letterbox: Letterbox, clock: MovingClock
) -> None:
    start(app, "TR-2026-0001", "advance_payment")
    clock.advance(days=30)
    app.time.tick_all()
    outbox.deliver_due()
    assert letterbox.subjects == [
        "Verzoek TR-2026-0001 · te laat sinds 10 november",
        "Herinnering TR-2026-0001 · te laat sinds 10 november",
        "Doorbraaktafel TR-2026-0001 · te laat sinds 10 november",
        "Beoordeel indiening TR-2026-0001 · te laat sinds 10 november",
    ]
    text = letterbox.mails[3].get_body(("plain",))
    assert text is not None
    assert "gevraagd aan het loket in Voorbeeldstad" in text.get_content()


def test_one_dead_recipient_holds_up_only_its_own_provision(
    database: Engine, app: App, outbox: Outbox, letterbox: Letterbox, clock: MovingClock
) -> None:
    letterbox.refuses = {"werkeninkomen@voorbeeldstad.example"}
    start(app, "TR-2026-0001", "advance_payment", "wmo_indication")
    clock.advance(days=9)
    app.time.tick_all()
    outbox.deliver_due()
    # The request for the advance must go before its rungs; the Wmo's messages do not wait for it.
    assert letterbox.mails
    assert all("burgerzaken" not in str(mail["To"]) for mail in letterbox.mails)
    advance = [m for m in messages(database) if m[2]]
    assert advance == [("request", "pending", "mailserver weigert de geadresseerde")]
    sent = len(letterbox.mails)
    letterbox.refuses = set()
    clock.advance(seconds=30)
    assert outbox.deliver_due() == 0, "it is tried again after a minute, not before"
    clock.advance(minutes=1)
    outbox.deliver_due()
    assert letterbox.subjects[sent:] == [
        "Verzoek TR-2026-0001 · te laat sinds 10 november",
        "Herinnering TR-2026-0001 · te laat sinds 10 november",
        "Doorbraaktafel TR-2026-0001 · te laat sinds 10 november",
        "Naar een tafel TR-2026-0001 · te laat sinds 10 november",
    ]


def test_it_is_tried_less_and_less_often_and_given_up_after_three_days(
    database: Engine, app: App, outbox: Outbox, letterbox: Letterbox, clock: MovingClock
) -> None:
    letterbox.refuses = {"werkeninkomen@voorbeeldstad.example"}
    started = clock.now
    start(app, "TR-2026-0001", "advance_payment")
    waits = []
    while (moment := outbox.next_try()) is not None:
        waits.append(moment - clock.now)
        clock.now = moment
        assert outbox.deliver_due() == 1
    assert waits[1] == timedelta(minutes=1)
    assert waits[2] == timedelta(minutes=2)
    assert waits[-1] == timedelta(hours=6)
    assert timedelta(days=2, hours=12) < clock.now - started < timedelta(days=4)
    assert [m[:2] for m in messages(database)] == [("request", "failed")]
    (line,) = audit(database, "message.failed")
    assert f"niet verzonden aan Loket Werk en Inkomen (werkeninkomen@voorbeeldstad.example) na {MOST_ATTEMPTS}" in line
    assert "neem zelf contact op" in line


def test_when_the_way_out_is_closed_only_one_message_finds_out(
    database: Engine, app: App, outbox: Outbox, letterbox: Letterbox, clock: MovingClock
) -> None:
    letterbox.down = True
    for number in range(20):
        start(app, f"TR-2026-{number:04}", "advance_payment", "wmo_indication")
    assert outbox.deliver_due() == 1
    assert outbox.deliver_due() == 0
    letterbox.down = False
    clock.advance(minutes=2)
    assert outbox.deliver_due() == 40
    assert {m[1] for m in messages(database)} == {"sent"}


def test_a_crash_between_sending_and_recording_repeats_the_same_mail_and_nothing_else(
    database: Engine, app: App, outbox: Outbox, letterbox: Letterbox
) -> None:
    class Killed(BaseException):
        """What a kill -9 looks like from inside: nothing after it runs."""

    def die() -> None:
        raise Killed

    start(app, "TR-2026-0001", "advance_payment")
    letterbox.after_sending = die
    with pytest.raises(Killed):
        outbox.deliver_due()
    assert audit(database, "message.sent") == []
    letterbox.after_sending = lambda: None
    outbox.deliver_due()
    first, second = letterbox.mails
    assert bytes(first).partition(b"Content-Type")[0] == bytes(second).partition(b"Content-Type")[0]
    assert len(audit(database, "message.sent")) == 1
    assert outbox.deliver_due() == 0


def test_two_at_the_same_time_send_it_once(
    database: Engine, config: Config, app: App, outbox: Outbox, letterbox: Letterbox, clock: MovingClock
) -> None:
    other = Letterbox()
    rival = Outbox(database, config, other, clock)
    letterbox.after_sending = lambda: None if rival.deliver_due() == 0 else pytest.fail("sent twice")
    start(app, "TR-2026-0001", "advance_payment")
    outbox.deliver_due()
    assert len(letterbox.mails) == 1
    assert other.mails == []


def test_a_fault_in_one_message_does_not_hold_up_the_others_or_show_its_text(
    database: Engine, app: App, outbox: Outbox, letterbox: Letterbox, monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    start(app, "TR-2026-0001", "advance_payment", "wmo_indication")
    send = letterbox.send

    def broken(mail: EmailMessage) -> tuple[Refusal, ...]:
        if "wmo@" in str(mail["To"]):
            raise ValueError("the text of the message")
        return send(mail)

    monkeypatch.setattr(letterbox, "send", broken)
    assert outbox.deliver_due() == 2
    assert len(letterbox.mails) == 1
    assert [m[2] for m in messages(database) if m[2]] == ["fout in het programma: ValueError"]
    assert "the text of the message" not in caplog.text


def test_what_is_settled_before_it_is_asked_is_not_asked(
    database: Engine, app: App, outbox: Outbox, letterbox: Letterbox
) -> None:
    start(app, "TR-2026-0001", "advance_payment")
    app.cases.record_outcome("TR-2026-0001", "advance_payment", "delivered", by=typed(BY))
    outbox.deliver_due()
    assert letterbox.mails == []
    assert messages(database) == [("request", "void", None)]
    assert audit(database, "message.void") == ["niet verzonden: de voorziening is al geregeld"]


def test_a_refused_address_among_others_is_recorded(
    database: Engine, app: App, outbox: Outbox, letterbox: Letterbox, clock: MovingClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    gone = (Refusal("maatwerk@voorbeeldstad.example", "bestaat niet", final=True),)
    monkeypatch.setattr(letterbox, "send", lambda mail: gone if len(mail["To"].addresses) > 1 else ())
    start(app, "TR-2026-0001", "advance_payment")
    clock.advance(days=20)
    app.time.tick_all()
    outbox.deliver_due()
    assert ("rung", "failed", "niet aangenomen voor maatwerk@voorbeeldstad.example: bestaat niet") in messages(database)
    assert any("niet verzonden aan" in line and "maatwerk@" in line for line in audit(database, "message.failed"))
    assert not any("maatwerk@" in line for line in audit(database, "message.sent"))


@pytest.mark.parametrize(("spread", "minutes"), [(0.0, 0.8), (1.0, 1.2)])
def test_failures_do_not_come_back_all_at_once(spread: float, minutes: float) -> None:
    assert waiting_time(1, spread) == timedelta(minutes=minutes)


def test_hundreds_go_out_each_once(app: App, outbox: Outbox, letterbox: Letterbox) -> None:
    needs = ("advance_payment", "wmo_indication", "special_assistance", "day_activity")
    app.cases.intake_many(
        [IntakeRequest(f"TR-2026-{number:04}", "voluntary", needs) for number in range(100)], by=typed(BY)
    )
    while outbox.deliver_due():
        pass
    assert len(letterbox.mails) == 400
    assert len({mail["Message-ID"] for mail in letterbox.mails}) == 400
