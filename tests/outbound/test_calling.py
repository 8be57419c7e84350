"""The stand-by is called one after the other until somebody takes it up, and what is said names nobody."""

import json
import re
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine, select

from provisions.catalogue import Webhook
from provisions.catalogue.standby import OnCall, StandbyCall
from provisions.cli import checking
from provisions.domain.errors import InvalidInput, NotAllowed
from provisions.domain.standby import ROUNDS
from provisions.machine.link_secrets import LinkSecrets
from provisions.outbound.calling import StandbyCalls, WebhookGateway, try_out
from provisions.outbound.links import Links
from provisions.outbound.outbox import Outbox
from provisions.outbound.transports import UnableToSend
from provisions.store import tables as t
from tests.builders import CONFIG, Town, at, refusal, typed
from tests.conftest import MovingClock
from tests.door import SEALING

HERE = "voorbeeldstad"
FIRST, SECOND = OnCall("Bereikbaarheidsdienst", "088 000 10 03"), OnCall("Achterwacht", "088 000 10 09")
GATEWAY = StandbyCall(
    Webhook("https://bellen.example/oproep", "env:BELLEN"), "088 000 10 08", (FIRST, SECOND), timedelta(minutes=30)
)
WITH_GATEWAY = replace(
    CONFIG,
    organisation=replace(
        CONFIG.organisation,
        municipalities={
            **CONFIG.organisation.municipalities,
            HERE: replace(CONFIG.organisation.municipalities[HERE], standby_call=GATEWAY),
        },
    ),
)


class Ringing:
    """A fake of ``provisions.outbound.calling.Gateway``."""

    def __init__(self) -> None:
        self.called: list[tuple[str, str]] = []
        self.identities: list[str] = []
        self.down = False

    def call(self, to: OnCall, by: StandbyCall, identity: str, now: datetime) -> None:
        assert now.tzinfo is not None
        if self.down:
            raise UnableToSend("webhook https://bellen.example/oproep antwoordt niet op tijd", everything=False)
        self.called.append((to.phone, by.says))
        self.identities.append(identity)


@pytest.fixture
def ringing() -> Ringing:
    return Ringing()


@pytest.fixture
def town(database: Engine, clock: MovingClock) -> Town:
    """At ten in the evening somebody has no bed."""
    town = Town(database, clock, WITH_GATEWAY).on("2026-11-03 22:00")
    town.takes_in("TR-2026-0042", "emergency_shelter")
    return town


@pytest.fixture
def calls(town: Town, ringing: Ringing, clock: MovingClock) -> StandbyCalls:
    return StandbyCalls(town.database, WITH_GATEWAY, ringing, clock)


def at_each(town: Town, calls: StandbyCalls, *moments: str) -> list[int]:
    """How many were called at each moment."""
    found = []
    for moment in moments:
        town.clock.now = at(f"2026-11-{moment}")
        found.append(calls.turn())
    return found


def lines(town: Town) -> list[tuple[str, str]]:
    with town.database.connect() as connection:
        query = select(t.audit.c.what, t.audit.c.because).where(t.audit.c.what.like("standby.%")).order_by(t.audit.c.id)
        return [(row.what, row.because) for row in connection.execute(query)]


def test_the_next_is_called_after_half_an_hour_until_one_takes_it_up(
    town: Town, calls: StandbyCalls, ringing: Ringing
) -> None:
    assert at_each(town, calls, "03 22:01", "03 22:02", "03 22:30", "03 22:31", "03 22:40") == [1, 0, 0, 1, 0]
    assert [phone for phone, _ in ringing.called] == [FIRST.phone, SECOND.phone]
    town.app.standby.acknowledge(HERE, by=typed("achterwacht-1"))
    assert at_each(town, calls, "03 23:59", "04 02:00") == [0, 0]
    assert [what for what, _ in lines(town)] == ["standby.called", "standby.called", "standby.acknowledged"]
    (standing,) = town.app.standby.standing(typed("systeem"))
    assert (standing.acknowledged_by, standing.called, standing.waits) == ("achterwacht-1", 2, False)
    with pytest.raises(NotAllowed, match="geen oproep"):
        town.app.standby.acknowledge(HERE, by=typed("achterwacht-1"))


def test_what_is_said_names_nobody_and_no_reference(town: Town, calls: StandbyCalls, ringing: Ringing) -> None:
    at_each(town, calls, "03 22:01")
    assert {said for _, said in ringing.called} == {"Er ligt een spoedvraag klaar. Bel 088 000 10 08."}
    assert not any("TR-2026-0042" in because for _, because in lines(town))


def test_each_is_called_twice_at_most_and_then_it_shows(town: Town, calls: StandbyCalls, ringing: Ringing) -> None:
    half_hours = ["03 22:01", "03 22:31", "03 23:01", "03 23:31", "04 00:01", "04 00:31"]
    assert sum(at_each(town, calls, *half_hours)) == ROUNDS * 2
    assert len(set(ringing.identities)) == ROUNDS * 2
    (standing,) = town.app.standby.standing(typed("systeem"))
    assert standing.unreached
    assert lines(town)[-1] == (
        "standby.unreached",
        "bereikbaarheidsdienst Voorbeeldstad: niemand pakte het op na 4 oproepen",
    )


