"""What happens in a life (domain.md), as stories: each is one client, told day by day on a moving clock."""

from tests.builders import DIRECTOR, TEAM_LEAD, Letter, Town, at, day, on_a_page, refusal, typed

SHELTER = "opvang@voorbeeldstad.example"
STANDBY = "bereikbaarheidsdienst@voorbeeldstad.example"
TABLE = "doorbraaktafel@voorbeeldstad.example"


def told(town: Town, since: str) -> list[str]:
    """Who got what since a moment: "opvang: SPOED Verzoek …"."""
    return [f"{letter.to.partition('@')[0]}: {letter.subject}" for letter in town.letters_since(since)]


def last_to(town: Town, mailbox: str) -> Letter:
    return town.letters_to(mailbox)[-1]


def test_a_card_lost_twice(town: Town) -> None:
    """Somebody loses the card, gets a new one, and loses that too. Each is a round with its own clock; nothing that had
    started because of the first stops, and the promise that was broken in the second stays so.
    """
    case = town.takes_in("TR-2026-0101", "id_document", "postal_address")
    town.on("2026-11-05 10:00")
    case.gets("id_document").gets("postal_address", ground="no_residence")

    town.on("2026-11-20 10:00")
    case.does("again", "id_document", reason="lost")
    assert told(town, "2026-11-20 10:00") == ["burgerzaken: Verzoek TR-2026-0101 · uiterlijk 27 november"]
    assert case.state() == {"id_document": "delivered", "postal_address": "delivered", "id_document#2": "waiting"}
    town.on("2026-12-01 10:00")
    assert told(town, "2026-11-20 12:00") == [
        "regisseur.noord: Herinnering TR-2026-0101 · uiterlijk 27 november",
        "doorbraaktafel: Doorbraaktafel TR-2026-0101 · te laat sinds 28 november",
        "regisseur.noord: Naar een tafel TR-2026-0101 · te laat sinds 28 november",
    ]
    case.gets("id_document#2")

    town.on("2026-12-08 10:00")
    case.does("again", "id_document", reason="lost")
    town.on("2026-12-10 09:00")
    case.gets("id_document")  # the only one that is open
    assert [p.breached for p in case.rounds("id_document")] == [False, True, False]
    assert [p.provision.round for p in case.rounds("id_document")] == [1, 2, 3]
    assert town.overdue() == []


def test_a_release_that_is_put_off_three_times(town: Town) -> None:
    """The day moves, and with it what the counter is asked; nobody is late before the day itself, and nothing climbs."""
    case = town.takes_in(
        "TR-2026-0102", "emergency_shelter", needed_from={"emergency_shelter": day("2026-11-12")}, route="conditional"
    )
    for now, later in (("10", "19"), ("18", "26"), ("25", "30")):
        town.on(f"2026-11-{now} 14:00")
        case.does("move", "emergency_shelter", day(f"2026-11-{later}"))
        town.on(f"2026-11-{now} 14:01")
        assert case["emergency_shelter"].due == day(f"2026-11-{later}")
        assert f"{later} november 2026" in last_to(town, SHELTER).text
        assert (town.overdue(), case.rungs("emergency_shelter")) == ([], [])
    town.on("2026-12-01 08:00")
    assert case["emergency_shelter"].breached
    assert town.overdue() == ["TR-2026-0102 opvang 1, doorbraaktafel"]
    late = [letter.on for letter in town.letters_to(TABLE) if "te laat" in letter.subject]
    # On the day itself the counter did not answer: at 16.00 the stand-by is called.
    unanswered, *at_night = [letter.on for letter in town.letters_to(STANDBY) if "Vannacht" in letter.subject]
    assert (unanswered, at_night) == (at("2026-11-30 16:00"), late)
    # Beforehand the table was warned of each day once; the last became known so late that only the portfolio holder was.
    assert [letter.subject.partition("· ")[2] for letter in town.letters_to(TABLE) if "Voor" in letter.subject] == [
        "12 november",
        "19 november",
        "26 november",
    ]


