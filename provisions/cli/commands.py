"""What each command does: parsed arguments in, a use case called, something printed."""

import json
import sys
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from provisions import inputs
from provisions.catalogue import Config, load
from provisions.cli.arguments import once
from provisions.domain.calendar import day_of
from provisions.domain.errors import InvalidInput
from provisions.domain.terms import DueDate, Term, due_date, suspended_days
from provisions.domain.words import dutch_date
from provisions.messages import Messages
from provisions.settings import Settings
from provisions.steps import IntakeRequest, Steps

if TYPE_CHECKING:
    from provisions.cli.tables import Tables


def as_json(value: Any) -> None:
    """Print ``value`` as JSON on standard output, and nothing else."""
    json.dump(value, sys.stdout, ensure_ascii=False, indent=2)
    sys.stdout.write("\n")


def say(*lines: str) -> None:
    """A Dutch line for people, on standard output."""
    for line in lines:
        sys.stdout.write(line + "\n")


def progress(line: str) -> None:
    """A Dutch line of progress, on standard error."""
    sys.stderr.write(line + "\n")


# --- without a database ----------------------------------------------------------------------------------------------


def term(args: Namespace, config: Config) -> None:
    """Compute and explain a date."""
    found = due_date(
        Term.parse(args.term),
        args.event,
        config.catalogue.calendar,
        roll=args.roll == "atw",
        suspended=suspended_days(args.suspended),
    )
    for warning in found.warnings:
        progress(f"Let op: {warning}")
    if args.json:
        as_json(_term_json(found))
    else:
        say(*_term_lines(found))


def _term_json(found: DueDate) -> dict[str, Any]:
    return {
        "term": found.text,
        "from": found.event.isoformat(),
        "raw": found.raw.isoformat(),
        "due": found.due.isoformat(),
        "overdue_from": found.overdue_from.isoformat().replace("+00:00", "Z"),
        "suspended_days": found.suspended_days,
        "steps": [{"date": s.date.isoformat(), "because": s.because, "rule": s.rule} for s in found.steps],
        "skipped": [{"date": s.date.isoformat(), "because": s.because} for s in found.skipped],
        "warnings": list(found.warnings),
    }


def _term_lines(found: DueDate) -> list[str]:
    lines = [f"{found.text} vanaf {dutch_date(found.event)} (deze dag telt niet mee): {dutch_date(found.raw)}"]
    lines += [f"  telt niet mee: {dutch_date(s.date)} ({s.because})" for s in found.skipped]
    lines += [f"  naar {dutch_date(s.date)}: {s.because} ({s.rule})" for s in found.steps]
    return [*lines, f"Uiterste datum: {dutch_date(found.due)}; te laat vanaf de dag erna, 00.00 uur."]


# --- changing --------------------------------------------------------------------------------------------------------


def intake(args: Namespace, steps: Steps) -> str | None:
    """Start one case, or many from a file."""
    if args.file:
        from provisions.cli import csv_intake

        given = [o for o in ("reference", "route", "need", "present", "agreed", "waive") if getattr(args, o)]
        if given:
            raise InvalidInput(f"Met --file komen de gegevens uit het bestand; laat weg: {', '.join(given)}.")
        requests = csv_intake.read(Path(args.file), lambda request: steps.check_intake(request, by=args.by))
        progress(f"{_counted(len(requests), 'regel', 'regels')} gecontroleerd; nu vastleggen …")
        cases = steps.intake_many(requests, by=args.by)
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
    return steps.intake(request, by=args.by).reference


def _counted(count: int, one: str, more: str) -> str:
    return f"{count} {one if count == 1 else more}"


def _extras(args: Namespace) -> dict[str, Any]:
    return {
        "agreed": once(args.agreed, "--agreed"),
        "needed_from": once(args.needed_from, "--needed-from"),
        "waive": once(args.waive, "--waive"),
        "urgent": args.urgent,
    }


