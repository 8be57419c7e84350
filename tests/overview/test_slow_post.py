"""Post that has not left is marked in every list before it counts as undelivered, and the mark goes when it has left."""

import pytest
from sqlalchemy import Engine

from provisions.cli.tables import Tables
from provisions.domain.calendar import day_of
from provisions.overview import Overviews, Pages
from provisions.store import plans
from provisions.views.post import SLOW, STUCK
from tests.builders import CONFIG, Town
from tests.outbound.conftest import Letterbox

REFERENCE, KEY = "TR-2026-0042", "advance_payment"


@pytest.fixture
def late(town: Town, monkeypatch: pytest.MonkeyPatch) -> Town:
    """Late since midnight; the mail server is away, and nothing that was asked for then has left."""
    monkeypatch.setenv("COLUMNS", "240")
    town.on("2026-11-02 10:00").takes_in(REFERENCE, KEY)
    town.on("2026-11-09 10:00")
    town.outbox.deliver_due()
    town.clock.now = town.clock.now.replace(hour=23)
    town.app.time.tick_all()
    town.clock.now = town.clock.now.replace(minute=10)
    return town


def seen(town: Town, overviews: Overviews, pages: Pages, capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    """What each list says."""
    today, post = day_of(town.clock()), town.app.views.post()
    case = town.app.views.case(REFERENCE)
    post = post.besides(town.app.views.given_up([p.id for p in case.provisions]))
    Tables(CONFIG, today).show_overdue(town.app.views.overdue(), [], post)
    page = overviews.late("voorbeeldstad")
    found = {
        "Te laat": pages.late(page).text,
        "plan": pages.plan(case, today, post).text,
        "morning": pages.morning(page, overviews.week("voorbeeldstad")).text,
        "overdue": capsys.readouterr().out,
    }
    return {where: " ".join(text.replace("\u00a0", " ").split()) for where, text in found.items()}


def test_each_list_marks_what_has_not_left(
    late: Town, overviews: Overviews, pages: Pages, capsys: pytest.CaptureFixture[str]
) -> None:
    marked = seen(late, overviews, pages, capsys)
    assert [where for where, text in marked.items() if SLOW not in text] == []
    assert "2 berichten wachten te lang op verzending, het oudste sinds 10 nov 00.00 uur" in marked["Te laat"]
    late.outbox.deliver_due()
    assert [where for where, text in seen(late, overviews, pages, capsys).items() if "verz" in text] == []


def test_what_does_not_arrive_says_so_instead(
    late: Town, overviews: Overviews, pages: Pages, capsys: pytest.CaptureFixture[str]
) -> None:
    away = Letterbox()
    away.down = True
    late.outbox._transport = away
    for _ in range(20):
        late.clock.now = max(late.clock.now, late.outbox.next_try() or late.clock.now)
        late.outbox.deliver_due()
    marked = seen(late, overviews, pages, capsys)
    assert [where for where, text in marked.items() if STUCK not in text] == []


def test_a_plan_is_wanted_when_post_stands_still_and_again_when_it_has_left(late: Town, database: Engine) -> None:
    def draw() -> list[str]:
        today, post = day_of(late.clock()), late.app.views.post()
        wanted = plans.wanted(database, today, post.cases, 10)
        for plan in wanted:
            plans.shown(
                database, plan, late.app.views.case(REFERENCE).provisions[0].case.id, "", today, unsent=bool(post.cases)
            )
        return [plan.reference for plan in wanted]

    late.clock.now = late.clock.now.replace(minute=1)
    assert draw() == [REFERENCE], "the rung"
    assert draw() == []
    late.clock.now = late.clock.now.replace(minute=5)
    assert draw() == [REFERENCE], "its letter has not left"
    assert draw() == []
    late.outbox.deliver_due()
    assert draw() == [REFERENCE]
    assert draw() == []
