"""What was asked of a second person and waits for it."""

from argparse import Namespace

from provisions.access import MACHINE
from provisions.cli.database import app_on
from provisions.cli.output import as_json_list, say
from provisions.domain import dutch
from provisions.domain.approvals import WORDS
from provisions.domain.calendar import day_of
from provisions.settings import Settings


def approvals(args: Namespace, settings: Settings) -> None:
    """What is asked and not decided, oldest first."""
    with app_on(settings) as app:
        waiting = app.cases.waiting(by=MACHINE)
        rules = app.config.catalogue.provisions
    if args.json:
        as_json_list(
            {
                "number": f"A-{one.number}",
                "reference": one.reference,
                "municipality": one.municipality,
                "key": str(one.key) if one.key else None,
                "what": one.act.value,
                "asked_by": one.by,
                "asked": day_of(one.at).isoformat(),
                "data": dict(one.data),
            }
            for one in waiting
        )
        return
    if not waiting:
        say("Er wordt nu niets gevraagd.")
    for one in waiting:
        about = f" ({rules[one.key.key].name})" if one.key and one.key.key in rules else ""
        say(
            f"A-{one.number}  {one.reference}{about}: {WORDS[one.act]}; gevraagd door {one.by} op "
            f"{dutch.dutch_date(day_of(one.at))}"
        )
