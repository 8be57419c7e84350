"""What people record: parsed arguments in, a use case called, the case as it is then printed."""

from argparse import Namespace
from collections.abc import Callable
from inspect import signature
from pathlib import Path
from typing import Any

from provisions import inputs
from provisions.app import App
from provisions.cli.arguments.dutch_parser import refuse_besides
from provisions.cli.arguments.values import once
from provisions.cli.database import app_on
from provisions.cli.looking import show_case
from provisions.cli.output import as_json, progress, say
from provisions.domain import dutch
from provisions.domain.case import Case, Said
from provisions.domain.errors import InvalidInput
from provisions.domain.lifecycle.undo import UNDONE
from provisions.domain.rules import Brp
from provisions.settings import Settings
from provisions.usecases.intake import IntakeRequest

_ASK_BACK = (Said.ASK_BACK.value, dutch.SAID[Said.ASK_BACK])
_WITH_BUDGET = (Said.CUSTOMISED_BUDGET.value, dutch.SAID[Said.CUSTOMISED_BUDGET])
IN_THE_FILE = "Met --file komen de gegevens uit het bestand"


def change(args: Namespace, settings: Settings) -> None:
    """Carry out a change, then show the case as it is now."""
    recorded = False
    try:
        with app_on(settings, new=True) as app:
            reference = CHANGES.get(args.command, _as_named)(args, app)
            recorded = True
            if reference is not None:
                if not args.json:
                    say("Vastgelegd. Zo staat het er nu voor:")
                show_case(app.views, reference, args.json)
    except (Exception, KeyboardInterrupt) as fault:
        if not recorded:
            raise
        # What is committed stays so: whatever goes wrong in showing it is no failure of the command.
        progress(
            f"Vastgelegd. Het overzicht is nu niet te zien ({type(fault).__name__}): bekijk het met 'provisions show'."
        )


def intake(args: Namespace, app: App) -> str | None:
    """Start one case, or many from a file."""
    if args.file:
        from provisions.cli import csv_intake

        refuse_besides(args, ("file", "by"), IN_THE_FILE)
        requests = csv_intake.read(Path(args.file), lambda request: app.cases.check_intake(request, by=args.by))
        progress(f"{dutch.counted(len(requests), 'regel', 'regels')} gecontroleerd; nu vastleggen …")
        cases = app.cases.intake_many(requests, by=args.by)
        if args.json:
            as_json([case.reference for case in cases])
        else:
            say(f"{dutch.counted(len(cases), 'traject', 'trajecten')} gestart.")
        return None
    missing = [name for name, value in (("REF", args.reference), ("--route", args.route)) if not value]
    if missing:
        raise InvalidInput(f"Er ontbreekt iets: {', '.join(missing)}.", "Uitleg: provisions intake --help")
    request = IntakeRequest(
        reference=args.reference,
        route=args.route,
        needs=args.need,
        municipality=args.municipality,
        brp=args.brp or Brp.UNKNOWN,
        present=args.present,
        director=args.director,
        living=args.living,
        losing_place=args.losing_place,
        wlz=args.wlz,
        contact=args.contact,
        own_number=args.own_number,
        on=args.on,
        **_extras(args),
    )
    return app.cases.intake(request, by=args.by).reference


def outcome(args: Namespace, app: App) -> str | None:
    """Record one outcome, or many from a file."""
    if args.file:
        from provisions.cli import csv_outcomes

        refuse_besides(args, ("file", "by"), IN_THE_FILE)
        count, cases = csv_outcomes.record(Path(args.file), app, by=args.by)
        if args.json:
            as_json([case.reference for case in cases])
        else:
            say(
                f"{dutch.counted(count, 'uitkomst', 'uitkomsten')} vastgelegd in "
                f"{dutch.counted(len(cases), 'traject', 'trajecten')}."
            )
        return None
    named = {"REF": args.reference, "KEY": args.key, "UITKOMST": args.outcome}
    missing = [name for name, value in named.items() if not value]
    if missing:
        raise InvalidInput(f"Er ontbreekt iets: {', '.join(missing)}.", "Uitleg: provisions outcome --help")
    fields = once(args.field, "--field")
    return app.cases.record_outcome(
        args.reference, args.key, args.outcome, by=args.by, on=args.on, fields=fields, note=args.note, cause=args.cause
    ).reference


def answer(args: Namespace, app: App) -> str:
    """What a table answered; with what goes with a budget, or a question back. An amount is asked of a second person at once."""
    said, given = args.answer.strip().lower(), {n: getattr(args, n) for n in ("amount", "purpose", "spent_on")}
    if said not in _ASK_BACK and not any(given.values()):
        case = app.cases.answer(args.reference, args.key, args.rung, args.answer, by=args.by, cause=args.cause)
        if said in _WITH_BUDGET and not args.json:
            say(
                "Er is geen bedrag genoemd, dus er is niets gevraagd uit het maatwerkbudget. Vraag het zelf aan met "
                f"'provisions budget ask {case.reference} --amount …', zodra u weet hoeveel het is."
            )
        return case.reference
    case = app.cases.reply_as_table(
        args.reference, args.key, args.rung, args.answer, by=args.by, cause=args.cause, **given
    )
    if given["amount"] is not None and case.municipality in app.config.catalogue.budgets and not args.json:
        asked = case.budget[-1]
        say(f"gevraagd: A-{asked.approval} (B-{asked.number})")
    return case.reference


def reply(args: Namespace, app: App) -> str:
    """What a counter answered."""
    return app.cases.reply(
        args.reference,
        args.key,
        args.said,
        by=args.by,
        on=args.on,
        cause=args.cause,
        fields=once(args.field, "--field"),
        number=args.number,
        remark=args.remark,
    ).reference


