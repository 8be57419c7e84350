"""``away`` and ``back``: who is away, and who acts meanwhile."""

from argparse import Namespace

from provisions.access import MACHINE
from provisions.cli.database import app_on
from provisions.cli.output import as_json, as_json_list, say
from provisions.domain import dutch
from provisions.domain.calendar import ONE_DAY
from provisions.domain.errors import InvalidInput
from provisions.domain.lifecycle.absence import period
from provisions.settings import Settings
from provisions.usecases.directors import Away


def away(args: Namespace, settings: Settings) -> None:
    """Record that a director is away; without a code: who is away."""
    given = {"--from": args.start, "--until": args.until, "--deputy": args.deputy, "--by": args.by}
    if args.code is None:
        if besides := [name for name, value in given.items() if value is not None]:
            raise InvalidInput(f"Zeg wie er afwezig is: CODE ontbreekt bij {', '.join(besides)}.")
        _list(args, settings)
        return
    if missing := [name for name, value in given.items() if value is None]:
        raise InvalidInput(f"Er ontbreekt iets: {', '.join(missing)}.", "Uitleg: provisions away --help")
    with app_on(settings, new=True) as app:
        known = app.cases.away(args.code, start=args.start, until=args.until, deputy=args.deputy, by=args.by)
    if args.json:
        as_json(_shown(known))
        return
    absence = known.absence
    say(
        f"Vastgelegd. {absence.director} is afwezig {period(absence)}; {absence.deputy} neemt over: {_cases(known)}.",
        "Berichten voor de regisseur gaan in die tijd alleen naar de vervanger.",
    )


def back(args: Namespace, settings: Settings) -> None:
    """Record that a director is back before the day that was expected."""
    with app_on(settings, new=True) as app:
        known = app.cases.back(args.code, by=args.by, on=args.on)
    if args.json:
        as_json(_shown(known))
        return
    absence = known.absence
    if absence.until < absence.start:
        say(f"Vastgelegd. De afwezigheid van {absence.director} gaat niet door.")
    else:
        first = dutch.dutch_date(absence.until + ONE_DAY)
        say(f"Vastgelegd. {absence.director} is er weer vanaf {first}: {_cases(known)}.")


def _list(args: Namespace, settings: Settings) -> None:
    with app_on(settings) as app:
        found = app.cases.absences(by=MACHINE)
    if args.json:
        as_json_list(_shown(one) for one in found)
        return
    if not found:
        say("Er is niemand afwezig.")
    for one in found:
        absence = one.absence
        say(f"{absence.director} {period(absence)}, vervangen door {absence.deputy} ({_cases(one)})")


def _cases(known: Away) -> str:
    return dutch.counted(known.cases, "lopend traject", "lopende trajecten")


def _shown(known: Away) -> dict[str, object]:
    absence = known.absence
    return {
        "director": absence.director,
        "deputy": absence.deputy,
        "from": absence.start.isoformat(),
        "until": absence.until.isoformat(),
        "cases": known.cases,
    }
