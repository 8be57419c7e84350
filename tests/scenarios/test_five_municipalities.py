"""The guide's own case (Bijlage 1, 1.1), as this product would have carried it."""

from provisions.domain.errors import InvalidInput
from tests.builders import Letter, Town, day, refusal


def received(letters: list[Letter]) -> list[tuple[str, str]]:
    return [(letter.to, letter.subject) for letter in letters]


def test_a_client_who_can_not_be_registered_anywhere(town: Town) -> None:
    """A client went from his own home in municipality A by way of B to a clinic in C, and was registered in each of them.
    The next clinic, in D, takes people temporarily and does not register him; C fines him if he stays on its books, and A
    says that he left long ago. D sends him to A, which it may not do: it has to judge the request itself. In the end E,
    where he goes to yet another clinic, registers him beforehand, "after many telephone calls".

    Here the client is taken in by D (Duinrade) on a Monday. What would have happened instead of the telephone calls?
    """
    # Monday: nobody registers him, so the address comes first and the card after it.
    case = town.takes_in(
        "TR-2026-0011",
        "postal_address", "id_document", "benefit_decision", "health_insurance",
        brp="unregistered", municipality="duinrade", director="regisseur.duin", route="conditional",
    )  # fmt: skip
    assert case.shows("postal_address") == "Wacht op loket"
    assert case["postal_address"].due == day("2026-11-04")  # two working days, not "when somebody agrees"
    assert case["id_document"].blocked_by == ("postal_address",)
    # The right to a benefit counts from the application, so that goes out although the promise waits for the card.
    assert case["benefit_decision"].provision.applied_on == day("2026-11-02")
    assert {to for to, _ in received(town.letters)} == {
        "burgerzaken@duinrade.example",
        "werkeninkomen@duinrade.example",
    }

    # Tuesday: the counter says "not with us, go to municipality A". That is no outcome, and the clock runs on.
    town.on("2026-11-03 11:00")
    refused = refusal(lambda: case.is_refused("postal_address", refusal="referred_elsewhere"))
    assert isinstance(refused, InvalidInput)
    assert "geen uitkomst" in str(refused)
    assert case["postal_address"].status == "waiting"

    # Wednesday passes. On Thursday at midnight it is late, and the doorbraaktafel knows without a telephone call.
    town.on("2026-11-05 08:00")
    assert case.shows("postal_address") == "Te laat"
    assert town.overdue() == ["TR-2026-0011 briefadres 1, doorbraaktafel"]
    letter, to_director = (
        one for one in town.letters_since("2026-11-05 00:00") if not one.subject.startswith("Vervolgactie")
    )
    assert (to_director.to, to_director.subject) == (
        "regisseur.duin@duinrade.example", "Naar een tafel TR-2026-0011 · te laat sinds 5 november",
    )  # fmt: skip
    assert (letter.to, letter.on.isoformat()) == ("doorbraaktafel@duinrade.example", "2026-11-04T23:00:00+00:00")
    assert "4 november 2026" in letter.text
    assert "gevraagd aan het loket in Duinrade" in letter.text

    # The table makes the counter judge the request itself; and the benefit need not wait for a card: proof afterwards.
    case.does("answer", "postal_address", "doorbraaktafel", "back_to_counter", by="doorbraaktafel-1")
    case.does("waive", "benefit_decision", "id_document", ground="bewijslast achteraf", by="regisseur.duin")
    assert town.overdue() == ["TR-2026-0011 briefadres 1, loket"]
    assert case["benefit_decision"].due == day("2026-11-19")
    assert received(town.letters_since("2026-11-05 08:00"))[-1] == (
        "werkeninkomen@duinrade.example", "U kunt verder TR-2026-0011 · uiterlijk 19 november",
    )  # fmt: skip

    # Monday: the counter refuses. Now there is a decision that can be objected to, and the table has it already.
    town.on("2026-11-09 10:00")
    case.is_refused("postal_address", refusal="stay_unclear")
    assert case["postal_address"].objection_until == day("2026-12-21")
    assert case.rungs("postal_address") == ["doorbraaktafel"]

    # Tuesday: a week after the start, the guide's outer limit, the submission lies ready; nothing has left the municipality.
    town.on("2026-11-10 09:00")
    assert received(town.letters_since("2026-11-10 00:00")) == [
        ("maatwerk@duinrade.example", "Beoordeel indiening TR-2026-0011 · afgewezen op 9 november"),
        ("regisseur.duin@duinrade.example", "Beoordeel indiening TR-2026-0011 · afgewezen op 9 november"),
    ]
    assert not town.letters_to("indienen@maatwerkloket.example")

    # A person decides; only then it goes to the national desk, with the reference only as a number to call back about.
    case.does("submit", "postal_address", "submitted", reason="A en D verwijzen naar elkaar", by="maatwerk-1")
    (submission,) = town.letters_to("indienen@maatwerkloket.example")
    assert "TR-2026-0011" in submission.subject
    assert "verwijzen naar elkaar" not in submission.text
    assert town.overdue() == ["TR-2026-0011 briefadres 6, maatwerkloket"]

    # The desk finds it: the clinic in E will have him, so E can register him beforehand. D hands the case over; until E takes it
    # up it stands with both. E gets a promise of its own to keep, and the breach stays with D.
    town.on("2026-11-12 09:00")
    case.does("answer", "postal_address", "maatwerkloket", "other_route", by="maatwerk-1")
    case.does("transfer", "oosterbeemd", by="regisseur.duin")
    assert case.view.case.municipality == "duinrade"
    town.on("2026-11-12 11:00")
    case.does("accept", by="regisseur.oost")
    town.on("2026-11-12 11:01")
    asked = [letter for letter in town.letters_since("2026-11-12 11:00") if letter.to.startswith("burgerzaken@")]
    assert {letter.to for letter in asked} == {"burgerzaken@duinrade.example", "burgerzaken@oosterbeemd.example"}
    address = case.every()["postal_address#2"]
    assert (address.case.municipality, address.due) == ("oosterbeemd", day("2026-11-16"))

    # Monday: registered at last. The card and the insurance start by themselves; nobody has to remember them.
    town.on("2026-11-16 14:00")
    case.gets("postal_address", ground="institution")
    assert [p.breached for p in case.rounds("postal_address")] == [True, False]
    assert case.every()["id_document#2"].due == day("2026-11-23")
    assert case.every()["health_insurance#2"].blocked_by == ("id_document",)
    assert town.overdue() == []

    # And the record says who did what, when, and why.
    whats = [line.what for line in town.app.views.audit("TR-2026-0011") if line.key == "postal_address"]
    assert whats.count("rung.climbed") == 2
    assert {"provision.overdue", "rung.answered", "rung.submitted", "provision.outcome"} <= set(whats)
    # No letter names the programme, the route or a reason.
    for letter in town.letters:
        assert not any(
            word in letter.text.lower() for word in ("levensloop", "zorg- en veiligheidshuis", "conditional")
        )
        assert "bewijslast achteraf" not in letter.text or "burger" not in letter.to
