"""How contact goes stands in every request; numbers stand in letters to those whose they are."""

from dataclasses import replace

import pytest

from provisions.domain import lifecycle
from provisions.domain.case import Answer, ProvisionKey
from provisions.domain.rungs import RungName
from tests.outbound.conftest import NewStory, Story
from tests.outbound.test_render import ALL

SAID = "spreek de cliënt altijd met twee mensen"


def numbered(told: Story) -> Story:
    told.take(lifecycle.contact(told.case, "two_people", told.moment))
    told.take(lifecycle.number(told.case, None, "Z2026-00123", told.moment))
    told.take(lifecycle.number(told.case, ProvisionKey("id_document"), "BZ-77", told.moment))
    return told


@pytest.mark.parametrize("kind", ["request", "application", "proceed", "again"])
def test_each_request_says_how_contact_goes(story: NewStory, kind: str) -> None:
    told = numbered(story(*ALL))
    for key in ALL:
        assert SAID in " ".join(told.written(kind, key).text.split()), key


def test_the_counter_hears_it_too_with_what_a_table_decided(story: NewStory) -> None:
    told = numbered(story("id_document").until("2026-11-12T12:00+01:00"))
    told.answer("id_document", RungName.DOORBRAAKTAFEL, Answer.PRIORITY)
    assert SAID in " ".join(told.read("decided", "id_document").text.split())


def test_each_number_stands_in_letters_to_those_whose_it_is(story: NewStory) -> None:
    told = numbered(story("id_document", municipality="havenmeer").until("2026-11-30T12:00+01:00"))
    counter = told.read("request", "id_document").text
    assert "Uw nummer hiervoor: BZ-77. Zaaknummer van de gemeente: Z2026-00123." in counter
    table = told.read("rung", "id_document", "doorbraaktafel").text
    assert "BZ-77" not in table
    assert "Zaaknummer van de gemeente: Z2026-00123." in table
    outside = [told.read("rung", "id_document", "regional"), told.written("submission", "id_document", "maatwerkloket")]
    for letter in outside:
        assert "BZ-77" not in letter.text
        assert "Z2026" not in letter.text + letter.subject


def test_without_numbers_nothing_is_said_of_them(story: NewStory) -> None:
    text = story("id_document").written("request", "id_document").text
    assert "nummer hiervoor" not in text
    assert "Zaaknummer" not in text


def test_a_code_that_is_no_longer_known_is_as_usual(story: NewStory) -> None:
    told = story("id_document")
    told.case = replace(told.case, contact="by_pigeon")
    assert "het contact loopt via de regisseur" in " ".join(told.written("request", "id_document").text.split())
