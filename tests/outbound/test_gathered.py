"""One overview a day for whoever chose that: nothing is lost, nothing comes twice, and nobody else waits for it."""

import re
from dataclasses import replace
from email.message import EmailMessage

import pytest
from sqlalchemy import Engine

from provisions.catalogue import Config, Contact
from provisions.domain.errors import InvalidInput
from provisions.domain.rungs import RungName
from provisions.machine import link_secrets
from provisions.machine.link_secrets import LinkSecrets
from provisions.outbound.links import Links
from provisions.outbound.outbox import Outbox
from provisions.outbound.transports import Refusal
from provisions.store import asked
from provisions.store.backlog import backlog
from provisions.store.verification import verify
from tests.builders import CONFIG, DIRECTOR, CaseFile, Letterbox, Town, day, typed
from tests.conftest import MovingClock
from tests.door import SEALING
from tests.outbound.conftest import undelivered

KEY = "advance_payment"
TABLE = "doorbraaktafel@voorbeeldstad.example"
COLLEAGUE = "regisseur.zuid"


def with_agenda(config: Config = CONFIG) -> Config:
    place = replace(config.organisation.municipalities["voorbeeldstad"], agendas=frozenset({RungName.DOORBRAAKTAFEL}))
    places = {**config.organisation.municipalities, place.key: place}
    return replace(config, organisation=replace(config.organisation, municipalities=places))


@pytest.fixture
def town(database: Engine, clock: MovingClock) -> Town:
    return Town(database, clock).on("2026-11-03 10:00")


def subjects(town: Town, mailbox: str, since: str = "2026-11-01 00:00") -> list[str]:
    return [letter.subject for letter in town.letters_since(since) if letter.to.partition("@")[0] == mailbox]


def recorded(case: CaseFile, what: str) -> list[str]:
    return [entry.because for entry in case.town.app.views.audit(case.reference) if entry.what == what]


def stands(town: Town, kind: str) -> set[str]:
    """How the messages of a kind stand, as people read it."""
    return {message.stands for message in town.app.messages.found(limit=None) if message.kind == kind}


def chooses(town: Town, pace: str, *, quiet: bool = False) -> None:
    town.app.preferences.choose(typed(DIRECTOR), pace, quiet=quiet)


def answered(case: CaseFile, key: str = KEY) -> CaseFile:
    return case.does("answer", key, "doorbraaktafel", "priority", by=COLLEAGUE)


def test_a_director_with_one_overview_a_day_gets_what_may_wait_together(town: Town) -> None:
    chooses(town, "daily")
    case = town.takes_in("TR-2026-0042", KEY, "special_assistance")
    town.on("2026-11-19 10:00")
    town.letters.clear()
    answered(case)
    case.does("answer", "special_assistance", "doorbraaktafel", "deviation", by=COLLEAGUE)
    case.is_refused("special_assistance")
    town.on("2026-11-19 18:00")
    assert [s.partition(" ")[0] for s in subjects(town, DIRECTOR)] == ["Afgewezen"], "a refusal never waits"
    assert subjects(town, "werkeninkomen"), "and the counter hears at once what the table decided"
    assert backlog(town.database, town.clock.now).messages_slow == 0, "what waits on purpose is no slow post"
    town.on("2026-11-20 07:29")
    assert len(subjects(town, DIRECTOR)) == 1
    assert stands(town, "answer") == {"wacht op het overzicht van de dag"}
    town.on("2026-11-20 07:30")
    assert subjects(town, DIRECTOR)[1:] == ["Overzicht van 20 november · 2 berichten"]
    said = town.letters_to(DIRECTOR)[-1].text
    assert said.count("Antwoord TR-2026-0042 · 19 november") == 2
    assert said.count("Goedendag,") == said.count("Met vriendelijke groet,") == 1
    assert stands(town, "answer") == {"staat in het overzicht van de dag"}
    listed = recorded(case, "message.listed")
    assert listed[-2:] == ["staat in het overzicht van de dag aan Gemeentelijk regisseur (regisseur.noord)"] * 2
    town.on("2026-11-23 12:00")
    assert not [s for s in subjects(town, DIRECTOR, "2026-11-20 07:31") if s.startswith("Antwoord")]


class Refuses(Letterbox):
    """Takes everything, but for ``refused``."""

    refused: tuple[str, ...] = ("Overzicht",)

    def send(self, mail: EmailMessage) -> tuple[Refusal, ...]:
        if not self.refused or not mail["Subject"].startswith(self.refused):
            return super().send(mail)
        return (Refusal(f"{DIRECTOR}@voorbeeldstad.example", "550 onbekend", final=True),)


