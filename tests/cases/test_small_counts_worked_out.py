"""``../shared/cases/small-counts-worked-out``: each rule by itself leaves more, but together the totals and the orders leave one
value: b and c delivered at most what they started, b and c started 15 - 9 = 6, so a delivered at least 10 - 6 = 4."""

from provisions.domain.possible_counts import HIDDEN, SMALL
from provisions.domain.suppression import exposed, suppress
from tests.report.test_suppression import whole_tables

TOTALS = {"started": 15, "delivered": 10, "breaches": 5, "overdue": 1}
COUNTS = {
    "a": {"started": 9, "delivered": 4, "breaches": 2, "overdue": 1},
    "b": {"started": 3, "delivered": 3, "breaches": 3, "overdue": 0},
    "c": {"started": 3, "delivered": 3, "breaches": 0, "overdue": 0},
    "d": {"started": 0, "delivered": 0, "breaches": 0, "overdue": 0},
}


def test_what_gives_it_away_is_hidden_too() -> None:
    marks = suppress(COUNTS, TOTALS)
    assert marks["a"]["started"] == HIDDEN
    could_be = whole_tables(marks, COUNTS)
    small = [(m, f) for m, row in marks.items() for f, mark in row.items() if mark == SMALL]
    assert {cell for cell in small if len(could_be[cell]) < 2} == {
        ("a", "overdue")
    }  # one in the region: no hiding helps
    assert whole_tables({**marks, "a": {**marks["a"], "started": 9}}, COUNTS)["a", "delivered"] == {4}
    assert ("a", "delivered") in exposed({**marks, "a": {**marks["a"], "started": 9}}, COUNTS)
