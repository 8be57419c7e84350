"""What people record: parsed arguments in, a use case called, the case as it is then printed."""

from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from typing import Any

from provisions.app import App
from provisions.cli.arguments import once
from provisions.cli.database import app_on
from provisions.cli.looking import show_case
from provisions.cli.output import as_json, progress, say
from provisions.domain.errors import InvalidInput
from provisions.settings import Settings
from provisions.usecases.intake import IntakeRequest


def change(args: Namespace, settings: Settings) -> None:
    """Carry out a change, then show the case as it is now."""
    recorded = False
    try:
        with app_on(settings, new=True) as app:
            reference = CHANGES[args.command](args, app)
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

        given = [o for o in ("reference", "route", "need", "present", "agreed", "waive") if getattr(args, o)]
        if given:
            raise InvalidInput(f"Met --file komen de gegevens uit het bestand; laat weg: {', '.join(given)}.")
        requests = csv_intake.read(Path(args.file), lambda request: app.cases.check_intake(request, by=args.by))
        progress(f"{_counted(len(requests), 'regel', 'regels')} gecontroleerd; nu vastleggen …")
        cases = app.cases.intake_many(requests, by=args.by)
        if args.json:
            as_json([case.reference for case in cases])
        else:
            say(f"{_counted(len(cases), 'traject', 'trajecten')} gestart.")
        return None
    missing = [name for name, value in (("REF", args.reference), ("--route", args.route)) if not value]
    if missing:
        raise InvalidInput(f"Er ontbreekt iets: {', '.join(missing)}.", "Uitleg: provisions intake --help")
    request = IntakeRequest(
        reference=args.reference,
        route=args.route,
        needs=args.need,
        municipality=args.municipality,
        brp=args.brp,
        present=args.present,
        director=args.director,
        on=args.on,
        **_extras(args),
    )
    return app.cases.intake(request, by=args.by).reference


def outcome(args: Namespace, app: App) -> str | None:
    """Record one outcome, or many from a file."""
    if args.file:
        from provisions.cli import csv_outcomes

        given = [o for o in ("reference", "key", "outcome", "field", "note", "on") if getattr(args, o)]
        if given:
            raise InvalidInput(f"Met --file komen de gegevens uit het bestand; laat weg: {', '.join(given)}.")
        count, cases = csv_outcomes.record(Path(args.file), app, by=args.by)
        if args.json:
            as_json([case.reference for case in cases])
        else:
            say(
                f"{_counted(count, 'uitkomst', 'uitkomsten')} vastgelegd in "
                f"{_counted(len(cases), 'traject', 'trajecten')}."
            )
        return None
    named = {"REF": args.reference, "KEY": args.key, "UITKOMST": args.outcome}
    missing = [name for name, value in named.items() if not value]
    if missing:
        raise InvalidInput(f"Er ontbreekt iets: {', '.join(missing)}.", "Uitleg: provisions outcome --help")
    fields = once(args.field, "--field")
    return app.cases.record_outcome(
        args.reference, args.key, args.outcome, by=args.by, on=args.on, fields=fields, note=args.note
    ).reference


def _counted(count: int, one: str, more: str) -> str:
    return f"{count} {one if count == 1 else more}"


def _extras(args: Namespace) -> dict[str, Any]:
    return {
        "agreed": once(args.agreed, "--agreed"),
        "needed_from": once(args.needed_from, "--needed-from"),
        "waive": once(args.waive, "--waive"),
        "urgent": args.urgent,
        "purposes": once(args.purposes, "--for"),
    }


CHANGES: dict[str, Callable[[Namespace, App], str | None]] = {
    "intake": intake,
    "add": lambda a, s: s.cases.add(a.reference, a.keys, by=a.by, on=a.on, **_extras(a)).reference,
    "outcome": outcome,
    "suspend": lambda a, s: (
        s.cases.suspend(
            a.reference, a.key, reason=a.reason, until=a.until, by=a.by, on=a.on, approved_by=a.approved_by
        ).reference
    ),
    "resume": lambda a, s: s.cases.resume(a.reference, a.key, by=a.by, on=a.on).reference,
    "waive": lambda a, s: s.cases.waive(a.reference, a.key, a.dependency, ground=a.ground, by=a.by, on=a.on).reference,
    "answer": lambda a, s: s.cases.answer(a.reference, a.key, a.rung, a.answer, by=a.by).reference,
    "submit": lambda a, s: s.cases.submit(a.reference, a.key, a.decision, reason=a.reason, by=a.by).reference,
    "agree": lambda a, s: s.cases.agree(a.reference, a.key, a.day, by=a.by, on=a.on).reference,
    "transfer": lambda a, s: s.cases.transfer(a.reference, a.municipality, by=a.by).reference,
    "followup": lambda a, s: s.cases.settle_follow_up(a.reference, a.key, a.name, by=a.by, on=a.on).reference,
    "reopen": lambda a, s: (
        s.cases.reopen(a.reference, a.key, reason=a.reason, by=a.by, on=a.on).reference
        if a.key
        else s.cases.reopen_case(a.reference, reason=a.reason, by=a.by).reference
    ),
    "close": lambda a, s: (
        s.cases.close(a.reference, by=a.by, reason=a.reason, takeovers=once(a.to, "--to"), on=a.on).reference
    ),
    "again": lambda a, s: (
        s.cases.again(
            a.reference,
            a.key,
            reason=a.reason,
            by=a.by,
            on=a.on,
            purpose=a.purpose,
            agreed=a.agreed,
            needed_from=a.needed_from,
            urgent=a.urgent,
            anyway=a.anyway,
        ).reference
    ),
}
