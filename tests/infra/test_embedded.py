"""The embedded PostgreSQL: started, shared, recovered, stopped; and closed to others. Real processes."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest
from sqlalchemy import text

from provisions.database import walls
from provisions.database.connect import database, running_in_a_pool, workplace
from provisions.domain.errors import NotAllowed, Unreachable
from provisions.machine.databases import RUNS, WORKPLACE
from provisions.machine.files import secret
from provisions.machine.postgres import EmbeddedPostgres, running
from provisions.settings import Secret, Settings


@pytest.fixture
def home() -> Iterator[Path]:
    """A home under a folder that is closed to everyone but its owner."""
    folder = Path(tempfile.mkdtemp(prefix="pe-"))
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    yield folder / "var"
    EmbeddedPostgres(folder / "var").stop()
    shutil.rmtree(folder)


def _connect(server: EmbeddedPostgres, name: str = "provisions") -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(server.url(name).replace("+psycopg", ""))


def test_it_starts_with_both_databases_and_stops_when_the_last_one_leaves(home: Path) -> None:
    with running(home) as server:
        with _connect(server, "provisions") as connection:
            assert connection.execute("SHOW server_encoding").fetchone() == ("UTF8",)
            assert connection.execute("SHOW fsync").fetchone() == ("on",)
            assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
        with _connect(server, "prefect") as connection:
            connection.execute("CREATE EXTENSION pg_trgm")
        with running(home) as second:
            assert second.pid() == server.pid()
        assert server.alive()
        pid = server.pid()
    assert pid is not None
    assert not psutil.pid_exists(pid)


def test_a_server_that_an_earlier_version_left_running_gets_the_roles_of_workplace_and_runs(home: Path) -> None:
    """Also when somebody needed its password first: ``provisions web`` does, before it asks for the server."""
    settings = Settings(home=home)
    with running(home) as server:
        with database(settings):
            pass
        as_superuser = (
            f"host={server.socket_folder()} user=postgres password={secret(home / 'secrets', 'postgres-postgres')}"
        )
        with psycopg.connect(f"{as_superuser} dbname=provisions", autocommit=True) as connection:
            for role in (WORKPLACE, RUNS):
                connection.execute(f"DROP OWNED BY {role}")
                connection.execute(f"DROP ROLE {role}")
                (home / "secrets" / f"postgres-{role}").unlink()
        with pytest.raises(NotAllowed, match="provisions migrate"), workplace(settings):
            pass
        with pytest.raises(NotAllowed, match="provisions migrate"), running_in_a_pool(settings):
            pass
        with database(settings), workplace(settings) as engine, engine.connect() as connection:
            assert connection.scalar(text("SELECT current_user")) == WORKPLACE
            assert walls.gaps(connection, WORKPLACE) == []
        with running_in_a_pool(settings) as url:
            assert f"//{RUNS}:" in url


def test_home_and_secrets_are_closed_and_what_lies_above_is_left_as_it_was(home: Path) -> None:
    with running(home):
        assert stat.S_IMODE(home.parent.stat().st_mode) == 0o700
        for folder in (home, home / "secrets", home / "postgres", home / "log", home / "run"):
            assert stat.S_IMODE(folder.stat().st_mode) == 0o700, folder
        for file in (home / "secrets").iterdir():
            assert stat.S_IMODE(file.stat().st_mode) == 0o600, file


def test_a_wrong_password_is_refused_and_a_role_sees_its_own_database_only(home: Path) -> None:
    with running(home) as server:
        url = server.url("provisions").replace("+psycopg", "")
        password = (home / "secrets" / "postgres-provisions").read_text().strip()
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(url.replace(password, "fout"))
        with pytest.raises(psycopg.OperationalError, match="permission denied"):
            psycopg.connect(url.replace("/provisions?", "/prefect?"))


def test_after_a_kill_it_recovers_with_what_was_committed(home: Path) -> None:
    with running(home) as server:
        with psycopg.connect(server.owner_url("provisions").replace("+psycopg", "")) as connection:
            connection.execute("CREATE TABLE kept (n int)")
            connection.execute("GRANT SELECT ON kept TO provisions")
            connection.execute("INSERT INTO kept SELECT generate_series(1, 1000)")
        pid = server.pid()
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        server.ensure()
        with _connect(server) as connection:
            assert connection.execute("SELECT count(*) FROM kept").fetchone() == (1000,)


def test_what_a_dead_process_left_running_is_used_and_stopped(home: Path) -> None:
    dead = subprocess.run(
        [sys.executable, "-c", _HOLD_AND_DIE, str(home)], capture_output=True, text=True, check=False, timeout=60
    )
    assert dead.returncode == -signal.SIGKILL
    left = int(dead.stdout)
    assert psutil.pid_exists(left)
    with running(home) as server:
        assert server.pid() == left
    assert not psutil.pid_exists(left)


_HOLD_AND_DIE = """
import os, signal, sys
from pathlib import Path
from provisions.machine.postgres import running
with running(Path(sys.argv[1])) as server:
    print(server.pid(), flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_commands_at_the_same_time_share_one_server_and_leave_none(home: Path) -> None:
    command = [sys.executable, "-c", _ONE_COMMAND, str(home)]
    commands = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(5)]
    ended = [(one.communicate(timeout=120), one.returncode) for one in commands]
    assert [code for _, code in ended] == [0] * 5, ended
    assert not EmbeddedPostgres(home).alive()
    with running(home) as server, _connect(server) as connection:
        assert connection.execute("SELECT count(*) FROM client_case").fetchone() == (0,)


_ONE_COMMAND = """
import sys
from pathlib import Path
from sqlalchemy import text
from provisions.settings import Settings
from provisions.database.connect import database
with database(Settings(home=Path(sys.argv[1]))) as engine, engine.connect() as connection:
    connection.execute(text("SELECT count(*) FROM client_case"))
"""


def test_a_home_with_a_long_path_works(home: Path) -> None:
    long_home = home / ("lang-" * 30)
    with running(long_home) as server:
        assert len(str(server.socket_folder())) < 93
        _connect(server).close()
    shutil.rmtree(server.socket_folder().parent)


def test_two_homes_run_side_by_side(home: Path) -> None:
    with running(home / "a") as one, running(home / "b") as other:
        assert one.pid() != other.pid()
        one.stop()
        assert other.alive()


def test_a_stale_pid_that_now_belongs_to_another_program_is_no_server(home: Path) -> None:
    with running(home):
        pass
    (home / "postgres" / "postmaster.pid").write_text(f"{os.getpid()}\n{home}\n1\n5432\n\n\n\n")
    with running(home) as server:
        assert server.pid() != os.getpid()


def test_a_command_gets_a_migrated_database_in_utc(home: Path) -> None:
    settings = Settings(home=home)
    with database(settings) as engine, engine.connect() as connection:
        assert connection.scalar(text("SHOW timezone")) == "UTC"
        assert connection.scalar(text("SHOW application_name")) == "provisions"
        assert connection.scalar(text("SELECT count(*) FROM provision")) == 0


def test_a_database_of_ones_own_that_does_not_answer_is_named_without_its_password(home: Path) -> None:
    url = "postgresql://me:geheim-woord@127.0.0.1:1/gemeente"
    settings = Settings(home=home, database_url=Secret(url))
    with pytest.raises(Unreachable) as refusal, database(settings):
        pass
    assert refusal.value.exit_code == 5
    assert "127.0.0.1:1/gemeente" in str(refusal.value)
    assert "geheim-woord" not in str(refusal.value)
