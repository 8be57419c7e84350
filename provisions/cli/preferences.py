"""How somebody wants messages, from the shell."""

from argparse import Namespace

from provisions import inputs
from provisions.access import Actor
from provisions.cli.database import app_on
from provisions.cli.output import as_json, say
from provisions.domain.dutch import capitalised
from provisions.settings import Settings


def preferences(args: Namespace, settings: Settings) -> None:
    """Show what somebody chose, or choose."""
    from provisions.usecases.preferences import WORDS  # with the database, which a look at the help does without

    whose = Actor.typed(inputs.code(args.code, "de code van de medewerker"))
    with app_on(settings) as app:
        chosen = app.preferences.of(whose)
        if args.messages is not None or args.quiet is not None:
            quiet = chosen.quiet if args.quiet is None else args.quiet == "yes"
            chosen = app.preferences.choose(whose, args.messages or chosen.pace.value, quiet=quiet)
        counts = app.preferences.count_for(whose)
    if args.json:
        as_json({"code": args.code, "messages": chosen.pace.value, "quiet": chosen.quiet, "own_address": counts})
        return
    say(f"{args.code}: {WORDS[chosen.pace]}.")
    say(capitalised("tussen 19.00 en 7.00 uur komt er niets." if chosen.quiet else "ook 's avonds en 's nachts."))
    if not counts:
        say(
            "Let op: deze medewerker heeft geen eigen adres in organisation.toml (directors, of code bij team_leads), dus dit "
            "verandert nog niets."
        )
