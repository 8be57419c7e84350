"""A move to the next municipality while the address is refused, refused there as well; and one that is not taken over."""

from provisions.overview.lists import Overviews
from tests.builders import Letter, Town, day

REF = "TR-2026-0031"


def subjects(letters: list[Letter], place: str) -> list[tuple[str, str]]:
    return [
        (one.to.partition("@")[0], one.subject.partition(" TR")[0])
        for one in letters
        if one.to.endswith(f"@{place}.example")
    ]


def test_a_move_while_the_address_is_refused_and_refused_there_as_well(town: Town) -> None:
    case = town.takes_in(REF, "postal_address", present=["id_document"], director="regisseur.noord")

    # Tuesday: refused in Voorbeeldstad; the doorbraaktafel has it at once, and has not answered when the client moves.
    town.on("2026-11-03 10:00")
    case.is_refused("postal_address", refusal="stay_unclear")
    town.on("2026-11-04 09:00")
    town.letters.clear()
    case.does("transfer", "duinrade", director="regisseur.duin")
    town.on("2026-11-04 10:00")
    assert subjects(town.letters, "duinrade") == [("regisseur.duin", "Overdracht")]
    assert ("regisseur.noord", "Overdracht") in subjects(town.letters, "voorbeeldstad")
    assert town.app.views.case(REF).case.municipality == "voorbeeldstad", "until it is accepted it stands with both"

    # Friday: two working days have passed; both team leads find it in their message of the morning, every working day.
    town.on("2026-11-06 08:00")
    app = town.app
    for place in ("voorbeeldstad", "duinrade"):
        lists = Overviews(app.engine, app.config, app.views, app.clock).late(place)
        assert [(one.reference, one.was, one.to) for one in lists.handovers] == [(REF, "voorbeeldstad", "duinrade")]
        assert [view.case.reference for view in app.views.overdue(place)] == [REF], "late for both"
    town.letters.clear()

    # Duinrade takes it over, as of the day of the move: its counter is asked, its table has it, and nothing is sent twice.
    case.does("accept", by="regisseur.duin")
    town.on("2026-11-06 09:00")
    there = subjects(town.letters, "duinrade")
    assert ("burgerzaken", "Verzoek") in there
    assert ("doorbraaktafel", "Doorbraaktafel") in there
    assert ("burgerzaken", "Overdracht") in subjects(town.letters, "voorbeeldstad")
    old, new = town.app.views.case(REF).provisions
    assert (old.status, new.status) == ("handed_over", "waiting")
    assert old.objection_until == day("2026-12-15"), "the objection stays with the municipality that refused"
    assert new.due == day("2026-11-06")
    assert not old.breached

    # Refused there as well: the table has it already. A breach there would be Duinrade's own.
    town.letters.clear()
    case.is_refused("postal_address#2", refusal="stay_unclear")
    town.on("2026-11-06 12:00")
    assert [who for who, what in subjects(town.letters, "duinrade") if what == "Doorbraaktafel"] == []
    assert ("regisseur.duin", "Afgewezen") in subjects(town.letters, "duinrade")
    town.on("2026-11-09 12:00")
    old, new = town.app.views.case(REF).provisions
    assert (old.breached, new.breached) == (False, True)


def test_a_handover_that_is_declined_leaves_no_trace_but_in_the_record(town: Town) -> None:
    case = town.takes_in(REF, "wmo_indication", director="regisseur.noord")
    town.on("2026-11-03 09:00")
    before = town.app.views.case(REF).provisions[0]
    case.does("transfer", "duinrade")
    town.on("2026-11-04 09:00")
    town.letters.clear()
    case.does("decline", because="not_living_here", by="regisseur.duin")
    town.on("2026-11-04 10:00")
    view = town.app.views.case(REF)
    assert view.as_json()["handover"] is None
    assert (view.case.municipality, view.case.director) == ("voorbeeldstad", "regisseur.noord")
    assert view.provisions[0].provision == before.provision
    assert view.provisions[0].due == before.due
    (told,) = town.letters_to("regisseur.noord")
    assert "woont of verblijft hier niet" in " ".join(told.text.split())
    assert [line.what for line in town.app.views.audit(REF)].count("case.handover_declined") == 1


def test_who_was_to_be_director_there_hears_that_it_does_not_come(town: Town) -> None:
    case = town.takes_in(REF, "wmo_indication", director="regisseur.noord")
    case.does("transfer", "duinrade", director="regisseur.duin")
    town.on("2026-11-04 09:00")
    (plan,) = [letter for letter in town.letters if letter.to.endswith("@duinrade.example")]
    town.letters.clear()
    case.does("decline", because="not_living_here", by="regisseur.duin")
    town.on("2026-11-04 10:00")
    assert plan.to.startswith("regisseur.duin@")
    assert sorted(letter.to for letter in town.letters) == sorted([town.letters_to("regisseur.noord")[0].to, plan.to])


def test_while_it_waits_it_is_in_the_list_of_both_and_under_its_own_status(town: Town) -> None:
    case = town.takes_in(REF, "wmo_indication")
    town.takes_in("TR-2026-0032", "wmo_indication")
    case.does("transfer", "duinrade")

    def listed(**wanted: str) -> list[str]:
        return [line.reference for line in town.app.lists.cases(**wanted)]

    assert listed(municipality="duinrade") == [REF]
    assert listed(municipality="voorbeeldstad") == [REF, "TR-2026-0032"]
    assert listed(status="handover") == [REF]
    case.does("accept", by="regisseur.duin")
    assert listed(municipality="voorbeeldstad") == ["TR-2026-0032"]
    assert listed(status="handover") == []
