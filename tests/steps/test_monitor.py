"""The monitor of an invented region, and the same counted a second time from nothing but the record."""

import pytest
from sqlalchemy import Engine

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
from tests.steps import monitor_from_audit as again

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


def test_the_monitor_is_what_the_record_says_it_is(region: App, database: Engine) -> None:
    """Every figure, with what is hidden: of region and municipalities, that day and the quarter before, and the half years."""
    recorded = again.clients(database)
    with pooled(database)() as rows:
        known = kept.clients(rows, sorted(CONFIG.catalogue.uncounted))
    for on in ("2026-11-26", "2026-10-18", "2026-09-30", "2026-08-03"):
        exact, raw = count(known, day(on)), again.counted(recorded, day(on))
        assert (exact.included, exact.new, exact.ended) == (raw["included"], raw["new"], raw["ended"]), on
        assert [dict(exact.answers[q]) for q in Question] == [dict(raw[name]) for name in again.QUESTIONS], on
        found = region.monitoring.of(GROUP, day(on)).as_json()
        assert found["day"] == on
        for name, end in (("region", on), ("quarter_before", found["quarter_before"]["day"])):
            again.judge_region(found[name], again.counted(recorded, day(end)))
        for name, end in (("municipalities", on), ("municipalities_quarter_before", found["quarter_before"]["day"])):
            shown = {row["municipality"]: row for row in found[name]}
            assert list(shown) == list(CONFIG.organisation.municipalities)
            again.judge_places(shown, {place: again.counted(recorded, day(end), place) for place in shown})
        again.judge_half_years(found["half_years"], recorded, day(on))
    # Worked out by hand from how the region was invented, so that the second way is no second mistake.
    found = region.monitoring.of(GROUP).as_json()
    now, before = found["region"], found["quarter_before"]
    assert (now["included"], now["new"], now["ended"]) == (37, 10, 1)
    assert (before["day"], before["included"], before["new"], before["ended"]) == ("2026-09-30", 28, 29, 1)
    with pytest.raises(InvalidInput, match="toekomst"):
        region.monitoring.of(GROUP, day("2026-11-27"))
    with pytest.raises(NotFound):
        region.monitoring.of(Actor.of("tafel-1", [Role.TABLE], ["havenmeer"], Via.WEB))


def test_who_moved_twice_counts_where_it_was_on_each_day(database: Engine, clock: MovingClock) -> None:
    app = App(database, CONFIG, clock)
    clock.set("2026-08-03T09:00:00+00:00")
    app.cases.intake(IntakeRequest(ref(0), "voluntary", ["id_document"], municipality="havenmeer"), by=WHO)
    for moved, to in (("2026-10-20", "duinrade"), ("2026-11-26", "voorbeeldstad")):
        clock.set(f"{moved}T09:00:00+00:00")
        app.cases.transfer(ref(0), to, by=WHO)
        app.cases.accept(ref(0), by=typed("regie-9"))
    app.cases.transfer(ref(0), "havenmeer", by=WHO)  # and nobody has accepted that
    with pooled(database)() as rows:
        [one] = kept.clients(rows, sorted(CONFIG.catalogue.uncounted))
    days = ("2026-10-19", "2026-10-20", "2026-11-25", "2026-11-26")
    assert [one.place(day(on)) for on in days] == ["havenmeer", "duinrade", "duinrade", "voorbeeldstad"]


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
