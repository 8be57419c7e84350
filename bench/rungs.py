"""Rungs recorded (state, audit, message) when many provisions fall due in one instant.

    python -m bench.rungs                                   # 2,100
    python -m bench.rungs --due 10000                       # as the aim has it
    python -m bench.rungs --due 10000 --waiting 1000000     # with a million others waiting: ten minutes to fill
    python -m bench.rungs --beside 2                        # each provision in a case with two others

The engine's own clock meets the instant in real time; so do the peers. A second counts from the instant until the last was
recorded. What the engine decides ahead, a day before, is done before the instant and shown beside it, so are the jobs of
the peers. The floor changes a row and adds an audit line and a message for each, 500 in one transaction, and waits for nothing.
"Exactly once" after ``kill -9`` in such a burst: ``make faults``.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from bench import fill
from bench.figures import Aim, always, interleaved, options, publish, ratio
from bench.floor import Floor
from bench.host import machine
from bench.peers.contest import add_options, invited, of_best_peer
from bench.product import WITHIN, Product, climb_in_real_time, due_at_once, foresee, product
from bench.rig import Rig, rig

CORE = "floor: Core, 500 a transaction"
LATE = {2_100: 0.25, 10_000: 1.0}  # seconds: the 99th percentile that is asked
BESIDE = ("special_assistance", "day_activity")  # neither is due by then
SLOWER = 1.2


def burst(made: Rig, name: str, due: int, beside: int, within: float) -> dict[str, float]:
    """One burst on a fresh database."""
    subject = product(made, name)
    moment = due_at_once(subject, due, BESIDE[:beside])
    ahead = foresee(subject, moment, due)
    return climb_in_real_time(subject, moment, due, within) | ahead


def measure(
    made: Rig, due: int, rounds: int, names: list[str], beside: int = 0, *, within: float = WITHIN
) -> tuple[dict[str, Any], list[Aim]]:
    """The contestants' medians, and the aims."""
    peers, floor = invited(made, names), Floor(made)
    contestants = {
        "product": lambda turn: burst(made, f"rungs_{turn}", due, beside, within),
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


class Crowd:
    """A database that bursts go through one after the other, each eight days after the one before; others may wait in it."""

    def __init__(self, made: Rig, name: str, others: int) -> None:
        self._subject: Product = product(made, name)
        self._first = 1
        if others:
            fill.waiting(self._subject, made.settings, others)

    def burst(self, due: int, within: float) -> dict[str, float]:
        """``due`` clients more, who fall due at once."""
        first, self._first = self._first, self._first + due
        moment = due_at_once(self._subject, due, first=first)
        ahead = foresee(self._subject, moment, due)
        answer = climb_in_real_time(self._subject, moment, due, within) | ahead
        # Not seven: what these climb next must not fall due in the same instant as the next burst.
        self._subject.clock.now = moment + timedelta(days=5, hours=10)
        return answer


def among_others(
    made: Rig, due: int, rounds: int, others: int, *, within: float = WITHIN
) -> tuple[dict[str, Any], list[Aim]]:
    """With and without ``others`` waiting, in the same rounds."""
    alone, crowded = Crowd(made, "rungs_alone", 0), Crowd(made, "rungs_crowded", others)
    found = interleaved(
        {"alone": always(alone.burst, due, within), "among others": always(crowded.burst, due, within)}, rounds
    )
    slower = ratio(found["alone"]["per_second"], found["among others"]["per_second"])
    return dict(found), [Aim("× slower among others", slower, SLOWER, at_least=False)]


def main() -> None:
    """Print JSON and a table."""
    parser = options(__doc__)
    parser.add_argument("--due", type=int, default=2_100)
    parser.add_argument("--beside", type=int, default=0, choices=range(3), help="other provisions in each case")
    parser.add_argument("--waiting", type=int, default=0, help="so many others wait; compared with none, without peers")
    add_options(parser)
    args = parser.parse_args()
    with rig() as made:
        on = machine(made.version())
        if args.waiting:
            found, aims = among_others(made, args.due, args.rounds, args.waiting)
        else:
            found, aims = measure(made, args.due, args.rounds, args.peers, args.beside)
    settings = {"due": args.due, "beside": args.beside, "waiting": args.waiting, "rounds": args.rounds}
    name = "rungs-waiting" if args.waiting else f"rungs-{args.due}"
    publish(name, on=on, settings=settings, found=found, aims=aims, folder=args.results)


if __name__ == "__main__":
    main()
