"""Three weeks out of sight and back; gone from the approach, and back."""

from provisions.domain.case import ProvisionKey
from provisions.store.verification import verify
from tests.builders import CONFIG, DIRECTOR, TEAM_LEAD, Town, count, day, refusal, typed

LOOKED = "looked_for"


def test_three_weeks_out_of_sight_and_back(town: Town) -> None:
    """A client has a card and shelter to arrange when nobody can find him any more. His director asks to let everything
    stand still, the team lead agrees, and for three weeks nothing is late and no table hears of it; the director is asked to
    look. When he is back, everything goes on where it was.
    """
    client = town.takes_in("TR-2026-0042", "id_document", "benefit_decision")
    late = town.takes_in("TR-2026-0043", "wmo_indication")
    town.on("2026-11-04 10:00")
    assert client["id_document"].due == day("2026-11-09")

    # Wednesday: he did not come for his appointment, and is not where he slept. Asking changes nothing yet.
    number = town.app.cases.ask_rest(client.reference, reason="out_of_sight", by=typed(DIRECTOR))
    assert client.view.as_json()["resting"] is None
    said = refusal(lambda: town.app.cases.approve(str(number), by=typed(DIRECTOR)))
    assert "zelf gevraagd" in str(said)

    # Thursday: the team lead agrees. What was recorded of him since can't be changed, and the page says why.
    town.on("2026-11-05 09:00")
    town.app.cases.approve(str(number), by=typed(TEAM_LEAD))
    shown = client.view.as_json()
    assert shown["resting"] == {"since": "2026-11-04", "reason": "out_of_sight", "until": "2027-02-03"}
    card = next(p for p in shown["provisions"] if p["key"] == "id_document")
    assert (card["status"], card["due"], card["overdue"], card["next_rung"]) == ("waiting", None, False, None)
    assert client.shows("id_document") == "Uit beeld"
    message = town.app.run_views.of(client["id_document"].id).message
    assert message.startswith("Uit beeld sinds 4 november 2026")
    said = refusal(
        lambda: town.app.cases.record_outcome(client.reference, "id_document", "delivered", by=typed(DIRECTOR))
    )
    assert "is uit beeld sinds 2026-11-04" in str(said)

    # He is asked to look on working days 1, 3 and 5, and then each week; he writes down that he did.
    town.on("2026-11-06 09:00")
    client.does("settle_follow_up", "traject", LOOKED)
    client.does("note", "procesregisseur gebeld, niemand heeft hem gezien")
    town.on("2026-11-24 09:00")
    asked = [letter for letter in town.letters if letter.subject.startswith("Vervolgactie TR-2026-0042")]
    assert not any("?." in letter.text for letter in asked)
    days = ["5 november", "9 november", "11 november", "18 november"]
    assert [day_ for day_ in days if any(day_ in letter.subject for letter in asked)] == days
    looks = [letter for letter in asked if "procesregisseur" in letter.text]
    assert len(looks) >= 4
    assert {letter.to for letter in looks} == {"regisseur.noord@voorbeeldstad.example"}
    assert any(f.name == LOOKED for f in town.app.views.overdue_follow_ups())

    (line,) = town.app.lists.cases(status="rest")
    assert (line.reference, line.as_json()["rest"], line.late) == (client.reference, "2026-11-04", 0)

    # The other client, whom nobody lost, is late; he is not, and no table has heard of him.
    assert [line.split()[0] for line in town.overdue()] == [late.reference]
    assert client.rungs("id_document") == ["case_director"]  # climbed while the team lead had not said yes: that stays
    assert not [letter for letter in town.letters if "0042" in letter.subject and "tafel" in letter.to]

    # Wednesday, three weeks later: he is in a shelter in another town. From this day everything runs again.
    town.on("2026-11-25 10:00")
    client.does("wake")
    assert client.view.as_json()["resting"] is None
    assert client["id_document"].due == day("2026-11-30")
    town.on("2026-11-26 09:00")
    told = [
        letter for letter in town.letters_since("2026-11-25 10:00") if "TR-2026-0042" in letter.subject + letter.text
    ]
    assert any("30 november" in letter.subject + letter.text for letter in told)  # the counter hears the new day
    assert not any("uit beeld" in letter.text for letter in told if letter.to.startswith("burgerzaken"))
    assert not any(f.key is None for f in town.app.views.overdue_follow_ups())

    # He gets his card in time after all: no promise was broken, and the days away are no days at the counter.
    town.on("2026-11-27 15:00")
    client.gets("id_document")
    assert not client["id_document"].breached
    with town.database.connect() as connection:
        assert verify(connection, catalogue=CONFIG.catalogue).faults == []
    whats = [line.what for line in town.app.views.audit(client.reference)]
    assert [what for what in whats if what.startswith("case.")][-3:] == ["case.rested", "case.noted", "case.woken"]
    assert count(what for what in whats if what == "approval.asked") == 1


def test_who_left_the_approach_comes_back_and_what_is_needed_then_is_a_new_round(town: Town) -> None:
    """A client has his card, waits for a benefit, and does not want to be in the approach any more. In the spring he is back,
    without his card. Nobody made a mistake: what ended stays ended, and what is needed now begins now.
    """
    client = town.takes_in("TR-2026-0042", "id_document", "benefit_decision")
    client.gets("id_document")
    town.on("2026-12-01 09:00")
    benefit = ProvisionKey("benefit_decision")
    client.does("close", reason="left_approach", takeovers={str(benefit): "provider"})
    town.on("2027-03-01 10:00")
    said = refusal(lambda: client.does("again", "id_document", reason="lost", on=day("2026-11-20")))
    assert "het einde van traject TR-2026-0042" in str(said)

    client.does("again", "id_document", reason="lost")
    shown = client.view.as_json()
    assert (shown["closed"], shown["end_reason"]) == (None, None)
    told = [(p["key"], p["round"], p["status"]) for p in shown["provisions"]]
    assert sorted(told) == [
        ("benefit_decision", 1, "ended"), ("id_document", 1, "delivered"), ("id_document", 2, "waiting"),
    ]  # fmt: skip
    assert [p["due"] for p in shown["provisions"] if p["round"] == 2] == ["2027-03-08"]
    client.does("again", "benefit_decision", reason="stopped")  # his first card was there once: that stays met
    town.on("2027-03-01 11:00")
    subjects = [letter.subject for letter in town.letters_since("2027-03-01 10:00")]
    asked = [subject for subject in subjects if subject.startswith("Verzoek") and "uiterlijk" in subject]
    assert len(asked) == 2, asked
    stood = [(p["round"], p["status"]) for p in client.view.as_json()["provisions"] if p["key"] == "benefit_decision"]
    assert stood == [(1, "ended"), (2, "waiting")], "what ended stays so"

    # It can end again, and the record says all of it.
    town.on("2027-03-04 10:00")
    client.gets("id_document")
    client.gets("benefit_decision")
    client.does("close")
    with town.database.connect() as connection:
        assert verify(connection, catalogue=CONFIG.catalogue).faults == []
    ends = [
        line.what for line in town.app.views.audit(client.reference) if line.what in ("case.closed", "case.reopened")
    ]
    assert ends == ["case.closed", "case.reopened", "case.closed"]
