"""What stock Prefect serves: a flow whose run records a rung. Run as a module, it serves until it is stopped."""

import os

import psycopg
from prefect import flow

from bench.peers import work


@flow(name="fall-due", log_prints=False)
def fall_due(provision: int) -> None:
    """One scheduled run per deadline."""
    with psycopg.connect(os.environ["BENCH_URL"], autocommit=True) as connection:
        connection.execute(work.RUNG, {"id": provision})


if __name__ == "__main__":
    fall_due.serve(name="bench", limit=int(os.environ["BENCH_LIMIT"]), print_starting_message=False)
