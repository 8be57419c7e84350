"""What was asked of a second person and waits for it."""

from argparse import Namespace
from typing import Any

from provisions.access import MACHINE
from provisions.cli.database import app_on
from provisions.cli.output import as_json_list, say
from provisions.domain import dutch
from provisions.domain.approvals import WORDS
from provisions.domain.brought_in import OTHER, BroughtIn, Standing
from provisions.domain.calendar import day_of
from provisions.settings import Settings


def approvals(args: Namespace, settings: Settings) -> None:
    """What is asked and not decided, oldest first."""
    with app_on(settings) as app:
        waiting = app.cases.waiting(by=MACHINE)
        for_the_group = [one for one in reversed(app.bringing.every(MACHINE)) if one.state is Standing.ASKED]
        rules = app.config.catalogue.provisions
    if args.json:
        of_cases = [
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
        ]
        as_json_list([*of_cases, *map(_for_programs, for_the_group)])
        return
    if not waiting and not for_the_group:
        say("Er wordt nu niets gevraagd.")
    for one in waiting:
        about = f" ({rules[one.key.key].name})" if one.key and one.key.key in rules else ""
        say(
            f"A-{one.number}  {one.reference}{about}: {WORDS[one.act]}; gevraagd door {one.by} op "
            f"{dutch.dutch_date(day_of(one.at))}"
        )
    for brought in for_the_group:
        say(
            f"S-{brought.number}  {brought.municipality}: inbrengen bij de stuurgroep, over {brought.about} ({brought.cause}); "
            f"gevraagd door {brought.asked_by} op {dutch.dutch_date(brought.asked_on)}"
        )


def _for_programs(one: BroughtIn) -> dict[str, Any]:
    """What is to be brought before the steering group is asked about no case."""
    return {
        "number": f"S-{one.number}",
        "reference": None,
        "municipality": one.municipality,
        "key": None if one.about == OTHER else one.about,
        "what": "bring_in",
        "asked_by": one.asked_by,
        "asked": one.asked_on.isoformat(),
        "data": {"cause": one.cause, "cases": one.shown_cases, "owner": one.owner, "due": one.due.isoformat()},
    }
