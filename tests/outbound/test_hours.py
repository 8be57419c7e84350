"""The letters about what is promised for the very day: to whom, and what they say."""

from datetime import timedelta

from provisions.domain import lifecycle
from provisions.domain.case import ProvisionKey
from provisions.domain.lifecycle import Moment
from provisions.domain.rules import OutcomeName
from provisions.outbound.render import Lapsed, Rendered, render
from tests.outbound.conftest import NewStory, Story

SHELTER = "emergency_shelter"


def lived(told: Story, hours: int) -> Story:
    """Hour by hour."""
    for _ in range(hours):
        told.now += timedelta(hours=1)
        clock = Moment(told.now, lifecycle.SYSTEM, told.config.catalogue)
        told.take(lifecycle.tick(told.case, ProvisionKey(SHELTER), clock))
    return told


def of(told: Story, kind: str, name: str) -> Rendered:
    (detail,) = {i.detail for i, _ in told.sent if i.kind == kind and (i.detail or "").startswith(f"{name}/")}
    return told.read(kind, SHELTER, detail)


def words(letter: Rendered) -> str:
    return " ".join(letter.text.split())


def to(letter: Rendered) -> list[str]:
    return [contact.email.partition("@")[0] for contact in letter.recipients]


def test_each_hears_that_the_counter_does_not_answer_with_what_to_do(story: NewStory) -> None:
    told = lived(story(SHELTER), 9)
    director, lead, standby = (
        of(told, kind, name)
        for kind, name in (
            ("signal", "unanswered"),
            ("signal_lead", "unanswered_lead"),
            ("standby", "unanswered_standby"),
        )
    )
    assert to(lead) == ["teamleider"]
    assert to(standby) == ["bereikbaarheidsdienst"]
    assert "regisseur" in to(director)[0]
    for letter in (director, lead):
        assert "heeft nog niet gezegd of dat lukt" in words(letter)
        assert letter.subject.startswith("SPOED Signaal TR-2026-")
        assert "opvang" not in letter.subject.lower()
    assert "gaf nog geen antwoord" in words(standby)
    assert "is nu dicht" not in words(standby)
    asked = of(told, "signal", "arrived")
    assert "Is de cliënt er aangekomen?" in words(asked)


def test_every_morning_director_and_team_lead_hear_which_night_it_was(story: NewStory) -> None:
    told = lived(story(SHELTER), 24)
    for kind in ("signal", "signal_lead"):
        letter = of(told, kind, "night")
        assert "nacht 1 zonder plek" in words(letter)
        assert "ook in het weekend" in words(letter)


def test_what_is_no_longer_so_is_not_sent(story: NewStory) -> None:
    told = lived(story(SHELTER), 24)
    told.outcome(SHELTER, OutcomeName.DELIVERED)
    for name in ("night", "unanswered"):
        (detail,) = {i.detail for i, _ in told.sent if i.kind == "signal" and (i.detail or "").startswith(f"{name}/")}
        message, provision = told.last("signal", SHELTER, detail), told.case.provisions[ProvisionKey(SHELTER)]
        assert isinstance(render(message, told.case, provision, told.config, told.now), Lapsed)
    told = lived(told, 25)
    assert "is opvang geregeld" in words(of(told, "signal", "arrived_next_day"))
