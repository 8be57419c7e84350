"""``zaken``: what is open in the case systems, which zaak a counter made, and trying once more."""

from argparse import Namespace

from provisions.catalogue import load
from provisions.cli.arguments.dutch_parser import refuse_besides
from provisions.cli.database import reaching_the_database
from provisions.cli.output import as_json, as_json_list, progress, say
from provisions.database.direct import looking
from provisions.domain import dutch
from provisions.domain.errors import InvalidInput
from provisions.domain.zaken import Signal, ZaakState
from provisions.settings import Settings
from provisions.views.zaken import ZaakView, silent
from provisions.views.zaken import zaken as listed

_SIGNALS = tuple(signal for signal in Signal if signal is not Signal.GIVEN_UP)


def zaken(args: Namespace, settings: Settings) -> None:
    """A line for each zaak; or follow one that a counter made."""
    if args.action is not None:
        (_follow if args.action == "follow" else _retry)(args, settings)
        return
    refuse_besides(args, ("open", "contradicting", "given_up"), "Een overzicht gaat over alle zaken")
    config = load(settings.config)
    states = [state for state, asked in ((ZaakState.OPEN, args.open), (ZaakState.GIVEN_UP, args.given_up)) if asked]
    with reaching_the_database(), looking(settings, progress) as reader:
        found = listed(reader, states=states, signals=_SIGNALS if args.contradicting else ())
        away = [] if args.json else silent(reader, config.zaken)
    if args.json:
        as_json_list(one.in_list() for one in found)
        return
    for line in away:
        say(line)
    if not found:
        say("Er zijn geen zaken.")
    for one in found:
        say(_line(one))


def _line(one: ZaakView) -> str:
    attention = f"; let op: {one.told}" if one.told else ""
    return f"{one.number}  {one.reference} {one.key}: {one.stands}{attention}"


def _retry(args: Namespace, settings: Settings) -> None:
    from provisions.cli.database import app_on  # only what is recorded needs it

    refuse_besides(args, ("action", "by"), "Opnieuw proberen gaat over alle zaken die niet geopend konden worden")
    if not args.by:
        raise InvalidInput("Er ontbreekt iets: --by.", "Uitleg: provisions zaken --help")
    with app_on(settings) as app:
        count = app.resending.open_zaken_again(by=args.by)
    if args.json:
        as_json({"again": count})
        return
    say(f"{dutch.counted(count, 'zaak wordt', 'zaken worden')} opnieuw geprobeerd.")


def _follow(args: Namespace, settings: Settings) -> None:
    from provisions.cli.database import app_on  # only what is recorded needs it
    from provisions.cli.looking import show_case

    refuse_besides(args, ("action", "reference", "key", "number", "by"), "Een zaak volgen gaat over een voorziening")
    named = {"REF": args.reference, "KEY": args.key, "ZAAKNUMMER": args.number, "--by": args.by}
    if missing := [name for name, value in named.items() if not value]:
        raise InvalidInput(f"Er ontbreekt iets: {', '.join(missing)}.", "Uitleg: provisions zaken --help")
    with app_on(settings) as app:
        app.cases.follow_zaak(args.reference, args.key, args.number, by=args.by)
        if not args.json:
            say("Vastgelegd. Zo staat het er nu voor:")
        show_case(app.views, args.reference, args.json)
