"""``two-installations-one-database``: a database, its homes and its Prefect belong together, or nothing starts."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress
from pathlib import Path

import pytest
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.actions import VariableCreate
from prefect.client.schemas.objects import Variable
from prefect.exceptions import ObjectNotFound
from prefect.settings import PREFECT_API_AUTH_STRING
from sqlalchemy import Engine as Database

from flows.commands import parts
from flows.engine import Engine
from flows.prefect.client import prefect_thread
from flows.prefect.installation import VARIABLE, settle
from provisions.app import App
from provisions.catalogue import load
from provisions.database import backup as copies
from provisions.database.connect import engine_for
from provisions.domain.errors import NotAllowed
from provisions.machine import home as homes
from provisions.machine.home import installation_of
from provisions.machine.postgres import EmbeddedPostgres
from provisions.settings import PROJECT, Secret, Settings
from provisions.store import locks
from provisions.store.installation import OPEN, belonging, recorded, release
from tests.conftest import MovingClock, database_url


@pytest.fixture(autouse=True)
def nameless(client: SyncPrefectClient) -> Iterator[None]:
    forget(client)
    yield
    forget(client)


def forget(prefect: SyncPrefectClient) -> None:
    """As when Prefect's database was thrown away."""
    with suppress(ObjectNotFound):
        prefect.delete_variable_by_name(VARIABLE)


def homes_in(folder: Path, *names: str) -> list[Path]:
    for name in names:
        homes.prepare(folder / name)
    return [folder / name for name in names]


@pytest.mark.parametrize(
    ("database", "home", "prefect", "allowed"),
    [
        (None, None, None, True),  # the first start
        (None, "a", None, True),
        ("a", "a", "a", True),
        ("a", None, "a", True),  # another machine of the same installation
        ("a", "b", "a", True),  # a home that worked elsewhere before
        ("a", "a", None, True),  # Prefect's database was thrown away
        ("a", None, None, False),  # another machine with a Prefect of its own
        ("a", "b", "b", False),
        ("a", "a", "b", False),  # a slip in the address of Prefect's database
        ("a", None, "b", False),
        (None, None, "b", False),  # two databases on one Prefect
        (None, "b", "b", True),  # the same installation with a new database
        (OPEN, None, None, True),  # restored, or released
        (OPEN, "b", "b", True),
        (OPEN, None, "b", True),
    ],
)
def test_what_belongs_together(database: str | None, home: str | None, prefect: str | None, allowed: bool) -> None:
    if not allowed:
        with pytest.raises(NotAllowed, match="provisions migrate --here"):
            belonging(database, home, prefect)
        return
    number = belonging(database, home, prefect)
    assert number not in ("", OPEN)
    if database not in (None, OPEN):
        assert number == database
    elif prefect:
        assert number == prefect


def test_a_second_installation_on_the_database_is_refused_and_a_second_engine_is_not(
    client: SyncPrefectClient,
    database: Database,
    tmp_path: Path,
) -> None:
    first, second, stranger = homes_in(tmp_path, "first", "second", "stranger")
    settle(client, database, first)
    settle(client, database, second)  # past one machine: the same Prefect
    settle(client, database, first)
    with database.connect() as connection:
        number = recorded(connection)
    assert number == installation_of(first) == installation_of(second)

    forget(client)  # from here on: another Prefect
    with pytest.raises(NotAllowed, match="andere installatie"):
        settle(client, database, stranger)
    assert installation_of(stranger) is None
    assert client.read_variable_by_name(VARIABLE) is None
    settle(client, database, second)  # but one of ours makes a lost Prefect its own again
    settle(client, database, stranger)


def test_engines_that_come_for_the_first_time_at_one_moment_agree(
    client: SyncPrefectClient, database: Database, tmp_path: Path
) -> None:
    first, second = homes_in(tmp_path, "first", "second")

    def come() -> None:
        with prefect_thread() as prefect:
            settle(prefect, database, second)

    with ThreadPoolExecutor(1) as engines:
        other: list[Future[None]] = []

        class Halfway(SyncPrefectClient):
            """The second engine comes when the first has told Prefect, and nobody else yet."""

            def create_variable(self, variable: VariableCreate) -> Variable:
                made = super().create_variable(variable)
                other.append(engines.submit(come))
                wait(other, timeout=1)  # seconds; it waits for us, and we don't for it
                return made

        with Halfway(str(client.api_url), auth_string=PREFECT_API_AUTH_STRING.value()) as halfway:
            settle(halfway, database, first)
        other[0].result(30)
    with database.connect() as connection:
        assert {installation_of(first), installation_of(second)} == {recorded(connection)}


def test_an_engine_on_a_database_of_another_prefect_halts_and_says_so(
    prefect_server: Settings,
    client: SyncPrefectClient,
    database: Database,
    clock: MovingClock,
    tmp_path: Path,
) -> None:
    ours, stranger = homes_in(tmp_path, "ours", "stranger")
    settle(client, database, ours)
    forget(client)
    config = load(PROJECT / "config")
    engine = Engine(Settings(home=stranger, port=prefect_server.port), App(database, config, clock))
    with pytest.raises(NotAllowed):
        engine.settle()
    assert engine.refusal is not None
    assert engine.refusal.exit_code == 4
    assert not engine.serves()


def test_after_a_move_the_database_is_free_for_the_new_machine(
    client: SyncPrefectClient,
    database: Database,
    tmp_path: Path,
    settings: Settings,
) -> None:
    old, new = homes_in(tmp_path, "old", "new")
    settle(client, database, old)
    forget(client)
    address = str(database.url.render_as_string(hide_password=False)).replace("+psycopg", "")
    parts.migrate(Settings(home=settings.home, database_url=Secret(address)), here=True)
    settle(client, database, new)
    forget(client)
    with pytest.raises(NotAllowed):
        settle(client, database, old)


def test_a_restored_backup_belongs_to_whoever_starts_on_it(
    client: SyncPrefectClient,
    database: Database,
    new_database: object,
    postgres: EmbeddedPostgres,
    clock: MovingClock,
    tmp_path: Path,
) -> None:
    old, new = homes_in(tmp_path, "old", "new")
    settle(client, database, old)
    copies.backup(database, tmp_path / "b", clock.now)
    forget(client)
    with new_database(migrated=False) as url:  # type: ignore[operator]
        owner = engine_for(url)
        copies.restore(owner, "provisions", tmp_path / "b")
        restored = engine_for(database_url(postgres, str(owner.url.database)))
        settle(client, restored, new)
        for engine in (owner, restored):
            engine.dispose()


def test_it_is_not_given_away_under_an_engine(database: Database, settings: Settings) -> None:
    address = str(database.url.render_as_string(hide_password=False)).replace("+psycopg", "")
    with database.connect() as connection:
        connection.exec_driver_sql(f"SELECT pg_advisory_lock_shared({locks.ENGINES})")
        with pytest.raises(NotAllowed, match="Stop alle motoren"):
            parts.migrate(Settings(home=settings.home, database_url=Secret(address)), here=True)
        connection.exec_driver_sql(f"SELECT pg_advisory_unlock_shared({locks.ENGINES})")
    with database.begin() as connection:
        release(connection)
        assert recorded(connection) == OPEN