def test_what_stood_in_an_overview_that_a_mail_server_refuses_is_undelivered_too(town: Town) -> None:
    town.outbox = Outbox(town.database, CONFIG, Refuses(), town.clock)
    chooses(town, "daily")
    case = town.takes_in("TR-2026-0042", KEY)
    town.on("2026-11-19 10:00")
    answered(case)
    town.on("2026-11-20 07:31")
    assert undelivered(town).keys() == {"overview", "answer"}
    (said,) = recorded(case, "message.failed")
    assert said.startswith("stond in het overzicht aan Gemeentelijk regisseur (regisseur.noord)")


def test_what_stood_in_an_overview_is_delivered_once_that_is_sent_again(town: Town) -> None:
    letterbox = town.letterbox = Refuses()
    letterbox.refused = ("Overzicht van 20",)
    town.outbox = Outbox(town.database, CONFIG, letterbox, town.clock)
    chooses(town, "daily")
    case = town.takes_in("TR-2026-0042", KEY, "special_assistance")
    town.on("2026-11-19 10:00")
    answered(case)
    answered(case, "special_assistance")
    town.on("2026-11-20 07:31")
    lost = undelivered(town)
    assert lost.keys() == {"overview", "answer"}
    town.app.resending.resend(str(lost["answer"]), by=typed("teamleider-1"))  # one of the two goes by itself meanwhile
    town.on("2026-11-20 07:35")
    assert len(town.app.messages.found(undelivered=True)) == 2

    town.app.resending.resend(str(lost["overview"]), by=typed("teamleider-1"))
    town.on("2026-11-20 07:40")
    assert len(town.app.messages.found(undelivered=True)) == 2, "refused once more, and its letter with it"
    letterbox.refused = ()
    town.app.resending.resend(str(lost["overview"]), by=typed("teamleider-1"))
    town.on("2026-11-20 07:45")
    assert subjects(town, DIRECTOR)[-1] == "Overzicht van 20 november · 2 berichten"
    assert undelivered(town) == {}
    assert stands(town, "answer") == {"verzonden", "staat in het overzicht van de dag"}
    assert recorded(case, "message.listed").count("staat in het overzicht dat opnieuw is klaargezet") == 2
    with town.database.connect() as connection:
        assert verify(connection, catalogue=CONFIG.catalogue).faults == []


def test_who_changes_the_choice_gets_at_once_what_waited_and_once(town: Town) -> None:
    chooses(town, "daily")
    case = town.takes_in("TR-2026-0042", KEY)
    town.on("2026-11-13 10:00")
    town.letters.clear()
    answered(case)
    assert not subjects(town, DIRECTOR)
    chooses(town, "at_once")
    town.on("2026-11-13 10:01")
    assert [s.partition(" ")[0] for s in subjects(town, DIRECTOR)] == ["Antwoord"]
    town.on("2026-11-18 12:00")
    assert sum(s.startswith(("Antwoord", "Overzicht")) for s in subjects(town, DIRECTOR)) == 1


def test_what_became_somebody_elses_leaves_by_itself(town: Town) -> None:
    chooses(town, "daily")
    case = town.takes_in("TR-2026-0042", KEY)
    town.on("2026-11-13 10:00")
    town.letters.clear()
    answered(case)
    town.app.cases.away(
        DIRECTOR, start=day("2026-11-16"), until=day("2026-11-20"), deputy=COLLEAGUE, by=typed("teamleider-1")
    )
    town.on("2026-11-16 09:00")
    assert "Antwoord TR-2026-0042 · 13 november" in subjects(town, COLLEAGUE)
    assert not [s for s in subjects(town, DIRECTOR) if s.startswith(("Antwoord", "Overzicht"))]


def test_in_the_night_nothing_comes_and_at_seven_all_of_it(town: Town) -> None:
    chooses(town, "at_once", quiet=True)
    case = town.takes_in("TR-2026-0042", KEY)
    town.on("2026-11-13 12:00")
    town.on("2026-11-13 20:00")
    town.letters.clear()
    case.is_refused(KEY)
    town.on("2026-11-14 06:59")
    assert not subjects(town, DIRECTOR)
    for half_hour in ("07:00", "07:01"):
        town.on(f"2026-11-14 {half_hour}")
    assert [s for s in subjects(town, DIRECTOR) if s.startswith("Afgewezen")] == subjects(town, DIRECTOR)[:1]


def with_leads(*codes: str) -> Config:
    place = CONFIG.organisation.municipalities["voorbeeldstad"]
    leads = tuple(Contact(code, f"{code}@voorbeeldstad.example", code=code) for code in codes)
    places = {**CONFIG.organisation.municipalities, place.key: replace(place, team_leads=leads)}
    return replace(CONFIG, organisation=replace(CONFIG.organisation, municipalities=places))


