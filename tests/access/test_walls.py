"""The second wall: PostgreSQL shows the workplace no other municipality's rows, whatever is asked of it."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError, ProgrammingError

from provisions.access import Actor, Role
from provisions.app import App
from provisions.database import migrate, roles, walls
from provisions.database.connect import database as open_database
from provisions.database.connect import pooled, unchanged
from provisions.database.connect import workplace as open_workplace
from provisions.domain.errors import InvalidInput, NotAllowed, NotFound
from provisions.machine.databases import WORKPLACE
from provisions.machine.postgres import EmbeddedPostgres
from provisions.settings import Secret, Settings
from provisions.store import board
from provisions.store.tables import metadata
from provisions.usecases.intake import IntakeRequest
from provisions.usecases.seeing import municipalities_of
from tests.builders import CONFIG, typed
from tests.conftest import MovingClock, database_url, owner_url
from tests.granted import granted

HERE, THERE = "voorbeeldstad", "havenmeer"
OURS, THEIRS = "TR-2026-0001", "TR-2026-0002"
LONG_AGO = date(2026, 1, 1)
NEEDS = ["id_document", "wmo_indication", "special_assistance", "day_activity"]
# Nothing of a case is in these; ``announcement``, ``answer_code`` and ``stray_run`` hold numbers of lines, letters and runs.
OF_NO_CASE = {
    *("absence", "announcement", "answer_code", "audit_head", "calendar_feed", "example", "identity", "invitation"),
    *(
        "person",
        "person_grant",
        "preference",
        "brought_in",
        "report",
        "session",
        "setting",
        "sign_in",
        "standby_call",
        "stray_run",
    ),
    *("submission", "typed"),
}


@pytest.fixture
def app(database: Engine, clock: MovingClock) -> App:
    """A case in each of two municipalities, of which many things were recorded."""
    app = App(database, CONFIG, clock)
    for reference, town in ((OURS, HERE), (THEIRS, THERE)):
        app.cases.intake(IntakeRequest(reference, "voluntary", NEEDS, municipality=town), by=typed("regie-1"))
        app.cases.suspend(reference, "id_document", reason="client_asks", until=date(2026, 11, 9), by=typed("regie-1"))
        app.cases.record_outcome(reference, "special_assistance", "refused", by=typed("regie-1"))
        app.cases.note(reference, "liever niet bellen", by=typed("regie-1"))
        app.cases.milestone(reference, "wmo_indication", "reported", by=typed("regie-1"))
        app.cases.why(reference, "day_activity", "documents", by=typed("regie-1"))
    clock.advance(days=8)
    app.time.tick_all()
    return app


@pytest.fixture
def behind(app: App, workplace: Engine, clock: MovingClock) -> App:
    """The same as the door has it."""
    return App(workplace, app.config, clock)


def of(town: str, role: Role = Role.TEAM_LEAD) -> Actor:
    return Actor.of("teamleider-1", [role], [town])


def count(engine: Engine, table: str) -> int:
    with engine.connect() as connection:
        return int(connection.scalar(text(f"SELECT count(*) FROM {table}")) or 0)  # noqa: S608


@pytest.mark.usefixtures("app")
def test_the_board_counts_what_the_wall_shows_and_nothing_else(
    workplace: Engine, database: Engine, clock: MovingClock
) -> None:
    asked = board.Since(LONG_AGO, NEEDS, ())

    def counted(engine: Engine) -> tuple[list[tuple[object, ...]], int]:
        with pooled(engine)() as rows:
            found = board.standing(rows, [HERE, THERE], clock())
            return sorted(tuple(row) for row in found), board.cases_since(rows, [HERE, THERE], asked)

    def by_rows(engine: Engine) -> list[tuple[object, ...]]:
        query = (
            "SELECT c.municipality, p.key, coalesce(p.lies_with, ''), count(*), "
            "count(*) FILTER (WHERE p.late_from <= :now) FROM provision p JOIN client_case c ON c.id = p.case_id "
            "WHERE p.status IN ('blocked', 'waiting', 'refused') GROUP BY 1, 2, 3"
        )
        with engine.connect() as connection:
            return sorted(tuple(row) for row in connection.execute(text(query), {"now": clock()}))

    assert counted(workplace) == ([], 0), "nothing set"
    for towns, cases in (([HERE], 1), ([THERE], 1), ([HERE, THERE], 2)):
        with walls.within(towns, LONG_AGO):
            assert counted(workplace) == (by_rows(workplace), cases)
    assert counted(database) == (by_rows(database), 2), "no wall before the program itself"
    assert any(row[4] for row in by_rows(database))


def test_every_table_about_a_case_is_behind_the_wall() -> None:
    assert set(metadata.tables) - set(walls.WALLED) == OF_NO_CASE


@pytest.mark.usefixtures("app")
def test_nothing_set_is_nothing_seen_and_one_municipality_is_its_own(workplace: Engine, database: Engine) -> None:
    divided = []
    for table in set(walls.WALLED) - {"erasure"}:
        assert count(workplace, table) == 0, table
        with walls.within([HERE], LONG_AGO):
            here = count(workplace, table)
        with walls.within([THERE], LONG_AGO):
            there = count(workplace, table)
        with walls.within([HERE, THERE], LONG_AGO):
            assert count(workplace, table) == count(database, table), table
        if here or there:
            divided.append(table)
            of_no_case = count(database, f"{table} WHERE case_id IS NULL") if table in ("audit", "access_log") else 0
            assert min(here, there) > 0, table
            assert here + there == count(database, table) + of_no_case, table
    assert {"client_case", "provision", "rung", "outcome", "suspension", "message", "audit", "free_text"} <= set(
        divided
    )
    assert {"milestone", "cause", "plan", "last_act"} <= set(divided)


def test_a_reason_to_look_is_read_in_its_municipality_alone(app: App, behind: App) -> None:
    officer = Actor.of("maatwerk-1", [Role.CUSTOMISATION_OFFICER], [HERE])
    with behind.walled(officer):
        behind.seen_by(officer).give_reason_for_tonight(HERE, "emergency")
        assert [one.municipality for one in behind.looks.reasons_of("maatwerk-1")] == [HERE]
        (night,) = behind.seen_by(officer).tonight().nights
        assert (night.municipality, night.records, night.given is not None) == (HERE, False, True)
    both = (HERE, THERE)
    with behind.walled(of(HERE)):
        assert [look.code for look in behind.looks.reasons_in(both)] == ["maatwerk-1"]
    with behind.walled(of(THERE)):
        assert behind.looks.reasons_in(both) == []
        assert behind.looks.reasons_of("maatwerk-1") == []
    assert [look.reason for look in app.looks.reasons_in(both)] == ["emergency"]


@pytest.mark.usefixtures("app")
def test_what_was_set_is_over_with_the_transaction(workplace: Engine) -> None:
    with walls.within([HERE], LONG_AGO):
        assert count(workplace, "client_case") == 1
    assert count(workplace, "client_case") == 0
    with walls.within(["x'; DROP TABLE rung; --", ""], LONG_AGO):
        assert count(workplace, "client_case") == 0


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE client_case SET municipality = 'voorbeeldstad'",
        "UPDATE provision SET lies_with = 'counter'",
        "DELETE FROM rung",
        "DELETE FROM message",
    ],
)
@pytest.mark.usefixtures("app")
def test_what_is_not_seen_is_not_changed(workplace: Engine, statement: str) -> None:
    with walls.within(["duinrade"], LONG_AGO), workplace.begin() as connection:
        assert connection.execute(text(statement)).rowcount == 0


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO client_case (reference, municipality, route, brp, opened) VALUES "
        "('TR-2026-0009', 'havenmeer', 'voluntary', 'unknown', '2026-11-02')",
        "INSERT INTO cause (provision_id, code, day) VALUES (:provision, 'documents', '2026-11-02')",
        "INSERT INTO rest (case_id, start, reason, until) VALUES (:case, '2026-11-02', 'lost', '2026-11-09')",
        "INSERT INTO message (id, provision_id, kind, created) "
        "VALUES (gen_random_uuid(), :provision, 'request', '2026-11-02T00:00Z')",
        "UPDATE client_case SET municipality = 'havenmeer' WHERE reference = 'TR-2026-0001'",
    ],
)
@pytest.mark.usefixtures("app")
def test_nothing_is_written_into_another_municipality(database: Engine, workplace: Engine, statement: str) -> None:
    with database.connect() as connection:
        ids = connection.execute(
            text(
                "SELECT c.id AS case, p.id AS provision FROM client_case c JOIN provision p ON p.case_id = c.id"
                " WHERE c.reference = :theirs LIMIT 1"
            ),
            {"theirs": THEIRS},
        ).one()
    asked = {name: value for name, value in ids._mapping.items() if f":{name}" in statement}
    with (
        walls.within([HERE], LONG_AGO),
        pytest.raises(ProgrammingError, match="row-level security"),
        workplace.begin() as connection,
    ):
        connection.execute(text(statement), asked)


def test_a_case_is_worked_through_behind_the_wall(app: App, behind: App) -> None:
    with behind.walled(of(HERE)):
        behind.cases.intake(
            IntakeRequest("TR-2026-0003", "voluntary", NEEDS, municipality=HERE), by=typed("teamleider-1")
        )
        behind.cases.record_outcome("TR-2026-0003", "special_assistance", "refused", by=typed("teamleider-1"))
        behind.cases.undo("TR-2026-0003", by=typed("teamleider-1"))
        behind.cases.note("TR-2026-0003", "belt liever zelf", by=typed("teamleider-1"))
        for key in ("id_document", "wmo_indication", "special_assistance", "day_activity"):
            behind.cases.record_outcome("TR-2026-0003", key, "withdrawn", by=typed("teamleider-1"))
        assert behind.views.case("TR-2026-0003").provisions == app.views.case("TR-2026-0003").provisions
        assert behind.views.audit("TR-2026-0003") == app.views.audit("TR-2026-0003")


def test_of_another_nothing_is_told_but_that_the_reference_is_taken(behind: App) -> None:
    request = IntakeRequest(THEIRS, "voluntary", NEEDS, municipality=HERE)
    with behind.walled(of(HERE)):
        with pytest.raises(NotFound):
            behind.views.case(THEIRS)
        with pytest.raises(NotFound):
            behind.cases.record_outcome(THEIRS, "id_document", "delivered", by=typed("teamleider-1"))
        with pytest.raises(NotAllowed, match=f"{THEIRS} bestaat al"):
            behind.cases.intake(request, by=typed("teamleider-1"))
        with pytest.raises(NotAllowed, match=f"{THEIRS} bestaat al"):
            behind.cases.check_intake(request, by=typed("teamleider-1"))


def test_a_case_that_moves_stands_with_both_and_then_the_old_one_reads_its_own_rounds(
    behind: App, clock: MovingClock
) -> None:
    with behind.walled(of(HERE)):
        behind.cases.transfer(OURS, THERE, by=typed("teamleider-1"))
    with behind.walled(of(THERE)):
        assert len(behind.views.case(OURS).provisions) == len(NEEDS)
        behind.cases.accept(OURS, by=typed("teamleider-9"))
        whole = behind.views.case(OURS)
        assert whole.case.municipality == THERE
        assert len(whole.provisions) > len(NEEDS)
        assert whole.notes
    with behind.walled(of(HERE)):
        seen = behind.views.case(OURS)
        assert {p.case.municipality_of(p.provision.id) for p in seen.provisions} == {HERE}
        assert len(seen.provisions) == len(NEEDS)
        assert not seen.notes
        assert behind.views.audit(OURS) == []
        with pytest.raises(DBAPIError, match="row-level security"):
            behind.cases.note(OURS, "nog iets", by=typed("teamleider-1"))
    clock.advance(days=92)
    with behind.walled(of(HERE)), pytest.raises(NotFound):
        behind.views.case(OURS)


def test_who_may_be_the_second_person_elsewhere_sees_what_is_asked() -> None:
    towns = dict(CONFIG.organisation.municipalities) | {
        THERE: replace(CONFIG.organisation.municipalities[THERE], seconds=(HERE,))
    }
    config = replace(CONFIG, organisation=replace(CONFIG.organisation, municipalities=towns))
    assert set(municipalities_of(of(HERE), config)) == {HERE, THERE}
    assert municipalities_of(of(HERE, Role.CASE_DIRECTOR), config) == (HERE,)
    assert municipalities_of(of(THERE), config) == (THERE,)
    assert municipalities_of(Actor.of("stuur-1", [Role.STEERING_GROUP]), config) == tuple(towns)
    assert municipalities_of(Actor("niemand", frozenset()), config) == ()


def test_the_workplace_has_exactly_its_rights(workplace: Engine) -> None:
    with workplace.connect() as connection:
        assert roles.missing_workplace(connection, WORKPLACE) == []
        assert roles.excess(connection) == []
        wanted = {name: set(rights) for name, rights in roles.OF_THE_WORKPLACE.items() if rights}
        assert granted(connection) == wanted


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE rung DISABLE ROW LEVEL SECURITY",
        "DROP POLICY municipalities ON rung",
        "SET ROLE provisions",
        "SET ROLE provisions_owner",
        "UPDATE audit SET by = 'x'",
    ],
)
def test_the_workplace_can_not_go_round_the_wall(workplace: Engine, statement: str) -> None:
    with pytest.raises(ProgrammingError, match=r"permission denied|must be owner"), workplace.begin() as connection:
        connection.execute(text(statement))


# --- how it comes there ------------------------------------------------------------------------------------------------


IDLE_AT_MOST = "SHOW idle_in_transaction_session_timeout"  # a page that looks holds up no migration


def _name(url: str) -> str:
    return url.partition("?")[0].rpartition("/")[2]


def _web(postgres: EmbeddedPostgres, name: str) -> str:
    return postgres.url("provisions", WORKPLACE).replace("/provisions?", f"/{name}?")


def _settings(postgres: EmbeddedPostgres, name: str, **more: str) -> Settings:
    def address(url: str) -> Secret:
        return Secret(url.replace("+psycopg", ""))

    return Settings(
        home=Path("/nergens"),
        database_url=address(database_url(postgres, name)),
        migration_url=address(owner_url(postgres, name)),
        **{key: address(url) for key, url in more.items()},  # type: ignore[arg-type]
    )


def test_a_database_of_ones_own_gets_its_wall_when_the_role_is_named(
    new_database: Callable[..., AbstractContextManager[str]], postgres: EmbeddedPostgres
) -> None:
    with new_database(migrated=False) as owner:
        name = _name(owner)
        migrate.upgrade(owner, "provisions")
        without = _settings(postgres, name)
        with open_workplace(without) as engine, engine.connect() as connection:
            assert connection.scalar(text("SELECT current_user")) == "provisions"
            assert connection.scalar(text(IDLE_AT_MOST)) == "1min"
        named = _settings(postgres, name, web_database_url=_web(postgres, name))
        with pytest.raises(NotAllowed, match="mist rechten"), open_workplace(named):
            pass
        with unchanged(named):
            pass  # the others don't need it
        with open_database(named):
            pass  # as ``provisions migrate`` and ``up`` do
        with open_workplace(named) as engine, engine.connect() as connection:
            assert connection.scalar(text("SELECT current_user")) == WORKPLACE
            assert roles.missing_workplace(connection, WORKPLACE) == []
            assert connection.scalar(text(IDLE_AT_MOST)) == "1min"


def test_the_workplace_is_another_role_than_the_application(
    new_database: Callable[..., AbstractContextManager[str]], postgres: EmbeddedPostgres
) -> None:
    with new_database() as url:
        name = _name(url)
        same = _settings(postgres, name, web_database_url=url)
        with pytest.raises(InvalidInput, match="eigen databaserol"), open_database(same):
            pass


def test_the_schema_changes_while_the_wall_stands_and_it_is_built_again(
    new_database: Callable[..., AbstractContextManager[str]], postgres: EmbeddedPostgres
) -> None:
    with new_database() as url:
        name = _name(url)
        owner = owner_url(postgres, name)
        migrate.downgrade(owner, "0026")  # a column that a policy looks at goes
        migrate.upgrade(owner, "provisions", WORKPLACE)
        with open_workplace(_settings(postgres, name, web_database_url=_web(postgres, name))):
            pass
