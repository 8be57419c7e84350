"""Shelter is counted in hours (domain.md, "What happens in a life", rule 6)."""

from dataclasses import replace
from datetime import time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provisions.domain import deadlines, lifecycle
from provisions.domain.calendar import AMSTERDAM, day_of, first_moment
from provisions.domain.case import Said
from provisions.domain.lifecycle import Need
from provisions.domain.rules import SignalAbout
from provisions.domain.signals import has_arrived, night, signals_ahead
from tests.builders import CATALOGUE, Client, a_client, at, attempt, day
from tests.domain.test_case_facts import replayed

SHELTER = "emergency_shelter"
ABOUT = {rule.name: rule.about for rule in CATALOGUE.signals}
LEAD, STANDBY = "unanswered_lead", "unanswered_standby"


def needing(on: str, key: str | Need = SHELTER) -> Client:
    """A client who needs a bed since that moment; the clock has done what it has to."""
    return a_client(on).needs(key).tick()


def told(client: Client) -> list[tuple[str, str]]:
    """Which signals were given by a letter, and when in Amsterdam."""
    given = client.provision(SHELTER).signals
    return [(s.name, f"{s.sent.astimezone(AMSTERDAM):%d %b %H.%M}") for s in given if s.message]


def names(client: Client) -> list[str]:
    return [name for name, _ in told(client)]


def test_who_asks_and_hears_nothing_tells_director_team_lead_and_stand_by_in_turn() -> None:
    client = needing("2026-11-02 09:00").lives_until("2026-11-04 12:00")
    assert told(client) == [
        ("unanswered", "02 Nov 11.00"),
        (LEAD, "02 Nov 14.00"),
        (STANDBY, "02 Nov 16.00"),
        ("arrived", "02 Nov 16.00"),
        ("night", "03 Nov 09.00"),
        ("night", "04 Nov 09.00"),
    ]
    assert replayed(client).differences(client.case, exact=False) == []


def test_a_signal_is_no_rung() -> None:
    with_signals = needing("2026-11-02 09:00").lives_until("2026-11-12 12:00")
    without = a_client("2026-11-02 09:00", catalogue=replace(CATALOGUE, signals=())).needs(SHELTER)
    without.lives_until("2026-11-12 12:00")
    assert with_signals.climbed_at(SHELTER) == without.climbed_at(SHELTER)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        # An hour that was past is unanswered when the office closes, and so is what does not fit in the day.
        ("2026-11-02 14:30", {"unanswered": "16.30", LEAD: "17.00", STANDBY: "16.00"}),
        ("2026-11-02 16:30", {"unanswered": "17.00", LEAD: "17.00", STANDBY: "17.00"}),
        # Before the office opens its hours count from there; after it, and in the weekend, the stand-by heard at once.
        ("2026-11-02 07:00", {"unanswered": "10.30", LEAD: "14.00", STANDBY: "16.00"}),
        ("2026-11-02 17:30", {}),
        ("2026-11-07 11:00", {}),
    ],
)
def test_what_was_asked_at_another_hour(asked: str, expected: dict[str, str]) -> None:
    client = needing(asked)
    first = len(client.sent("standby"))
    client.lives_until(f"{asked[:10]} 23:59")
    given = {name: when[-5:] for name, when in told(client) if ABOUT[name] is SignalAbout.UNANSWERED}
    assert given == expected
    assert first == (0 if "08:30" < asked[11:] < "17:00" and "-07 " not in asked else 1)


@pytest.mark.parametrize(
    ("said", "still"), [(Said.SEEN, True), (Said.PROMISED, False), (Said.OBSTACLE, False), (Said.CALL_ME, False)]
)
def test_any_answer_of_the_counter_is_one_but_that_it_has_seen_the_question(said: Said, still: bool) -> None:
    client = needing("2026-11-02 09:00").lives_until("2026-11-02 10:00")
    promised, cause = ("2026-11-02" if said is Said.PROMISED else None), ("no_place" if said is Said.OBSTACLE else None)
    client.counter_says(SHELTER, said, promised, cause=cause)
    client.lives_until("2026-11-02 23:00")
    assert (LEAD in names(client)) is still
    assert "arrived" in names(client)


def test_of_a_day_that_was_known_before_the_hours_count_on_that_day() -> None:
    client = needing("2026-11-02 09:00", Need(SHELTER, needed_from=day("2026-11-12"))).lives_until("2026-11-13 10:00")
    assert told(client) == [
        ("unanswered", "12 Nov 10.30"),
        (LEAD, "12 Nov 14.00"),
        (STANDBY, "12 Nov 16.00"),
        ("arrived", "12 Nov 16.00"),
        ("night", "13 Nov 09.00"),
    ]
    weekend = needing("2026-11-02 09:00", Need(SHELTER, needed_from=day("2026-11-14"))).lives_until("2026-11-15 10:00")
    assert told(weekend) == [
        (STANDBY, "14 Nov 08.30"),
        ("arrived", "14 Nov 16.00"),
        ("night", "15 Nov 09.00"),
    ]


