"""The escalation ladder, rung by rung (domain.md, "The ladder" and rule 6)."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisions.domain import ladder
from provisions.domain.calendar import day_of
from provisions.domain.case import Answer, Rung
from provisions.domain.deadlines import Situation
from provisions.domain.lifecycle import Need
from provisions.domain.rules import Brp
from provisions.domain.rungs import RungName
from tests.builders import CATALOGUE, KEYS, Client, a_client, at, day, midnight

ALL_PRESENT = frozenset(KEYS)
ORDER = [rung.value for rung in RungName]
AGREED = {"housing", "social_network"}
TOWNS = ("voorbeeldstad", "havenmeer")  # the second has a regional table


def alone(key: str, on: str = "2026-11-02 09:00", agreed: str = "2026-12-01", **known: Any) -> Client:
    """A client with one need that can start at once."""
    client = a_client(on, present=ALL_PRESENT - {key}, **known)
    return client.needs(Need(key, agreed=day(agreed) if key in AGREED else None))


# --- when each rung is due -------------------------------------------------------------------------------------------

# Taken in on Monday 2 November 2026, no holidays until Christmas: due date; reminder, doorbraaktafel, national desk.
TABLE = """
    id_document         2026-11-09   2026-11-05  2026-11-10  2026-11-17
    postal_address      2026-11-04   -           2026-11-05  2026-11-10
    emergency_shelter   2026-11-02   -           2026-11-03  2026-11-05
    housing             2026-12-01   2026-11-30  2026-12-02  2026-12-09
    day_activity        2026-11-16   2026-11-13  2026-11-17  2026-11-24
    advance_payment     2026-11-09   2026-11-06  2026-11-10  2026-11-17
    benefit_decision    2026-11-16   2026-11-13  2026-11-17  2026-11-24
    special_assistance  2026-11-16   2026-11-13  2026-11-17  2026-11-24
    debt_counselling    2026-11-30   2026-11-27  2026-12-01  2026-12-08
    wmo_indication      2026-11-05   -           2026-11-06  2026-11-13
    health_insurance    2026-11-16   2026-11-13  2026-11-17  2026-11-24
    social_network      2026-12-01   2026-11-30  2026-12-02  -
"""
MOMENTS: dict[str, tuple[str, dict[str, str]]] = {}
for key, due, *days in (line.split() for line in TABLE.strip().splitlines()):
    names = ("case_director", "doorbraaktafel", "maatwerkloket")
    MOMENTS[key] = due, {name: on for name, on in zip(names, days, strict=True) if on != "-"}


@pytest.mark.parametrize("key", KEYS)
def test_each_provision_climbs_its_own_ladder_at_the_first_moment_of_the_day(key: str) -> None:
    due, rungs = MOMENTS[key]
    client = alone(key)
    assert client.due(key) == day(due)
    client.lives_until("2027-03-01 12:00")
    assert client.climbed_at(key) == {name: midnight(on) for name, on in rungs.items()}
    assert client.climbed(key) == list(rungs)
    assert len(client.sent("rung")) == len(rungs)  # one message each


def test_the_regional_table_has_its_rung_three_working_days_after_the_doorbraaktafel() -> None:
    client = alone("advance_payment", municipality="havenmeer").lives_until("2026-12-31 12:00")
    assert client.climbed("advance_payment") == ORDER
    assert client.climbed_at("advance_payment")["regional"] == midnight("2026-11-13")


def test_the_regional_rung_comes_before_the_national_one_also_where_both_would_fall_earlier() -> None:
    """The shelter's national rung would be due on the 5th, the regional one on the 6th: in order, so both on the 6th."""
    client = alone("emergency_shelter", municipality="havenmeer").lives_until("2026-12-31 12:00")
    assert client.climbed("emergency_shelter") == ["doorbraaktafel", "regional", "maatwerkloket"]
    assert client.climbed_at("emergency_shelter")["maatwerkloket"] >= client.climbed_at("emergency_shelter")["regional"]