def test_a_gateway_that_is_down_is_tried_each_minute_and_counts_no_call(
    town: Town, calls: StandbyCalls, ringing: Ringing
) -> None:
    ringing.down = True
    assert at_each(town, calls, "03 22:01", "03 22:02") == [0, 0]
    (standing,) = town.app.standby.standing(typed("systeem"))
    assert standing.error
    assert standing.waits
    ringing.down = False
    assert at_each(town, calls, "03 22:03", "03 22:04") == [1, 0]
    assert ringing.called[0][0] == FIRST.phone


def test_once_there_is_a_bed_nobody_is_called_any_more(town: Town, calls: StandbyCalls) -> None:
    at_each(town, calls, "03 22:01")
    town.app.cases.record_outcome("TR-2026-0042", "emergency_shelter", "delivered", by=typed("regisseur.noord"))
    assert at_each(town, calls, "03 22:31", "03 23:01") == [0, 0]
    (standing,) = town.app.standby.standing(typed("systeem"))
    assert not standing.waits
    assert not standing.unreached


def test_nobody_is_called_for_a_client_who_sleeps_inside_though_the_shelter_is_open(
    town: Town, calls: StandbyCalls
) -> None:
    """Arrived for the night; the promise is late, and its rungs go on: they need no bed tonight."""
    at_each(town, calls, "03 22:01")
    town.app.cases.milestone("TR-2026-0042", "emergency_shelter", "arrived", by=typed("regisseur.noord"))
    before = town.letters_to("bereikbaarheidsdienst")
    assert at_each(town, calls, "03 22:31") == [0]
    town.on("2026-11-07 00:01")
    assert calls.turn() == 0
    (late,) = town.app.views.overdue()
    assert [rung["rung"] for rung in late.as_json()["rungs"]] == ["doorbraaktafel", "maatwerkloket"]
    assert town.letters_to("bereikbaarheidsdienst") == before


def test_the_letter_to_the_stand_by_has_a_link_to_take_the_call_up_where_there_is_a_gateway(
    database: Engine, clock: MovingClock
) -> None:
    links = Links("https://regio.example", LinkSecrets(SEALING))
    town = Town(database, clock, WITH_GATEWAY).on("2026-11-03 22:00")
    town.outbox = Outbox(database, WITH_GATEWAY, town.letterbox, clock, links=links)
    town.takes_in("TR-2026-0042", "emergency_shelter")
    (letter,) = town.letters_to("bereikbaarheidsdienst")
    (secret,) = re.findall(r"https://regio\.example/oproep/(\S+)", letter.text)
    link = town.app.standby.by_link(secret, LinkSecrets(SEALING))
    assert link is not None
    assert link.municipality == HERE
    assert "/antwoord/" not in letter.text
    town.outbox = Outbox(database, CONFIG, town.letterbox, clock, links=links)
    town.takes_in("TR-2026-0043", "emergency_shelter")
    assert "regio.example" not in town.letters_to("bereikbaarheidsdienst")[-1].text


def test_by_day_and_without_a_gateway_nobody_is_called(database: Engine, clock: MovingClock, ringing: Ringing) -> None:
    town = Town(database, clock, WITH_GATEWAY).on("2026-11-03 10:00")
    town.takes_in("TR-2026-0001", "emergency_shelter")
    assert StandbyCalls(database, WITH_GATEWAY, ringing, clock).turn() == 0
    assert not StandbyCalls(database, CONFIG, ringing, clock).is_needed


def test_the_gateway_gets_a_signed_event_with_a_number_and_a_text_only() -> None:
    class Kept:
        body = b""

        def deliver(self, webhook: Webhook, identity: str, body: bytes) -> None:
            assert (webhook, identity) == (GATEWAY.webhook, "een id")
            self.body = body

    kept = Kept()
    WebhookGateway(CONFIG.organisation, kept).call(FIRST, GATEWAY, "een id", at("2026-11-03 22:01"))
    event = json.loads(kept.body)
    assert event["data"] == {"telefoon": FIRST.phone, "tekst": GATEWAY.says}
    assert event["id"] == "een id"


def test_check_has_the_first_of_each_stand_by_called_and_says_so_or_what_keeps_it(
    ringing: Ringing, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert try_out(WITH_GATEWAY, ringing, at("2026-11-03 12:00")) == ["Voorbeeldstad"]
    assert ringing.called == [(FIRST.phone, GATEWAY.says)]
    assert isinstance(refusal(lambda: checking._called(CONFIG)), InvalidInput)
    monkeypatch.setenv("BELLEN", "een geheim van ten minste tweeendertig tekens")
    nowhere = replace(GATEWAY, webhook=Webhook("http://127.0.0.1:9/oproep", "env:BELLEN"))
    place = replace(CONFIG.organisation.municipalities[HERE], standby_call=nowhere)
    places = {**CONFIG.organisation.municipalities, HERE: place}
    away = replace(CONFIG, organisation=replace(CONFIG.organisation, municipalities=places))
    refused = refusal(lambda: checking._called(away))
    assert (refused.exit_code, "Bellen lukte niet" in str(refused)) == (5, True)
