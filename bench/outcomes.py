"""Outcomes recorded a second, each of which unblocks two dependents and asks their counters: one a transaction, and many.

python -m bench.outcomes
"""

from typing import Any

from bench.figures import Aim, always, interleaved, options, publish
from bench.floor import Floor
from bench.host import machine
from bench.product import outcomes, product
from bench.rig import Rig, rig


def measure(made: Rig, clients: int, rounds: int) -> tuple[dict[str, Any], list[Aim]]:
    """The medians, and the aim. The floor writes three rows for each outcome in a transaction of their own."""
    floor = Floor(made)
    found = interleaved(
        {
            "product": lambda turn: outcomes(product(made, f"outcomes_{turn}"), clients),
            "product, 100 a transaction": lambda turn: outcomes(product(made, f"outcomes_many_{turn}"), clients, 100),
            "floor: Core, 1 a transaction": always(floor.core_rungs, clients, 1),
            "floor: psycopg, 1 a transaction": always(floor.bare_rungs, clients, 1),
        },
        rounds,
    )
    floor.dispose()
    return dict(found), [
        Aim("outcomes recorded a second", found["product"]["per_second"], 1000),
        Aim("the same, 100 a transaction", found["product, 100 a transaction"]["per_second"], 1000),
    ]


def main() -> None:
    """Print JSON and a table."""
    parser = options(__doc__)
    parser.add_argument("--clients", type=int, default=300)
    args = parser.parse_args()
    with rig() as made:
        on = machine(made.version())
        found, aims = measure(made, args.clients, args.rounds)
    settings = {"clients": args.clients, "rounds": args.rounds}
    publish("outcomes", on=on, settings=settings, found=found, aims=aims, folder=args.results)


if __name__ == "__main__":
    main()