def test_team_leads_rest_at_night_where_all_who_get_the_message_chose_so(database: Engine, clock: MovingClock) -> None:
    town = Town(database, clock, with_leads("leider-1", "leider-2")).on("2026-11-03 10:00")
    case = town.takes_in("TR-2026-0042", KEY)
    assert town.app.preferences.count_for(typed("leider-1"))
    town.app.preferences.choose(typed("leider-1"), "at_once", quiet=True)
    town.on("2026-11-03 20:00").letters.clear()
    case.town.app.cases.ask_end("TR-2026-0042", reason="mistake", by=typed(DIRECTOR))
    town.on("2026-11-03 20:10")
    assert subjects(town, "leider-1"), "the other did not choose so, and it is one message"
    town.app.preferences.choose(typed("leider-2"), "at_once", quiet=True)
    town.letters.clear()
    other = town.takes_in("TR-2026-0043", KEY)
    other.town.app.cases.ask_end("TR-2026-0043", reason="mistake", by=typed(DIRECTOR))
    town.on("2026-11-04 06:59")
    assert not subjects(town, "leider-1")
    for minute in ("07:00", "07:01"):
        town.on(f"2026-11-04 {minute}")
    assert "Akkoord gevraagd TR-2026-0043 · 3 november" in subjects(town, "leider-1")


def test_a_table_with_an_agenda_gets_one_letter_a_working_day_and_shelter_at_once(
    database: Engine, clock: MovingClock
) -> None:
    town = Town(database, clock, with_agenda()).on("2026-11-02 10:00")
    for number in (1, 2):
        town.takes_in(f"TR-2026-000{number}", KEY)
    early = town.takes_in("TR-2026-0003", KEY)
    town.takes_in("TR-2026-0004", "emergency_shelter")
    town.on("2026-11-03 12:00")
    assert subjects(town, "doorbraaktafel") == ["SPOED Doorbraaktafel TR-2026-0004 · te laat sinds 3 november"]
    town.on("2026-11-10 07:29")
    early.gets(KEY)
    assert len(subjects(town, "doorbraaktafel")) == 1
    town.on("2026-11-10 12:00")
    assert subjects(town, "doorbraaktafel")[1:] == ["Agenda van 10 november · 2 berichten"]
    said = town.letters_to(TABLE)[-1].text
    assert "TR-2026-0001" in said
    assert "TR-2026-0002" in said
    assert "TR-2026-0003" not in said, "what was settled before the table heard of it, it need not hear"
    assert recorded(early, "message.listed") == [
        "niet verzonden: het was afgerond voordat de tafel het hoorde",
        "niet verzonden: het was afgerond voordat de tafel het hoorde",
    ]
    CaseFile(town, "TR-2026-0001").gets(KEY)
    town.on("2026-11-11 08:00")
    assert subjects(town, "doorbraaktafel")[2:] == ["Agenda van 11 november · 1 bericht"]
    assert "U hoeft niets meer te doen TR-2026-0001" in town.letters_to(TABLE)[-1].text


def test_each_letter_in_an_agenda_has_its_own_link_and_what_is_kept_has_none(
    database: Engine, clock: MovingClock
) -> None:
    town = Town(database, clock, with_agenda()).on("2026-11-02 10:00")
    secrets = LinkSecrets(SEALING)
    links = Links("https://regio.example", secrets)
    town.outbox = Outbox(database, with_agenda(), town.letterbox, clock, links=links)
    for number in (1, 2):
        town.takes_in(f"TR-2026-000{number}", KEY)
    town.on("2026-11-10 12:00")
    said = town.letters_to(TABLE)[-1].text
    found = re.findall(r"https://regio\.example/antwoord/(\S+)", said)
    assert len(set(found)) == 2
    with database.connect() as connection:
        for address in found:
            read = link_secrets.read(address)
            assert read is not None
            link, secret = read
            known = asked.receivers(connection, link.message)
            assert known == ("voorbeeldstad", [TABLE])
            assert secrets.whose(link, secret, known[1]) == TABLE
    assert "U hoeft niet in te loggen" in said
    kept = [m.body or "" for m in town.app.messages.found(limit=None)]
    assert not any("/antwoord/" in body for body in kept)
    assert "antwoord op deze vraag:" not in said


def test_without_an_address_of_ours_an_agenda_has_no_links_and_no_places_for_them(
    database: Engine, clock: MovingClock
) -> None:
    town = Town(database, clock, with_agenda()).on("2026-11-02 10:00")
    town.takes_in("TR-2026-0001", KEY)
    town.on("2026-11-10 12:00")
    assert "antwoord op deze vraag" not in town.letters_to(TABLE)[-1].text
    assert "088 000 10 05" in town.letters_to(TABLE)[-1].text.replace("\u00a0", " "), "whom to call stands there"


def test_a_choice_is_one_of_three(town: Town) -> None:
    with pytest.raises(InvalidInput, match="keuze voor berichten"):
        chooses(town, "soms")