def test_eviction_is_announced_while_debt_counselling_waits(town: Town) -> None:
    """Debt counselling waits for card, roof and benefit. Then the bailiff's letter comes: three working days, no waiting."""
    case = town.takes_in("TR-2026-0103", "id_document", "emergency_shelter", "benefit_decision", "debt_counselling")
    assert case["debt_counselling"].status == "blocked"
    town.on("2026-11-11 11:00")
    case.does("urgent", "debt_counselling", because="eviction")
    debts = case["debt_counselling"]
    assert (debts.status, debts.due) == ("waiting", day("2026-11-16"))
    assert told(town, "2026-11-11 11:00") == ["schuldhulp: SPOED U kunt verder TR-2026-0103 · uiterlijk 16 november"]
    town.on("2026-11-17 08:00")
    assert "doorbraaktafel: SPOED Doorbraaktafel TR-2026-0103 · te laat sinds 17 november" in told(
        town, "2026-11-17 00:00"
    )


def test_a_death_with_shelter_open(town: Town) -> None:
    """Everybody who was asked hears that the request lapses; nobody is reminded, and no breach falls after that day."""
    case = town.takes_in("TR-2026-0104", "emergency_shelter", "wmo_indication", "id_document")
    town.on("2026-11-04 08:50")
    case.does("close", reason="died", on=day("2026-11-03"))
    town.on("2026-11-04 08:51")
    assert set(told(town, "2026-11-04 08:50")) == {
        "opvang: Verzoek vervalt TR-2026-0104 · 4 november",
        "wmo: Verzoek vervalt TR-2026-0104 · 4 november",
        "burgerzaken: Verzoek vervalt TR-2026-0104 · 4 november",
        "doorbraaktafel: U hoeft niets meer te doen TR-2026-0104 · 4 november",
    }
    assert "overleden" not in " ".join(letter.text for letter in town.letters)
    assert {key: p.breached for key, p in case.every().items()} == {
        "emergency_shelter": True, "wmo_indication": False, "id_document": False,
    }  # fmt: skip
    town.on("2027-02-01 09:00")
    assert told(town, "2026-11-04 08:52") == []


def test_shelter_is_asked_for_at_23_27_on_a_saturday(town: Town) -> None:
    """Nobody is at the counter until Monday. Who is on duty hears it the same minute, in words of his own."""
    town.on("2026-11-07 23:27")
    case = town.takes_in("TR-2026-0105", "emergency_shelter")
    assert told(town, "2026-11-07 23:27") == [
        "opvang: SPOED Verzoek TR-2026-0105 · uiterlijk 7 november",
        "bereikbaarheidsdienst: SPOED Vannacht TR-2026-0105 · uiterlijk 7 november",
    ]
    assert "vannacht binnen kan slapen" in " ".join(last_to(town, STANDBY).text.split())
    town.on("2026-11-08 11:00")
    assert told(town, "2026-11-08 00:00") == [
        "bereikbaarheidsdienst: SPOED Vannacht TR-2026-0105 · te laat sinds 8 november",
        "doorbraaktafel: SPOED Doorbraaktafel TR-2026-0105 · te laat sinds 8 november",
        "regisseur.noord: SPOED Naar een tafel TR-2026-0105 · te laat sinds 8 november",
        "regisseur.noord: SPOED Signaal TR-2026-0105 · 8 november",
        "teamleider: SPOED Signaal TR-2026-0105 · 8 november",
    ]
    assert "nacht 1 zonder plek" in " ".join(town.letters_to("teamleider@voorbeeldstad.example")[-1].text.split())
    case.gets("emergency_shelter", place="hotel", on="2026-11-07")
    assert not case["emergency_shelter"].breached, "the hotel was found that night, and recorded the next morning"


def test_shelter_that_is_recorded_days_late_at_night_rings_who_is_on_duty_once(town: Town) -> None:
    town.on("2026-11-14 23:27")
    town.takes_in("TR-2026-0105", "emergency_shelter", on=day("2026-11-05"))
    town.on("2026-11-15 08:00")
    said = told(town, "2026-11-14 23:27")
    assert any(line.startswith("doorbraaktafel: ") for line in said), "all that was missed is climbed"
    assert [line.split(" TR-")[0] for line in said if "Vannacht" in line] == ["bereikbaarheidsdienst: SPOED Vannacht"]


