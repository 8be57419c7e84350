"""What is declared once of each kind of message and each rung is whole, and nothing is declared that nobody uses."""

import re

import pytest

from provisions.catalogue import PROJECT, TEMPLATES
from provisions.domain.messages import MessageKind, label
from provisions.domain.rungs import RungName
from tests.builders import CATALOGUE

LETTERS = [kind for kind in MessageKind if kind.letter.template]
WRITTEN_ELSEWHERE = {
    *(MessageKind.REPORT, MessageKind.MORNING, MessageKind.DAYS, MessageKind.ABSENCE_ENDS),
    *(MessageKind.AGENDA, MessageKind.OVERVIEW),
    *(MessageKind.BROUGHT_IN, MessageKind.BROUGHT_IN_ASKED, MessageKind.BROUGHT_IN_SEEN),
}


@pytest.mark.parametrize("kind", LETTERS)
def test_every_letter_has_its_template_its_subject_and_its_event(kind: MessageKind) -> None:
    rungs = list(RungName) if kind.is_about_a_rung else [None]
    for rung in rungs:
        for key in CATALOGUE.provisions:
            assert (TEMPLATES / kind.template(key, rung)).is_file()
        assert "{reference}" in (kind.letter.subject or (rung.kind.subject if rung else ""))
    assert re.fullmatch(r"[a-z]+(-[a-z]+)+", kind.letter.event)


def test_what_is_written_elsewhere_has_no_template() -> None:
    assert set(MessageKind) - set(LETTERS) == WRITTEN_ELSEWHERE


def test_no_two_kinds_and_no_two_rungs_are_called_the_same() -> None:
    for names in (
        [kind.letter.label for kind in MessageKind],
        [kind.letter.event for kind in LETTERS],
        [rung.label for rung in RungName],
        [rung.kind.mark for rung in RungName],
        [rung.kind.contact for rung in RungName if rung.kind.contact],
    ):
        assert len(set(names)) == len(names)


def test_no_notice_is_left_without_a_kind() -> None:
    used = {kind.letter.template for kind in LETTERS}
    there = {f"notice/{path.name}" for path in (TEMPLATES / "notice").glob("*.md.j2")}
    assert there <= used


def test_a_kind_of_an_older_version_is_shown_by_its_own_name() -> None:
    assert label("rung") == "escalatie"
    assert label("carrier_pigeon") == "carrier_pigeon"


def test_messages_of_one_breath_go_out_as_declared_and_rungs_from_low_to_high() -> None:
    places = [kind.place(rung) for kind in LETTERS for rung in (RungName if kind.is_about_a_rung else [""])]
    assert places == sorted(places)
    assert len(set(places)) == len(places)


def test_a_rung_is_named_only_where_it_is_declared_or_plays_a_part_that_no_other_can() -> None:
    """The doorbraaktafel is where a ladder begins, and the national desk is where it ends; all others are data."""
    named = {
        (path.name, name)
        for folder in ("provisions", "flows")
        for path in (PROJECT / folder).rglob("*.py")
        for name in re.findall(r"RungName\.([A-Z]+)", path.read_text("utf-8"))
    }
    assert {name for _, name in named} <= {"DOORBRAAKTAFEL", "MAATWERKLOKET"}
