"""The rules change, or the client moves: what was accrued stays, and nobody falls between two chairs."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import Engine

from provisions.app import App
from provisions.domain.errors import InvalidConfig
from tests.builders import Town, at, typed, with_target
from tests.conftest import MovingClock


@pytest.fixture
def town(database: Engine, clock: MovingClock) -> Town:
    clock.now = at("2026-11-01 09:00")
    return Town(database, clock)


def test_a_longer_target_moves_the_due_date_and_keeps_the_breach(town: Town) -> None:
    town.on("2026-11-02 09:00")
    late = town.takes_in("TR-2026-0001", "id_document")
    town.on("2026-11-12 09:00")
    on_time = town.takes_in("TR-2026-0002", "id_document")
    assert town.app.rules.follow() == 0  # the first time: nothing to compare with
    app = App(town.app.engine, with_target(town.app.config, "id_document", "3 weken"), town.app.clock)
    assert app.rules.follow() == 2
    assert app.rules.follow() == 0  # the same rules: nothing to do
    views = [app.views.case(reference).provisions[0] for reference in (late.reference, on_time.reference)]
    assert [v.due for v in views] == [date(2026, 11, 23), date(2026, 12, 3)]
    assert [v.breached for v in views] == [True, False]
    assert not views[0].overdue
    assert any(line.what == "term.changed" for line in app.views.audit(late.reference))


def test_an_entry_that_cases_need_can_not_be_taken_out(town: Town) -> None:
    town.on("2026-11-02 09:00")
    town.takes_in("TR-2026-0001", "id_document")
    town.app.rules.follow()
    config = town.app.config
    rules = {key: rule for key, rule in config.catalogue.provisions.items() if key != "id_document"}
    without = replace(config, catalogue=replace(config.catalogue, provisions=rules))
    with pytest.raises(InvalidConfig, match="id_document"):
        App(town.app.engine, without, town.app.clock).rules.follow()


def test_after_a_move_the_new_table_knows(town: Town) -> None:
    town.on("2026-11-02 09:00")
    case = town.takes_in("TR-2026-0001", "postal_address", present=["id_document"])
    town.on("2026-11-06 09:00")
    town.app.cases.transfer(case.reference, "duinrade", by=typed("regisseur-1"))
    town.on("2026-11-06 09:05")
    assert town.letters_to("doorbraaktafel@duinrade.example") == []
    town.app.cases.accept(case.reference, by=typed("regisseur-7"))
    town.on("2026-11-06 09:10")
    (letter,) = town.letters_to("doorbraaktafel@duinrade.example")
    told = " ".join(letter.text.split())
    assert "is verhuisd uit gemeente Voorbeeldstad" in told
    assert "daar gevraagd op 2 november 2026" in told
    assert "gevraagd aan het loket in Voorbeeldstad" in told
    old, new = town.app.views.case(case.reference).provisions
    assert (old.breached, new.breached) == (True, False)