def test_a_benefit_refused_in_time_and_granted_on_objection(town: Town) -> None:
    """A refusal within the two weeks keeps the promise; it climbs all the same, and what matters is not forgotten."""
    case = town.takes_in("TR-2026-0106", "benefit_decision", present=["id_document"])
    town.on("2026-11-12 10:00")
    case.is_refused("benefit_decision", announced_on="2026-11-12")
    said = told(town, "2026-11-12 10:00")
    assert "regisseur.noord: Afgewezen TR-2026-0106 · bezwaar tot en met 24 december" in said
    assert any(line.startswith("doorbraaktafel: ") for line in said)
    assert [line for line in said if line.startswith("regisseur.noord: Vervolgactie")], "what does the client live of?"
    case.does("settle_follow_up", "benefit_decision", "livelihood")
    town.on("2026-11-20 10:00")
    case.does("settle_follow_up", "benefit_decision", "refusal_discussed")
    town.on("2026-11-24 10:00")
    case.does("milestone", "benefit_decision", "objected")
    town.on("2027-01-14 10:00")
    assert not any(f.is_open for f in case["benefit_decision"].provision.follow_ups)
    case.does("milestone", "benefit_decision", "objection_decided")
    case.gets("benefit_decision", during_stay="not_applicable")
    assert not case["benefit_decision"].breached
    town.on("2027-01-14 10:01")
    assert set(told(town, "2027-01-14 10:00")) == {
        "doorbraaktafel: U hoeft niets meer te doen TR-2026-0106 · 14 januari",
        "maatwerk: U hoeft niets meer te doen TR-2026-0106 · 14 januari",
    }


def test_the_table_answers_maatwerkbudget_and_the_counter_hears_what_it_must_do(town: Town) -> None:
    """The one who can act is told, in the words of what was decided; the director hears the answer."""
    case = town.takes_in("TR-2026-0107", "wmo_indication")
    town.on("2026-11-06 10:00")
    case.does("answer", "wmo_indication", "doorbraaktafel", "customised_budget", by="doorbraaktafel")
    assert set(told(town, "2026-11-06 10:00")) == {
        "wmo: Besluit over ons verzoek TR-2026-0107 · te laat sinds 6 november",
        "regisseur.noord: Antwoord TR-2026-0107 · 6 november",
    }
    said = " ".join(last_to(town, "wmo").text.split())
    assert "De doorbraaktafel besloot: maatwerkbudget." in said
    assert "Er mag geld voor worden gebruikt. Regel het nu" in said


def test_what_needs_a_second_person_is_asked_again_the_next_working_day(town: Town) -> None:
    """Nothing changes until another person decides; whoever may decide hears it, once more when nobody did, and the asker
    hears what became of it.
    """
    town.on("2026-11-06 15:00")  # a Friday
    case = town.takes_in("TR-2026-0108", "benefit_decision", present=["id_document"])
    case.does("ask_stop", "benefit_decision", reason="client_documents", until=day("2026-12-18"))
    assert told(town, "2026-11-06 15:00") == [
        "werkeninkomen: Verzoek TR-2026-0108 · uiterlijk 20 november",
        "teamleider: Akkoord gevraagd TR-2026-0108 · 6 november",
    ]
    said = " ".join(last_to(town, "teamleider").text.split())
    assert "vraagt Gemeentelijk regisseur (regisseur.noord) om akkoord onder nummer A-1" in said
    assert "de klok langer stilzetten (besluit bijstandsuitkering), tot 18 december 2026" in said
    town.on("2026-11-08 12:00")
    assert told(town, "2026-11-07 00:00") == [], "not in a weekend"
    town.on("2026-11-09 07:00")
    assert told(town, "2026-11-09 00:00") == ["teamleider: Akkoord gevraagd TR-2026-0108 · 9 november"]
    assert "tweede keer" in last_to(town, "teamleider").text
    assert case.shows("benefit_decision") == "Wacht op loket"

    town.on("2026-11-10 10:00")
    town.app.cases.approve("A-1", by=typed(TEAM_LEAD))
    town.on("2026-11-10 10:01")
    assert "regisseur.noord: Uw vraag om akkoord TR-2026-0108 · 10 november" in told(town, "2026-11-10 10:00")
    assert "goedgekeurd" in last_to(town, "regisseur.noord").text
    town.on("2026-11-16 10:00")
    assert not [line for line in told(town, "2026-11-10 10:02") if "kkoord" in line]


