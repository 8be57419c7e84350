"""``kill -9`` of a real process at every step of opening zaken: one zaak and one first status each, whoever goes on with it.

``make faults`` (``PROVISIONS_TEST_FAULTS=long``) does fifty, so that every step is once the last.
"""

import signal
from collections import Counter

import pytest

from tests.zaken.conftest import PLACE, Town, written
from tests.zaken.dying import started
from tests.zaken.test_opening import LONG

FIFTY = [pytest.param(1, range(50), id="one"), pytest.param(2, range(0, 50, 2), id="two")]
FEW = [pytest.param(1, range(2, 23, 3), id="one"), pytest.param(2, range(1, 23, 7), id="two")]


@pytest.mark.timeout(1200 if LONG else 300)
@pytest.mark.parametrize(("engines", "steps"), FIFTY if LONG else FEW)
def test_killed_for_real_at_a_step_it_is_one_zaak_with_one_status(town: Town, engines: int, steps: range) -> None:
    """``engines`` at one moment, each killed at a step of its own; then another one goes on."""
    url = town.engine.url.render_as_string(hide_password=False)
    tables, ends, wanted = {PLACE: written(town.zgw.root)}, Counter[int | None](), 0
    for step in steps:
        for _ in range(engines):
            town.intake(f"TR-2026-{1000 + wanted}")
            wanted += 1
        lives = [started(url, tables, town.clock(), step + more) for more in range(engines)]
        for life in lives:
            life.join()
        ends.update(life.exitcode for life in lives)
        while len(town.lines("zaak.opened")) < wanted:
            town.clock.advance(minutes=4)  # its lease ends
            town.systems().turn()
    assert set(ends) <= {0, -signal.SIGKILL}
    assert ends[-signal.SIGKILL] > len(steps) // 4, "hardly any was killed: are there so many steps?"
    zaken = [zaak["identificatie"] for zaak in town.zgw.zaken.values()]
    assert sorted(zaken) == [f"TR-2026-{1000 + number}-ID-1" for number in range(wanted)]
    assert [len(town.zgw.statuses_of(zaak)) for zaak in zaken] == [1] * wanted
    assert len(town.lines("zaak.opened")) == wanted
