"""How long ``provisions show`` and ``overdue`` take from the shell, on a running database.

python -m bench.commands                     # 1,000 open provisions, all late
python -m bench.commands --open 100000       # the same 1,000 late, and others that wait
python -m bench.commands --late 250          # so many clients of four are late
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from bench import fill, shell
from bench.figures import Aim, always, interleaved, options, publish
from bench.host import machine
from bench.product import Product
from bench.rig import BY, INDEPENDENT, MovingClock, Rig, requests, rig
from provisions.app import App
from provisions.database import migrate
from provisions.database.connect import engine_for

COMMANDS = (("show", "TR-2026-0001", "--json"), ("overdue", "--json"), ("show", "TR-2026-0001"), ("overdue",))
AIM = 0.5  # seconds


def measure(made: Rig, late: int, others: int, rounds: int) -> tuple[dict[str, Any], list[Aim]]:
    """Medians of each command, and the aim."""
    migrate.upgrade(made.url("provisions", owner=True), "provisions")
    database = engine_for(made.url("provisions"))
    clock = MovingClock(datetime.now(UTC) - timedelta(days=60))
    subject = Product(database, App(database, made.config, clock), clock, made.url("provisions", owner=True))
    subject.app.rules.follow()
    for request in requests(late, INDEPENDENT):
        subject.app.cases.intake(request, by=BY)
    App(database, made.config).time.tick_all()
    if others > late * len(INDEPENDENT):
        fill.waiting(subject, made.settings, others - late * len(INDEPENDENT))
    subject.analyze()
    there = subject.count("provision")
    database.dispose()
    found: dict[str, Any] = {"open provisions": there}
    found |= interleaved(
        {" ".join(command): always(shell.run, made.settings.home, command) for command in COMMANDS}, rounds
    )
    aims = [Aim(f"{name}, seconds", found[name]["seconds"], AIM, at_least=False) for name in map(" ".join, COMMANDS)]
    return found, aims


def main() -> None:
    """Print JSON and a table."""
    parser = options(__doc__, rounds=5)
    parser.add_argument("--late", type=int, default=250, help="clients of four provisions, all late")
    parser.add_argument("--open", type=int, default=0, help="open provisions in all")
    args = parser.parse_args()
    with rig() as made:
        on = machine(made.version())
        found, aims = measure(made, args.late, args.open, args.rounds)
    settings = {"late_clients": args.late, "open": args.open, "rounds": args.rounds}
    name = f"commands-{args.open}" if args.open else "commands"
    publish(name, on=on, settings=settings, found=found, aims=aims, folder=args.results)


if __name__ == "__main__":
    main()
