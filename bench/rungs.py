"""Rungs recorded (state, audit, message) when many provisions fall due in one instant.

    python -m bench.rungs                                   # 2,100
    python -m bench.rungs --due 10000                       # as issue 5 has it
    python -m bench.rungs --due 10000 --waiting 1000000     # with a million others waiting: ten minutes to fill
    python -m bench.rungs --beside 3                        # each provision in a case with three others

The engine's own clock meets the instant in real time; so do the peers. A second counts from the instant until the last was
recorded. The floor changes a row and adds an audit line and a message for each, 500 in one transaction, and waits for nothing.
"Exactly once" after ``kill -9`` in such a burst: ``make faults``.
"""

from collections.abc import Mapping
from typing import Any

from bench.figures import Aim, always, interleaved, options, publish, ratio
from bench.floor import Floor
from bench.host import machine
from bench.peers.contest import add_options, invited, of_best_peer
from bench.product import climb_in_real_time, due_at_once, product
from bench.rig import INDEPENDENT, Rig, rig

CORE = "floor: Core, 500 a transaction"
LATE = {2_100: 0.25, 10_000: 1.0}  # seconds: the 99th percentile that issue 5 asks
BESIDE = [key for key in INDEPENDENT if key != "wmo_indication"]


def burst(made: Rig, name: str, due: int, beside: int = 0) -> dict[str, float]:
    """One burst on a fresh database."""
    subject = product(made, name)
    moment = due_at_once(subject, due, BESIDE[:beside])
    return climb_in_real_time(subject, moment, due)


def measure(made: Rig, due: int, rounds: int, names: list[str], beside: int = 0) -> tuple[dict[str, Any], list[Aim]]:
    """The contestants' medians, and the aims of issue 5."""
    peers, floor = invited(made, names), Floor(made)
    contestants = {
        "product": lambda turn: burst(made, f"rungs_{turn}", due, beside),
        CORE: always(floor.core_rungs, due),
        "floor: psycopg, 500 a transaction": always(floor.bare_rungs, due),
        **{name: always(peer.due, due) for name, peer in peers.items()},
    }
    found: dict[str, Mapping[str, Any]] = dict(interleaved(contestants, rounds))
    floor.dispose()
    speed = found["product"]["per_second"]
    return dict(found), [
        Aim("rungs recorded a second", speed, 15_000),
        Aim("× the best peer", of_best_peer(found, peers), 6),
        Aim("of the batched Core floor", ratio(speed, found[CORE]["per_second"]), 0.5),
        Aim("99th percentile, seconds late", found["product"]["late_p99"], LATE.get(due, 1.0), at_least=False),
    ]


def main() -> None:
    """Print JSON and a table."""
    parser = options(__doc__)
    parser.add_argument("--due", type=int, default=2_100)
    parser.add_argument("--beside", type=int, default=0, choices=range(4), help="other provisions in each case")
    add_options(parser)
    args = parser.parse_args()
    with rig() as made:
        on = machine(made.version())
        found, aims = measure(made, args.due, args.rounds, args.peers, args.beside)
    settings = {"due": args.due, "beside": args.beside, "rounds": args.rounds}
    publish("rungs", on=on, settings=settings, found=found, aims=aims, folder=args.results)


if __name__ == "__main__":
    main()
