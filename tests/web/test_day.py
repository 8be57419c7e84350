"""Mijn werk: what stands in it and in which order, that what is done disappears, and what happened since the previous visit."""

import re
from datetime import date
from typing import Any

import psycopg
from sqlalchemy import Engine, event

from provisions.access import Actor
from provisions.app import App
from provisions.domain.case import ProvisionKey
from provisions.domain.questions import Question
from provisions.usecases.intake import IntakeRequest
from tests.builders import typed
from tests.conftest import MovingClock
from tests.web.conftest import AT_TABLE, HERE, HOME, THERE, TO_JUDGE, Browser, NewBrowser

TODAY = date(2026, 11, 12)
ALIVE = ";"  # what the pool asks of a connection that was used before


def parts(page: str) -> list[str]:
    """The headings of what must be done, in their order."""
    return re.findall(r'<section aria-labelledby="[a-z_]+"><h2 id="[a-z_]+">([^<]+)<', page)


def rows(page: str, part: str) -> list[tuple[str, str]]:
    """(reference, key) of the rows of one part."""
    inside = re.search(rf'<section aria-labelledby="{part}">.*?</section>', page, re.DOTALL)
    return re.findall(r'<tr data-reference="([^"]+)"(?: data-key="([^"]+)")?', inside[0]) if inside else []


def test_the_day_is_in_order_and_what_is_done_disappears(browser: Browser, app: App, clock: MovingClock) -> None:
    clock.set("2026-11-15T09:00:00+00:00")  # a Sunday: special assistance is due tomorrow
    app.cases.add(HERE, ["emergency_shelter", "day_activity"], by=typed("regie-1"))
    app.cases.answer(HERE, "id_document", "doorbraaktafel", "priority", by=typed("tafel-1"))
    app.cases.record_outcome(
        HERE, "day_activity", "refused", by=typed("regie-1"), fields={"announced_on": "2026-11-15"}
    )
    app.cases.ask_rest(HERE, reason="out_of_sight", by=typed("regie-1"))
    app.cases.deny("A-1", because="bel eerst de procesregisseur", by=typed("teamleider-1"))
    page = browser.signs_in("regie-1").opens("/werk")
    assert parts(page)[:5] == [
        "Vannacht geen plek",
        "Te laat",
        "Antwoord binnen",
        "Uiterlijk vandaag of morgen",
        "Bezwaar kan nog tot",
    ]
    assert rows(page, "shelter") == [(HERE, "emergency_shelter")]
    assert {key for _, key in rows(page, "late")} == {"id_document", "wmo_indication"}
    assert rows(page, "answered") == [(HERE, "id_document"), (HERE, "")]
    assert rows(page, "due") == [(HERE, "special_assistance")]
    assert rows(page, "objection") == [(HERE, "day_activity")]
    for words in ("Doorbraaktafel: voorrang", "Morgen laatste dag", "dagen te laat", "bezwaar kan tot en met"):
        assert words in page
    plan = f"/clienten/{app.views.case(HERE).case.id}"
    assert f'href="{plan}/id_document"' in page

    for key, fields in (("emergency_shelter", {"place": "hotel"}), ("id_document", {}), ("special_assistance", {})):
        app.cases.record_outcome(HERE, key, "delivered", by=typed("regie-1"), fields=fields)
    browser.opens(plan)  # reading what was decided is all there is to it
    page = browser.opens("/werk")
    assert parts(page)[:2] == ["Te laat", "Bezwaar kan nog tot"]
    assert rows(page, "late") == [(HERE, "wmo_indication")]
    for name in ("refusal_discussed", "objection_considered", "objection_last_weeks"):
        app.cases.settle_follow_up(HERE, "day_activity", name, by=typed("regie-1"))
    assert "Bezwaar kan nog tot" not in parts(browser.opens("/werk"))


def test_what_a_counter_wants_stands_there_until_it_is_taken_up_or_taken_back(
    browser: Browser, app: App, clock: MovingClock
) -> None:
    question = Question(app.views.case(HERE).case.id, ProvisionKey("special_assistance"))
    counter = Actor.by_link(app.cases.receiver(question.key), question)
    browser.signs_in("regie-1")
    app.cases.reply(HERE, "special_assistance", "call_me", by=counter)
    app.cases.take_back(HERE, "special_assistance", by=counter)
    assert rows(browser.opens("/werk"), "answered") == []
    app.cases.reply(HERE, "special_assistance", "seen", by=counter)
    clock.advance(minutes=1)
    app.cases.reply(HERE, "special_assistance", "promised", on=date(2026, 11, 20), by=counter)
    assert rows(browser.opens("/werk"), "answered") == [], "that asks nothing"
    clock.advance(minutes=1)
    app.cases.reply(HERE, "special_assistance", "call_me", by=counter, remark="na twee uur")
    page = browser.opens("/werk")
    assert rows(page, "answered") == [(HERE, "special_assistance")]
    assert "bel mij" in page
    of_it = browser.opens(f"/clienten/{app.views.case(HERE).case.id}/special_assistance")
    assert "na twee uur" in of_it
    assert "klaar op 20 nov" in of_it
    clock.advance(minutes=1)
    app.cases.take_up(HERE, "special_assistance", by=typed("regie-1"))
    assert rows(browser.opens("/werk"), "answered") == []


