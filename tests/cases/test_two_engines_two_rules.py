"""Two engines whose rules differ: one of them foresees, the other yields; and what is no rule makes no difference."""

import pytest
from sqlalchemy import Engine, text

from provisions.app import App
from provisions.catalogue.fingerprint import meaning
from tests.builders import CONFIG, Town, with_target
from tests.conftest import MovingClock

OTHER_RULES = with_target(CONFIG, "wmo_indication", "3 weken")


def foreseen_by(database: Engine) -> set[str]:
    with database.connect() as connection:
        return set(connection.execute(text("SELECT rules FROM foreseen")).scalars())


def test_the_engine_whose_rules_are_not_the_present_ones_yields(database: Engine, clock: MovingClock) -> None:
    town = Town(database, clock)
    town.takes_in("TR-2026-0001", "emergency_shelter")
    older, newer = town.app, App(database, OTHER_RULES, clock)
    older.rules.follow()
    assert older.time.foresee() == 1
    newer.rules.follow()  # a rolling restart: the newer one is there first

    counts = []
    for _ in range(5):
        counts.append((older.time.foresee(), newer.time.foresee()))
    assert counts[0] == (0, 1)
    assert set(counts[1:]) == {(0, 0)}, "they come to rest"
    (only,) = foreseen_by(database)

    older.rules.follow()  # the other way back: what is recorded decides, not which is newer
    assert (newer.time.foresee(), older.time.foresee()) == (0, 1)
    assert foreseen_by(database) != {only}


RULE = '''
"""What it is."""
DAYS = 5  # a reason

class Term:
    """A term."""
    days: int = 1
    """How many."""

def due(start: int) -> int:
    """When it is due."""
    # why
    return start + DAYS
'''


@pytest.mark.parametrize(
    ("was", "becomes", "same"),
    [
        ("# a reason", "# another reason", True),
        ('"""When it is due."""', '"""On which day it is due."""', True),
        ('"""How many."""', '"""In calendar days."""', True),
        ("return start + DAYS", "return (\n        start + DAYS\n    )", True),
        ("    # why\n", "\n\n", True),
        ("DAYS = 5", "DAYS = 6", False),
        ("start + DAYS", "start - DAYS", False),
        ("days: int = 1", "days: int = 2", False),
    ],
)
def test_only_what_decides_is_in_the_fingerprint(was: str, becomes: str, same: bool) -> None:
    assert was in RULE
    assert (meaning(RULE.replace(was, becomes)) == meaning(RULE)) is same
