"""The two escalated cases of the implementation advice (2024, Bijlage 4) with the early ladder: who would have heard it when?"""

from provisions.domain import deadlines
from provisions.domain.case import Status
from provisions.domain.lifecycle import Need
from tests.builders import a_client, day
from tests.domain.test_warnings import EVERYBODY, SHELTER, told


def test_released_without_a_place_to_stay() -> None:
    """Case 1. The day of the release is known six weeks before. In fact four regional and three other tables were asked by
    telephone, and a place was found on the evening before. Here the doorbraaktafel knows four weeks before, the regional table
    two, the portfolio holder one, and the stand-by has two days.
    """
    client = a_client("2026-10-08 10:00", catalogue=EVERYBODY, present=frozenset({"id_document"}))
    client.needs(Need("benefit_decision"))
    client.loses_the_place("2026-11-19", "detention", "release")
    client.lives_until("2026-11-18 19:30")
    assert told(client) == [
        ("known", "08 Oct 10.00"),
        ("doorbraaktafel", "22 Oct 00.00"),
        ("escalation_table", "05 Nov 00.00"),
        ("central_desk", "12 Nov 00.00"),
        ("standby", "17 Nov 00.00"),
        ("last_day", "18 Nov 12.00"),
    ]
    assert client.provision(SHELTER).rungs == ()  # nothing is late, and no rung is used up

    # The evening before another organisation holds out a hand, for two weeks: what follows is known at once.
    client.gets(SHELTER, place="other_place")
    client.loses_the_place("2026-12-03", "temporary", "term")
    second = f"{SHELTER}#2"
    client.lives_until("2026-12-01 10:00")
    assert told(client, second) == [
        ("doorbraaktafel", "18 Nov 19.30"),  # at once: the highest that is past
        ("escalation_table", "19 Nov 00.00"),
        ("central_desk", "26 Nov 00.00"),
        ("standby", "01 Dec 00.00"),
    ]
    # The two weeks are extended: of the new day each is warned once again.
    client.keeps_the_place("2026-12-17")
    client.lives_until("2026-12-15 09:00")
    assert told(client, second)[4:] == [
        ("doorbraaktafel", "01 Dec 10.00"),
        ("escalation_table", "03 Dec 00.00"),
        ("central_desk", "10 Dec 00.00"),
        ("standby", "15 Dec 00.00"),
    ]
    # A regular place, with agreements on paper: nothing of this was ever late.
    client.finds_a_place()
    assert client.provision(second).status is Status.ENDED
    assert not client.breached(second)


def test_on_the_street_again_after_three_weeks() -> None:
    """Case 2. A temporary place for twelve weeks; after three it goes wrong. Here the end of the twelve weeks is on record
    from the first day, and when it is to end earlier the same people hear it the same day, instead of on the street.
    """
    client = a_client("2026-11-12 14:00", catalogue=EVERYBODY, present=frozenset({"id_document"})).needs(SHELTER)
    client.gets(SHELTER, place="other_place")
    client.loses_the_place("2027-02-04", "temporary", "term")
    client.lives_until("2026-11-30 09:00")
    second = f"{SHELTER}#2"
    assert told(client, second) == [("known", "12 Nov 14.00")]
    # On Monday it goes wrong: the place ends on Thursday.
    client.loses_the_place("2026-12-03", "temporary", "behaviour")
    client.lives_until("2026-12-02 13:00")
    assert told(client, second)[1:] == [
        ("central_desk", "30 Nov 09.00"),  # at once, and it names the tables that are not told apart
        ("standby", "01 Dec 00.00"),
        ("last_day", "02 Dec 12.00"),
    ]
    end = deadlines.due(client.situation(second))
    assert end is not None
    assert end.due == day("2026-12-03")
