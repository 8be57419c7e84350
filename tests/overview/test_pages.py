"""What people read: the plan of a client, what is late, what falls due this week, and the morning message."""

import base64
import re
import xml.etree.ElementTree as ET
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from provisions.domain.calendar import day_of
from provisions.overview import Overviews, Pages
from provisions.store import tables as t
from tests.builders import Town, at, day

NEEDS = ("id_document", "postal_address", "emergency_shelter", "advance_payment", "benefit_decision", "wmo_indication")
TEN_DAYS_LATER = "2026-11-12 09:00"


@pytest.fixture
def client(town: Town) -> Town:
    """Taken in on Monday 2 November 2026: ten days later the ID is late, the shelter refused, one clock is stopped."""
    case = town.takes_in("TR-2026-0042", *NEEDS)
    town.on("2026-11-04 10:00")
    case.gets("advance_payment")
    case.does("suspend", "wmo_indication", reason="client_asks", until=day("2026-11-20"))
    case.is_refused("emergency_shelter", on="2026-11-03")
    return town.on(TEN_DAYS_LATER)


def plan(town: Town, pages: Pages, reference: str = "TR-2026-0042") -> str:
    return pages.plan(town.app.views.case(reference), day_of(town.clock())).text


def row(text: str, name: str) -> str:
    """The row of the first table that begins with a provision."""
    found = next(line for line in text.splitlines() if re.match(rf"\| \[?{name}", line))
    return found.replace("\u00a0", " ").replace("<br>", " ")


def picture(text: str) -> str:
    data = re.search(r"data:image/svg\+xml;base64,([A-Za-z0-9+/=]+)\)", text)
    assert data is not None
    return base64.b64decode(data[1]).decode()


def test_a_plan_says_of_each_provision_where_it_stands(client: Town, pages: Pages) -> None:
    text = plan(client, pages)
    assert "**3 dagen te laat** | 9 nov 2026 | doorbraaktafel" in row(text, "Identiteitsbewijs")
    assert "indiening bij het Maatwerkloket beoordelen op 17 nov" in row(text, "Identiteitsbewijs")
    assert "wacht al 10 dagen op identiteitsbewijs" in row(text, "Briefadres")
    assert "**10 dagen te laat, afgewezen** bezwaar tot en met 15 dec 2026" in row(text, "Opvang")
    assert "klok stilgezet" in row(text, "Wmo-indicatie")
    assert "klok loopt weer op 20 nov naar de doorbraaktafel op 21 nov" in row(text, "Wmo-indicatie")
    assert "geregeld | 4 nov 2026 | 9 nov 2026" in row(text, "Voorschot")
    assert "- Controleren of het voorschot rechtmatig was (voorschot), uiterlijk 30 december 2026" in text


def test_a_plan_links_to_the_forms_that_make_sense_now(client: Town, pages: Pages) -> None:
    text = plan(client, pages)
    assert (
        "[start zonder identiteitsbewijs](/form/waive/TR-2026-0042/postal_address/postal_address:id_document)" in text
    )
    assert "[antwoord doorbraaktafel](/form/answer/TR-2026-0042/id_document/doorbraaktafel)" in text
    assert "[indiening beoordelen](/form/submit/TR-2026-0042/emergency_shelter)" in text
    assert "[klok hervatten](/form/resume/TR-2026-0042/wmo_indication)" in text
    assert "[heropenen](/form/reopen/TR-2026-0042/advance_payment)" in text
    assert "[Voorziening toevoegen](/form/add/TR-2026-0042)" in text


def test_the_picture_says_the_same_in_words(client: Town, pages: Pages) -> None:
    drawn = picture(plan(client, pages)).replace("\u00a0", " ")
    ET.fromstring(drawn)  # noqa: S314 - our own
    for words in ("Identiteitsbewijs", "3 dagen te laat", "wacht op identiteitsbewijs", "geregeld 4 nov", "vandaag"):
        assert f">{words}</text>" in drawn


def test_no_route_and_no_free_text_is_in_a_plan(town: Town, pages: Pages) -> None:
    case = town.takes_in("TR-2026-0050", "postal_address", "id_document", route="wvggz")
    case.does("waive", "postal_address", "id_document", ground="Moeder is ziek")
    case.does("record_outcome", "id_document", "refused", note="Zei dat hij bang was")
    text = plan(town, pages, "TR-2026-0050")
    everything = (text + picture(text)).lower()
    for private in ("wvggz", "verplichte", "moeder", "bang"):
        assert private not in everything


def test_a_closed_case_has_a_plan_that_no_day_changes(town: Town, pages: Pages) -> None:
    town.takes_in("TR-2026-0051", "wmo_indication").does_without("wmo_indication").does("close")
    before = plan(town, pages, "TR-2026-0051")
    assert "**afgesloten op 2 november 2026**" in before
    assert "vandaag" not in picture(before)
    town.on("2026-11-20 09:00")
    assert plan(town, pages, "TR-2026-0051") == before


