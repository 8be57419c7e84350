"""The board counts what the report counts, and what it keeps is never older than the record."""

from datetime import date

from sqlalchemy import Engine

from provisions.access import Actor, Grant, Role
from provisions.app import App
from provisions.domain.figures.happened import Figure
from provisions.report.board import last_weeks
from provisions.usecases.boards import Asked, Boards
from tests.builders import CONFIG
from tests.conftest import MovingClock
from tests.report.region import Region

LEAD = Actor("teamleider-1", frozenset({Grant(Role.TEAM_LEAD)}))
PERIODS = [(date(2026, 4, 13), date(2026, 4, 20)), (date(2026, 4, 21), date(2026, 4, 28))]


def test_the_board_counts_what_the_report_counts(database: Engine, clock: MovingClock) -> None:
    region = Region(database, clock, CONFIG, seed=4)
    kept = region.app.boards
    for first, last in PERIODS:
        region.lives(first, last, clients_a_day=0.6)
        board = kept.board(LEAD)
        assert board == fresh(region.app).board(LEAD), "what is kept is what would be counted now"
        for counted in board.weeks[-3:]:
            totals = region.app.reports.of_week(counted.week)["totals"]
            assert (counted.breaches, counted.delivered, counted.on_time) == tuple(
                totals[figure.value] for figure in Figure
            )
    for line in (*board.provisions[:6], *board.municipalities[:1]):
        for figure, count in ((Figure.BREACHES, line.breaches), (Figure.DELIVERED, line.delivered)):
            opened = kept.happened(LEAD, line.asked, figure)
            assert opened.total == count
            assert len({(view.case.reference, view.provision.id) for view in opened.rows}) == count - opened.twice
            assert not opened.hidden
    late = kept.now(LEAD, Asked(), late=True)
    assert (len(late.rows), late.total) == (board.total.late, board.total.late)
    assert board.total.breaches > 3
    assert board.total.delivered > 3
    assert board.went is not None


def fresh(app: App) -> Boards:
    return App(app.engine, app.config, app.clock).boards


def test_twenty_six_weeks_end_with_this_one() -> None:
    weeks = last_weeks(date(2026, 11, 26))
    assert (str(weeks[0]), str(weeks[-1]), len(weeks)) == ("2026-W23", "2026-W48", 26)
