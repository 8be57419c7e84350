"""APScheduler 3: one job a provision with a date trigger, in a SQLAlchemyJobStore on PostgreSQL, as its user guide shows.

Its job store takes no connection of ours, so a job is a transaction of its own after that of the rows: a crash in
between loses the deadline. A job whose moment passed is still run, however late (``misfire_grace_time=None``).
"""

from datetime import datetime
from functools import cache

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from psycopg_pool import ConnectionPool

from bench.peers import work

WORKERS = 10  # its own default


@cache
def pool(url: str) -> ConnectionPool:
    """The connections of the handlers."""
    return ConnectionPool(url, min_size=WORKERS, max_size=WORKERS, kwargs={"autocommit": True}, open=True)


def climb(url: str, provision: int) -> None:
    """The handler."""
    with pool(url).connection() as connection:
        connection.execute(work.RUNG, {"id": provision})


class APScheduler(work.Peer):
    """A background scheduler in this process, which runs from the first start on, paused until there is work."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        alchemy = url.replace("postgresql://", "postgresql+psycopg://")
        self._scheduler = BackgroundScheduler(
            jobstores={"default": SQLAlchemyJobStore(url=alchemy, engine_options={"pool_size": WORKERS})},
            executors={"default": ThreadPoolExecutor(WORKERS)},
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
            timezone="UTC",
        )
        self._scheduler.start(paused=True)

    def prepare(self) -> None:
        """The job store made its table when the scheduler started."""

    def start(self, client: int, ids: list[int], due: datetime) -> None:
        """The rows in one transaction, then a job each."""
        with pool(self.url).connection() as connection:
            connection.execute(work.START, {"client": client, "ids": ids, "due": due})
        for provision in ids:
            self._scheduler.add_job(
                "bench.peers.apscheduler:climb", "date", run_date=due, args=[self.url, provision], id=str(provision)
            )

    def work(self) -> None:
        """From now on, jobs are run."""
        self._scheduler.resume()

    def stop(self) -> None:
        """End the scheduler and the pool of the module that the scheduler imported."""
        from bench.peers import apscheduler as imported

        self._scheduler.shutdown()
        for made in (pool, imported.pool):
            made(self.url).close()


if __name__ == "__main__":
    work.main(APScheduler)
