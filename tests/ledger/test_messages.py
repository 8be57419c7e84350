"""What could not be delivered is seen and sent again."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import Engine, select, update

from provisions.database.connect import pooled
from provisions.domain.delivery import MOST_ATTEMPTS, MessageStatus
from provisions.domain.errors import InvalidInput, NotAllowed, NotFound
from provisions.outbound.outbox import Outbox
from provisions.store import tables as t
from provisions.views.messages import Messages
from tests.builders import CONFIG, Town, typed
from tests.conftest import MovingClock
from tests.ledger.conftest import verified
from tests.outbound.conftest import Letterbox


@pytest.fixture
def messages(database: Engine) -> Messages:
    return Messages(pooled(database), CONFIG)


@pytest.fixture
def given_up(town: Town, clock: MovingClock) -> Letterbox:
    """The counter of one provision refused everything for three days. Its letterbox may accept again."""
    letterbox = Letterbox()
    letterbox.refuses = {"burgerzaken@voorbeeldstad.example"}
    town.outbox = Outbox(town.database, CONFIG, letterbox, clock)
    town.takes_in("TR-2026-0001", "id_document", "emergency_shelter")
    for _ in range(MOST_ATTEMPTS):
        clock.advance(hours=8)
        town.outbox.deliver_due()
    return letterbox


def test_what_was_given_up_is_listed_with_the_reason(given_up: Letterbox, messages: Messages) -> None:
    assert given_up.refuses
    (failed,) = messages.found(undelivered=True)
    assert (failed.reference, failed.key, failed.status) == ("TR-2026-0001", "id_document", MessageStatus.FAILED)
    assert failed.error
    assert [m.id for m in messages.found(status="failed")] == [failed.id]
    assert len(messages.found(status="sent")) >= 1
    assert messages.found(municipality="havenmeer") == []
    assert messages.one(str(failed.id)[:8]).id == failed.id
    json.dumps(failed.as_json(body=True))


def test_sent_again_it_goes_out_under_the_same_message_id_and_is_recorded(
    town: Town, given_up: Letterbox, messages: Messages
) -> None:
    (failed,) = messages.found(undelivered=True)
    given_up.refuses = set()
    again = town.app.resending.resend(str(failed.id), by=typed("teamleider-1"))
    assert (again.status, again.attempts) == (MessageStatus.PENDING, 0)
    town.outbox.deliver_due()
    assert messages.one(str(failed.id)).status is MessageStatus.SENT
    assert str(failed.id) in str(given_up.mails[-1]["Message-ID"])
    line = next(e for e in town.app.views.audit("TR-2026-0001") if e.what == "message.resend")
    assert (line.by, line.key, line.message) == ("teamleider-1", "id_document", failed.id)
    assert verified(town.database).whole


def test_a_message_that_keeps_failing_is_seen_before_it_is_given_up(
    town: Town, messages: Messages, database: Engine
) -> None:
    town.takes_in("TR-2026-0001", "id_document")
    with database.begin() as connection:
        connection.execute(update(t.message).values(status="pending", attempts=3, error="mailserver weigert"))
        provision = connection.execute(select(t.provision.c.id)).scalar_one()
    assert [m.attempts for m in messages.undelivered([provision])[provision]] == [3]


def test_the_run_says_that_a_message_did_not_arrive_until_it_did(
    town: Town, given_up: Letterbox, messages: Messages, database: Engine
) -> None:
    with database.connect() as connection:
        provision = connection.execute(select(t.provision.c.id).where(t.provision.c.key == "id_document")).scalar_one()
    view = town.app.run_views.of(provision)
    assert view.message.startswith("Een bericht is niet bezorgd: bel zelf")
    assert "niet-bezorgd" in view.tags
    given_up.refuses = set()
    town.app.resending.resend(str(messages.found(undelivered=True)[0].id), by=typed("teamleider-1"))
    town.outbox.deliver_due()
    again = town.app.run_views.of(provision)
    assert again.generation > view.generation
    assert "niet bezorgd" not in again.message
    assert "niet-bezorgd" not in again.tags


def test_what_can_not_be_sent_again_is_refused(town: Town, messages: Messages, database: Engine) -> None:
    town.takes_in("TR-2026-0001", "id_document")
    (message,) = messages.found()
    with database.begin() as connection:
        connection.execute(update(t.message).values(status="void"))
    with pytest.raises(NotAllowed, match="niet meer nodig"):
        town.app.resending.resend(str(message.id), by=typed("teamleider-1"))
    with pytest.raises(InvalidInput, match="code"):
        town.app.resending.resend(str(message.id), by=typed("Jan Jansen"))
    for unknown in ("", "12", "zzzzzzzz", "%%%%%%%%", "00000000-0000-0000-0000-000000000000"):
        with pytest.raises(NotFound, match="is er niet"):
            messages.one(unknown)
    with pytest.raises(InvalidInput, match="pending"):
        messages.found(status="weg")


def test_waiting_longer_than_the_next_try_is_not_needed(
    town: Town, messages: Messages, clock: MovingClock, database: Engine
) -> None:
    town.takes_in("TR-2026-0001", "id_document")
    with database.begin() as connection:
        connection.execute(update(t.message).values(status="pending", next_try=clock.now + timedelta(hours=6)))
    (message,) = messages.found()
    town.app.resending.resend(str(message.id), by=typed("teamleider-1"))
    town.outbox.deliver_due()
    assert messages.one(str(message.id)).status is MessageStatus.SENT
