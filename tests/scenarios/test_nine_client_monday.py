"""A case director's Monday: nine clients at once, and what the week makes of them."""

from tests.builders import Town, day

MORNING = "2026-11-02 09:00"
NINE = [f"TR-2026-01{n:02}" for n in range(1, 10)]


def test_nine_clients_on_a_monday(town: Town) -> None:
    """Nine clients on one morning, each with the card, the address, the benefit and an advance to arrange. What goes well
    asks nothing of anybody; what does not, comes back by itself to whoever has to act. One turns out to have been reported
    three weeks ago.
    """
    town.on(MORNING)
    needs = ("id_document", "postal_address", "benefit_decision", "advance_payment")
    first, second, third, fourth, fifth, sixth, seventh, eighth, ninth = [
        town.takes_in(reference, *needs, on=day("2026-10-12") if reference == NINE[-1] else None) for reference in NINE
    ]

    # The one who was reported three weeks ago: what fell due since is climbed at once, in order.
    town.on("2026-11-02 09:05")
    assert ninth.rungs("id_document") == ["case_director", "doorbraaktafel", "maatwerkloket"]
    assert ninth.rungs("advance_payment") == ["case_director", "doorbraaktafel", "maatwerkloket"]
    late = [letter for letter in town.letters if NINE[-1] in letter.subject and "Beoordeel indiening" in letter.subject]
    assert len(late) == 4  # two provisions, each to the customisation officer and the director
    assert town.overdue() == [
        f"{ninth.reference} {name} 14, case_director" for name in ("voorschot", "identiteitsbewijs")
    ]

    # For the other eight: the card and the advance are asked for, the benefit is applied for, the address waits.
    for case in (first, second, third, fourth, fifth, sixth, seventh, eighth):
        assert case.status() == {
            "id_document": "waiting", "postal_address": "blocked", "advance_payment": "waiting", "benefit_decision": "blocked",
        }  # fmt: skip
        requests = [
            letter for letter in town.letters if case.reference in letter.subject and "Verzoek" in letter.subject
        ]
        assert sorted(letter.to.partition("@")[0] for letter in requests) == [
            "burgerzaken",
            "werkeninkomen",
            "werkeninkomen",
        ]

    # Tuesday: three get their card, and their address and benefit start by themselves the same day.
    town.on("2026-11-03 15:00")
    for case in (first, second, third):
        case.gets("id_document", paid_by="free", photos_paid="yes")
        assert case["postal_address"].due == day("2026-11-05")
        assert case["benefit_decision"].due == day("2026-11-17")
    ready = [letter for letter in town.letters_since("2026-11-03 15:00") if letter.to.startswith("regisseur.noord")]
    assert len(ready) == 3  # to the director, no letter to the client

    # Wednesday: one does not want to go on just now, one is refused a card, and for one the address can't wait.
    town.on("2026-11-04 10:00")
    fourth.does("suspend", "id_document", reason="client_asks", until=day("2026-11-11"))
    fifth.is_refused("id_document")
    sixth.does("waive", "postal_address", "id_document", ground="bewijslast achteraf")
    wednesday = {(letter.to.partition("@")[0], letter.subject) for letter in town.letters_since("2026-11-04 10:00")}
    assert ("doorbraaktafel", f"Doorbraaktafel {fifth.reference} · afgewezen op 4 november") in wednesday
    assert any(
        to == "regisseur.noord" and fifth.reference in subject for to, subject in wednesday
    )  # offered the waiver
    assert sixth["postal_address"].due == day("2026-11-06")
    assert fourth.shows("id_document") == "Klok stilgezet"

    # Thursday: a reminder for whoever has no card after two working days, and for nobody else.
    town.on("2026-11-05 08:00")
    reminded = {one.subject for one in town.letters_since("2026-11-05 00:00") if "Herinnering" in one.subject}
    assert reminded == {f"Herinnering {case.reference} · uiterlijk 9 november" for case in (sixth, seventh, eighth)}

    # Thursday and Friday: two addresses are there in time, the third is not.
    for case in (first, second):
        case.gets("postal_address", ground="no_residence")
    town.on("2026-11-06 08:00")
    assert third.shows("postal_address") == "Te laat"
    assert f"{third.reference} briefadres 1, doorbraaktafel" in town.overdue()

    # All eight get their advance on Friday; the ninth too, late.
    for case in (first, second, third, fourth, fifth, sixth, seventh, eighth, ninth):
        case.gets("advance_payment", paid_how="card")
    assert not first["advance_payment"].breached
    assert ninth["advance_payment"].breached

    # The Tuesday after: who still has no card is late; not the one whose clock stood still, and the refused one is.
    town.on("2026-11-10 08:00")
    cards = [line for line in town.overdue() if "identiteitsbewijs" in line]
    assert cards == [
        f"{ninth.reference} identiteitsbewijs 22, case_director",
        *(f"{case.reference} identiteitsbewijs 1, doorbraaktafel" for case in (fifth, sixth, seventh, eighth)),
    ]
    waiting = {view.case.reference for view in town.app.views.waiting_too_long()}
    assert {fourth.reference, seventh.reference, eighth.reference} <= waiting

    # Nobody got the same letter twice, and every letter carries a reference and no more.
    once = {(letter.on, letter.to, letter.subject, letter.text) for letter in town.letters}
    assert len(once) == len(town.letters)
    assert all("TR-2026-01" in letter.subject for letter in town.letters)