def test_the_list_shows_ones_clients_and_where_they_sleep(browser: Browser, app: App) -> None:
    request = IntakeRequest("TR-2026-0009", "voluntary", ["id_document"], HOME, director="regie-1", living="homeless")
    app.cases.intake(request, by=typed("regie-1"))
    app.cases.number("TR-2026-0009", "Z-77", by=typed("regie-1"))
    page = browser.signs_in("regie-1").opens("/werk")
    lines = re.search(r'<section aria-labelledby="clienten">.*?</section>', page, re.DOTALL)
    assert lines is not None
    assert re.findall(r'data-reference="([^"]+)"', lines[0]) == [HERE, "TR-2026-0009"], "the worst first"
    for words in ("op straat", "Z-77", "7 dagen te laat", "uiterste datum identiteitsbewijs"):
        assert words in lines[0], words


def test_cases_of_whom_one_replaces_are_in_it_as_theirs(browser: Browser, app: App, clock: MovingClock) -> None:
    app.cases.away("regie-2", start=TODAY, until=TODAY, deputy="regie-1", by=typed("teamleider-1"))
    page = browser.signs_in("regie-1").opens("/werk")
    assert {reference for reference, _ in rows(page, "late")} == {HERE, AT_TABLE, TO_JUDGE}
    assert "van regie-2" in page
    browser.opens("/clienten?lijst=vervanging")
    assert browser.shown == {AT_TABLE, TO_JUDGE}
    clock.advance(days=1)
    assert browser.signs_in("regie-1").shown == {HERE}


def test_follow_ups_and_handovers_are_in_it(make_browser: NewBrowser, app: App, clock: MovingClock) -> None:
    app.cases.record_outcome(
        HERE, "wmo_indication", "delivered", by=typed("regie-1"), fields={"support_starts_on": "2026-11-13"}
    )
    app.cases.transfer(THERE, HOME, by=typed("regie-9"), director="regie-1")
    clock.set("2026-11-13T09:00:00+00:00")
    page = make_browser().signs_in("regie-1").opens("/werk")
    assert (HERE, "wmo_indication") in rows(page, "follow_up")
    assert {reference for reference, _ in rows(page, "follow_up")} == {HERE}, "not theirs until it is accepted"
    assert rows(page, "handover") == [(THERE, "")]
    assert "Overdracht van Havenmeer" in page
    lead = make_browser().signs_in("teamleider-1")
    assert (THERE, "") in rows(lead.last, "handover")
    lead.opens("/clienten?lijst=overdracht")
    assert lead.shown == {THERE}
    assert lead.opens(f"/clienten/{app.views.case(THERE).case.id}").count("<h1>Plan van") == 1


def test_who_directs_no_case_sees_what_is_late_in_the_municipalities_of_the_roles(make_browser: NewBrowser) -> None:
    lead = make_browser().signs_in("teamleider-1").last
    assert {reference for reference, _ in rows(lead, "late")} == {HERE, AT_TABLE, TO_JUDGE}
    assert "Mijn cliënten" not in lead
    assert "Niets dat vandaag moet." in make_browser().signs_in("stuur-1").last
    table = make_browser().signs_in("tafel-1").last
    assert 'href="/tafel"' in table


def test_since_the_previous_visit_tells_what_others_and_the_clock_did(
    make_browser: NewBrowser, app: App, clock: MovingClock
) -> None:
    first = make_browser().signs_in("regie-1")
    assert "Dit is uw eerste bezoek" in first.last
    clock.advance(minutes=5)
    first.opens("/werk")
    first.fills("/afmelden")
    app.cases.record_outcome(HERE, "special_assistance", "delivered", by=typed("regie-2"))
    app.cases.note(HERE, "morgen gebeld", by=typed("regie-1"))
    app.cases.record_outcome(AT_TABLE, "id_document", "delivered", by=typed("tafel-1"))
    clock.set("2026-11-17T09:00:00+00:00")
    app.time.tick_all()
    clock.advance(minutes=1)
    page = make_browser().signs_in("regie-1").opens("/werk")
    news = page[page.index('id="sinds"') :]
    assert "Bijzondere bijstand: geregeld op 12 november 2026 (regie-2)." in news
    assert re.search(r"(Identiteitsbewijs|Wmo-indicatie) ligt nu bij de", news)
    assert "regie-1)" not in news
    assert "morgen gebeld" not in news
    assert AT_TABLE not in news, "another's client"
    clock.advance(minutes=1)
    page = make_browser().signs_in("regie-1").last
    assert "niets gebeurd met uw cliënten" in page


