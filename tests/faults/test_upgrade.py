"""An upgrade with open, late, stopped, refused and closed cases: a database of the first version, up, used, and down again."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from sqlalchemy import Engine, column, inspect, select, table

from provisions.app import App
from provisions.database import migrate
from provisions.database.connect import engine_for
from provisions.usecases.intake import IntakeRequest
from tests.builders import CONFIG, DIRECTOR, at, day, typed
from tests.conftest import MovingClock

NewDatabase = Callable[..., AbstractContextManager[str]]
FIRST = "0001"
RENAMED = {"face_wanted": "generation", "face_shown": "observed_generation"}  # migration 0007
SAID_BY_MIGRATIONS = ("record.rechained", "case.bound")  # 0006 and 0011
OPEN = tuple(f"TR-2026-{number:04}" for number in range(1, 6))
CLOSED = "TR-2026-0006"
NEEDS = ("id_document", "postal_address", "benefit_decision", "advance_payment", "wmo_indication", "emergency_shelter")


def rows(database: Engine, tables: dict[str, list[str]]) -> dict[str, list[tuple[Any, ...]]]:
    """What stands in these columns, row by row, but for the lines that migrations add."""
    queries = {name: select(*map(column, columns)).select_from(table(name)) for name, columns in tables.items()}
    queries["audit"] = queries["audit"].where(column("what").not_in(SAID_BY_MIGRATIONS))
    with database.connect() as connection:
        return {
            name: sorted(tuple(map(str, row)) for row in connection.execute(query)) for name, query in queries.items()
        }


def columns_of(database: Engine) -> dict[str, list[str]]:
    found = inspect(database)
    names = [name for name in found.get_table_names() if name != "alembic_version"]
    return {name: sorted(column["name"] for column in found.get_columns(name)) for name in names}


def live_a_while(app: App, clock: MovingClock) -> None:
    """Cases with something in every table."""
    for reference in OPEN:
        waived = {("postal_address", "id_document"): "bewijs volgt"}
        app.cases.intake(IntakeRequest(reference, "voluntary", NEEDS, waive=waived), by=typed(DIRECTOR))
    app.cases.suspend(
        "TR-2026-0001", "advance_payment", reason="client_asks", until=day("2026-11-20"), by=typed(DIRECTOR)
    )
    clock.advance(days=9)
    app.time.tick_all()
    app.cases.record_outcome("TR-2026-0002", "wmo_indication", "delivered", by=typed(DIRECTOR), note="met spoed")
    app.cases.record_outcome("TR-2026-0003", "advance_payment", "refused", by=typed(DIRECTOR))
    app.cases.intake(IntakeRequest(CLOSED, "voluntary", ["day_activity"]), by=typed(DIRECTOR))
    app.cases.record_outcome(CLOSED, "day_activity", "delivered", by=typed(DIRECTOR))
    app.cases.close(CLOSED, by=typed(DIRECTOR))
    app.time.tick_all()


def what_is_so(app: App) -> dict[str, Any]:
    """What people see of each case: open, late, stopped, refused or closed."""
    return {
        view.case.reference: (
            view.case.closed,
            [(str(p.provision.id), p.status, p.due, p.overdue, p.breached) for p in view.provisions],
        )
        for view in (app.views.case(reference) for reference in (*OPEN, CLOSED))
    }


def test_open_cases_survive_an_upgrade_and_the_way_back(new_database: NewDatabase, clock: MovingClock) -> None:
    with new_database(migrated=False) as url:
        migrate.upgrade(url)
        database = engine_for(url)
        app = App(database, CONFIG, clock)
        live_a_while(app, clock)
        so = what_is_so(app)
        statuses = {status for _, provisions in so.values() for _, status, *_ in provisions}
        assert statuses == {"waiting", "blocked", "suspended", "refused", "delivered"}
        assert any(overdue for _, provisions in so.values() for *_, overdue, _ in provisions)
        database.dispose()

        migrate.downgrade(url, FIRST)
        first = columns_of(database)
        before = rows(database, first)
        renamed = {table: [RENAMED.get(name, name) for name in names] for table, names in first.items()}
        assert all(before[table] for table in first if table != "setting"), "there is something in every table"
        database.dispose()

        migrate.upgrade(url)
        kept = {table: [c for c in names if c in columns_of(database)[table]] for table, names in renamed.items()}
        assert kept == renamed, "no column of the first version is gone"
        assert rows(database, renamed) == before, "nothing is sent because of a migration, and nothing is lost"
        assert what_is_so(app) == so
        case = app.views.case("TR-2026-0001").case
        assert {p.round for p in case.provisions.values()} == {1}
        assert {w.code for p in case.provisions.values() for w in p.waivers} == {"other"}
        assert (case.living, case.wlz, case.losing_place, case.director) == ("unknown", "unknown", None, None)
        assert len({app.views.case(reference).case.id for reference in (*OPEN, CLOSED)}) == 6

        clock.now = at("2026-11-20 12:00")
        app.time.tick_all()
        app.cases.record_outcome("TR-2026-0001", "id_document", "delivered", by=typed(DIRECTOR))
        assert {p.status for p in app.views.case("TR-2026-0001").provisions} >= {"delivered", "waiting"}
        assert len(app.views.audit("TR-2026-0001")) > len(before["audit"]) // 5
        after = rows(database, renamed)
        database.dispose()

        migrate.downgrade(url, FIRST)
        assert rows(database, first) == after
        migrate.upgrade(url)
        assert rows(database, renamed) == after
        database.dispose()
