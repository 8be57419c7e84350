"""A run in a work pool has a database role of its own: it does its work, and sees nothing of the door and of no note."""

import os
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import ProgrammingError

from flows import context
from flows.commands.parts import worker_environment
from provisions.access import Role
from provisions.app import App
from provisions.database import migrate, roles
from provisions.database.connect import database as open_database
from provisions.database.connect import running_in_a_pool
from provisions.domain.errors import InvalidInput, NotAllowed
from provisions.machine.databases import RUNS, WORKPLACE
from provisions.machine.postgres import EmbeddedPostgres
from provisions.settings import PREFIX, PROJECT, READERS, Secret, Settings
from provisions.store.audit import RECORDED_AT
from provisions.usecases.intake import IntakeRequest
from tests.builders import CONFIG, typed
from tests.conftest import MovingClock, clean_environment, database_url, owner_url
from tests.granted import granted

REFERENCE = "TR-2026-0001"


@pytest.fixture
def app(database: Engine, clock: MovingClock) -> App:
    """The program as an engine has it, with a case and somebody who has an account."""
    app = App(database.execution_options(**{RECORDED_AT: clock}), CONFIG, clock)
    app.people.add("regisseur-7", [Role.CASE_DIRECTOR], ["voorbeeldstad"], by=typed("beheer-1"))
    app.cases.intake(
        IntakeRequest(REFERENCE, "voluntary", ["advance_payment"], municipality="voorbeeldstad"), by=typed("regie-1")
    )
    app.cases.note(REFERENCE, "belt liever zelf", by=typed("regie-1"))
    return app


def test_it_has_exactly_its_rights(of_runs: Engine) -> None:
    with of_runs.connect() as connection:
        assert roles.missing_runs(connection, RUNS) == []
        assert roles.excess(connection) == []
        wanted = {name: set(rights) for name, rights in roles.OF_THE_RUNS.items() if rights}
        assert granted(connection) == wanted
        of_columns = connection.execute(
            text(
                "SELECT table_name, array_agg(column_name::text) FROM information_schema.role_column_grants "
                "WHERE grantee = current_user AND privilege_type = 'SELECT' AND table_name = ANY(:tables) "
                "GROUP BY table_name"
            ),
            {"tables": list(roles.COLUMNS_OF_THE_RUNS)},
        )
        assert {name: set(columns) for name, columns in of_columns} == {
            name: set(columns) for name, columns in roles.COLUMNS_OF_THE_RUNS.items()
        }


@pytest.mark.parametrize(
    "statement",
    [
        *(
            f"SELECT * FROM {table}"  # noqa: S608 - names of our own
            for table in (
                *("access_log", "answer_code", "calendar_feed", "erasure", "identity", "invitation", "person"),
                *("preference", "session", "sign_in", "submission", "typed"),
            )
        ),
        "SELECT password FROM person",
        "SELECT second FROM person",
        "SELECT body FROM free_text",
        "UPDATE person SET blocked = NULL",
        "INSERT INTO person_grant (code, role, municipality) VALUES ('regisseur-7', 'administrator', '')",
        "UPDATE setting SET value = 'x'",
        "INSERT INTO setting (name, value) VALUES ('run_keys', 'x')",
        "UPDATE audit SET by = 'x'",
        "DELETE FROM audit",
        "DELETE FROM free_text",
        "CREATE TABLE extra (n int)",
        "SET ROLE provisions",
        "SET ROLE provisions_web",
        "SET ROLE provisions_owner",
        "SELECT receivers_of(gen_random_uuid())",
    ],
)
@pytest.mark.usefixtures("app")
def test_it_can_not(of_runs: Engine, statement: str) -> None:
    with pytest.raises(ProgrammingError, match=r"permission denied|must be owner"), of_runs.begin() as connection:
        connection.execute(text(statement))


def test_what_time_does_and_the_weekly_report_are_done_as_that_role(
    app: App, of_runs: Engine, clock: MovingClock
) -> None:
    in_a_pool = App(of_runs.execution_options(**{RECORDED_AT: clock}), CONFIG, clock)
    clock.advance(days=15)
    assert in_a_pool.time.tick_all() > 0
    assert app.views.case(REFERENCE).provisions[0].provision.rungs
    assert in_a_pool.reports.send_due()
    assert app.time.tick_all() == 0
    assert not app.reports.due_weeks()


def test_its_password_opens_no_other_role_and_no_other_database(postgres: EmbeddedPostgres) -> None:
    own = postgres.url("provisions", RUNS).replace("+psycopg", "")
    for other in ("provisions", WORKPLACE, "provisions_owner", "prefect"):
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(own.replace(f"//{RUNS}:", f"//{other}:"))
    with pytest.raises(psycopg.OperationalError, match="permission denied"):
        psycopg.connect(own.replace("/provisions?", "/prefect?"))


# --- what a run is told ------------------------------------------------------------------------------------------------


