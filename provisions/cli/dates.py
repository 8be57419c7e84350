"""``provisions term``: no database is needed for it."""

from argparse import Namespace
from typing import Any

from provisions import inputs
from provisions.catalogue import load
from provisions.cli.output import as_json, progress, say
from provisions.domain.calendar import utc_text
from provisions.domain.dutch import dutch_date
from provisions.domain.errors import InvalidInput
from provisions.domain.terms import DueDate, Term, due_date, suspended_days
from provisions.settings import Settings


def term(args: Namespace, settings: Settings) -> None:
    """Compute and explain a date."""
    if inputs.shown(args.term) != args.term:
        raise InvalidInput(f"'{inputs.shown(args.term)}' is geen termijn. Verwacht: zoals '2 werkdagen' of '8 weken'.")
    found = due_date(
        Term.parse(args.term),
        args.event,
        load(settings.config).catalogue.calendar,
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
        "overdue_from": utc_text(found.overdue_from),
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