def test_a_withdrawal_by_mistake_is_taken_back_before_anybody_heard_of_it(town: Town) -> None:
    """The director clicks the wrong line on a page, sees it, and takes it back within the quarter of an hour. The counter goes
    on with what it was asked, and never knows.
    """
    case = town.takes_in("TR-2026-0121", "wmo_indication", "advance_payment")
    page = town.app.cases
    town.on("2026-11-03 10:00")
    page.record_outcome("TR-2026-0121", "wmo_indication", "withdrawn", by=on_a_page(DIRECTOR))
    assert case.state()["wmo_indication"] == "withdrawn"
    town.on("2026-11-03 10:04")
    assert told(town, "2026-11-03 10:00") == [], "letters wait five minutes for who has second thoughts"
    page.undo("TR-2026-0121", by=on_a_page(DIRECTOR))
    assert case.state() == {"wmo_indication": "waiting", "advance_payment": "waiting"}

    # On Friday it is late as if nothing had happened: its day was never another one.
    town.on("2026-11-06 10:00")
    assert [line for line in told(town, "2026-11-03 10:00") if line.startswith("wmo:")] == []
    assert case["wmo_indication"].due == day("2026-11-05")
    assert town.overdue() == ["TR-2026-0121 Wmo-indicatie 1, doorbraaktafel"]


def test_a_withdrawal_is_not_taken_back_once_the_counter_knows(town: Town) -> None:
    """Six minutes later the letter has left: then the way back is to say so."""
    case = town.takes_in("TR-2026-0122", "wmo_indication")
    page = town.app.cases
    town.on("2026-11-03 10:00")
    page.record_outcome("TR-2026-0122", "wmo_indication", "withdrawn", by=on_a_page(DIRECTOR))
    town.on("2026-11-03 10:06")
    assert told(town, "2026-11-03 10:00") == ["wmo: Verzoek vervalt TR-2026-0122 · 3 november"]
    assert "heropen" in str(refusal(lambda: page.undo("TR-2026-0122", by=on_a_page(DIRECTOR)))).lower()
    assert case.state() == {"wmo_indication": "withdrawn"}


def test_a_move_while_the_address_is_refused_and_refused_there_as_well(town: Town) -> None:
    """Havenmeer refuses the address, and the client moves to Duinrade. There it is asked for anew, with a day of its own; what
    Havenmeer decided stays with Havenmeer. Duinrade refuses it too.
    """
    case = town.takes_in(
        "TR-2026-0123", "postal_address",
        present=["id_document"], municipality="havenmeer", director="regisseur.haven", by="regisseur.haven",
    )  # fmt: skip
    town.on("2026-11-04 10:00")
    case.is_refused("postal_address", refusal="stay_unclear")

    town.on("2026-11-05 10:00")
    town.app.cases.transfer("TR-2026-0123", "duinrade", director="regisseur.duin", by=typed("regisseur.haven"))
    assert case.state() == {"postal_address": "refused"}, "until Duinrade accepts, nothing has changed"
    town.on("2026-11-06 10:00")
    town.app.cases.accept("TR-2026-0123", by=typed("regisseur.duin"))
    town.on("2026-11-06 10:01")
    assert case.state() == {"postal_address": "handed_over", "postal_address#2": "waiting"}
    assert case.rounds("postal_address")[1].due == day("2026-11-09"), "two working days from the move"
    asked = told(town, "2026-11-06 10:00")
    assert [line for line in asked if line.startswith("burgerzaken: Verzoek TR-2026-0123")] != []

    town.on("2026-11-09 10:00")
    case.is_refused("postal_address#2", refusal="other_conditions")
    town.on("2026-11-10 10:00")
    assert [letter.subject for letter in town.letters_to("regisseur.duin") if "Afgewezen" in letter.subject] == [
        "Afgewezen TR-2026-0123 · bezwaar tot en met 21 december"
    ]
    assert town.letters_to("doorbraaktafel@duinrade.example") != []
    # Two refusals, two days until which one can object, and each municipality its own breach.
    before, after = case.rounds("postal_address")
    assert [p.provision.outcome.on for p in (before, after) if p.provision.outcome] == [
        day("2026-11-04"),
        day("2026-11-09"),
    ]
    assert (before.provision.municipality, after.breached) == ("havenmeer", True)
