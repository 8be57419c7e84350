"""procrastinate: one job a provision with ``schedule_at``, deferred in bulk in the transaction of the rows, as its guide shows.

The worker polls every 50 ms (NOTIFY does not tell of a job whose moment has come), runs asynchronous tasks side by side, and
marks a job done after its transaction: a crash in between runs it again, which the statement of the work makes harmless.
"""

import asyncio
import threading
from datetime import datetime

import procrastinate
import psycopg
from psycopg_pool import AsyncConnectionPool

from bench.peers import work

CONCURRENT = 10  # 3 and 30 were no faster
_handlers: AsyncConnectionPool | None = None


def _app(url: str) -> procrastinate.App:
    app = procrastinate.App(
        connector=procrastinate.PsycopgConnector(conninfo=url, min_size=CONCURRENT, max_size=CONCURRENT)
    )

    @app.task(name="climb", queue="rungs")
    async def climb(provision: int) -> None:
        assert _handlers is not None  # noqa: S101 - opened before the worker runs
        async with _handlers.connection() as connection:
            await connection.execute(work.RUNG, {"id": provision})

    return app


class Procrastinate(work.Peer):
    """The worker runs in a thread with an event loop of its own."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self._connection = psycopg.connect(url)
        self._deferring = _app(url).with_connector(procrastinate.SyncPsycopgConnector(conninfo=url))
        self._deferring.open()
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._worker: asyncio.Task[None] | None = None

    def prepare(self) -> None:
        """Its own tables."""
        self._deferring.schema_manager.apply_schema()

    def start(self, client: int, ids: list[int], due: datetime) -> None:
        """Rows and jobs in one transaction."""
        self._connection.execute(work.START, {"client": client, "ids": ids, "due": due})
        task = self._deferring.configure_task("climb", queue="rungs", schedule_at=due, connection=self._connection)
        task.batch_defer(*({"provision": provision} for provision in ids))
        self._connection.commit()

    def work(self) -> None:
        """Start the worker."""
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop the worker and close the connections."""
        if self._loop and self._worker and self._thread:
            self._loop.call_soon_threadsafe(self._worker.cancel)
            self._thread.join(20)
        self._deferring.close()
        self._connection.close()

    async def _run(self) -> None:
        global _handlers
        self._loop, self._worker = asyncio.get_running_loop(), asyncio.current_task()
        settings = {"autocommit": True}
        async with (
            AsyncConnectionPool(self.url, min_size=CONCURRENT, max_size=CONCURRENT, kwargs=settings) as _handlers,
            _app(self.url).open_async() as app,
        ):
            try:
                await app.run_worker_async(
                    queues=["rungs"],
                    concurrency=CONCURRENT,
                    fetch_job_polling_interval=0.05,
                    install_signal_handlers=False,
                )
            except asyncio.CancelledError:
                return


if __name__ == "__main__":
    work.main(Procrastinate)
