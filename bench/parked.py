"""Thousands of parked runs in Prefect's own database: copies of runs that the engine parked.

To park ten thousand one by one takes a quarter of an hour. A copy has the rows of a parked run that its services look at:
the run, its states and its form; not its steps, its events and its artifact. Its provision is the copy's own.
"""

from collections.abc import Mapping

import psycopg
from sqlalchemy import text

from bench.product import Product
from bench.rig import Rig

Connection = psycopg.Connection[tuple[object, ...]]


def copy_runs(made: Rig, subject: Product) -> int:
    """Give every provision that shares its run with another (because it is a copy) a parked run of its own; how many."""
    query = """
        UPDATE provision SET flow_run = gen_random_uuid()
        FROM (SELECT flow_run, min(id) AS id FROM provision GROUP BY flow_run HAVING count(*) > 1) AS original
        WHERE original.flow_run = provision.flow_run AND original.id < provision.id
        RETURNING provision.flow_run, provision.id, original.flow_run
    """
    with subject.database.begin() as connection:
        wanted = [tuple(row) for row in connection.execute(text(query))]
    with made.superuser("prefect") as prefect:
        columns = "run uuid, provision bigint, original uuid, state uuid DEFAULT gen_random_uuid()"
        prefect.execute(f"CREATE TEMP TABLE wanted ({columns})".encode())
        with prefect.cursor().copy("COPY wanted (run, provision, original) FROM STDIN") as copy:
            for row in wanted:
                copy.write_row(row)
        prefect.execute("ANALYZE wanted")
        _copy_all(prefect)
        prefect.execute("VACUUM ANALYZE")
    return len(wanted)


def _copy_all(prefect: Connection) -> None:
    of_run = "JOIN wanted ON wanted.original = source"
    run = {
        "id": "wanted.run",
        "state_id": "NULL",
        "parameters": "jsonb_build_object('provision', wanted.provision)",
        "idempotency_key": "'voorziening-' || wanted.provision || '-na-niets'",
    }
    _insert(prefect, "flow_run", run, f"flow_run AS source {of_run}.id")
    states = f"flow_run_state AS source {of_run}.flow_run_id JOIN flow_run AS o ON o.id = wanted.original"
    last = "CASE WHEN source.id = o.state_id THEN wanted.state ELSE gen_random_uuid() END"
    _insert(prefect, "flow_run_state", {"id": last, "flow_run_id": "wanted.run"}, states)
    prefect.execute("UPDATE flow_run SET state_id = wanted.state FROM wanted WHERE flow_run.id = wanted.run")
    inputs = {"id": "gen_random_uuid()", "flow_run_id": "wanted.run"}
    _insert(prefect, "flow_run_input", inputs, f"flow_run_input AS source {of_run}.flow_run_id")


def _insert(prefect: Connection, table: str, other: Mapping[str, str], source: str) -> None:
    query = "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND is_generated = 'NEVER'"
    columns = [str(name) for (name,) in prefect.execute(query, [table]).fetchall()]
    names = ", ".join(f'"{name}"' for name in columns)
    values = ", ".join(other.get(name, f'source."{name}"') for name in columns)
    statement = f"INSERT INTO {table} ({names}) SELECT {values} FROM {source}"  # noqa: S608 - names of Prefect's columns
    prefect.execute(statement.encode())
