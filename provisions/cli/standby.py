"""``provisions standby``: how the calls to the stand-by went, and taking one up."""

from argparse import Namespace
from typing import TYPE_CHECKING

from provisions import inputs
from provisions.access import Actor
from provisions.catalogue import Config
from provisions.cli.database import app_on
from provisions.cli.output import as_json_list, say
from provisions.domain import dutch
from provisions.domain.calendar import AMSTERDAM
from provisions.domain.errors import InvalidInput
from provisions.domain.lifecycle import SYSTEM
from provisions.settings import Settings

if TYPE_CHECKING:
    from provisions.usecases.standby import Standing


def standby(args: Namespace, settings: Settings) -> None:
    """Show the last call of each municipality, or take one up."""
    if args.acknowledge and (args.municipality is None or args.by is None):
        raise InvalidInput("Zeg welke gemeente en wie: provisions standby GEMEENTE --acknowledge --by CODE.")
    with app_on(settings) as app:
        towns = app.config.organisation.municipalities
        names = {key: town.name for key, town in towns.items()}
        place = None if args.municipality is None else inputs.known(args.municipality, towns, "gemeente", names)
        if args.acknowledge:
            found = [app.standby.acknowledge(args.municipality, by=args.by)]
        else:
            every = app.standby.standing(Actor.typed(SYSTEM))
            found = [one for one in every if place in (None, one.municipality)]
        config = app.config
    if args.json:
        as_json_list(one.as_json() for one in found)
        return
    if not found:
        say("De bereikbaarheidsdienst is nog niet gebeld.")
    for one in found:
        say(_line(one, config))


def _line(one: "Standing", config: Config) -> str:
    name = config.organisation.municipalities[one.municipality].name
    called = dutch.counted(one.called, "keer gebeld", "keer gebeld")
    if one.acknowledged_by:
        return f"{name}: opgepakt door {one.acknowledged_by}, {called}."
    if one.waits and one.next_at is not None:
        fault = f"; de gateway deed het niet: {one.error}" if one.error else ""
        following = f"de volgende om {one.next_at.astimezone(AMSTERDAM):%H.%M} uur"
        return f"{name}: wacht tot iemand het oppakt, {called}, {following}{fault}."
    if one.unreached:
        return f"{name}: niemand pakte het op, {called}. Bel zelf."
    return f"{name}: het was niet meer nodig."
