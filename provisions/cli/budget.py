"""The customised budget (maatwerkbudget) from the shell."""

from argparse import Namespace
from typing import TYPE_CHECKING

from provisions import inputs
from provisions.catalogue import load
from provisions.cli.arguments.dutch_parser import refuse_besides
from provisions.cli.database import app_on, reaching_the_database
from provisions.cli.output import as_json, as_json_list, progress, say
from provisions.database.direct import looking
from provisions.domain import dutch
from provisions.domain.errors import InvalidInput
from provisions.domain.rules import CodeList
from provisions.settings import Settings, utc_now
from provisions.views.budgets import Ledgers

if TYPE_CHECKING:
    from provisions.app import App
    from provisions.catalogue import Config
    from provisions.views.budgets import Ledger

_NEEDED = {
    "ask": ("which", "amount", "why", "what", "by"),
    "spent": ("which", "amount", "by"),
    "returned": ("which", "amount", "because", "by"),
    "correct": ("which", "amount", "because", "by"),
}
_ALSO = {"ask": ("key",), "spent": ("on",), "returned": ("on",), "correct": ("on",)}
_WRITTEN = {"which": "REF of B-NUMMER"}


def budget(args: Namespace, settings: Settings) -> None:
    """How it stands; or ask an amount, and write down what became of it."""
    if args.action is None:
        refuse_besides(
            args, ("municipality", "year"), "Zonder ask, spent, returned of correct laat budget zien hoe het staat"
        )
        _look(args, settings)
        return
    needed = _NEEDED[args.action]
    refuse_besides(args, ("action", *needed, *_ALSO[args.action]), f"Dat hoort niet bij budget {args.action}")
    missing = [_WRITTEN.get(name, f"--{name}") for name in needed if not getattr(args, name)]
    if missing:
        raise InvalidInput(f"Er ontbreekt iets: {', '.join(missing)}.", "Uitleg: provisions budget --help")
    with app_on(settings, new=True) as app:
        if args.action == "ask":
            _ask(args, app)
        else:
            _book(args, app)


def _ask(args: Namespace, app: "App") -> None:
    asked = app.cases.ask_budget(args.which, amount=args.amount, why=args.why, what=args.what, key=args.key, by=args.by)
    if args.json:
        seen_by = asked.seen_by.isoformat() if asked.seen_by else None
        as_json(
            {"asked": f"A-{asked.approval}", "budget": f"B-{asked.number}", "first": asked.first, "seen_by": seen_by}
        )
        return
    say(f"gevraagd: A-{asked.approval} (B-{asked.number})")
    if asked.seen_by is not None:
        say(f"Het mag nu worden uitgegeven; een ander kijkt mee, uiterlijk {dutch.dutch_date(asked.seen_by)}.")


def _book(args: Namespace, app: "App") -> None:
    said = {"amount": args.amount, "by": args.by, "on": args.on}
    match args.action:
        case "spent":
            case = app.cases.budget_spent(args.which, **said)
        case "returned":
            case = app.cases.budget_returned(args.which, because=args.because, **said)
        case _:
            case = app.cases.budget_correct(args.which, because=args.because, **said)
    line = case.budget[-1]
    if args.json:
        as_json({"budget": f"B-{line.number}", "kind": line.kind.value, "amount": line.amount})
    else:
        say(f"Vastgelegd bij B-{line.number}: {dutch.BUDGET[line.kind]}, {dutch.euros(line.amount)}.")


def _look(args: Namespace, settings: Settings) -> None:
    config = load(settings.config)
    towns = config.organisation.municipalities
    names = {key: town.name for key, town in towns.items()}
    places = [inputs.known(args.municipality, towns, "gemeente", names)] if args.municipality else list(towns)
    with reaching_the_database(), looking(settings, progress) as read:
        found = Ledgers(read, config, utc_now).of(places, args.year)
    if args.json:
        as_json_list(ledger.as_json() for ledger in found)
        return
    for ledger in found:
        say(*_told(ledger, config))


def _told(ledger: "Ledger", config: "Config") -> list[str]:
    name, b = config.organisation.municipalities[ledger.municipality].name, ledger.balance
    if b.total is None:
        return [f"{name}: geen maatwerkbudget ingesteld."]
    over = f"{dutch.euros(b.left)} over" if b.left >= 0 else f"{dutch.euros(-b.left)} boven het budget"
    told = [
        f"{name}, {b.year}: {dutch.euros(b.total)}; {dutch.euros(b.taken)} goedgekeurd, {dutch.euros(b.reserved)} "
        f"gevraagd, {over}."
    ]
    whats = config.catalogue.codes[CodeList.BUDGET_WHAT]
    for one in ledger.booked:
        asked, entry = one.entry.asked, one.entry
        told.append(
            f"  B-{entry.number}  {one.reference or 'niet meer te zien'}: {whats.get(asked.what, asked.what)}, "
            f"{dutch.euros(asked.amount)}, {dutch.BUDGET[entry.state]}; {dutch.euros(entry.spent)} uitgegeven, "
            f"{dutch.euros(entry.returned)} terug"
        )
    return told
