"""The numbers of our advisory locks, each once: whoever takes one anew sees which are taken.

A lock is PostgreSQL's, of one database, and gone with its connection.
"""

from typing import Any

import psycopg

MIGRATION = 7_305_140_221
"""Two processes that migrate at the same time wait for each other."""

REPORT = 7_305_140_222
"""Two that send the weekly report at the same time wait for each other."""

ENGINES = 7_310_204
"""Each engine holds it, shared, for as long as it works on the database: nobody changes the schema meanwhile."""

PLANS = 7_310_205
"""One engine at a time shows plans in Prefect."""

MIRROR = 731_021
"""The first half of the lock with a provision, folded, which is the second half: one engine at a time makes or wakes its run."""

INSTALLATION = 7_310_207
"""One engine at a time settles whose database and Prefect these are."""

PREFECT_STARTS = 7_310_206
"""In Prefect's database: one server at a time starts, because each brings the schema up to date."""

ENGINE = 731_020
"""The first half of the lock with an engine's own number, which is the second half: the others see that it lives."""


def try_hold(connection: psycopg.Connection[Any], lock: int) -> bool:
    """Whether this connection holds ``lock`` from now on: nobody else did."""
    row = connection.execute("SELECT pg_try_advisory_lock(%s)", [lock]).fetchone()
    return bool(row and row[0])
