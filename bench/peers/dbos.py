"""DBOS Transact: a workflow a provision on a delayed queue, enqueued in the transaction of the rows, as its guide shows.

The queue is polled every 50 ms and has no limits but the number of threads. The rows of a rung are a step; a crash between
them and the checkpoint runs the step again, which the statement of the work makes harmless.
"""

import time
from datetime import UTC, datetime

from dbos import DBOS, DBOSClient, DBOSConfig
from sqlalchemy import Engine, create_engine, text

from bench.peers import work

THREADS = 20  # 4 and 50 were no faster
QUEUE = "rungs"
START, RUNG = text(work.as_sqlalchemy(work.START)), text(work.as_sqlalchemy(work.RUNG))
_engine: Engine | None = None


@DBOS.step()
def climb(provision: int) -> None:
    """The rows of a rung."""
    assert _engine is not None  # noqa: S101 - made before anything runs
    with _engine.begin() as connection:
        connection.execute(RUNG, {"id": provision})


@DBOS.workflow(name="fall_due")
def fall_due(provision: int) -> None:
    """What happens at the deadline."""
    climb(provision)


class Dbos(work.Peer):
    """The client starts; the runtime is launched when there is work to do."""

    def __init__(self, url: str) -> None:
        global _engine
        super().__init__(url)
        self._alchemy = url.replace("postgresql://", "postgresql+psycopg://")
        _engine = self._engine = create_engine(self._alchemy, pool_size=THREADS)
        self._launched = False
        self._client: DBOSClient | None = None

    def prepare(self) -> None:
        """Its own tables, and the queue."""
        self._launch()
        DBOS.register_queue(QUEUE, polling_interval_sec=0.05)

    def start(self, client: int, ids: list[int], due: datetime) -> None:
        """Rows and workflows in one transaction."""
        if self._client is None:
            self._client = DBOSClient(system_database_url=self._alchemy)
        with self._engine.begin() as connection:
            connection.execute(START, {"client": client, "ids": ids, "due": due})
            for provision in ids:
                self._client.enqueue_in_transaction(
                    connection,
                    {
                        "workflow_name": "fall_due",
                        "queue_name": QUEUE,
                        "workflow_id": f"provision-{provision}",
                        "delay_seconds": due.timestamp() - time.time(),
                        "app_version": "bench",
                    },
                    provision,
                )

    def work(self) -> None:
        """Launch."""
        self._launch()

    def stop(self) -> None:
        """End everything."""
        if self._client is not None:
            self._client.destroy()
        if self._launched:
            DBOS.destroy()
        self._engine.dispose()

    def _launch(self) -> None:
        config: DBOSConfig = {
            "name": "bench",
            "system_database_url": self._alchemy,
            "sys_db_pool_size": THREADS,
            "max_executor_threads": THREADS,
            "application_version": "bench",
            "executor_id": f"bench-{datetime.now(UTC):%H%M%S}",
            "console_log_level": "ERROR",
            "log_level": "ERROR",
        }
        DBOS(config=config)
        DBOS.launch()
        self._launched = True


if __name__ == "__main__":
    work.main(Dbos)
