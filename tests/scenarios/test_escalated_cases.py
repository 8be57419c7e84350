"""The two escalated cases of the implementation advice (2024, Bijlage 4), as far as they touch the provisions."""

from tests.builders import Town, day, refusal


def test_released_without_a_place_to_stay(town: Town) -> None:
    """Case 1. Somebody is to be released on a known day, without a place. Four regional and three other tables are asked,
    one by one, by telephone. A temporary place at the shelter is arranged beforehand and then refused from above, so that
    on the evening before the release a place is found by calling around. It lasts two weeks; from there it goes well.
    """
    case = town.takes_in(
        "TR-2026-0012",
        "emergency_shelter", "housing", "benefit_decision",
        needed_from={"emergency_shelter": day("2026-11-12")}, agreed={"housing": day("2026-11-12")},
        present=["id_document"], municipality="havenmeer", director="regisseur.haven", route="conditional",
    )  # fmt: skip

    # The shelter is asked for ten days ahead, and due on the day of the release. Then the release is put off for a week, and
    # whoever was asked hears the new day: nobody is late, and nothing climbs.
    (asked,) = town.letters_to("opvang@havenmeer.example")
    assert "12 november 2026" in asked.text
    town.on("2026-11-09 16:00")
    case.does("move", "emergency_shelter", day("2026-11-19"))
    case.does("agree", "housing", day("2026-11-19"))
    town.on("2026-11-09 16:01")
    assert "19 november 2026" in town.letters_to("opvang@havenmeer.example")[-1].text
    assert case["emergency_shelter"].due == case["housing"].due == day("2026-11-19")

    # The benefit is decided before the release, and will be resumed a working day before it.
    town.on("2026-11-10 10:00")
    case.gets("benefit_decision", during_stay="paused", release_date="2026-11-19")
    town.on("2026-11-18 09:00")
    reminders = [letter for letter in town.letters_since("2026-11-18 00:00") if letter.to.startswith("regisseur.haven")]
    assert len(reminders) == 2  # resume the benefit; and the place to live is due tomorrow
    case.does("settle_follow_up", "benefit_decision", "resume_benefit")

    # The evening before: the place is refused from above. At once, and not tomorrow, the table hears of it, and because
    # nobody is at the office, so does the stand-by.
    town.on("2026-11-18 19:30")
    case.is_refused("emergency_shelter")
    evening = town.letters_since("2026-11-18 19:30")
    assert {letter.to for letter in evening} == {
        "doorbraaktafel@havenmeer.example",
        "bereikbaarheidsdienst@havenmeer.example",
        "regisseur.haven@havenmeer.example",  # with the last day to object
    }
    assert case.shows("emergency_shelter") == "Afgewezen"

    # Another organisation holds out a hand: in time. No breach, and the table is still on record.
    town.on("2026-11-19 11:00")
    case.does("answer", "emergency_shelter", "doorbraaktafel", "other_route", by="doorbraaktafel-1")
    case.gets("emergency_shelter", place="other_place")
    assert not case["emergency_shelter"].breached
    assert case.rungs("emergency_shelter") == ["doorbraaktafel"]

    # The suitable home is what is late, and climbs by itself: the municipality's table, the region's, and the judgement
    # whether it goes to the national desk. One list says with whom it lies, instead of seven tables that don't know.
    town.on("2026-11-20 08:00")
    assert town.overdue() == ["TR-2026-0012 passende huisvesting 1, doorbraaktafel"]
    town.on("2026-11-25 08:00")
    assert town.overdue() == ["TR-2026-0012 passende huisvesting 6, regional"]
    assert [letter.to for letter in town.letters_since("2026-11-25 00:00")] == [
        "regionaletafel@zvh-voorbeeldland.example",
        "regisseur.haven@havenmeer.example",  # what went where, and until when it is asked to answer
    ]
    # The place was for two weeks. A week before they are over a bed is asked for again, as a round of its own; then the two
    # weeks are extended, so the day moves, and the counter hears that too.
    town.on("2026-11-26 10:00")
    case.does("again", "emergency_shelter", reason="place_lost", needed_from=day("2026-12-03"))
    assert case.every()["emergency_shelter#2"].due == day("2026-12-03")

    town.on("2026-11-27 08:00")
    assert {letter.subject for letter in town.letters_since("2026-11-27 00:00")} == {
        "Beoordeel indiening TR-2026-0012 · te laat sinds 20 november"
    }
    case.does("answer", "housing", "regional", "customised_budget", by="procesregisseur-1")
    case.does("submit", "housing", "not_submitted", reason="de regio heeft een oplossing", by="maatwerk-1")
    assert not town.letters_to("indienen@maatwerkloket.example")

    town.on("2026-12-01 10:00")
    case.does("move", "emergency_shelter", day("2026-12-17"))
    assert case.every()["emergency_shelter#2"].due == day("2026-12-17")
    assert not case.every()["emergency_shelter#2"].breached

    # A bed of a care provider becomes a regular place, with agreements on paper. A breach stays a breach.
    town.on("2026-12-03 15:00")
    case.does_without("emergency_shelter", offered_instead="sleeping_place", why="not_needed")
    case.gets("housing", form="supported")
    assert case["housing"].breached
    assert town.overdue() == []
    case.does("close")
    assert [p.breached for p in case.rounds("emergency_shelter")] == [False, False]


