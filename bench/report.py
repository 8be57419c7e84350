"""The weekly report over many provisions and years: seconds, CPU and the most memory of ``provisions report``, PDF included.

    python -m bench.report                                # 100,000 provisions, five years
    python -m bench.report --provisions 20000 --weeks 52

Each week one client with six provisions was taken in, climbed and got outcomes by the use cases; the rest are copies.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from bench import fill, shell
from bench.figures import Aim, always, interleaved, options, publish
from bench.host import machine
from bench.product import Product
from bench.rig import BY, MovingClock, Rig, rig
from provisions.app import App
from provisions.database import migrate
from provisions.database.connect import engine_for
from provisions.store.audit import RECORDED_AT, allow_other_moments
from provisions.usecases.intake import IntakeRequest

NEEDS = ("id_document", "postal_address", "benefit_decision", "advance_payment", "wmo_indication", "day_activity")
AFTER_WEEKS = {1: ("id_document", "wmo_indication"), 2: ("postal_address", "advance_payment"), 4: ("benefit_decision",)}


def history(subject: Product, weeks: int) -> list[str]:
    """A client a week; after so many weeks an outcome each, and one need of every fourth stays open. The references."""
    monday = subject.clock()
    references: list[str] = []
    for week in range(weeks):
        subject.clock.now = monday + timedelta(weeks=week)
        subject.app.time.tick_all()
        for later, keys in AFTER_WEEKS.items():
            for key in keys if week >= later else ():
                subject.app.cases.record_outcome(references[week - later], key, "delivered", by=BY)
        if week >= 5 and week % 4:
            subject.app.cases.record_outcome(references[week - 5], "day_activity", "delivered", by=BY)
        references.append(f"TR-2026-{week:04}")
        places = list(subject.app.config.organisation.municipalities)
        request = IntakeRequest(references[-1], "voluntary", NEEDS, municipality=places[week % len(places)])
        subject.app.cases.intake(request, by=BY)
    return references


def measure(made: Rig, provisions: int, weeks: int, rounds: int) -> tuple[dict[str, Any], list[Aim]]:
    """Medians, and the aims."""
    migrate.upgrade(made.url("provisions", owner=True), "provisions")
    with migrate.changing(made.url("provisions", owner=True)) as owner:
        allow_other_moments(owner)
    database = engine_for(made.url("provisions"))
    now = datetime.now(UTC)
    clock = MovingClock(now - timedelta(weeks=weeks, days=now.weekday()))
    # Rungs and lines are dated as they would have been: what was climbed years ago is no work for this week's report.
    lived = database.execution_options(**{RECORDED_AT: clock})
    subject = Product(lived, App(lived, made.config, clock), clock, made.url("provisions", owner=True))
    subject.app.rules.follow()
    references = history(subject, weeks)
    fill.copy_cases(subject, references, max(0, -(-provisions // (weeks * len(NEEDS))) - 1))
    there = subject.count("provision")
    database.dispose()
    folder = made.settings.home / "figures"
    found: dict[str, Any] = {"provisions": there, "weeks": weeks}
    command = ("report", "--out", str(folder))
    found |= interleaved({"report": always(shell.run, made.settings.home, command)}, rounds)
    return found, [
        Aim("seconds", found["report"]["seconds"], 5, at_least=False),
        Aim("MB", found["report"]["mb"], 300, at_least=False),
    ]


def main() -> None:
    """Print JSON and a table."""
    parser = options(__doc__)
    parser.add_argument("--provisions", type=int, default=100_000)
    parser.add_argument("--weeks", type=int, default=260)
    args = parser.parse_args()
    with rig() as made:
        on = machine(made.version())
        found, aims = measure(made, args.provisions, args.weeks, args.rounds)
    settings = {"provisions": args.provisions, "weeks": args.weeks, "rounds": args.rounds}
    publish("report", on=on, settings=settings, found=found, aims=aims, folder=args.results)


if __name__ == "__main__":
    main()
