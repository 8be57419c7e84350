"""The data folder of the embedded PostgreSQL, made once."""

import shutil
import subprocess
import tempfile
from pathlib import Path

from provisions.domain.errors import Unreachable
from provisions.machine.files import secret
from provisions.machine.postmaster import environment, seen_by_server
from provisions.machine.programs import Identity


def initialise(data: Path, secrets: Path, folder: Path, user: Identity) -> None:
    """Make the data folder ``data`` with ``folder / "initdb"``, whole or not at all. Raises ``Unreachable``."""
    draft = data.parent / "postgres.new"  # renamed when whole: a crash half-way leaves nothing that looks like data
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    # initdb wants an empty folder and the password in a file: one that lies open elsewhere and has no name.
    with tempfile.TemporaryFile() as password:
        password.write(secret(secrets, "postgres-postgres").encode())
        password.flush()
        user.give(draft)
        user.give(password.fileno())
        password.seek(0)
        done = subprocess.run(  # noqa: S603 - our own program and arguments
            [
                folder / "initdb",
                "-D",
                seen_by_server(draft),
                "-U",
                "postgres",
                "--pwfile=/dev/stdin",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
            ],
            cwd=draft,
            stdin=password,
            capture_output=True,
            text=True,
            check=False,
            env=environment(),
            **user.run_as(),
        )
    if done.returncode != 0:
        shutil.rmtree(draft, ignore_errors=True)  # on a full disk it would keep what little room there is
        raise Unreachable("De ingebouwde PostgreSQL kan niet ingericht worden.", done.stderr.strip()[-500:])
    draft.rename(data)