def assign(args: Namespace, app: App) -> str | None:
    """Give cases to another case director."""
    cases = app.cases.assign(args.references, args.director, by=args.by)
    if len(cases) == 1:
        return cases[0].reference
    if args.json:
        as_json([case.reference for case in cases])
    else:
        say(f"{dutch.counted(len(cases), 'traject heeft', 'trajecten hebben')} nu {cases[0].director} als regisseur.")
    return None


def suspend(args: Namespace, app: App) -> str | None:
    """Stop a clock, or ask another whether it may be for so long."""
    if not args.ask:
        return _as_named(args, app)
    if args.approved_by:
        raise InvalidInput(
            "--ask vraagt akkoord aan een ander, --approved-by zegt dat een teamleider het al gaf. Kies een van beide."
        )
    number = app.cases.ask_stop(args.reference, args.key, reason=args.reason, until=args.until, by=args.by, on=args.on)
    _asked(args, number)
    return None


def undo(args: Namespace, app: App) -> str:
    """Take back the last act, and say what that was."""
    reference = app.cases.undo(args.reference, by=args.by).reference
    if not args.json:
        told = [line.because for line in app.views.audit(reference) if line.what == UNDONE]
        say(dutch.capitalised(told[-1]))
    return reference


def reopen(args: Namespace, app: App) -> str:
    """Undo the outcome of a provision, or the end of a case."""
    if args.key:
        return app.cases.reopen(args.reference, args.key, reason=args.reason, by=args.by, on=args.on).reference
    refuse_besides(args, ("reference", "reason", "by"), "Een traject dat niet hoorde te eindigen, loopt gewoon door")
    return app.cases.reopen_case(args.reference, reason=args.reason, by=args.by).reference


def close(args: Namespace, app: App) -> str | None:
    """End a case, or ask another whether it may."""
    said = {"by": args.by, "reason": args.reason, "takeovers": once(args.to, "--to"), "on": args.on}
    if args.ask:
        _asked(args, app.cases.ask_end(args.reference, **said))
        return None
    return app.cases.close(args.reference, **said).reference


def rest(args: Namespace, app: App) -> str | None:
    """Put a case at rest, or ask another whether it may."""
    said = {"reason": args.reason, "by": args.by, "on": args.on}
    if args.ask:
        _asked(args, app.cases.ask_rest(args.reference, **said))
        return None
    return app.cases.rest(args.reference, **said).reference


_PLACE_ENDS = "ends"
_PLACE_STAYS = ("kept", "found")


def place(args: Namespace, app: App) -> str:
    """The place to sleep is lost on a day, or it is not."""
    what = inputs.known(args.what, (_PLACE_ENDS, *_PLACE_STAYS), "bericht over een plek")
    if what == _PLACE_ENDS:
        refuse_besides(args, ("reference", "what", "day", "kind", "because", "by"), "Bij ends hoort alleen de dag")
        named = {"DATUM": args.day, "--kind": args.kind, "--because": args.because}
        missing = [name for name, value in named.items() if not value]
        if missing:
            raise InvalidInput(f"Er ontbreekt iets: {', '.join(missing)}.", "Uitleg: provisions place --help")
        said = {"kind": args.kind, "because": args.because, "by": args.by}
        return app.cases.place_ends(args.reference, args.day, **said).reference
    refuse_besides(args, ("reference", "what", "until", "by"), f"Bij {what} is de plek er nog, of een andere")
    stays = app.cases.place_kept if what == "kept" else app.cases.place_found
    return stays(args.reference, until=args.until, by=args.by).reference


def _asked(args: Namespace, number: int) -> None:
    """Say under which number something was asked; nothing else changed."""
    if args.json:
        as_json({"asked": f"A-{number}"})
    else:
        say(f"gevraagd: A-{number}")


def _extras(args: Namespace) -> dict[str, Any]:
    return {
        "agreed": once(args.agreed, "--agreed"),
        "needed_from": once(args.needed_from, "--needed-from"),
        "waive": once(args.waive, "--waive"),
        "urgent": args.urgent,
        "purposes": once(args.purposes, "--for"),
    }


def _as_named(args: Namespace, app: App) -> str | None:
    """The use case with the name of the command, given the arguments by their names."""
    use_case = getattr(app.cases, args.command)
    given = {name: getattr(args, name) for name in signature(use_case).parameters if hasattr(args, name)}
    changed: Case = use_case(**given)
    return changed.reference


def link(args: Namespace, app: App) -> str:
    """A new link, to the address that the first went to."""
    if not args.renew:
        raise InvalidInput("Zeg erbij dat er een nieuwe link moet komen: provisions link … --renew")
    return app.cases.link(args.reference, args.key, by=args.by).reference


# What does more than hand its arguments to the use case of its name.
CHANGES: dict[str, Callable[[Namespace, App], str | None]] = {
    "intake": intake,
    "add": lambda a, s: s.cases.add(a.reference, a.keys, by=a.by, on=a.on, **_extras(a)).reference,
    "outcome": outcome,
    "answer": answer,
    "reply": reply,
    "link": link,
    "handled": lambda a, s: s.cases.take_up(a.reference, a.key, by=a.by).reference,
    "assign": assign,
    "suspend": suspend,
    "followup": lambda a, s: s.cases.settle_follow_up(a.reference, a.key, a.name, by=a.by, on=a.on).reference,
    "reopen": reopen,
    "undo": undo,
    "close": close,
    "rest": rest,
    "place": place,
}