@pytest.mark.usefixtures("client")
def test_the_late_page_has_the_longest_first_and_all_that_waits(overviews: Overviews, pages: Pages) -> None:
    page = overviews.late()
    assert [(p.provision.key, p.days_overdue) for p in page.late.rows] == [
        ("emergency_shelter", 10),
        ("id_document", 3),
    ]
    assert [p.provision.key for p in page.refused.rows] == ["emergency_shelter"]
    text = pages.late(page).text
    assert "**2 voorzieningen zijn te laat**, in 1 traject." in text
    assert "wacht al 10 dagen op identiteitsbewijs" in text
    assert "[TR-2026-0042](/plan/TR-2026-0042)" in text
    assert "regisseur.noord" in text
    assert pages.late(page).summary == "2 te laat, 1 wacht te lang, 1 afgewezen, 2 vervolgacties die blijven liggen"
    assert "Nagaan op welke dag het loket de aanvraag heeft ontvangen | 5\xa0nov\xa02026 | regisseur.noord" in text


def test_totals_are_of_everything_and_the_list_is_cut_off(
    town: Town, overviews: Overviews, pages: Pages, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("provisions.overview.lists.MOST_LATE", 3)
    for number in range(4):
        town.takes_in(f"TR-2026-0010{number}", "wmo_indication", municipality="havenmeer")
    town.takes_in("TR-2026-0200", "wmo_indication")
    town.on(TEN_DAYS_LATER)
    page = overviews.late()
    assert (page.late.counts, page.late.hidden) == ({"havenmeer": 4, "voorbeeldstad": 1}, 2)
    text = pages.late(page).text
    assert "| Havenmeer | 4 | 0 | 0 | 0 |" in text
    assert "En nog 2, korter te laat" in text
    assert overviews.late("havenmeer").late.counts == {"havenmeer": 4}


def test_nothing_late_says_so(overviews: Overviews, pages: Pages) -> None:
    page = overviews.late()
    assert page.is_empty
    assert "Er is nu niets te laat." in pages.late(page).text
    assert "verloopt geen uiterste datum" in pages.week(overviews.week()).text


def test_this_week_is_what_can_still_be_on_time(town: Town, overviews: Overviews, pages: Pages) -> None:
    town.takes_in("TR-2026-0042", "id_document", "wmo_indication", "advance_payment", "day_activity")
    page = overviews.week()
    # Five working days from Monday 2 November: up to and including Monday the 9th; day_activity is due on the 16th.
    assert page.per_day == {day("2026-11-05"): 1, day("2026-11-09"): 2}
    text = pages.week(page).text
    assert "## Donderdag 5 november 2026: 1" in text
    assert "day_activity" not in text
    assert "dagbesteding" not in text.lower()
    assert overviews.week("havenmeer").due.total == 0


def test_what_nobody_touched_for_ten_working_days_stands_still(town: Town, overviews: Overviews, pages: Pages) -> None:
    # The record has the database's own clock, so this town lives today.
    town.clock.now = datetime.now(UTC)
    town.takes_in("TR-2026-0042", "day_activity", "wmo_indication")
    town.clock.now += timedelta(days=11)
    assert overviews.late().still == ()
    town.clock.now += timedelta(days=12)
    still = overviews.late().still
    assert {s.view.provision.key for s in still} == {"day_activity", "wmo_indication"}
    assert "## Al tien werkdagen geen beweging" in pages.late(overviews.late()).text


def test_a_message_that_does_not_arrive_is_shown(town: Town, overviews: Overviews, pages: Pages) -> None:
    town.takes_in("TR-2026-0042", "wmo_indication")
    with town.database.begin() as connection:
        connection.execute(update(t.message).values(status="pending", attempts=4))
    page = overviews.late()
    assert [(m.reference, m.attempts, m.given_up) for m in page.undelivered] == [("TR-2026-0042", 4, False)]
    text = pages.late(page).text.replace("<br>", " ")
    assert "| verzoek aan het loket | 2 nov 2026 | 4 | wordt opnieuw geprobeerd |" in text.replace("\u00a0", " ")


def test_the_morning_message_is_of_one_municipality(client: Town, overviews: Overviews, pages: Pages) -> None:
    message = pages.morning(overviews.late("voorbeeldstad"), overviews.week("voorbeeldstad"))
    assert message.summary == "Basisvoorzieningen Voorbeeldstad · 12 november 2026: 2 te laat"
    lines = message.text.replace("\u00a0", " ")
    assert (
        "- **TR-2026-0042**, identiteitsbewijs: 3 dagen te laat (uiterste datum 9 november 2026), ligt bij doorbraaktafel"
        in lines
    )
    assert "- **TR-2026-0042**, briefadres: wacht al 10 dagen op identiteitsbewijs. Regisseur: regisseur.noord" in lines
    assert overviews.late("havenmeer").is_empty
    assert at(TEN_DAYS_LATER) == client.clock()


def test_a_link_opens_the_form_for_its_own_round_where_there_are_more(town: Town, pages: Pages) -> None:
    case = town.takes_in("TR-2026-0042", "special_assistance", "postal_address", "id_document")
    case.does("again", "special_assistance", reason="new_costs", purpose="clothing")
    text = plan(town, pages)
    assert "Bijzondere bijstand (2, kleding)" in text
    assert "[uitkomst](/form/outcome/TR-2026-0042/special_assistance/1)" in text
    assert "[uitkomst](/form/outcome/TR-2026-0042/special_assistance/2)" in text
    assert "[uitkomst](/form/outcome/TR-2026-0042/id_document)" in text
