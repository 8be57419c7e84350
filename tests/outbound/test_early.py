"""The letters before a day that is known beforehand: what comes, who can offer what, and nothing of the place itself."""

from dataclasses import replace
from datetime import date

import pytest

from provisions.domain import lifecycle
from provisions.domain.case import ProvisionKey
from provisions.domain.rules import WarningTo
from provisions.outbound.render import Lapsed, render
from tests.builders import CENTRAL_DESK, with_central_desk
from tests.outbound.conftest import NewStory, Story

SHELTER = "emergency_shelter"
DAY = date(2026, 11, 27)  # nineteen working days after Monday 2 November


def losing(story: NewStory) -> Story:
    told = story("wmo_indication")
    told.take(lifecycle.place_ends(told.case, DAY, "detention", "release", told.moment))
    return told


@pytest.mark.parametrize("name", ["doorbraaktafel", "central_desk", "standby", "last_day"])
def test_a_warning_says_which_day_what_was_tried_and_who_can_offer_what(story: NewStory, name: str) -> None:
    told = losing(story).until("2026-11-26T12:00+01:00")
    letter = told.read("warning", SHELTER, f"{name}/2026-11-27")
    said = " ".join(f"{letter.subject} {letter.text}".lower().split())
    assert "27 november" in letter.subject
    assert "geen plek om te slapen" in said
    assert "wet forensische zorg" in said
    assert "de ene wet mag voorgaan op de andere" in said
    assert not [
        word for word in ("detentie", "gevangenis", "vrijlating", "ontslag", "opvang nodig omdat") if word in said
    ]


def test_each_goes_to_whom_it_is_for_and_the_director_has_a_message_of_its_own(story: NewStory) -> None:
    told = losing(story).until("2026-11-26T12:00+01:00")
    to = {
        name: told.read("warning", SHELTER, f"{name}/2026-11-27").recipients[0].email.partition("@")[0]
        for name in ("doorbraaktafel", "central_desk", "standby", "last_day")
    }
    assert to == {
        "doorbraaktafel": "doorbraaktafel",
        "central_desk": "portefeuillehouder",
        "standby": "bereikbaarheidsdienst",
        "last_day": "bereikbaarheidsdienst",
    }
    own = told.read("warned", SHELTER, "central_desk/2026-11-27")
    assert "Portefeuillehouder" in own.text
    first = told.read("warned", SHELTER, "doorbraaktafel/2026-11-27")
    assert "regisseur" in first.recipients[0].email


def before_the_desk(story: NewStory) -> Story:
    """Five working days before the day, in a region that has a central desk."""
    told = losing(story)
    told.config = with_central_desk(told.config)
    told.until("2026-11-20T12:00+01:00")
    return told


def test_where_the_region_has_a_central_desk_a_person_judges_first(story: NewStory) -> None:
    told, desk = before_the_desk(story), CENTRAL_DESK
    letter = told.read("warning", SHELTER, "central_desk/2026-11-27")
    assert [to.email.partition("@")[0] for to in letter.recipients] == ["maatwerk"]
    assert "pas na uw oordeel gaat er een bericht uit" in " ".join(letter.text.split())
    assert desk.email in letter.text

    told.take(lifecycle.submit(told.case, ProvisionKey(SHELTER), True, "Geheim over Piet", told.moment))
    asked = told.read("central_submission", SHELTER, "central_desk/2026-11-27")
    said = " ".join(asked.text.split())
    assert [to.email for to in asked.recipients] == [desk.email]
    assert "vanaf 27 november 2026 geen plek om te slapen. Dat is over 5 werkdagen." in said
    assert "TR-2026-0042" in asked.subject
    assert not [word for word in ("Geheim", "Piet", "detentie", "vrijlating", "traject ") if word in asked.text]


def test_a_desk_that_was_asked_hears_the_new_day_unless_it_is_the_old_one_again(story: NewStory) -> None:
    told = before_the_desk(story)
    told.take(lifecycle.submit(told.case, ProvisionKey(SHELTER), True, "Geheim over Piet", told.moment))
    told.take(lifecycle.place_kept(told.case, told.moment, date(2026, 12, 30)))
    letter = told.read("new_day_central", SHELTER)
    said = " ".join(letter.text.split())
    assert [to.email for to in letter.recipients] == [CENTRAL_DESK.email]
    assert letter.subject == "Nieuwe datum TR-2026-0042 · uiterlijk 30 december"
    assert "opvang, nu uiterlijk 30 december 2026" in said
    assert "Onze vraag aan u blijft staan" in said
    assert not [word for word in ("Geheim", "Piet", "detentie", "vrijlating", "traject ") if word in letter.text]
    asked = told.read("central_submission", SHELTER, "central_desk/2026-11-27")
    assert "vanaf 30 december 2026" in " ".join(asked.text.split()), "what had not left yet asks for the new day"

    shelter = told.case.provisions[ProvisionKey(SHELTER)]
    unheard = replace(told.last("new_day_central", SHELTER), told=())
    assert render(unheard, told.case, shelter, told.config, told.now) == Lapsed(
        "het centrale loket is hier nog niets gevraagd"
    )
    moved = told.last("new_day_central", SHELTER)
    told.take(lifecycle.place_kept(told.case, told.moment, DAY))
    shelter = told.case.provisions[ProvisionKey(SHELTER)]
    assert render(moved, told.case, shelter, told.config, told.now) == Lapsed("de uiterste datum is weer wat hij was")


def test_a_warning_for_another_day_is_not_sent_any_more(story: NewStory) -> None:
    told = losing(story).until("2026-11-20T12:00+01:00")
    told.take(lifecycle.place_kept(told.case, told.moment, date(2026, 12, 30)))
    given = told.last("warning", SHELTER, "central_desk/2026-11-27")
    case = told.case
    assert isinstance(render(given, case, case.provisions[ProvisionKey(SHELTER)], told.config, told.now), Lapsed)
    assert WarningTo.CENTRAL_DESK in told.config.catalogue.warned["voorbeeldstad"]
