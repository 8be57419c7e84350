"""Provisions taken in a second: one client with twelve a transaction.

    python -m bench.intake
    python -m bench.intake --clients 500 --rounds 5

The peers start the twelve of a client in one transaction (APScheduler's jobs have one each); beside it, one by one.
The floor writes a row, an audit line and a request for each, 500 in one transaction (and, beside it, 12).
"""

from collections.abc import Mapping
from functools import partial
from typing import Any

from bench.figures import Aim, always, interleaved, options, publish, ratio
from bench.floor import Floor
from bench.host import machine
from bench.peers.contest import add_options, invited, of_best_peer
from bench.product import intake, product
from bench.rig import Rig, rig

CORE = "floor: Core, 500 a transaction"


def measure(made: Rig, clients: int, rounds: int, names: list[str]) -> tuple[dict[str, Any], list[Aim]]:
    """The contestants' medians, and the aims."""
    peers, floor = invited(made, names), Floor(made)
    number = clients * 12
    contestants = {
        "product": lambda turn: intake(product(made, f"intake_{turn}"), clients),
        CORE: always(floor.core_starts, number),
        "floor: Core, 12 a transaction": always(floor.core_starts, number, 12),
        "floor: psycopg, 500 a transaction": always(floor.bare_starts, number),
        **{name: always(peer.start, clients) for name, peer in peers.items()},
        **{f"{name}, one by one": always(partial(peer.start, each=1), clients) for name, peer in peers.items()},
    }
    found: dict[str, Mapping[str, Any]] = dict(interleaved(contestants, rounds))
    floor.dispose()
    speed = found["product"]["per_second"]
    return dict(found), [
        Aim("provisions taken in a second", speed, 3000),
        Aim("× the best peer", of_best_peer(found, peers), 3),
        Aim("of the batched Core floor", ratio(speed, found[CORE]["per_second"]), 0.15),
    ]


def main() -> None:
    """Print JSON and a table."""
    parser = options(__doc__)
    parser.add_argument("--clients", type=int, default=150)
    add_options(parser)
    args = parser.parse_args()
    with rig() as made:
        on = machine(made.version())
        found, aims = measure(made, args.clients, args.rounds, args.peers)
    settings = {"clients": args.clients, "rounds": args.rounds}
    publish("intake", on=on, settings=settings, found=found, aims=aims, folder=args.results)


if __name__ == "__main__":
    main()