def test_the_postal_address_goes_on_after_the_guides_outer_limit_of_a_week_rolled() -> None:
    client = alone("postal_address", on="2026-11-20 09:00")  # a Friday; a week later is Friday the 27th
    assert client.ahead("postal_address")["maatwerkloket"] == midnight("2026-11-28")
    client = alone("postal_address", on="2026-11-21 09:00")  # a Saturday: the week ends on Saturday and rolls to Monday
    assert client.ahead("postal_address")["maatwerkloket"] == midnight("2026-12-01")


def test_the_national_rung_leaves_the_doorbraaktafel_at_least_one_working_day() -> None:
    """Refused long after the outer week: the table gets its working day first."""
    client = alone("postal_address").travels_to("2026-11-04 16:00")
    client.stops_the_clock("postal_address", until="2026-11-26")
    client.lives_until("2026-11-26 09:00")
    assert client.climbed("postal_address") == ["doorbraaktafel"]
    table = client.climbed_at("postal_address")["doorbraaktafel"]
    assert table == midnight("2026-11-26")
    assert client.ahead("postal_address")["maatwerkloket"] >= midnight("2026-11-27")


def test_shelter_from_a_known_day_is_asked_for_at_once_and_due_on_that_day() -> None:
    client = a_client().needs(Need("emergency_shelter", needed_from=day("2026-11-19")))
    assert len(client.sent("request", "emergency_shelter")) == 1
    assert client.due("emergency_shelter") == day("2026-11-19")
    assert client.ahead("emergency_shelter") == {
        "doorbraaktafel": midnight("2026-11-20"),
        "maatwerkloket": midnight("2026-11-24"),
    }


@pytest.mark.parametrize(
    ("taken_in", "overdue"), [("2026-03-29", "2026-03-29T22:00Z"), ("2026-10-25", "2026-10-25T23:00Z")]
)
def test_on_the_days_the_clock_changes_the_rung_comes_at_amsterdams_midnight(taken_in: str, overdue: str) -> None:
    client = alone("emergency_shelter", on=f"{taken_in} 12:00")
    first = client.ahead("emergency_shelter")["doorbraaktafel"]
    assert first.isoformat() == overdue.replace("Z", ":00+00:00")
    client.now = first - timedelta(microseconds=1)
    assert not client.overdue("emergency_shelter")
    assert client.tick().climbed("emergency_shelter") == []
    client.now = first
    assert client.overdue("emergency_shelter")
    assert client.tick().climbed("emergency_shelter") == ["doorbraaktafel"]


# --- the reminder ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("agreed", "reminded"), [("2026-11-08", False), ("2026-11-09", True)])
def test_an_agreed_date_is_reminded_of_when_it_is_seven_days_away(agreed: str, reminded: bool) -> None:
    assert ("case_director" in alone("housing", agreed=agreed).ahead("housing")) is reminded


@pytest.mark.parametrize("key", [k for k in KEYS if "case_director" not in MOMENTS[k][1]])
def test_a_target_of_less_than_a_week_has_no_reminder(key: str) -> None:
    assert "case_director" not in alone(key).ahead(key)


def test_the_reminder_is_dropped_after_a_refusal_and_after_a_higher_rung() -> None:
    client = alone("advance_payment").travels_to("2026-11-03 10:00")
    client.is_refused("advance_payment")
    assert "case_director" not in client.ahead("advance_payment")
    client.tick()
    client.travels_to("2026-11-03 12:00").gets("advance_payment")
    client.reopens("advance_payment")
    assert "case_director" not in client.ahead("advance_payment")


def test_the_reminder_of_the_id_is_dropped_when_the_clock_stands_still_until_it_is_too_late() -> None:
    client = alone("id_document").travels_to("2026-11-09 10:00")  # on D itself, reminder not yet ticked
    client.stops_the_clock("id_document", on="2026-11-04", until="2026-11-25")
    client.lives_until("2026-12-31 12:00")
    climbed = client.climbed_at("id_document")
    assert list(climbed) == sorted(climbed, key=ORDER.index)
    assert "case_director" not in climbed or climbed["case_director"] < climbed["doorbraaktafel"]


