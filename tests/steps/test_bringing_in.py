"""What is brought before the steering group: seen by a second, decided on, answered, and in the report until it is done."""

from typing import Any

import pytest
from sqlalchemy import Engine, text

from provisions.access import Actor, Role
from provisions.app import App
from provisions.domain.brought_in import BroughtIn, Standing
from provisions.domain.errors import InvalidInput, NotAllowed, NotFound, Refused
from provisions.domain.lifecycle import Via
from provisions.domain.weeks import Week
from provisions.report.page import brought_in
from tests.builders import CONFIG, day, is_dutch, typed
from tests.conftest import MovingClock

LEAD = Actor.of("leider-1", [Role.TEAM_LEAD], ["voorbeeldstad"], Via.WEB)
OTHER = Actor.of("leider-2", [Role.TEAM_LEAD], ["voorbeeldstad"], Via.WEB)
ELSEWHERE = Actor.of("leider-9", [Role.TEAM_LEAD], ["havenmeer"], Via.WEB)
GROUP = Actor.of("stuur-1", [Role.STEERING_GROUP], [], Via.WEB)
DIRECTOR = Actor.of("regie-1", [Role.CASE_DIRECTOR], ["voorbeeldstad"], Via.WEB)
TEXT = "Reserveer twee woningen per kwartaal voor wie uit detentie komt."


@pytest.fixture
def app(database: Engine, clock: MovingClock) -> App:
    clock.set("2026-11-12T09:00:00+00:00")
    return App(database, CONFIG, clock)


def asks(app: App, by: Actor = LEAD, **other: Any) -> BroughtIn:
    said = {
        "municipality": "voorbeeldstad", "about": "housing", "cause": "no_place", "cases": "3", "decision": TEXT,
        "owner": "corporatie", "due": day("2027-01-15"), **other,
    }  # fmt: skip
    return app.bringing.bring_in(by=by, **said)


def in_report(app: App) -> list[tuple[str, str, str]]:
    return brought_in(app.reports.of_week(Week.parse("2026-W45")))


def test_from_asking_to_done(app: App, database: Engine, clock: MovingClock) -> None:
    asked = asks(app)
    name = f"S-{asked.number}"
    assert in_report(app) == []
    with pytest.raises(NotAllowed, match="zelf gevraagd"):
        app.bringing.see(name, agreed=True, by=LEAD)
    for nobody in (DIRECTOR, ELSEWHERE, GROUP):  # who may not see it yet hears what is said of what is not there
        with pytest.raises(NotFound, match=f"niets ingebracht onder {name}"):
            app.bringing.see(name, agreed=True, by=nobody)
    app.bringing.see(name, agreed=True, by=OTHER)
    told = [(f"{name}, Voorbeeldstad: passende huisvesting, er is geen plek (<5 cliënten)", TEXT)]
    assert [line[:2] for line in in_report(app)] == told
    with pytest.raises(NotAllowed):
        app.bringing.decide(name, "adopted", by=LEAD)
    app.bringing.decide(name, "deferred", until=day("2026-12-01"), by=GROUP)
    clock.set("2026-12-02T09:00:00+00:00")
    app.bringing.decide(name, "deferred", until=day("2027-01-05"), by=GROUP)
    assert in_report(app)[0][2] == "corporatie, uiterlijk 15 januari 2027; aangehouden tot 5 januari 2027, nu 2 keer"
    clock.set("2027-01-05T09:00:00+00:00")
    app.bringing.decide(name, "adopted", by=GROUP)
    assert in_report(app)[0][2].endswith("overgenomen")
    app.bringing.decide(name, "done", by=GROUP)
    assert in_report(app) == []
    # The answer goes back to those who brought it in, once each time.
    with database.connect() as connection:
        query = (
            "SELECT p.recipients, p.text FROM message m JOIN prepared p ON p.message = m.id WHERE m.kind = 'brought_in'"
        )
        answers = connection.execute(text(query)).all()
        lines = connection.execute(
            text("SELECT what, by, data FROM audit WHERE what LIKE 'brought_in.%' ORDER BY id")
        ).all()
    assert len(answers) == 4
    assert {to["email"] for letter in answers for to in letter.recipients} == {"teamleider@voorbeeldstad.example"}
    assert [(line.what.partition(".")[2], line.by) for line in lines] == [
        ("asked", "leider-1"), ("brought_in", "leider-2"), ("deferred", "stuur-1"), ("deferred", "stuur-1"),
        ("adopted", "stuur-1"), ("done", "stuur-1"),
    ]  # fmt: skip
    assert all(TEXT not in str(line.data) and line.data["text"] == asked.digest for line in lines)


