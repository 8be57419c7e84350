"""Kengetallen in the browser: the monitor without a reference, and one click a quarter."""

import re

from provisions.app import App
from tests.conftest import MovingClock
from tests.web.conftest import HERE, THERE, NewBrowser
from tests.web.test_plan import words


def test_the_monitor_is_of_the_region_for_who_reads_reports_and_holds_no_reference(
    make_browser: NewBrowser,
) -> None:
    group = make_browser().signs_in("stuur-1")
    said = words(group.opens("/rapporten/monitor"))
    assert "Cliënten in de aanpak 4" in said
    assert HERE not in group.last
    # Of a municipality with few clients each question is one row, instead of one for each answer.
    assert "Waar cliënten slapen niet te zien" in said
    assert "Waar cliënten slapen: Op straat" not in said.partition("Per gemeente")[2]
    assert 'href="/rapporten/monitor"' in group.opens("/rapporten")
    # Counted for all: a director of one municipality reads the same figures of the region.
    assert "Cliënten in de aanpak 4" in words(make_browser().signs_in("regie-1").opens("/rapporten/monitor"))
    csv = group.client.get("/rapporten/monitor.csv?op=2026-11-12").text
    assert "Waar cliënten slapen;Op straat;0;" in csv
    for day in ("2026-11-13", "gisterenx"):
        group.opens(f"/rapporten/monitor?op={day}")
        assert group.status == 404
    table = make_browser().signs_in("tafel-1")
    table.opens("/rapporten/monitor")
    assert table.status == 404


def test_still_so_is_one_click_and_then_it_is_off_the_list(
    make_browser: NewBrowser, app: App, clock: MovingClock
) -> None:
    clock.set("2027-01-11T09:00:00+00:00")
    director = make_browser().signs_in("regie-1")
    page = director.opens("/kengetallen")
    assert director.shown == {HERE}
    [who] = re.findall(r'name="wie" value="([^"]+)"', page)
    director.fills("/kengetallen", wie=who)
    assert "Vastgelegd" in words(director.last)
    assert director.shown == set()
    assert app.views.case(HERE).case.lived[-1].on.isoformat() == "2027-01-11"
    director.fills("/kengetallen", wie=who)
    assert director.status == 409
    assert "dit kwartaal al gezegd" in words(director.last)
    director.fills("/kengetallen", wie=str(app.views.case(THERE).case.id))
    assert director.status == 404