@given(st.dates(date(2026, 1, 1), date(2028, 6, 30)), st.sampled_from(KEYS))
def test_the_reminder_comes_before_the_due_date_has_passed(taken_in: date, key: str) -> None:
    client = alone(key, on=f"{taken_in} 09:00", agreed=str(taken_in + timedelta(days=30)))
    ahead, due = client.ahead(key), client.due(key)
    assert due is not None
    assert ahead["doorbraaktafel"] == midnight(str(due + timedelta(days=1)))
    if "case_director" in ahead:
        assert ahead["case_director"] < ahead["doorbraaktafel"]
    assert [n for n, _ in sorted(ahead.items(), key=lambda r: (r[1], ORDER.index(r[0])))] == list(ahead)


# --- once, in order --------------------------------------------------------------------------------------------------


@given(st.sampled_from(KEYS), st.lists(st.integers(0, 20 * 24), max_size=12), st.sampled_from(TOWNS))
def test_each_rung_once_and_in_order_whenever_the_clock_is_looked_at(key: str, hours: list[int], town: str) -> None:
    client = alone(key, municipality=town, agreed="2026-11-12")
    for later in sorted(hours):
        client.now = at("2026-11-02 09:00") + timedelta(hours=later)
        client.tick().tick()
    client.travels_to("2027-01-31 09:00").tick().tick()
    names = [r.name for r in ladder.ladder_of(client.situation(key), CATALOGUE)]
    possible = {r.value for r in names}
    assert client.climbed(key) == [n for n in ORDER if n in possible and n in client.climbed(key)]
    assert possible - set(client.climbed(key)) <= {"case_director"}
    assert len({m.id for m in client.messages}) == len(client.messages)


def test_after_an_outage_the_missed_rungs_follow_in_order() -> None:
    client = alone("advance_payment", municipality="havenmeer").travels_to("2026-12-15 08:00").tick()
    assert client.climbed("advance_payment") == ORDER
    assert [r.due for r in client.provision("advance_payment").rungs] == [
        midnight(d) for d in ("2026-11-06", "2026-11-10", "2026-11-13", "2026-11-17")
    ]


def test_registered_late_what_has_fallen_due_since_is_climbed_in_order() -> None:
    client = a_client("2026-11-23 09:00").needs("advance_payment", on="2026-11-02").tick()
    assert client.climbed("advance_payment") == ["case_director", "doorbraaktafel", "maatwerkloket"]


def test_a_regional_table_that_comes_into_play_later_is_not_climbed_after_the_national_desk() -> None:
    """The client moves from a municipality without a regional table to one that has it: the ladder goes up, never down."""
    client = alone("advance_payment").lives_until("2026-11-18 09:00")
    assert client.climbed("advance_payment")[-1] == "maatwerkloket"
    client.moves_to("havenmeer")
    client.lives_until("2027-01-31 09:00")
    assert "regional" not in client.climbed("advance_payment")


# --- refused ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", KEYS)
def test_a_refusal_climbs_to_the_doorbraaktafel_at_the_moment_it_is_recorded(key: str) -> None:
    client = alone(key).travels_to("2026-11-02 15:30")
    client.is_refused(key)
    client.tick()
    assert client.climbed_at(key) == {"doorbraaktafel": at("2026-11-02 15:30")}


@pytest.mark.parametrize("key", [k for k in KEYS if k != "social_network"])
def test_a_refusal_climbs_on_to_the_national_desk(key: str) -> None:
    client = alone(key).travels_to("2026-11-02 15:30")
    client.is_refused(key)
    client.lives_until("2027-01-31 12:00")
    assert client.climbed(key) == ["doorbraaktafel", "maatwerkloket"]
    assert client.climbed_at(key)["maatwerkloket"] == midnight(MOMENTS[key][1]["maatwerkloket"])