def test_whether_the_client_arrived_is_asked_on_the_day_itself_and_the_next() -> None:
    client = needing("2026-11-02 09:00").lives_until("2026-11-02 10:00")
    client.gets(SHELTER)
    client.lives_until("2026-11-10 10:00")
    assert told(client) == [("arrived", "02 Nov 16.00"), ("arrived_next_day", "03 Nov 09.00")]
    late = needing("2026-11-02 09:00").lives_until("2026-11-04 20:00")
    late.gets(SHELTER)
    late.lives_until("2026-11-10 10:00")
    assert told(late)[-2:] == [("night", "04 Nov 09.00"), ("arrived_next_day", "05 Nov 09.00")]
    there = needing("2026-11-02 09:00").lives_until("2026-11-02 10:00")
    there.gets(SHELTER)
    there.reaches(SHELTER, "arrived")
    there.lives_until("2026-11-10 10:00")
    assert told(there) == []
    assert replayed(late).differences(late.case, exact=False) == []


@pytest.mark.parametrize("end", ["arrived", "delivered", "withdrawn", "case ends", "place found"])
def test_the_nights_end_with_an_arrival_or_another_end(end: str) -> None:
    client = needing("2026-11-02 09:00").lives_until("2026-11-05 12:00")
    match end:
        case "arrived":
            client.reaches(SHELTER, "arrived")
        case "delivered":
            client.gets(SHELTER)
        case "withdrawn":
            client.does_without(SHELTER, offered_instead="hotel")
        case "case ends":
            client.closes("died")
        case _:
            client = a_client("2026-11-02 09:00").needs("wmo_indication")
            client.loses_the_place("2026-11-02")
            client.lives_until("2026-11-05 12:00")
            client.finds_a_place()
    assert names(client).count("night") == 3
    client.lives_until("2026-11-12 12:00")
    assert names(client).count("night") == 3


def test_a_refusal_is_no_end_of_the_nights() -> None:
    client = needing("2026-11-02 09:00").lives_until("2026-11-03 12:00")
    client.is_refused(SHELTER)
    client.lives_until("2026-11-05 12:00")
    assert names(client).count("night") == 3


def test_what_was_arranged_by_mistake_is_a_night_again() -> None:
    client = needing("2026-11-02 09:00").lives_until("2026-11-03 12:00")
    client.gets(SHELTER)
    client.reaches(SHELTER, "arrived")
    client.travels_to("2026-11-05 12:00").tick().reopens(SHELTER)
    client.lives_until("2026-11-07 12:00")
    assert names(client)[-2:] == ["night", "night"]


def test_nothing_is_said_at_rest_or_while_the_clock_stands_still() -> None:
    resting = needing("2026-11-02 09:00").lives_until("2026-11-04 12:00")
    resting.is_out_of_sight()
    resting.lives_until("2026-11-10 12:00")
    resting.is_back()
    stopped = needing("2026-11-02 09:00").lives_until("2026-11-04 12:00")
    stopped.stops_the_clock(SHELTER, until="2026-11-10")
    for client in (resting, stopped):
        client.lives_until("2026-11-11 12:00")
        nights = [when for name, when in told(client) if name == "night"]
        assert nights[:2] == ["03 Nov 09.00", "04 Nov 09.00"]
        assert nights[2][:2] in ("10", "11")
        assert replayed(client).differences(client.case, exact=False) == []


def test_after_an_outage_one_letter_counts_all_nights_in() -> None:
    client = needing("2026-11-02 09:00").lives_until("2026-11-03 12:00")
    client.travels_to("2026-11-06 12:00").tick()
    nights = [(s.day.isoformat(), bool(s.message)) for s in client.provision(SHELTER).signals if s.name == "night"]
    assert nights == [("2026-11-03", True), ("2026-11-04", False), ("2026-11-05", False), ("2026-11-06", True)]
    line = next(line for line in reversed(client.audit) if line.what == "signal.given")
    assert (line.data["night"], line.data["missed"]) == (4, ["2026-11-04", "2026-11-05"])
    assert replayed(client).differences(client.case, exact=False) == []