def test_the_number_of_questions_does_not_grow_with_the_number_of_clients(
    browser: Browser, app: App, workplace: Engine
) -> None:
    browser.signs_in("regie-1")
    asked: list[Any] = []
    pages = ("/werk", "/te-laat", "/clienten")

    class Counting(psycopg.Cursor[Any]):
        def execute(self, query: Any, *given: Any, **more: Any) -> Any:
            if query != ALIVE:
                asked.append(query)
            return super().execute(query, *given, **more)

    # By the driver itself: a look does not pass SQLAlchemy on its way there. Of the pages: ``app`` has an engine of its own.
    event.listen(workplace, "checkout", lambda connection, *_: setattr(connection, "cursor_factory", Counting))
    counts: list[list[int]] = []
    for first in (20, 30):
        for number in range(first, first + 8):
            request = IntakeRequest(f"TR-2026-00{number}", "voluntary", ["id_document"], HOME, director="regie-1")
            app.cases.intake(request, by=typed("regie-1"))
        for path in pages:  # once to warm up
            browser.opens(path)
        counts.append([])
        for path in pages:
            asked.clear()
            browser.opens(path)
            counts[-1].append(len(asked))
    assert counts[0] == counts[1]
    assert 0 < min(counts[0]) <= max(counts[0]) < 40


def test_a_notice_of_default_stands_there_until_there_is_a_decision(
    make_browser: NewBrowser, app: App, clock: MovingClock
) -> None:
    app.cases.milestone(HERE, "special_assistance", "notice_of_default", by=typed("regie-1"))
    keepers = [make_browser().signs_in(code) for code in ("regie-1", "teamleider-1")]
    for browser in keepers:
        assert rows(browser.opens("/werk"), "notice") == [(HERE, "special_assistance")]
        assert "Nog 14 dagen om te besluiten, tot en met 26 november 2026" in browser.last
        assert parts(browser.last)[:2] == ["Te laat", "Ingebrekestelling"]
        assert rows(browser.opens("/te-laat"), "ingebreke") == [(HERE, "special_assistance")]
        assert rows(browser.opens("/te-laat?voorziening=id_document"), "ingebreke") == []
    elsewhere, table = make_browser().signs_in("regie-9"), make_browser().signs_in("tafel-1")
    for browser in (elsewhere, table):
        assert rows(browser.opens("/werk"), "notice") == []
        assert "ngebrekestelling" not in browser.opens("/te-laat")
    for moment, said in (
        ("2026-11-26T09:00:00+00:00", "Vandaag is de laatste dag om te besluiten"),
        ("2026-11-28T09:00:00+00:00", "Nog geen besluit: dag 2 van 42 van de dwangsom, tot en met 7 januari 2027"),
        ("2027-01-08T09:00:00+00:00", "Nog geen besluit: de 42 dagen van de dwangsom waren om op 7 januari 2027"),
    ):
        clock.set(moment)
        assert said in make_browser().signs_in("regie-1").opens("/werk"), moment
    app.cases.milestone(HERE, "special_assistance", "decision_announced", by=typed("regie-1"))
    assert rows(make_browser().signs_in("regie-1").opens("/werk"), "notice") == []


def test_each_quarter_one_line_asks_whether_it_is_still_so(
    make_browser: NewBrowser, app: App, clock: MovingClock
) -> None:
    assert "Elk kwartaal" not in parts(make_browser().signs_in("regie-1").opens("/werk")), "said at intake"
    clock.set("2027-01-11T09:00:00+00:00")
    director = make_browser().signs_in("regie-1")
    assert "Elk kwartaal" in parts(director.last)
    assert "Van 1 cliënt dit kwartaal nog niet gezegd" in director.last
    assert 'href="/kengetallen"' in director.last
    assert "Elk kwartaal" not in parts(make_browser().signs_in("teamleider-1").last), "the directors' own to say"
    app.cases.still_so(HERE, by=typed("regie-1"))
    assert "Elk kwartaal" not in parts(director.opens("/werk"))
