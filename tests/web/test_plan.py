"""What the plan of a client shows, and to whom."""

import html
import re
from uuid import UUID

from provisions.app import App
from provisions.views.record import AuditEntry
from provisions.web.showing import came_back
from tests.builders import at, day, typed
from tests.conftest import MovingClock
from tests.web.conftest import HERE, THERE, Browser, NewBrowser
from tests.web.test_acts import does, plan


def words(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_the_plan_shows_whose_it_is_how_it_stands_and_why_letters_went_out(browser: Browser, app: App) -> None:
    app.cases.note(HERE, "spreekt het liefst op kantoor", by=typed("regie-1"))
    app.cases.number(HERE, "Z2026-77", by=typed("regie-1"))
    page = browser.signs_in("regie-1").opens(plan(app))
    said = words(page)
    assert "Zaaknummer Z2026-77" in said
    assert "Regisseur regie-1" in said
    assert "Traject gestart op 2 november 2026 in Voorbeeldstad" in said, "a name, and no key"
    assert "Slaapt onbekend" in said
    assert "spreekt het liefst op kantoor" in said
    assert "Verzoek aan het loket" in said
    assert '<svg xmlns="http://www.w3.org/2000/svg"' in page
    assert 'role="img" aria-label="Tijdlijn' in page
    states = {p.provision.key: p.status for p in app.views.case(HERE).provisions}
    assert dict(re.findall(rf'data-reference="{HERE}" data-key="([^"]+)" data-state="([^"]+)"', page)) == states
    assert " style=" not in page
    assert len(page.encode()) < 120_000


def test_a_table_sees_no_notes_no_letters_and_not_where_somebody_sleeps(browser: Browser, app: App) -> None:
    app.cases.note(HERE, "spreekt het liefst op kantoor", by=typed("regie-1"))
    said = words(browser.signs_in("tafel-1").opens(plan(app)))
    for secret in ("spreekt het liefst", "Slaapt", "Berichten", "Wat er gebeurde", "Eén blad"):
        assert secret not in said, secret


def test_why_this_day_is_told_step_by_step(browser: Browser, app: App) -> None:
    app.cases.suspend(
        HERE,
        "special_assistance",
        reason="client_asks",
        on=app.clock().date(),
        until=app.clock().date().replace(day=20),
        by=typed("regie-1"),
    )
    said = words(browser.signs_in("regie-1").opens(plan(app, "special_assistance")))
    for step in (
        "De klok begint op 2 november 2026.",
        "De termijn is 2 weken: dat is tot en met",
        "De klok stond stil van 12 november 2026 tot 20 november 2026: cliënt vraagt erom.",
        "Daardoor kwamen er 7 dagen bij.",
        "Zo komt de uiterste dag op",
    ):
        assert step in said, step
    assert ".. " not in said, "a promise that ends its own sentence"


def test_what_a_notice_of_default_means_is_shown_to_the_director_and_not_to_a_table(
    make_browser: NewBrowser, app: App
) -> None:
    app.cases.milestone(HERE, "special_assistance", "notice_of_default", by=typed("regie-1"))
    page = plan(app, "special_assistance")
    said = words(make_browser().signs_in("regie-1").opens(page))
    assert "Nog 14 dagen om te besluiten, tot en met 26 november 2026 (twee weken om op do 26 november 2026" in said
    assert "Ingebrekestelling Bijzondere bijstand: nog 14 dagen om te besluiten" in words(
        make_browser().signs_in("teamleider-1").opens(plan(app))
    )
    assert "de 42 dagen van de dwangsom van 27 november 2026 tot en met 7 januari 2027" in said
    for path in (page, plan(app)):
        at_table = words(make_browser().signs_in("tafel-1").opens(path))
        assert "dwangsom van" not in at_table
        assert "ngebrekestelling" not in at_table.partition("Mijlpalen")[0]
    shown = next(p for p in app.views.case(HERE).as_json()["provisions"] if p["key"] == "special_assistance")
    assert shown["notice_of_default"] == {
        "received": "2026-11-12", "two_weeks_over": "2026-11-26", "first": "2026-11-27", "last": "2027-01-07",
        "decided": None,
    }  # fmt: skip


def test_a_sheet_is_printed_by_whoever_sees_the_whole_case(make_browser: NewBrowser, app: App) -> None:
    director, table = make_browser().signs_in("regie-1"), make_browser().signs_in("tafel-1")
    for which in ("overleg", "client"):
        found = director.client.get(f"{plan(app)}/blad/{which}")
        assert found.headers["content-type"] == "application/pdf"
        assert found.content.startswith(b"%PDF")
        assert HERE not in found.headers["content-disposition"]
        for browser, path in ((table, plan(app)), (director, plan(app, "", THERE))):
            browser.opens(f"{path}/blad/{which}")
            assert browser.status == 404
    director.opens(f"{plan(app)}/blad/anders")
    assert director.status == 404


def test_the_page_says_what_begins_because_of_an_outcome(browser: Browser, app: App, clock: MovingClock) -> None:
    clock.advance(hours=1)
    app.cases.add(HERE, ["postal_address"], by=typed("regie-1"))
    browser.signs_in("regie-1")
    said = words(does(browser, plan(app, "id_document"), "outcome", outcome="delivered"))
    assert "Dit begint daardoor: Briefadres:" in said
    assert re.search(r"\(briefadres\): vertrekt om 11\.05 uur", said)
    assert "Terugdraaien" in said


def test_what_can_be_done_now_stands_in_the_row_and_opens_its_form(browser: Browser, app: App) -> None:
    app.cases.add(HERE, ["postal_address"], by=typed("regie-1"))
    page = browser.signs_in("regie-1").opens(plan(app))
    ways = {key: re.findall(r'href="([^"]+)"[^>]*>([^<]+)</a>', cell) for key, cell in _doing(page).items()}
    labels = {key: [label for _, label in found] for key, found in ways.items()}
    assert labels["id_document"][:4] == ["Geregeld", "Afgewezen", "Niet meer nodig", "Cliënt wil dit niet"]
    assert "Klok stilzetten" in labels["id_document"]
    assert labels["postal_address"][0] == "Toch beginnen zonder identiteitsbewijs"
    assert labels["id_document"][-1] == "Al het andere"
    for address, label in ways["id_document"]:
        opened = browser.opens(html.unescape(address).partition("#")[0])
        assert browser.status == 200
        form = address.partition("#")[2]  # "meer" is a heading
        assert f'id="{form}"' in opened, label
    declined = next(address for address, label in ways["id_document"] if label == "Cliënt wil dit niet")
    opened = browser.opens(html.unescape(declined).partition("#")[0])
    assert re.search(r'name="outcome" value="withdrawn"[^>]* checked', opened)
    assert '<option value="client_declines" selected' in opened


def _doing(page: str) -> dict[str, str]:
    """What stands in the last cell of each row."""
    found = re.findall(r'data-key="([^"]+)"[^>]*>.*?<td data-label="Doen" class="doing">(.*?)</td>', page, re.DOTALL)
    return dict(found)


def test_a_state_is_told_in_words_of_people(browser: Browser, app: App) -> None:
    app.cases.add(HERE, ["postal_address"], by=typed("regie-1"))
    by = typed("regie-1")
    app.cases.suspend(
        HERE, "special_assistance", reason="client_asks", on=day("2026-11-12"), until=day("2026-11-20"), by=by
    )
    page = browser.signs_in("regie-1").opens(plan(app))
    for said in ("Wacht op identiteitsbewijs", "Klok staat stil tot vr 20 november", "dagen te laat"):
        assert said in page, said
    app.cases.add(HERE, ["advance_payment"], by=by)
    assert "Loopt, uiterlijk do 19 november" in browser.opens(plan(app))
    app.cases.record_outcome(HERE, "advance_payment", "refused", by=by)
    assert "Afgewezen, bezwaar kan tot en met" in browser.opens(plan(app))
    app.cases.record_outcome(HERE, "wmo_indication", "withdrawn", by=by)
    assert "Gestopt" in browser.opens(plan(app))


def test_of_a_letter_is_told_what_came_back_on_it_until_it_is_sent_again() -> None:
    lost, away, fine = (UUID(int=number) for number in (1, 2, 3))

    def line(what: str, message: UUID | None, because: str = "") -> AuditEntry:
        return AuditEntry(at("2026-11-03 10:00"), "systeem", what, None, because, None, {}, message)

    record = [line("message.failed", lost, "het adres bestaat niet"), line("message.absent", away, "afwezig")]
    told = {lost: " (het adres bestaat niet)", away: " (afwezig)"}
    assert came_back([line("case.opened", None), line("message.sent", fine), *record]) == told
    again = [line("message.resend", away), line("message.resend", lost)]
    assert came_back([*record, *again]) == {away: " (afwezig)"}, "sent again, its reader is away all the same"
    assert came_back([*record, line("message.listed", lost)]) == {away: " (afwezig)"}
    assert came_back([*record, *again, *record]) == told