def test_a_refusal_after_the_due_date_finds_the_doorbraaktafel_climbed_already() -> None:
    client = alone("advance_payment").lives_until("2026-11-11 12:00")
    client.is_refused("advance_payment")
    client.lives_until("2026-12-31 12:00")
    assert client.climbed("advance_payment").count("doorbraaktafel") == 1


# --- suspended -------------------------------------------------------------------------------------------------------


@given(
    st.sampled_from(KEYS),
    st.lists(st.tuples(st.integers(0, 40), st.integers(1, 27), st.booleans()), max_size=4),
    st.sampled_from(TOWNS),
)
def test_no_rung_is_climbed_while_the_clock_stands_still(
    key: str, stops: list[tuple[int, int, bool]], town: str
) -> None:
    client = alone(key, municipality=town, agreed="2026-11-20")
    for after, length, early in sorted(stops):
        start = at("2026-11-02 10:00") + timedelta(days=after)
        if start < client.now:
            continue
        client.lives_until(start.astimezone(at("2026-11-02 10:00").tzinfo).strftime("%Y-%m-%d %H:%M"))
        client.stops_the_clock(key, until=str(client.today + timedelta(days=length)), approved_by="teamleider-1")
        if early and length > 2:
            client.lives_until(f"{client.today + timedelta(days=length // 2)} 11:00")
            client.restarts_the_clock(key)
    client.lives_until("2027-06-30 12:00")
    provision = client.provision(key)
    for rung in provision.rungs:
        on = day_of(rung.climbed)
        # The day of suspending runs: a rung at its first moment was climbed before the clock was stopped on it.
        assert not any(s.start < on < s.end for s in provision.stops)
    assert client.climbed(key) == sorted(client.climbed(key), key=ORDER.index)
    assert len(set(client.climbed(key))) == len(client.climbed(key))
    assert {"doorbraaktafel"} <= set(client.climbed(key))


def test_a_stop_after_the_due_date_halts_further_rungs_but_not_the_breach() -> None:
    client = alone("advance_payment").lives_until("2026-11-11 12:00")
    client.stops_the_clock("advance_payment", until="2026-12-02")
    client.lives_until("2026-12-01 23:59")
    assert client.climbed("advance_payment") == ["case_director", "doorbraaktafel"]
    assert client.due("advance_payment") == day("2026-11-09")
    assert client.breached("advance_payment")
    assert not client.overdue("advance_payment")
    client.lives_until("2026-12-31 12:00")
    assert client.climbed("advance_payment")[-1] == "maatwerkloket"
    assert client.overdue("advance_payment")


def test_a_late_recorded_stop_that_takes_the_breach_away_also_halts_the_next_table() -> None:
    """The doorbraaktafel stays on record, but nothing climbs on while the provision is on time again."""
    client = alone("advance_payment", municipality="havenmeer").lives_until("2026-11-10 09:00")
    assert client.climbed("advance_payment")[-1] == "doorbraaktafel"
    client.stops_the_clock("advance_payment", on="2026-11-04", until="2026-11-16")
    client.lives_until("2026-11-16 09:00")
    due = client.due("advance_payment")
    assert due == day("2026-11-20")
    client.lives_until("2026-11-20 23:59")
    assert client.climbed("advance_payment")[-1] == "doorbraaktafel"
    assert not client.breached("advance_payment")
    # As if the stop had been recorded in time: the doorbraaktafel due on the 21st, the regional one three working days later.
    client.lives_until("2026-11-25 23:59")
    assert client.climbed("advance_payment")[-1] == "doorbraaktafel"
    client.lives_until("2026-11-26 09:00")
    assert client.climbed("advance_payment")[-1] == "regional"
    client.lives_until("2026-12-31 09:00")
    assert client.climbed("advance_payment")[-1] == "maatwerkloket"