def test_on_the_street_again_after_three_weeks(town: Town) -> None:
    """Case 2. Discharged from a clinic, in the street since; every place in and outside the region says no, and a waiting list
    is all there is. After much effort a temporary place is found for twelve weeks. After three it goes wrong, and he is
    in the street again. "This can't go on like this without end."
    """
    town.on("2026-11-02 16:00")
    case = town.takes_in("TR-2026-0013", "emergency_shelter", present=["id_document"], route="voluntary")
    assert case["emergency_shelter"].due == day("2026-11-02")  # "meteen"

    # At midnight the table knows, and the director and the stand-by with it.
    town.on("2026-11-03 08:30")
    assert case.shows("emergency_shelter") == "Te laat"
    assert {letter.to for letter in town.letters_since("2026-11-03 00:00")} == {
        "doorbraaktafel@voorbeeldstad.example",
        "regisseur.noord@voorbeeldstad.example",
        "bereikbaarheidsdienst@voorbeeldstad.example",
    }

    # "He is on the waiting list" stops no clock.
    said = refusal(lambda: case.does("suspend", "emergency_shelter", reason="waiting_list", until=day("2026-11-30")))
    assert "wachtlijst" in str(said)

    # After two working days it lies before the customisation officer, who submits: everything was tried.
    town.on("2026-11-05 09:00")
    assert town.letters_to("maatwerk@voorbeeldstad.example")
    case.does("submit", "emergency_shelter", "submitted", reason="overal afgewezen", by="maatwerk-1")
    assert len(town.letters_to("indienen@maatwerkloket.example")) == 1

    # A temporary place is found, and somebody pays in advance.
    town.on("2026-11-12 14:00")
    case.does("answer", "emergency_shelter", "maatwerkloket", "customised_budget", by="maatwerk-1")
    case.gets("emergency_shelter", place="other_place")
    assert town.overdue() == []

    # Three weeks later he is in the street again. The place was no mistake, so it is a new round: asked for at once, with a
    # ladder of its own. What was broken the first time stays on record.
    town.on("2026-12-03 18:30")
    case.does("again", "emergency_shelter", reason="place_lost")
    assert {letter.to for letter in town.letters_since("2026-12-03 18:30")} == {
        "opvang@voorbeeldstad.example",
        "bereikbaarheidsdienst@voorbeeldstad.example",  # nobody is at the counter any more
    }

    # This time the tables know him: within a day it is arranged. The promise was broken again, and counts as one more.
    town.on("2026-12-04 09:00")
    assert town.overdue() == ["TR-2026-0013 opvang (2) 1, doorbraaktafel"]
    case.does("answer", "emergency_shelter#2", "doorbraaktafel", "priority", by="doorbraaktafel-1")
    case.gets("emergency_shelter", place="own_municipality")
    assert [p.breached for p in case.rounds("emergency_shelter")] == [True, True]
    assert town.overdue() == []