CHANGES: dict[str, Callable[[Namespace, Steps], str | None]] = {
    "intake": intake,
    "add": lambda a, s: s.add(a.reference, a.keys, by=a.by, on=a.on, **_extras(a)).reference,
    "outcome": lambda a, s: (
        s.record_outcome(
            a.reference, a.key, a.outcome, by=a.by, on=a.on, fields=once(a.field, "--field"), note=a.note
        ).reference
    ),
    "suspend": lambda a, s: (
        s.suspend(
            a.reference, a.key, reason=a.reason, until=a.until, by=a.by, on=a.on, approved_by=a.approved_by
        ).reference
    ),
    "resume": lambda a, s: s.resume(a.reference, a.key, by=a.by, on=a.on).reference,
    "waive": lambda a, s: s.waive(a.reference, a.key, a.dependency, ground=a.ground, by=a.by, on=a.on).reference,
    "answer": lambda a, s: s.answer(a.reference, a.key, a.rung, a.answer, by=a.by).reference,
    "submit": lambda a, s: s.submit(a.reference, a.key, a.decision, reason=a.reason, by=a.by).reference,
    "agree": lambda a, s: s.agree(a.reference, a.key, a.day, by=a.by).reference,
    "transfer": lambda a, s: s.transfer(a.reference, a.municipality, by=a.by).reference,
    "followup": lambda a, s: s.settle_follow_up(a.reference, a.key, a.name, by=a.by, on=a.on).reference,
    "reopen": lambda a, s: s.reopen(a.reference, a.key, reason=a.reason, by=a.by, on=a.on).reference,
    "close": lambda a, s: s.close(a.reference, by=a.by).reference,
}


def change(args: Namespace, steps: Steps) -> None:
    """Carry out a change, then show the case as it is now."""
    reference = CHANGES[args.command](args, steps)
    if reference is not None:
        if not args.json:
            say("Vastgelegd. Zo staat het er nu voor:")
        show(Namespace(reference=reference, json=args.json), steps)


# --- looking ---------------------------------------------------------------------------------------------------------


def show(args: Namespace, steps: Steps) -> None:
    """A case."""
    view = steps.views.case(args.reference)
    if args.json:
        as_json(view.as_json())
        return
    tables(steps).show_case(view)


def overdue(args: Namespace, steps: Steps) -> None:
    """What is late now."""
    if args.municipality is not None:
        inputs.known(args.municipality, steps.config.organisation.municipalities, "gemeente")
    late = steps.views.overdue(args.municipality)
    messages = Messages(steps.engine, steps.config, steps.clock)
    if args.json:
        undelivered = messages.undelivered([p.id for p in late])
        as_json(
            [
                {
                    "reference": p.case.reference,
                    "municipality": p.case.municipality,
                    **p.as_json(),
                    "undelivered": [message.as_json() for message in undelivered.get(p.id, ())],
                }
                for p in late
            ]
        )
        return
    tables(steps).show_overdue(late, steps.views.waiting_too_long(args.municipality))
    if stuck := messages.found(municipality=args.municipality, undelivered=True):
        say(f"Niet bezorgde berichten: {len(stuck)}. Bel zelf, en kijk daarna met 'provisions messages --undelivered'.")
        tables(steps).show_messages(stuck)


def audit(args: Namespace, steps: Steps) -> None:
    """The record of a case."""
    entries = steps.views.audit(args.reference)
    if args.json:
        as_json([entry.as_json() for entry in entries])
        return
    tables(steps).show_audit(entries)


def tables(steps: Steps) -> "Tables":
    """What prints for people."""
    from provisions.cli.tables import Tables  # rich is only needed here; programs don't wait for it

    return Tables(steps.config, day_of(steps.clock()))


LOOKS: dict[str, Callable[[Namespace, Steps], None]] = {"show": show, "overdue": overdue, "audit": audit}


_ONE_ROLE = (
    "de databaserol van het programma mag meer dan nodig ({}). Geef in PROVISIONS_MIGRATION_URL een andere rol aan wie de "
    "tabellen zijn; zie SECURITY.md."
)


def check(args: Namespace, settings: Settings) -> None:
    """Validate the configuration and the connections."""
    from provisions.outbound.transports import check_smtp
    from provisions.outbound.webhook import check_secrets
    from provisions.store import roles
    from provisions.store.connect import database

    config = load(settings.config)
    with database(settings, progress) as engine, engine.connect() as connection:
        excess = roles.excess(connection)
    warnings = [*config.warnings, *([_ONE_ROLE.format(", ".join(excess))] if excess else [])]
    done = [
        f"configuratie in {settings.config}: {len(config.catalogue.provisions)} voorzieningen",
        "database bereikbaar",
    ]
    if settings.smtp_url:
        check_smtp(settings.smtp_url.get_secret_value())
        done.append("mailserver bereikbaar")
    else:
        done.append(f"geen mailserver ingesteld: berichten komen als .eml in {settings.home / 'outbox'}")
    if webhooks := check_secrets(config.organisation):
        done.append(f"geheimen van {webhooks} {'webhook' if webhooks == 1 else 'webhooks'} leesbaar")
    if args.json:
        as_json({"ok": True, "checked": done, "warnings": warnings})
    else:
        say(*(f"In orde: {line}" for line in done), *(f"Let op: {warning}" for warning in warnings))
