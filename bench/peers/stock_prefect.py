"""Stock Prefect: one scheduled run per deadline, executed by ``flow.serve()``, a subprocess a run; as its guide shows.

Its own server as ``prefect server start`` has it, on the same PostgreSQL. It polls every second instead of
every ten. Run with our own environment, which has the same Prefect as the product.
"""

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from datetime import datetime
from http import HTTPStatus
from typing import Any
from uuid import UUID

import httpx
import psycopg
from prefect.client.orchestration import PrefectClient
from prefect.states import Scheduled

from bench.peers import work
from bench.rig import free_port
from provisions.settings import PROJECT

AT_ONCE = 5  # Prefect's own default


class StockPrefect(work.Peer):
    """Server and ``serve()`` are children of this process, for as long as it lives."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self._folder = tempfile.TemporaryDirectory(prefix="pb-prefect-")
        port = free_port()
        self._api = f"http://127.0.0.1:{port}/api"
        self._environment = os.environ | {
            "BENCH_LIMIT": str(AT_ONCE),
            "PYTHONPATH": str(PROJECT),
            "DO_NOT_TRACK": "1",
            "PREFECT_HOME": self._folder.name,
            "PREFECT_PROFILES_PATH": f"{self._folder.name}/profiles.toml",
            "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
            "PREFECT_SERVER_DATABASE_CONNECTION_URL": url.replace("postgresql://", "postgresql+asyncpg://"),
            "PREFECT_API_URL": self._api,
            "PREFECT_RUNNER_POLL_FREQUENCY": "1",
            "PREFECT_LOGGING_LEVEL": "ERROR",
        }
        self._children = [
            self._child("-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)),
        ]
        self._found("/health", within=90)
        self._children.append(self._child("-m", "bench.peers.served"))
        self._deployment = UUID(self._found("/deployments/name/fall-due/bench", within=60)["id"])

    def prepare(self) -> None:
        """The server made its tables when it started."""

    def start(self, client: int, ids: list[int], due: datetime) -> None:
        """The rows in one transaction, then a run each, side by side."""
        with psycopg.connect(self.url) as connection:
            connection.execute(work.START, {"client": client, "ids": ids, "due": due})
        asyncio.run(self._schedule(ids, due))

    def work(self) -> None:
        """It serves already."""

    def stop(self) -> None:
        """End serving and the server."""
        for child in reversed(self._children):
            child.terminate()
            try:
                child.wait(15)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
        self._folder.cleanup()

    async def _schedule(self, ids: list[int], due: datetime) -> None:
        async with PrefectClient(self._api) as client:
            await asyncio.gather(
                *(
                    client.create_flow_run_from_deployment(
                        self._deployment,
                        parameters={"provision": provision},
                        state=Scheduled(scheduled_time=due),
                        idempotency_key=str(provision),
                    )
                    for provision in ids
                )
            )

    def _child(self, *arguments: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(  # noqa: S603 - our own program and arguments
            [sys.executable, *arguments],
            cwd=PROJECT,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=sys.stderr.fileno(),
            stderr=sys.stderr.fileno(),
        )

    def _found(self, path: str, *, within: float) -> Any:
        """What the server answers on ``path``, once it does. Raises ``TimeoutError`` after ``within`` seconds."""
        until = time.monotonic() + within
        while time.monotonic() < until:
            try:
                answer = httpx.get(self._api + path, timeout=5)
            except httpx.TransportError:
                answer = None
            if answer is not None and answer.status_code == HTTPStatus.OK:
                return answer.json()
            time.sleep(0.5)
        self.stop()
        raise TimeoutError(f"{path}: no answer within {within:.0f} s")


if __name__ == "__main__":
    work.main(StockPrefect)
