"""A director is ill for three weeks, and her deputy too: nothing waits for anybody who is not there (rule 7)."""

from sqlalchemy import Engine

from provisions.access import Role
from provisions.store.verification import verify
from tests.builders import TEAM_LEAD, Town, at, being, day, typed, with_people
from tests.conftest import MovingClock

ANNE, BEN, COR = "regisseur.noord", "regisseur.zuid", "regisseur-2"
REF = "TR-2026-0042"

PEOPLE = with_people(
    {code: being(Role.CASE_DIRECTOR) for code in (ANNE, BEN, COR)} | {TEAM_LEAD: being(Role.TEAM_LEAD)}
)


def test_the_director_is_ill_for_three_weeks_and_so_is_her_deputy(database: Engine, clock: MovingClock) -> None:
    clock.now = at("2026-11-02 08:00")
    town = Town(database, clock, PEOPLE)
    # Monday 2 November: Anne takes somebody in. Letters carry her number and the team's.
    case = town.takes_in(REF, "id_document", "postal_address", director=ANNE, by=ANNE)
    (request,) = town.letters_to("burgerzaken")
    assert "088 000 10 05" in plain(request.text)
    assert "088 000 10 04" in plain(request.text)

    # Wednesday: Anne is ill, for three weeks as it seems. Ben takes over.
    town.on("2026-11-04 09:00")
    town.app.cases.away(ANNE, start=day("2026-11-04"), until=day("2026-11-25"), deputy=BEN, by=typed(TEAM_LEAD))
    assert (case.view.as_json()["director"], case.view.as_json()["deputy"]) == (ANNE, BEN)
    assert on_the_list_of(town, ANNE) == on_the_list_of(town, BEN) == [REF]

    # Thursday: the reminder that was Anne's goes to Ben, and to nobody else.
    before = len(town.letters_to(ANNE))
    town.on("2026-11-05 09:00")
    assert [letter.subject.split()[0] for letter in town.letters_to(BEN)] == ["Herinnering"]
    assert len(town.letters_to(ANNE)) == before

    # Friday: Ben falls ill as well, for a week. Cor takes over from Ben, and so for Anne.
    town.on("2026-11-06 09:00")
    town.app.cases.away(BEN, start=day("2026-11-06"), until=day("2026-11-13"), deputy=COR, by=typed(TEAM_LEAD))
    assert case.view.as_json()["deputy"] == COR
    assert on_the_list_of(town, COR) == [REF]

    # Monday: the card is refused. Cor hears it the same minute, with the offer to start the address without it; and starts it,
    # for Anne.
    town.on("2026-11-09 10:00")
    town.app.cases.record_outcome(REF, "id_document", "refused", by=typed("loket-burgerzaken"))
    town._deliver()
    assert [letter.subject.split()[0] for letter in town.letters_to(COR)] == ["Afgewezen", "Toch"]
    town.app.cases.waive(REF, "postal_address", "id_document", ground="identiteit staat vast", by=typed(COR))
    town._deliver()
    waived = next(line for line in town.app.views.audit(REF) if line.what == "provision.waived")
    assert (waived.by, waived.as_json()["for"], waived.who) == (COR, ANNE, f"{COR} (voor {ANNE})")
    asked = town.letters_to("burgerzaken")[-1]
    assert "088 000 10 07" in plain(asked.text), "the counter calls Cor"
    assert "088 000 10 04" in plain(asked.text), "or the team"
    assert "088 000 10 05" not in plain(asked.text), "and not Anne, who is ill"

    # Thursday: tomorrow is Ben's last day. The team lead is asked once, though the engine looks every minute.
    town.on("2026-11-12 08:00")
    town.on("2026-11-12 11:00")
    assert ends(town) == ["Vervanging loopt af · 13 november 2026"]
    # The Saturday after it Ben acts again: he is better.
    town.on("2026-11-14 09:00")
    assert case.view.as_json()["deputy"] == BEN

    # Tuesday the 24th: Anne's last day is the 25th. She isn't well yet; the team lead makes it a week more.
    town.on("2026-11-24 08:00")
    assert ends(town)[-1] == "Vervanging loopt af · 25 november 2026"
    town.on("2026-11-24 10:00")
    town.app.cases.away(ANNE, start=day("2026-11-04"), until=day("2026-12-02"), deputy=BEN, by=typed(TEAM_LEAD))
    town.on("2026-11-27 09:00")
    assert case.view.as_json()["deputy"] == BEN

    # The last Monday: Anne is back two days early. What happens from now on reaches her, and Ben's list is his own.
    town.on("2026-11-30 09:00")
    town.app.cases.back(ANNE, by=typed(TEAM_LEAD))
    assert case.view.as_json()["deputy"] is None
    assert on_the_list_of(town, BEN) == []
    told = len(town.letters_to(BEN))
    case.gets("id_document")
    assert town.letters_to(ANNE)[-1].subject.split()[0] == "Klaar"
    assert len(town.letters_to(BEN)) == told
    assert ends(town)[2:] == [], "an absence that ended is not asked about"

    with town.database.connect() as connection:
        assert verify(connection, catalogue=PEOPLE.catalogue).faults == []


def ends(town: Town) -> list[str]:
    return [letter.subject for letter in town.letters_to("teamleider") if letter.subject.startswith("Vervanging")]


def on_the_list_of(town: Town, code: str) -> list[str]:
    return [line.reference for line in town.app.lists.cases(director=code)]


def plain(text: str) -> str:
    """Telephone numbers as people write them."""
    return text.replace("\u00a0", " ")
