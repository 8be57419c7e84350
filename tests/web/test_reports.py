"""The weekly reports in the browser: who reads them, and that no case is in them, whichever way they are taken along."""

import re

import pytest
from sqlalchemy import Engine

from provisions.access import Actor
from provisions.app import App
from tests.conftest import MovingClock
from tests.report.region import dated
from tests.web.conftest import ROLES, Browser, NewBrowser

READ = {"regie-1", "regie-9", "teamleider-1", "stuur-1", "fg-1"}
WEEK = "/rapporten/2026-W45"
REFERENCE = re.compile(rb"TR-20\d\d")


@pytest.fixture
def database(database: Engine, clock: MovingClock) -> Engine:
    """Its lines are dated by the clock that the tests move: no report is sent of what was not known yet."""
    return dated(database, clock)


@pytest.fixture
def sent(app: App, clock: MovingClock) -> App:
    """The Monday after the first two weeks: both reports were sent."""
    clock.set("2026-11-16T08:00:00+00:00")
    app.reports.send_due()
    return app


@pytest.mark.usefixtures("sent")
@pytest.mark.parametrize("code", ROLES)
def test_reports_are_for_those_who_may_read_them(browser: Browser, code: str) -> None:
    browser.signs_in(code)
    for path in ("/rapporten", WEEK, f"{WEEK}/csv", f"{WEEK}/vergadering"):
        browser.opens(path)
        assert browser.status == (200 if code in READ else 404), path


@pytest.mark.usefixtures("sent")
def test_the_steering_group_finds_its_reports_and_nothing_of_a_case(make_browser: NewBrowser) -> None:
    browser = make_browser().signs_in("stuur-1")
    page = browser.opens("/rapporten")
    assert "Week 45 van 2026" in page
    for path in (*re.findall(r'href="(/rapporten/2026-W45[^"]*)"', page), f"{WEEK}/vergadering/pdf"):
        response = browser.client.get(path)
        assert response.status_code == 200, path
        assert not REFERENCE.search(response.content), path
        assert b"style=" not in response.content or path.endswith("pdf")
        if path.endswith(("pdf", "csv")):
            assert response.headers["content-disposition"].startswith("attachment")
    assert browser.client.get(f"{WEEK}/pdf").content.startswith(b"%PDF")


def test_a_page_has_the_figures_that_were_sent_and_what_was_corrected(
    browser: Browser, sent: App, clock: MovingClock
) -> None:
    totals = sent.reports.of_week()["totals"]
    browser.signs_in("stuur-1").opens("/rapporten/2026-W46")
    assert f"<strong>{totals['breaches']}</strong> overschrijdingen deze week" in browser.last
    assert "De cijfers liggen vast" in browser.last
    # What was delivered in time is said a week later: the breach of that week goes, and the next report says so.
    sent.cases.record_outcome(
        "TR-2026-0001", "wmo_indication", "delivered", by=Actor.typed("regie-1"), on=clock().date().replace(day=4)
    )
    clock.set("2026-11-23T08:00:00+00:00")
    sent.reports.send_due()
    assert "Correcties op eerdere rapporten" in browser.signs_in("stuur-1").opens("/rapporten/2026-W47")


@pytest.mark.usefixtures("sent")
def test_a_week_without_a_report_is_no_page(browser: Browser) -> None:
    browser.signs_in("stuur-1")
    for week in ("2026-W47", "2020-W01", "2026-W99", "morgen"):
        browser.opens(f"/rapporten/{week}")
        assert browser.status == 404, week
