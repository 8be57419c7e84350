"""What is brought before the steering group, from the shell."""

from argparse import Namespace
from typing import Any

from provisions.access import Actor
from provisions.cli.arguments.dutch_parser import refuse_besides
from provisions.cli.database import app_on
from provisions.cli.output import as_json, as_json_list, say
from provisions.domain import dutch
from provisions.domain.brought_in import IN_DUTCH, BroughtIn
from provisions.domain.errors import InvalidInput
from provisions.settings import Settings

_NEEDED = ("municipality", "about", "cause", "cases", "decision", "owner", "due", "by")


def bring_in(args: Namespace, settings: Settings) -> None:
    """Ask that something is brought in; without options what was."""
    if not any(getattr(args, name) for name in _NEEDED):
        refuse_besides(args, (), "Zonder opties laat bring-in zien wat er is ingebracht")
        with app_on(settings) as app:
            found = app.bringing.every(Actor.typed("wie-de-machine-heeft"))
        if args.json:
            as_json_list(map(shown, found))
            return
        say(*(map(_line, found) if found else ("Er is niets ingebracht.",)))
        return
    missing = [f"--{name}" for name in _NEEDED if not getattr(args, name)]
    if missing:
        raise InvalidInput(f"Er ontbreekt iets: {', '.join(missing)}.", "Uitleg: provisions bring-in --help")
    with app_on(settings, new=True) as app:
        asked = app.bringing.bring_in(**{name: getattr(args, name) for name in _NEEDED})
    if args.json:
        as_json(shown(asked))
    else:
        say(f"gevraagd: S-{asked.number}", "Een tweede persoon moet het eerst zien: provisions approve of deny.")


def decide(args: Namespace, settings: Settings) -> None:
    """What the steering group decided."""
    with app_on(settings, new=True) as app:
        _tell(args, app.bringing.decide(args.number, args.decision, until=args.until, by=args.by))


def see(args: Namespace, settings: Settings, *, agreed: bool) -> None:
    """A second person agrees or not with what is to be brought in."""
    with app_on(settings, new=True) as app:
        because = None if agreed else args.because
        _tell(args, app.bringing.see(args.number, agreed=agreed, because=because, by=args.by))


def _tell(args: Namespace, known: BroughtIn) -> None:
    if args.json:
        as_json(shown(known))
    else:
        say(_line(known))


def _line(known: BroughtIn) -> str:
    until = f" tot {dutch.dutch_date(known.until)}" if known.until else ""
    return (
        f"S-{known.number}  {known.municipality}: {known.about}, {known.cause}; {known.shown_cases} cliënten; "
        f"{IN_DUTCH[known.state]}{until}; {known.owner}, uiterlijk {dutch.dutch_date(known.due)}: {known.decision}"
    )


def shown(known: BroughtIn) -> dict[str, Any]:
    """For programs."""
    return {
        "number": f"S-{known.number}",
        "municipality": known.municipality,
        "about": known.about,
        "cause": known.cause,
        "cases": known.shown_cases,
        "decision": known.decision,
        "owner": known.owner,
        "due": known.due.isoformat(),
        "state": known.state.value,
        "until": known.until.isoformat() if known.until else None,
        "deferred": known.deferred,
        "asked_by": known.asked_by,
        "seen_by": known.seen_by,
        "reason": known.reason,
    }
