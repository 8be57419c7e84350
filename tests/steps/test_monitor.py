"""The monitor of an invented region, and the same counted a second time from nothing but the record."""

from collections import Counter
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine, text

from provisions.access import Actor, Role
from provisions.app import App
from provisions.database.connect import pooled
from provisions.domain.errors import InvalidInput, NotAllowed, NotFound
from provisions.domain.lifecycle import Via
from provisions.domain.monitor import Question, count
from provisions.store import monitor as kept
from provisions.usecases.intake import IntakeRequest
from tests.builders import CONFIG, day, typed
from tests.conftest import MovingClock

GROUP = Actor.of("stuur-1", [Role.STEERING_GROUP], [], Via.WEB)
WHO = typed("regie-1")


@pytest.fixture
def region(database: Engine, clock: MovingClock) -> App:
    """Forty clients in two municipalities since August, some of whom moved house, died, were a mistake, or went elsewhere."""
    app = App(database, CONFIG, clock)
    places = ("homeless", "shelter", "own_home", "detention", "family_friends")
    clock.set("2026-08-03T09:00:00+00:00")
    for number in range(40):
        if number == 30:
            clock.set("2026-10-12T09:00:00+00:00")
        app.cases.intake(
            IntakeRequest(
                ref(number),
                "voluntary",
                ["id_document"],
                municipality="havenmeer" if number % 3 else "duinrade",
                living=places[number % 5] if number % 7 else "homeless",
                losing_place=(True, False, None)[number % 3],
                wlz=("none", "ggz", "unknown", "vg")[number % 4],
            ),
            by=WHO,
        )
    clock.set("2026-10-20T09:00:00+00:00")
    for number in range(0, 20, 2):
        app.cases.living(ref(number), "own_home", losing_place=False, by=WHO, on=day("2026-10-19"))
    app.cases.close(ref(1), reason="died", on=day("2026-09-20"), by=WHO)
    app.cases.close(ref(3), reason="died", on=day("2026-10-15"), by=WHO)
    app.cases.approve(str(app.cases.ask_end(ref(5), reason="mistake", by=WHO)), by=typed("leider-1"))
    app.cases.transfer(ref(7), "duinrade", by=WHO)
    app.cases.accept(ref(7), by=typed("regie-9"))
    clock.set("2026-11-26T09:00:00+00:00")
    return app


def ref(number: int) -> str:
    return f"TR-2026-{number + 100:04}"


def from_audit(engine: Engine, on: date) -> dict[str, Any]:
    """Counted again, from the lines of the record alone."""
    known: dict[int, dict[str, Any]] = {}
    query = "SELECT case_id, what, data FROM audit WHERE case_id IS NOT NULL ORDER BY id"
    with engine.connect() as connection:
        for case_id, what, data in connection.execute(text(query)):
            one = known.setdefault(case_id, {"said": [], "closed": None, "counts": True})
            if what == "case.opened":
                one["opened"] = date.fromisoformat(data["opened"])
            if what in ("case.opened", "case.living"):
                since = date.fromisoformat(data.get("on") or data["opened"])
                losing = {None: "unknown", True: "yes", False: "no"}[data.get("losing_place")]
                one["said"].append((since, data.get("living", "unknown"), losing, data.get("wlz", "unknown")))
            if what == "case.closed":
                one["closed"] = date.fromisoformat(data["on"])
                one["counts"] = data["reason"] not in ("mistake", "duplicate")
    there = [
        c for c in known.values() if c["counts"] and c["opened"] <= on and (c["closed"] is None or c["closed"] > on)
    ]
    last = [max((s for s in c["said"] if s[0] <= on), key=lambda said: said[0])[1:] for c in there]
    return {
        "included": len(there),
        **{question: Counter(said[n] for said in last) for n, question in enumerate(Question)},
    }


def test_the_monitor_is_what_the_record_says_it_is(region: App, database: Engine) -> None:
    with pooled(database)() as rows:
        clients = kept.clients(rows, sorted(CONFIG.catalogue.uncounted))
    for on in (date(2026, 11, 26), date(2026, 9, 30), date(2026, 10, 18), date(2026, 8, 3)):
        found, again = count(clients, on), from_audit(database, on)
        assert found.included == again["included"], on
        assert {question: dict(found.answers[question]) for question in Question} == {
            question: dict(again[question]) for question in Question
        }, on
    shown = region.monitoring.of(GROUP).found
    assert (shown.region.included, shown.region_before.included) == (37, 28)
    assert (shown.region.new, shown.region.ended) == (10, 1)
    with pytest.raises(InvalidInput, match="toekomst"):
        region.monitoring.of(GROUP, day("2026-11-27"))
    with pytest.raises(NotFound):
        region.monitoring.of(Actor.of("tafel-1", [Role.TABLE], ["havenmeer"], Via.WEB))


def test_each_quarter_one_click_says_that_it_is_still_so(region: App) -> None:
    director = Actor.of("regie-1", [Role.CASE_DIRECTOR], ["havenmeer", "duinrade"], Via.WEB)
    rows, total = region.seen_by(director).to_confirm()
    assert total == len(rows)
    assert ref(0) not in {row.reference for row in rows}, "said in October"
    assert ref(31) not in {row.reference for row in rows}, "began in October"
    last = rows[0].reference
    before = region.views.case(last).case
    after = region.cases.still_so(last, by=director)
    assert (after.living, after.losing_place, after.wlz) == (before.living, before.losing_place, before.wlz)
    assert after.living_on == day("2026-11-26")
    with pytest.raises(NotAllowed, match="dit kwartaal al"):
        region.cases.still_so(last, by=director)
    assert region.seen_by(director).to_confirm()[1] == total - 1