BAD: dict[str, tuple[dict[str, Any], str]] = {
    "no provision": ({"about": "woning"}, "woning"),
    "no cause": ({"cause": "zomaar"}, "zomaar"),
    "no cases": ({"cases": "0"}, "1 tot en met"),
    "words for cases": ({"cases": "veel"}, "1 tot en met"),
    "too long": ({"decision": "x" * 301}, "301 tekens"),
    "empty": ({"decision": " "}, "leeg"),
    "a client": ({"decision": "Regel iets voor TR-2026-0042."}, "referentie"),
    "a telephone number": ({"decision": "Bel 06-12345678."}, "telefoon"),
    "a day that is past": ({"due": day("2026-11-11")}, "voorbij"),
    "no municipality": ({"municipality": "atlantis"}, "atlantis"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_can_not_be_brought_in(app: App, name: str) -> None:
    said, because = BAD[name]
    with pytest.raises(InvalidInput) as refused:
        asks(app, **said)
    assert because in str(refused.value)
    assert is_dutch(refused.value)
    assert app.bringing.every(LEAD) == []


def test_what_can_not_be_decided(app: App) -> None:
    name = f"S-{asks(app).number}"
    for number, decision, kind in (
        (name, "adopted", NotFound),  # nobody has seen it, and so the group does not see it
        (name, "misschien", InvalidInput),
        ("S-999", "adopted", NotFound),
        ("A-1", "adopted", InvalidInput),
    ):
        with pytest.raises(kind):
            app.bringing.decide(number, decision, by=GROUP)
    with pytest.raises(NotAllowed, match="niet"):  # who has the machine sees it, and may not decide on it yet either
        app.bringing.decide(name, "adopted", by=typed("stuur-1"))
    app.bringing.see(name, agreed=True, by=OTHER)
    for decision, until in (("deferred", None), ("deferred", day("2026-11-12")), ("adopted", day("2026-12-01"))):
        with pytest.raises(InvalidInput):
            app.bringing.decide(name, decision, until=until, by=GROUP)
    with pytest.raises(NotAllowed):
        app.bringing.see(name, agreed=True, by=OTHER)
    app.bringing.decide(name, "rejected", by=GROUP)
    with pytest.raises(Refused, match="niets meer"):
        app.bringing.decide(name, "adopted", by=GROUP)


def test_who_sees_what(app: App) -> None:
    name = f"S-{asks(app).number}"
    assert [len(app.bringing.every(one)) for one in (LEAD, OTHER, GROUP, ELSEWHERE, DIRECTOR)] == [1, 1, 0, 0, 0]
    with pytest.raises(NotAllowed):
        asks(app, ELSEWHERE)
    with pytest.raises(NotFound):
        app.bringing.every(Actor.of("tafel-1", [Role.TABLE], ["voorbeeldstad"], Via.WEB))
    with pytest.raises(InvalidInput, match="reden"):
        app.bringing.see(name, agreed=False, by=typed("leider-2"))
    app.bringing.see(name, agreed=False, because="dit speelt bij een enkele cliënt", by=typed("leider-2"))
    [denied] = app.bringing.every(LEAD)
    assert (denied.state, denied.reason) == (Standing.DENIED, "dit speelt bij een enkele cliënt")
    assert app.bringing.every(GROUP) == []


def test_it_waits_for_a_second_person_and_then_for_the_group(app: App, clock: MovingClock) -> None:
    name = f"S-{asks(app).number}"
    elsewhere = Actor.of("stuur-2", [Role.STEERING_GROUP, Role.TEAM_LEAD], ["havenmeer"], Via.WEB)

    def waits(actor: Actor) -> tuple[list[str], list[str]]:
        found = app.seen_by(actor).of_the_group()
        return [f"S-{one.number}" for one in found.to_see], [f"S-{one.number}" for one in found.to_decide]

    assert [waits(one) for one in (LEAD, OTHER, ELSEWHERE, DIRECTOR, GROUP)] == [
        ([], []), ([name], []), ([], []), ([], []), ([], []),
    ]  # fmt: skip
    app.bringing.see(name, agreed=True, by=OTHER)
    assert [waits(one) for one in (OTHER, GROUP, elsewhere)] == [([], []), ([], [name]), ([], [name])]
    app.bringing.decide(name, "deferred", until=day("2026-12-01"), by=GROUP)
    assert waits(GROUP) == ([], [])
    clock.set("2026-12-01T09:00:00+00:00")
    assert waits(GROUP) == ([], [name]), "it comes back on the day until which it was put off"
    app.bringing.decide(name, "adopted", by=GROUP)
    assert waits(GROUP) == ([], [])
    clock.set("2027-01-16T09:00:00+00:00")
    assert waits(GROUP) == ([], [name]), "it was to be done by yesterday"


def letters(database: Engine) -> list[tuple[str, list[str], str]]:
    """What left: the kind, to whom, and what it says."""
    query = "SELECT m.kind, p.recipients, p.text FROM message m JOIN prepared p ON p.message = m.id ORDER BY m.created, m.kind"
    with database.connect() as connection:
        rows = connection.execute(text(query)).all()
    return [(row.kind, [to["email"] for to in row.recipients], row.text) for row in rows]


def test_a_second_person_is_asked_and_asked_again_and_the_asker_hears_without_the_text(
    app: App, database: Engine, clock: MovingClock
) -> None:
    name = f"S-{asks(app).number}"
    assert app.bringing.ask_again() == 0
    clock.set("2026-11-13T05:00:00+00:00")
    assert app.bringing.ask_again() == 0, "not in the night"
    clock.set("2026-11-13T09:00:00+00:00")
    assert [app.bringing.ask_again() for _ in range(2)] == [1, 0]
    app.bringing.see(name, agreed=False, because="te vaag", by=OTHER)
    clock.set("2026-11-16T09:00:00+00:00")
    assert app.bringing.ask_again() == 0
    sent = letters(database)
    assert [kind for kind, _, _ in sent] == ["brought_in_asked", "brought_in_asked", "brought_in_seen"]
    assert all(to == ["teamleider@voorbeeldstad.example"] for _, to, _ in sent)
    assert "Dit is de tweede keer" in sent[1][2]
    assert f"{name} gaat niet naar de stuurgroep: leider-2" in sent[2][2]
    assert all(TEXT not in said and "te vaag" not in said for _, _, said in sent)


def test_what_is_not_possible_any_more_lapses_when_it_is_seen(app: App, clock: MovingClock) -> None:
    name = f"S-{asks(app, due=day('2026-11-20')).number}"
    clock.set("2026-11-23T09:00:00+00:00")
    with pytest.raises(NotAllowed, match="vervalt: De dag 2026-11-20 is voorbij"):
        app.bringing.see(name, agreed=True, by=OTHER)
    assert [one.state for one in app.bringing.every(LEAD)] == [Standing.LAPSED]
    assert app.bringing.every(GROUP) == []
    with pytest.raises(NotAllowed, match="vervallen"):
        app.bringing.see(name, agreed=True, by=OTHER)


def test_why_a_second_did_not_agree_is_forgotten_when_notes_are(app: App, clock: MovingClock) -> None:
    name = f"S-{asks(app).number}"
    app.bringing.see(name, agreed=False, because="te vaag", by=OTHER)
    for on, kept in (("2028-11-12", "te vaag"), ("2028-11-14", None)):
        clock.set(f"{on}T09:00:00+00:00")
        app.retention.forget_texts(lambda _: None)
        assert [one.reason for one in app.bringing.every(LEAD)] == [kept], on