def test_a_new_agreed_date_halts_the_next_table_until_it_has_passed() -> None:
    client = alone("housing", municipality="havenmeer", agreed="2026-11-12").lives_until("2026-11-13 09:00")
    client.agrees("housing", "2026-12-15")
    client.lives_until("2026-12-15 23:59")
    assert client.climbed("housing") == ["case_director", "doorbraaktafel"]
    assert client.breached("housing")  # the old agreement was not kept
    client.lives_until("2026-12-16 00:00")
    assert client.overdue("housing")


# --- the tables ------------------------------------------------------------------------------------------------------


def test_it_lies_with_whoever_has_to_act() -> None:
    client = a_client(municipality="havenmeer").needs("id_document", "postal_address")
    key = "id_document"

    def lies_with() -> str | None:
        return ladder.lies_with(client.situation(key))

    assert lies_with() == "loket"
    assert ladder.lies_with(client.situation("postal_address")) is None
    client.lives_until("2026-11-05 09:00")
    assert (client.climbed(key), lies_with()) == (["case_director"], "loket")
    client.lives_until("2026-11-10 09:00")
    assert lies_with() == "doorbraaktafel"
    client.hears(key, RungName.DOORBRAAKTAFEL, Answer.BACK_TO_COUNTER)
    assert lies_with() == "loket"
    client.lives_until("2026-11-13 09:00")
    assert lies_with() == "regional"
    client.hears(key, RungName.REGIONAL, Answer.UNRESOLVED)
    assert lies_with() == "case_director"
    client.lives_until("2026-11-17 09:00")
    assert lies_with() == "case_director"
    client.submits(key)
    assert lies_with() == "maatwerkloket"
    client.gets(key)
    assert lies_with() is None


def test_nothing_goes_to_the_national_desk_but_what_a_person_submits() -> None:
    client = alone("advance_payment").lives_until("2026-12-31 12:00")
    assert client.provision("advance_payment").rungs[-1].submitted is None
    assert client.sent("submission") == []
    client.submits("advance_payment", submitted=False)
    assert client.sent("submission") == []
    client.submits("advance_payment")
    assert len(client.sent("submission")) == 1


def test_a_municipality_that_agreed_so_submits_by_itself() -> None:
    agreed_so = replace(CATALOGUE, automatic=frozenset({"voorbeeldstad"}))
    client = alone("advance_payment", catalogue=agreed_so).lives_until("2026-12-31 12:00")
    assert client.provision("advance_payment").rungs[-1].submitted is True
    assert len(client.sent("submission")) == 1


def test_the_unregistered_clients_address_climbs_from_the_intake() -> None:
    client = a_client(brp=Brp.UNREGISTERED).needs("id_document", "postal_address").lives_until("2026-11-30 12:00")
    assert client.climbed_at("postal_address")["doorbraaktafel"] == midnight("2026-11-05")
    assert client.climbed("id_document") == []


@pytest.mark.parametrize("key", ["advance_payment", "id_document", "emergency_shelter", "postal_address", "housing"])
@pytest.mark.parametrize("days", [0, 1, 3, 8, 15, 40])
@pytest.mark.parametrize("refused", [False, True])
def test_what_is_due_at_once_is_what_is_due_one_after_the_other(key: str, days: int, refused: bool) -> None:
    client = alone(key)
    if refused:
        client.is_refused(key)
    client.now += timedelta(days=days)
    expected, case = [], client.case
    while True:
        provision = case.provisions[client.which(key)]
        situation = Situation.of(case, provision.id, CATALOGUE)
        rung = ladder.next_rung_at(situation, CATALOGUE, client.now)
        if rung is None or rung.at > client.now:
            break
        expected.append(rung)
        climbed = Rung(rung.name, rung.at, client.now, "a message")
        case = case.with_provision(replace(provision, rungs=(*provision.rungs, climbed)))
    assert ladder.rungs_due(client.situation(key), CATALOGUE, client.now) == tuple(expected)
