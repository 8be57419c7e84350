"""Who hears what of each event (domain.md, "Who hears what"), and when a letter waits for second thoughts."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine, select

from provisions.catalogue import Config
from provisions.database.connect import pooled
from provisions.domain import lifecycle
from provisions.domain.absences import Absence, Absences
from provisions.domain.case import Answer, Reason, Suspension
from provisions.domain.lifecycle import Ending, Moment, Via
from provisions.domain.rules import OutcomeName
from provisions.domain.rungs import RungName
from provisions.outbound.days import DaysOverviews
from provisions.store import tables as t
from provisions.views.messages import Messages
from tests.builders import CONFIG, DIRECTOR, Client, Letter, Town, a_client, at, day, on_a_page, typed
from tests.conftest import MovingClock

KEY = "advance_payment"
COUNTER = "werkeninkomen"
COLLEAGUE = "regisseur.zuid"


def with_director(client: Client) -> Client:
    client.case = replace(client.case, director=DIRECTOR)
    return client


class Ear:
    """What is asked for from here on."""

    def __init__(self, client: Client) -> None:
        self._client, self._from = client, len(client.messages)

    def __call__(self, key: str | None = None) -> set[tuple[str, str | None]]:
        return {
            (m.kind, m.detail)
            for m in self._client.messages[self._from :]
            if key is None or (m.key and m.key.key == key)
        }


def by(client: Client, who: str, via: Via = Via.SHELL) -> Moment:
    return Moment(client.now, who, client.catalogue, via)


def late(key: str = KEY) -> Client:
    """A client whose advance lies with the officer, by way of the doorbraaktafel."""
    return with_director(a_client().needs(key)).lives_until("2026-11-20 10:00")


# --- the tables and the desk -----------------------------------------------------------------------------------------


def test_a_delivery_reaches_every_table_and_desk_that_was_asked() -> None:
    client = late()
    client.hears(KEY, RungName.DOORBRAAKTAFEL, Answer.PRIORITY)
    client.submits(KEY)
    ear = Ear(client)
    client.gets(KEY)
    assert ear() == {("settled", "doorbraaktafel"), ("settled", "maatwerkloket"), ("settled_desk", None)}
    ear = Ear(client)
    client.reopens(KEY)
    open_again = {("unsettled", "doorbraaktafel"), ("unsettled", "maatwerkloket"), ("unsettled_desk", None)}
    assert open_again <= ear(), "and each of them that it is open again"


def test_what_is_not_needed_any_more_reaches_who_has_it_and_no_other_table() -> None:
    client = late()
    ear = Ear(client)
    client.does_without(KEY)
    assert {m for m in ear() if m[0] != "cancelled"} == {("settled", "maatwerkloket")}


def test_the_end_of_a_case_reaches_counters_and_who_has_it_and_the_director_once() -> None:
    client = with_director(a_client().needs(KEY, "wmo_indication")).lives_until("2026-11-12 10:00")
    ear = Ear(client)
    ending = Ending("died", client.today)
    client._do(lifecycle.close(client.case, ending, by(client, COLLEAGUE)))
    assert {("cancelled", None), ("settled", "doorbraaktafel")} <= ear(KEY)
    assert ("cancelled", None) in ear("wmo_indication")
    assert [m.kind for m in client.messages].count("recorded") == 1
    ear = Ear(client)
    client.ended_by_mistake()
    assert ear() == {("again", "ended"), ("unsettled", "doorbraaktafel")}, (
        "who heard that it ended hears that it did not"
    )


# --- the director ----------------------------------------------------------------------------------------------------


def test_the_director_hears_what_another_did_and_not_what_he_did_himself() -> None:
    for who, expected in ((DIRECTOR, set()), (COLLEAGUE, {("recorded", "delivered")})):
        client = with_director(a_client().needs(KEY))
        ear = Ear(client)
        moment = by(client, who)
        client._do(
            lifecycle.record_outcome(client.case, client.which(KEY), OutcomeName.DELIVERED, moment, client.today, {})
        )
        assert ear() == expected
    client = with_director(a_client().needs(KEY))
    ear = Ear(client)
    absent = Absence(DIRECTOR, COLLEAGUE, client.today, client.today)
    moment = replace(by(client, COLLEAGUE), absences=Absences([absent]))
    client._do(
        lifecycle.record_outcome(client.case, client.which(KEY), OutcomeName.DELIVERED, moment, client.today, {})
    )
    assert ear() == set(), "who deputises knows"
    client = with_director(a_client().needs(KEY))
    ear = Ear(client)
    moment = replace(by(client, DIRECTOR), absences=Absences([absent]))
    client._do(
        lifecycle.record_outcome(client.case, client.which(KEY), OutcomeName.DELIVERED, moment, client.today, {})
    )
    assert ear() == {("recorded", "delivered")}, "and who deputises hears what the director did from home"


def test_a_ready_card_is_one_letter_to_the_director_also_when_another_recorded_it() -> None:
    client = with_director(a_client().needs("id_document"))
    ear = Ear(client)
    moment = by(client, COLLEAGUE)
    client._do(
        lifecycle.record_outcome(
            client.case, client.which("id_document"), OutcomeName.DELIVERED, moment, client.today, {}
        )
    )
    assert ear() == {("ready", None)}


def test_a_refusal_reaches_the_director_at_once_by_whatever_door() -> None:
    client = with_director(a_client().needs(KEY))
    moment = by(client, DIRECTOR, Via.WEB)
    client._do(lifecycle.record_outcome(client.case, client.which(KEY), OutcomeName.REFUSED, moment, client.today, {}))
    (told,) = client.sent("refused")
    assert told.wait == timedelta()


def test_what_goes_to_a_table_reaches_the_director_too_and_once() -> None:
    client = with_director(a_client(municipality="havenmeer").needs(KEY)).lives_until("2026-11-20 10:00")
    tables = [(m.detail, m.key) for m in client.sent("rung") if m.detail in ("doorbraaktafel", "regional")]
    assert len(tables) == 2
    assert [(m.detail, m.key) for m in client.sent("climbed")] == tables, (
        "her reminder and the judgement are hers already"
    )


def test_a_refusal_that_goes_to_the_doorbraaktafel_is_one_letter_to_the_director() -> None:
    client = with_director(a_client(municipality="havenmeer").needs(KEY))
    client.is_refused(KEY)
    client.lives_until("2026-11-02 10:00")
    assert [m.detail for m in client.sent("rung")] == ["doorbraaktafel"]
    assert not client.sent("climbed"), "her letter of the refusal says that the doorbraaktafel has it"
    client.lives_until("2026-11-20 10:00")
    assert [m.detail for m in client.sent("climbed")] == ["regional"]


# --- a new day -------------------------------------------------------------------------------------------------------


def stops(client: Client, key: str, until: str, who: str = DIRECTOR) -> None:
    suspension = Suspension(client.today, day(until), Reason.CLIENT_ASKS)
    client._do(lifecycle.suspend(client.case, client.which(key), suspension, by(client, who), None))


def test_a_new_day_nearby_is_told_at_once_and_one_far_off_in_the_overview() -> None:
    client = with_director(a_client().needs(KEY, "special_assistance"))
    ear = Ear(client)
    stops(client, KEY, "2026-11-12")
    stops(client, "special_assistance", "2026-11-12")
    assert ear(KEY) == {("new_day", "2026-11-09")}
    assert ear("special_assistance") == {("new_day_listed", "2026-11-16")}
    (listed,) = client.sent("new_day_listed")
    assert client.now + listed.wait == at("2026-11-03 07:30")


def test_the_overview_of_friday_goes_on_monday() -> None:
    client = with_director(a_client("2026-11-06 16:00").needs("special_assistance"))
    stops(client, "special_assistance", "2026-11-12")
    (listed,) = client.sent("new_day_listed")
    assert client.now + listed.wait == at("2026-11-09 07:30")


def test_the_table_that_has_it_and_a_director_who_did_not_do_it_hear_the_new_day() -> None:
    client = with_director(a_client().needs(lifecycle.Need("social_network", agreed=day("2026-11-10"))))
    client.lives_until("2026-11-12 10:00")
    ear = Ear(client)
    client._do(
        lifecycle.agree(
            client.case, client.which("social_network"), day("2026-11-25"), by(client, COLLEAGUE), client.today
        )
    )
    assert ear() == {("new_day", "2026-11-10"), ("new_day_table", "doorbraaktafel"), ("recorded", "new_day")}


def test_a_stop_that_moves_nothing_tells_nobody() -> None:
    client = with_director(a_client().needs(KEY)).lives_until("2026-11-12 10:00")
    ear = Ear(client)
    stops(client, KEY, "2026-11-20")
    assert ear() == set(), "it began after D, so D is what it was"


# --- an answer -------------------------------------------------------------------------------------------------------


def test_an_answer_reaches_the_counter_with_what_to_do_and_the_director() -> None:
    client = with_director(a_client().needs(KEY)).lives_until("2026-11-12 10:00")
    ear = Ear(client)
    client.hears(KEY, RungName.DOORBRAAKTAFEL, Answer.CUSTOMISED_BUDGET)
    assert ear() == {("decided", "doorbraaktafel"), ("answer", "doorbraaktafel")}


# --- second thoughts -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("via", "minutes"),
    [(Via.SHELL, 0.5), (Via.WEB, 5), (Via.LINK, 5), (Via.PREFECT, 0.5), (Via.CASE_SYSTEM, 5)],
)
def test_a_letter_waits_for_who_does_not_type_in_the_shell(via: Via, minutes: float) -> None:
    client = with_director(a_client().needs(KEY))
    moment = by(client, DIRECTOR, via)
    client._do(
        lifecycle.record_outcome(client.case, client.which(KEY), OutcomeName.WITHDRAWN, moment, client.today, {})
    )
    (cancelled,) = client.sent("cancelled")
    assert cancelled.wait == timedelta(minutes=minutes)


def test_intake_shelter_and_the_clock_never_wait() -> None:
    client = a_client()
    needs = [lifecycle.Need("emergency_shelter"), lifecycle.Need(KEY)]
    client._do(lifecycle.open_case(client.case, needs, by(client, DIRECTOR, Via.WEB)))
    assert {m.wait for m in client.messages} == {timedelta()}, "intake"
    with_director(client)
    ear = len(client.messages)
    moment = by(client, COLLEAGUE, Via.WEB)
    shelter = client.which("emergency_shelter")
    client._do(lifecycle.record_outcome(client.case, shelter, OutcomeName.DELIVERED, moment, client.today, {}))
    assert {m.wait for m in client.messages[ear:]} == {timedelta()}, "shelter"
    ear = len(client.messages)
    client.lives_until("2026-11-12 10:00")
    assert client.messages[ear:]
    assert {m.wait for m in client.messages[ear:]} == {timedelta()}, "the clock"


@pytest.fixture
def town(database: Engine, clock: MovingClock) -> Town:
    return Town(database, clock).on("2026-11-03 10:00")


def texts(letters: list[Letter]) -> str:
    return " ".join(" ".join(letter.text.split()) for letter in letters)


def test_what_is_taken_back_within_the_wait_sends_nothing_and_does_not_hold_up_the_clock(town: Town) -> None:
    case = town.takes_in("TR-2026-0042", KEY)
    town.on("2026-11-10 23:58")
    town.app.cases.record_outcome(case.reference, KEY, "withdrawn", by=on_a_page(DIRECTOR))
    town.app.cases.reopen(case.reference, KEY, reason="vergissing", by=on_a_page(DIRECTOR))
    town.on("2026-11-11 00:01")
    assert [x.subject for x in town.letters_to("doorbraaktafel")] == [
        "Doorbraaktafel TR-2026-0042 · te laat sinds 11 november"
    ], "the clock does not wait for second thoughts"
    town.on("2026-11-11 00:10")
    assert [x.subject for x in town.letters_to(COUNTER)] == ["Verzoek TR-2026-0042 · uiterlijk 10 november"]


def test_one_overview_a_day_for_each_counter(town: Town, database: Engine) -> None:
    for number in (41, 42, 43):
        town.takes_in(f"TR-2026-00{number}", "special_assistance")
    for number in (41, 42, 43):
        town.app.cases.suspend(
            f"TR-2026-00{number}",
            "special_assistance",
            reason="client_asks",
            until=day("2026-11-12"),
            by=typed(DIRECTOR),
        )
    town.on("2026-11-03 10:05")
    town.app.cases.resume("TR-2026-0043", "special_assistance", by=typed(DIRECTOR))
    asked = len(town.letters)
    town.on("2026-11-03 18:00")
    assert len(town.letters) == asked, "nothing goes by itself"
    town.on("2026-11-04 07:30").on("2026-11-04 07:31")
    (overview,) = town.letters[asked:]
    assert (overview.to, overview.subject) == ("werkeninkomen@voorbeeldstad.example", "Nieuwe datums · 4 november")
    said = texts([overview])
    assert "2 verzoeken van gemeente Voorbeeldstad" in said
    assert "TR-2026-0041: bijzondere bijstand, nu uiterlijk 25 november 2026. Tot 12 november 2026" in said
    assert "TR-2026-0043" not in said, "whose day is what it was has nothing to say"
    with database.connect() as connection:
        rows = connection.execute(select(t.message.c.status).where(t.message.c.kind == "new_day_listed")).scalars()
        assert set(rows) == {"void"}
    assert any(
        e.because == "staat in het overzicht aan Loket Werk en Inkomen" for e in town.app.views.audit("TR-2026-0041")
    )
    town.on("2026-11-05 08:00")
    assert len(town.letters) == asked + 1, "it is said once"


def test_the_letters_say_what_they_are_for(town: Town) -> None:
    case = town.takes_in("TR-2026-0042", KEY)
    town.on("2026-11-13 10:00")
    case.does("answer", KEY, "doorbraaktafel", "customised_budget", by=COLLEAGUE)
    counter = texts(town.letters_to(COUNTER)[-1:])
    assert "De doorbraaktafel besloot: maatwerkbudget" in counter
    assert "Er mag geld voor worden gebruikt" in counter
    assert "antwoordde: maatwerkbudget" in texts(town.letters_to("regisseur.noord")[-1:])
    case.is_refused(KEY)
    told = [letter.subject for letter in town.letters_to("regisseur.noord")]
    assert "Afgewezen TR-2026-0042 · bezwaar tot en met 28 december" in told
    case.gets(KEY)
    table = town.letters_to("doorbraaktafel")[-1]
    assert table.subject == "U hoeft niets meer te doen TR-2026-0042 · 13 november"
    assert "voorschot is geregeld op 13 november 2026" in texts([table])
    town.on("2026-11-13 10:01")
    case.does("reopen", KEY, reason="het bleek niet te kloppen")
    table = town.letters_to("doorbraaktafel")[-1]
    assert table.subject == "Toch weer open TR-2026-0042 · 13 november"
    assert "U antwoordde: maatwerkbudget. Dat antwoord blijft staan" in texts([table])
    heard = len(town.letters_to("doorbraaktafel"))
    town.on("2026-11-13 10:02")
    case.gets(KEY)
    town.on("2026-11-13 10:03")
    case.does("reopen", KEY, reason="het bleek niet te kloppen")
    assert [letter.subject[:4] for letter in town.letters_to("doorbraaktafel")[heard:]] == ["U ho", "Toch"]


def test_a_table_that_never_heard_it_was_done_does_not_hear_that_it_is_open_again(town: Town) -> None:
    town.takes_in("TR-2026-0042", KEY)
    town.on("2026-11-13 10:00")
    heard = len(town.letters_to("doorbraaktafel"))
    someone = on_a_page(DIRECTOR)
    town.app.cases.record_outcome("TR-2026-0042", KEY, "delivered", by=someone)
    town.app.cases.reopen("TR-2026-0042", KEY, reason="het bleek niet te kloppen", by=someone)
    town.on("2026-11-13 10:10")
    assert len(town.letters_to("doorbraaktafel")) == heard
    voids = [e.because for e in town.app.views.audit("TR-2026-0042") if e.what == "message.void"]
    assert any("het loopt toch door" in why for why in voids)
    assert any("niet geschreven dat het klaar was" in why for why in voids)


def without_counter(place: str, counter: str) -> Config:
    """The configuration, after somebody took a counter out of it."""
    there = CONFIG.organisation.municipalities[place]
    fewer = replace(there, counters={key: one for key, one in there.counters.items() if key != counter})
    municipalities = {**CONFIG.organisation.municipalities, place: fewer}
    return replace(CONFIG, organisation=replace(CONFIG.organisation, municipalities=municipalities))


def test_a_counter_that_is_gone_from_the_configuration_stops_no_other_overview(
    town: Town, database: Engine, clock: MovingClock
) -> None:
    for reference, key in (("TR-2026-0041", "special_assistance"), ("TR-2026-0042", "day_activity")):
        case = town.takes_in(reference, key)
        case.does("suspend", key, reason="client_asks", until=day("2026-11-12"))
    asked = len(town.letters)
    town.days = DaysOverviews(database, without_counter("voorbeeldstad", "activering"), clock)
    town.on("2026-11-04 07:30").on("2026-11-04 07:31")
    assert [letter.to for letter in town.letters[asked:]] == ["werkeninkomen@voorbeeldstad.example"]
    for minutes in (35, 45):
        town.on(f"2026-11-04 07:{minutes}")
    assert len(town.letters) == asked + 1
    (stuck,) = Messages(pooled(database), CONFIG).found(undelivered=True)
    assert (stuck.reference, stuck.kind, stuck.status) == ("TR-2026-0042", "new_day_listed", "pending")
    assert stuck.error == "organisation.toml, [municipality.voorbeeldstad.counters]: voeg loket 'activering' weer toe."
    town.days = DaysOverviews(database, CONFIG, clock)
    town.on("2026-11-04 09:00")
    assert [letter.to for letter in town.letters[asked + 1 :]] == ["activering@voorbeeldstad.example"]


def test_lines_about_a_message_say_of_which_round_it_is(town: Town, database: Engine) -> None:
    case = town.takes_in("TR-2026-0042", "special_assistance").gets("special_assistance")
    town.on("2026-11-03 10:05")
    case.does("again", "special_assistance", reason="new_costs", purpose="clothing")
    case.does("suspend", "special_assistance#2", reason="client_asks", until=day("2026-11-12"))
    town.on("2026-11-04 07:31")
    found = Messages(pooled(database), CONFIG).found(reference="TR-2026-0042", status="sent")
    second = next(m for m in found if m.kind == "request")
    town.app.resending.resend(str(second.id), by=typed("teamleider-1"))
    rounds = {e.what: e.data.get("round") for e in town.app.views.audit("TR-2026-0042")}
    assert (rounds["message.listed"], rounds["message.resend"]) == (2, 2)