def test_a_run_is_told_of_no_secret_of_the_home(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever whoever started the worker had set: a run gets the database as its own role, and the way to Prefect."""
    secrets = {
        "PROVISIONS_DATABASE_URL": "postgresql://provisions:geheim-een@db/provisions",
        "PROVISIONS_WEB_DATABASE_URL": "postgresql://provisions_web:geheim-twee@db/provisions",
        "PROVISIONS_MIGRATION_URL": "postgresql://provisions_owner:geheim-drie@db/provisions",
        "PROVISIONS_SMTP_URL": "smtp://post:geheim-vier@mail:587",
        "PROVISIONS_SMTP_SECURE_URL": "smtp://post:geheim-vijf@mail:587",
        "PROVISIONS_IMAP_URL": "imaps://post:geheim-zes@mail/INBOX",
        "PROVISIONS_REDIS_URL": "redis://:geheim-zeven@redis:6379/0",
        "PROVISIONS_OIDC_CLIENT_SECRET": "geheim-acht",
        "PROVISIONS_ZGW_VOORBEELDSTAD_SECRET": "geheim-negen",
        "PROVISIONS_UI_PASSWORD": "geheim-van-admin-tien",
        "PGPASSWORD": "geheim-elf",
        "AWS_SECRET_ACCESS_KEY": "geheim-twaalf",
    }
    for name, value in secrets.items():
        monkeypatch.setenv(name, value)
    apart = Settings(
        home=settings.home,
        port=settings.port,
        ui_password=Secret(secrets["PROVISIONS_UI_PASSWORD"]),
        prefect_password=Secret("alleen-voor-prefect-13"),
        prefect_api_url="http://127.0.0.1:4200/api",
    )
    told = worker_environment(apart, "postgresql://provisions_runs:eigen-wachtwoord@db/provisions")
    assert not [name for name, value in told.items() if "geheim" in value]
    assert {name for name in told if name.startswith("PROVISIONS_")} == {
        "PROVISIONS_RUNS_DATABASE_URL",
        "PROVISIONS_CONFIG",
    }
    assert told["PREFECT_API_AUTH_STRING"] == "admin:alleen-voor-prefect-13"
    assert told["PATH"] == os.environ["PATH"]
    assert told["TMPDIR"] == str(apart.home / "run"), (
        "Prefect's folder there is of the first user of the machine who had one"
    )


def test_a_run_finds_the_program_as_its_own_role(
    database: Engine, postgres: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    clean_environment(monkeypatch)
    monkeypatch.chdir(tmp_path)
    name = database.url.database or ""
    url = postgres.url("provisions", RUNS).replace("/provisions?", f"/{name}?")
    for key, value in worker_environment(Settings(home=tmp_path / "home", ui_password=Secret("x" * 16)), url).items():
        if key.startswith("PROVISIONS_"):
            monkeypatch.setenv(key, value)
    monkeypatch.setattr(context, "_app", None)
    made = context.app()
    with made.engine.connect() as connection:
        assert connection.scalar(text("SELECT current_user")) == RUNS
    made.engine.dispose()
    monkeypatch.setattr(context, "_app", None)


def test_the_documented_user_of_a_worker_is_given_no_more() -> None:
    """The set-up with a system user of its own: what stands in its file, and which folders it can't reach."""
    text = (PROJECT / "docs" / "operations.md").read_text("utf-8")
    block = text.partition("`/etc/provisions-runs.env`")[2].partition("With `PROVISIONS_PREFECT_PASSWORD`")[0]
    given = {
        name.removeprefix(PREFIX).lower() for name in re.findall(r"^    (PROVISIONS_[A-Z_]+)=", block, re.MULTILINE)
    }
    assert given == {"home", "config", "work_pool", "runs_database_url", "prefect_api_url", "prefect_password"}
    assert given <= set(READERS)
    assert "User=provisions-runs" in block
    assert "InaccessiblePaths=-/var/lib/provisions -/etc/provisions.env" in block


# --- how it comes there ------------------------------------------------------------------------------------------------


def test_a_database_of_ones_own_gets_its_rights_when_the_role_is_named(
    new_database: Callable[..., AbstractContextManager[str]], postgres: EmbeddedPostgres
) -> None:
    def address(url: str) -> Secret:
        return Secret(url.replace("+psycopg", ""))

    with new_database(migrated=False) as owner:
        name = owner.partition("?")[0].rpartition("/")[2]
        migrate.upgrade(owner, "provisions")
        base = {
            "home": Path("/nergens"),
            "database_url": address(database_url(postgres, name)),
            "migration_url": address(owner_url(postgres, name)),
        }
        with running_in_a_pool(Settings(**base)) as url:  # type: ignore[arg-type]
            assert "//provisions:" in url, "as before, and 'check' says so"
        runs = address(postgres.url("provisions", RUNS).replace("/provisions?", f"/{name}?"))
        alone = Settings(home=Path("/nergens"), runs_database_url=runs)
        with pytest.raises(NotAllowed, match="mist rechten"), running_in_a_pool(alone):
            pass
        with open_database(Settings(**base, runs_database_url=runs)):  # type: ignore[arg-type]
            pass  # as ``provisions migrate`` and ``up`` do
        with running_in_a_pool(alone) as url:
            assert f"//{RUNS}:" in url, "with no other address than its own"
        with (
            pytest.raises(NotAllowed, match="mag meer dan een run"),
            running_in_a_pool(
                Settings(home=Path("/nergens"), runs_database_url=base["database_url"])  # type: ignore[arg-type]
            ),
        ):
            pass
        same = Settings(**base, runs_database_url=base["database_url"])  # type: ignore[arg-type]
        with pytest.raises(InvalidInput, match="eigen databaserol"), open_database(same):
            pass
