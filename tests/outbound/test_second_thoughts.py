"""Acts that undo each other send no letters that cancel each other, and the record says why each was not sent."""

from datetime import timedelta
from email.message import EmailMessage

import pytest
from sqlalchemy import Engine

from provisions.database.connect import pooled
from provisions.outbound.outbox import Outbox
from provisions.outbound.transports import Refusal, UnableToSend
from provisions.store.backlog import backlog
from provisions.views.messages import Messages
from tests.builders import (
    CENTRAL_DESK,
    CONFIG,
    CaseFile,
    Letterbox,
    Town,
    at,
    day,
    on_a_page,
    typed,
    with_central_desk,
)
from tests.conftest import MovingClock

KEY = "advance_payment"
SHELTER = "emergency_shelter"
COUNTER = "werkeninkomen"


@pytest.fixture
def town(database: Engine, clock: MovingClock) -> Town:
    return Town(database, clock).on("2026-11-03 10:00")


@pytest.fixture
def case(town: Town) -> CaseFile:
    return town.takes_in("TR-2026-0042", KEY)


class Away(Letterbox):
    """Can't be reached until it can."""

    away = True

    def send(self, mail: EmailMessage) -> tuple[Refusal, ...]:
        if self.away:
            raise UnableToSend("mailserver nergens is niet bereikbaar")
        return super().send(mail)


def subjects(town: Town) -> list[str]:
    return [letter.subject for letter in town.letters_to(COUNTER)]


def unsent(town: Town) -> list[str]:
    lines = town.app.views.audit("TR-2026-0042")
    return [entry.because for entry in lines if entry.what == "message.void"]


def reopened(case: CaseFile) -> CaseFile:
    return case.does("reopen", KEY, reason="vergissing")


def test_a_withdrawal_and_its_undoing_in_one_minute_are_no_letters(town: Town, case: CaseFile) -> None:
    for _ in range(2):
        reopened(case.does_without(KEY))
    town.on("2026-11-03 10:05")
    assert subjects(town) == ["Verzoek TR-2026-0042 · uiterlijk 10 november"]
    assert sorted(unsent(town)) == [
        *["niet verzonden: de voorziening is toch nodig"] * 2,
        *["niet verzonden: het loket weet niet beter dan dat het gevraagd is"] * 2,
    ]


def test_a_counter_that_was_told_otherwise_gets_one_word_and_not_the_whole_request(town: Town, case: CaseFile) -> None:
    case.does_without(KEY)
    town.on("2026-11-03 10:01")
    reopened(case)
    assert subjects(town)[1:] == [
        "Verzoek vervalt TR-2026-0042 · 3 november",
        "Toch weer nodig TR-2026-0042 · uiterlijk 10 november",
    ]
    said = " ".join(town.letters_to(COUNTER)[-1].text.split())
    assert "Ons eerdere verzoek voor de inwoner met referentie TR-2026-0042 geldt toch: voorschot" in said
    assert "uiterlijk 10 november 2026" in said
    assert "Wat vragen wij?" not in said


def test_a_delivery_by_mistake_is_nothing_to_the_counter(town: Town, case: CaseFile) -> None:
    for _ in range(2):
        reopened(case.gets(KEY))
    town.on("2026-11-03 12:00")
    assert len(subjects(town)) == 1


def test_what_turns_out_not_to_be_there_days_later_is_said_in_one_word(town: Town, case: CaseFile) -> None:
    case.gets(KEY)
    town.on("2026-11-05 10:00")
    reopened(case)
    said = " ".join(town.letters_to(COUNTER)[-1].text.split())
    assert "Wij dachten dat dit geregeld was, maar dat is niet zo." in said
    assert "Wat vragen wij?" not in said


def test_a_counter_that_was_never_asked_is_not_told_that_it_need_not(town: Town, case: CaseFile) -> None:
    """The mail server was away all the time."""
    town.app.cases.add("TR-2026-0042", ["wmo_indication"], by=typed("regisseur.noord"))
    case.does_without("wmo_indication")
    town.on("2026-11-03 10:05")
    assert town.letters_to("wmo") == []
    assert unsent(town) == [
        "niet verzonden: de voorziening is niet meer nodig",
        "niet verzonden: het loket is hier niets gevraagd",
    ]


