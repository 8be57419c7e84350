"""Bytes of a provision in our tables, all tables and indexes included: taken in, and once its request was sent.

    python -m bench.waiting                        # 10,000 provisions, twelve a client

Taken in by the use cases; after VACUUM, so that nothing is counted that can be used again. What an engine needs while they
wait (threads, memory): ``bench.idle``.
"""

from typing import Any

from sqlalchemy import text

from bench import fill
from bench.figures import Aim, options, publish, significant
from bench.host import machine
from bench.product import Product, product, take_in_all, twelve
from bench.rig import Rig, rig

AIM = 1024  # bytes


def sizes(made: Rig, database: str) -> dict[str, int]:
    """Bytes of each table with its indexes and what lies beside it, after VACUUM."""
    ours = "relkind = 'r' AND relnamespace = 'public'::regnamespace"
    query = f"SELECT relname, pg_total_relation_size(oid) FROM pg_class WHERE {ours}".encode()  # noqa: S608 - our own words
    with made.superuser(database) as connection:
        connection.execute("VACUUM (FULL, ANALYZE)")
        return {str(name): int(str(size)) for name, size in connection.execute(query).fetchall()}


def measure(made: Rig, clients: int) -> tuple[dict[str, Any], list[Aim]]:
    """Bytes a provision, in all and by table, and the aim."""
    subject = product(made, "waiting")
    empty = sizes(made, "waiting")
    take_in_all(subject, twelve(subject, clients))
    number = subject.count("provision")
    found: dict[str, Any] = {
        "provisions": number,
        "waiting by themselves": subject.count("provision WHERE status = 'waiting'"),
    }
    found["taken in"] = _each(sizes(made, "waiting"), empty, number)
    fill.send_all(subject, made.settings)
    found["request sent"] = _each(sizes(made, "waiting"), empty, number)
    found["of which text of messages"] = _text(subject, number)
    return found, [
        Aim("bytes a provision, taken in", found["taken in"]["bytes"], AIM, at_least=False),
        Aim("bytes a provision, its request sent", found["request sent"]["bytes"], AIM, at_least=False),
    ]


def _each(now: dict[str, int], empty: dict[str, int], number: int) -> dict[str, float]:
    grown = {name: (size - empty.get(name, 0)) / number for name, size in now.items()}
    largest = sorted(grown.items(), key=lambda item: -item[1])
    return {"bytes": significant(sum(grown.values()))} | {name: round(size) for name, size in largest if round(size)}


def _text(subject: Product, number: int) -> dict[str, float]:
    query = "SELECT coalesce(sum(pg_column_size(body) + pg_column_size(subject)), 0) FROM message"
    with subject.database.connect() as connection:
        return {"bytes": significant(float(connection.execute(text(query)).scalar_one()) / number)}


def main() -> None:
    """Print JSON and a table."""
    parser = options(__doc__, rounds=1)
    parser.add_argument("--clients", type=int, default=834, help="of twelve provisions each")
    args = parser.parse_args()
    with rig() as made:
        on = machine(made.version())
        found, aims = measure(made, args.clients)
    publish("waiting", on=on, settings={"clients": args.clients}, found=found, aims=aims, folder=args.results)


if __name__ == "__main__":
    main()
