"""graphile-worker (Node.js): one job a provision with ``run_at``, added in bulk by its SQL function with the rows.

The worker is a process of Node.js (``graphile_worker.mjs``) with its batches on, as its page on performance has it: completed
jobs are marked together. It runs a task again after a crash, which the statement of the work makes harmless.
"""

import json
import os
import shutil
import subprocess
from datetime import datetime
from pathlib import Path

import psycopg

from bench.peers import work

PROGRAM = "graphile_worker.mjs"
HERE = Path(__file__).parent
MODULES = HERE.parents[1] / ".venv-bench" / "node"
_ADD = """
    SELECT count(*) FROM graphile_worker.add_jobs(ARRAY(
        SELECT json_populate_record(NULL::graphile_worker.job_spec, json_build_object(
            'identifier', 'climb', 'payload', json_build_object('id', n), 'run_at', %(due)s::timestamptz))
        FROM unnest(%(ids)s::bigint[]) AS n))
"""


class GraphileWorker(work.Peer):
    """The worker is a child process; its CPU is not counted among ours."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self._connection = psycopg.connect(url)
        self._worker: subprocess.Popen[bytes] | None = None

    def prepare(self) -> None:
        """Its own tables. A module of Node.js finds others beside itself only, so it is put there."""
        shutil.copy(HERE / PROGRAM, MODULES / PROGRAM)
        command = [*_command(), "prepare"]
        subprocess.run(command, env=self._environment(), check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - our own

    def start(self, client: int, ids: list[int], due: datetime) -> None:
        """Rows and jobs in one transaction."""
        self._connection.execute(work.START, {"client": client, "ids": ids, "due": due})
        self._connection.execute(_ADD, {"ids": ids, "due": due})
        self._connection.commit()

    def work(self) -> None:
        """Start the worker, and wait until it says that it runs."""
        command = [*_command(), "work", work.RUNG.replace("%(id)s", "$1::bigint")]
        self._worker = subprocess.Popen(command, env=self._environment(), stdout=subprocess.PIPE)  # noqa: S603 - our own
        assert self._worker.stdout is not None  # noqa: S101 - asked for
        self._worker.stdout.readline()

    def stop(self) -> None:
        """Stop the worker and close the connection."""
        if self._worker is not None:
            self._worker.terminate()
            try:
                self._worker.wait(10)
            except subprocess.TimeoutExpired:
                self._worker.kill()
        self._connection.close()

    def _environment(self) -> dict[str, str]:
        return {**os.environ, "BENCH_URL": json.dumps(_parts(self.url))}


def _command() -> list[str]:
    return ["node", str(MODULES / PROGRAM)]


def _parts(url: str) -> dict[str, str]:
    """The address as Node.js's driver takes it: a socket's folder is no part of its URLs."""
    found = psycopg.conninfo.conninfo_to_dict(url)
    names = {"host": "host", "port": "port", "user": "user", "password": "password", "dbname": "database"}
    return {names[name]: str(value) for name, value in found.items() if name in names}


if __name__ == "__main__":
    work.main(GraphileWorker)