def test_a_withdrawal_that_stays_is_told_within_a_minute(town: Town, case: CaseFile) -> None:
    case.does_without(KEY)
    assert len(subjects(town)) == 1
    town.on("2026-11-03 10:01")
    assert subjects(town)[-1] == "Verzoek vervalt TR-2026-0042 · 3 november"


def test_there_and_back_again_before_anything_left_is_no_letter(town: Town, case: CaseFile) -> None:
    town.app.cases.transfer("TR-2026-0042", "duinrade", by=typed("regisseur.noord"))
    town.clock.now += timedelta(minutes=1)
    case.does("decline", because="not_living_here")
    town.on("2026-11-03 10:10")
    there = [x.subject for x in town.letters if x.to.endswith("duinrade.example")]
    assert there == ["Niet overgedragen TR-2026-0042 · 3 november"], "to the director: no counter heard of it"
    assert len(subjects(town)) == 1, "the request stands"


def test_what_is_sent_again_is_judged_by_what_was_known_before_it(town: Town, case: CaseFile, database: Engine) -> None:
    case.does_without(KEY)
    town.on("2026-11-03 10:01")
    found = Messages(pooled(database), CONFIG).found(reference="TR-2026-0042")
    cancelled = next(message for message in found if message.kind == "cancelled")
    town.app.resending.resend(str(cancelled.id), by=typed("teamleider-1"))
    town.on("2026-11-03 10:02")
    assert [s.partition(" TR")[0] for s in subjects(town)] == ["Verzoek", "Verzoek vervalt", "Verzoek vervalt"]


def test_what_waits_on_purpose_is_no_slow_post_and_what_should_have_left_is(
    town: Town, case: CaseFile, database: Engine
) -> None:
    def slow() -> tuple[int, float]:
        waiting = backlog(database, town.clock.now)
        return waiting.messages_slow, waiting.messages_pending_seconds

    town.app.cases.record_outcome(case.reference, KEY, "withdrawn", by=on_a_page("regisseur.noord"))
    town.takes_in("TR-2026-0043", "special_assistance").does(
        "suspend", "special_assistance", reason="client_asks", until=day("2026-11-12")
    )
    town.clock.now += timedelta(minutes=4)
    assert slow() == (0, 0), "one waits five minutes, the other for the overview of its day"
    town.clock.now += timedelta(minutes=4)
    assert slow() == (1, 180)
    town.on("2026-11-03 10:10")
    assert slow() == (0, 0)
    town.clock.now = at("2026-11-04 07:35")
    assert slow() == (1, 300)


def test_a_central_desk_that_is_asked_late_is_asked_for_the_new_day_and_hears_it_once(
    database: Engine, clock: MovingClock
) -> None:
    """The mail server was away while the day moved."""
    town = Town(database, clock, with_central_desk(CONFIG)).on("2026-11-03 10:00")
    case = town.takes_in("TR-2026-0042", SHELTER, needed_from={SHELTER: day("2026-11-27")})
    letterbox = Away()
    town.on("2026-11-20 10:00").outbox = Outbox(database, with_central_desk(CONFIG), letterbox, clock)
    case.does("submit", SHELTER, "submitted", reason="nergens plek", by="maatwerk-1")
    town.on("2026-11-20 10:20")
    case.does("move", SHELTER, day("2026-12-02"))
    town.on("2026-11-20 10:40")
    letterbox.away, town.letterbox = False, letterbox
    town.on("2026-11-20 14:00")
    heard = [letter.subject for letter in town.letters_to(CENTRAL_DESK.email)]
    assert heard == ["Plek nodig TR-2026-0042 · 2 december"]
    assert "niet verzonden: het centrale loket is al voor deze datum gevraagd" in unsent(town)
    for moved in ("2026-12-04", "2026-12-02"):
        case.does("move", SHELTER, day(moved))
        town.on(f"{town.clock.now + timedelta(hours=2):%Y-%m-%d %H:%M}")
    heard = [letter.subject for letter in town.letters_to(CENTRAL_DESK.email)][1:]
    assert heard == [f"Nieuwe datum TR-2026-0042 · uiterlijk {n} december" for n in (4, 2)], "back again is told too"