def test_what_was_late_before_there_were_signals_hears_its_first_on_the_next_morning() -> None:
    client = a_client("2026-11-02 09:00", catalogue=replace(CATALOGUE, signals=())).needs(SHELTER)
    client.lives_until("2026-11-10 11:00")
    before = client.provision(SHELTER)
    client.case = client.case.with_provision(replace(before, asked_at=None))
    client.catalogue = CATALOGUE  # the upgrade
    client.tick()
    assert told(client) == []
    assert client.audit[-1].what == "signal.passed"
    client.lives_until("2026-11-12 10:00")
    assert told(client) == [("night", "11 Nov 09.00"), ("night", "12 Nov 09.00")]
    assert len(client.provision(SHELTER).signals) == 3


@pytest.mark.parametrize("changes", ["2026-03-29", "2026-10-25"])
def test_nine_in_the_morning_is_nine_on_the_day_the_clock_changes(changes: str) -> None:
    asked = first_moment(day(changes) - timedelta(days=2)).astimezone(AMSTERDAM)
    client = needing(f"{asked:%Y-%m-%d} 09:00").lives_until(f"{changes} 23:00")
    last = client.provision(SHELTER).signals[-1]
    assert (last.name, f"{last.sent.astimezone(AMSTERDAM):%Y-%m-%d %H.%M}") == ("night", f"{changes} 09.00")


happenings = st.tuples(
    st.sampled_from(
        ["arrived", "delivered", "refused", "reopen", "again", "seen", "promised", "rest", "wake", "stop", "move"]
    ),
    st.integers(0, 5 * 24),  # hours that pass first
    st.booleans(),  # whether the clock was awake meanwhile
)


def _happens(client: Client, what: str) -> object:
    match what:
        case "arrived":
            return client.reaches(SHELTER, "arrived")
        case "delivered":
            return client.gets(SHELTER)
        case "refused":
            return client.is_refused(SHELTER)
        case "reopen":
            return client.reopens(SHELTER)
        case "again":
            return client.needs_again(SHELTER)
        case "seen":
            return client.counter_says(SHELTER, Said.SEEN)
        case "promised":
            return client.counter_says(SHELTER, Said.PROMISED, str(client.today + timedelta(days=1)))
        case "rest":
            return client.is_out_of_sight()
        case "wake":
            return client.is_back()
        case "stop" if deadlines.is_suspended(client.provision(SHELTER), client.today):
            return None
        case "stop":
            return client.stops_the_clock(SHELTER, until=str(client.today + timedelta(days=4)))
    return client.is_needed_from(SHELTER, str(client.today + timedelta(days=3)))


@settings(max_examples=60)
@given(
    st.integers(0, 24 * 24),  # hours since a Tuesday before the clock changes
    st.lists(happenings, max_size=8),
)
def test_each_is_given_once_for_its_day_in_order_never_too_soon_and_the_record_tells_all(
    begins: int, life: list[tuple[str, int, bool]]
) -> None:
    client = Client(at("2026-10-20 00:00") + timedelta(hours=begins)).needs(SHELTER).tick()
    for what, hours, awake in life:
        then = client.now + timedelta(hours=hours)
        if awake:
            client.lives_until(f"{then.astimezone(AMSTERDAM):%Y-%m-%d %H:%M}")
        client.now = then
        client.tick()
        attempt(lambda what=what: _happens(client, what))  # type: ignore[misc]
        before = client.case
        client.tick()
        client.tick()
        for provision in client.case.provisions.values():
            given_now = provision.signals[len(before.provisions[provision.id].signals) :]
            assert not (given_now and has_arrived(provision))
            assert len({(s.name, s.day) for s in provision.signals}) == len(provision.signals)
            nights = [s.day for s in provision.signals if s.name == "night"]
            assert nights == sorted(nights)
            for s in provision.signals:
                earliest = time(9) if s.name in ("night", "arrived_next_day") else time(8, 30)
                local = s.sent.astimezone(AMSTERDAM)
                assert day_of(s.sent) > s.day or local.time() >= earliest
            ahead = signals_ahead(client.situation(f"{provision.key}#{provision.round}"), CATALOGUE, client.now)
            assert all(one.at > client.now for one in ahead)
            assert [one.at for one in ahead] == sorted(one.at for one in ahead)
    assert replayed(client).differences(client.case, exact=False) == []
    for key, provision in client.case.provisions.items():
        if not provision.suspensions and not client.case.rests:  # when the clock has work follows from the record alone
            moments = [replace(client.moment, now=client.now + timedelta(days=n)) for n in (0, 1, 40)]
            assert len({lifecycle.next_at(client.case, key, moment) for moment in moments}) == 1
    late = client.situation(f"{SHELTER}#1")
    if late.provision.status.is_open and deadlines.is_overdue(late, client.now) and not has_arrived(late.provision):
        end = deadlines.due(late)
        assert end is not None
        assert night(late, client.today) == (client.today - end.due).days
        following = lifecycle.next_at(client.case, late.provision.id, client.moment)
        assert following is not None
        assert following <= first_moment(client.today) + timedelta(days=1, hours=10)
