"""Many outcomes from one CSV file, as a counter gives them."""

from collections.abc import Sequence
from pathlib import Path

from provisions import inputs
from provisions.access import Actor
from provisions.app import App
from provisions.cli.arguments.values import once
from provisions.cli.csv_rows import Columns, rows, together
from provisions.domain.case import Case
from provisions.domain.errors import InvalidInput, Refused, SeveralRefused
from provisions.usecases.outcomes import OutcomeReport

COLUMNS = Columns(("reference", "key", "outcome"), ("on", "field", "note", "cause"))


def record(path: Path, app: App, *, by: Actor) -> tuple[int, Sequence[Case]]:
    """Record the outcomes in ``path``: how many, and the cases as they become.

    Raises ``NotFound`` without the file, ``InvalidInput`` with one line for each fault, or the only kind of refusal
    there was.
    """
    reports: list[OutcomeReport] = []
    lines: list[int] = []
    faults: list[tuple[int, Refused]] = []
    for line, row in rows(path, COLUMNS):
        try:
            reports.append(_report(row))
            lines.append(line)
        except Refused as fault:
            faults.append((line, fault))
    if faults:
        raise together(path, faults)
    if not reports:
        raise InvalidInput(f"In {path} staat geen enkele uitkomst onder de kopregel.")
    try:
        return len(reports), app.cases.record_outcomes(reports, by=by)
    except SeveralRefused as refused:
        raise together(path, [(lines[place], fault) for place, fault in refused.faults]) from None


def _report(row: dict[str, str]) -> OutcomeReport:
    fields = []
    for part in row.get("field", "").split(";"):
        name, equals, value = part.strip().partition("=")
        if part.strip() and not equals:
            raise InvalidInput(f"'{inputs.shown(part)}' klopt niet in kolom field. Verwacht: NAAM=WAARDE.")
        if equals:
            fields.append((name, inputs.iso_where_a_day(value)))
    return OutcomeReport(
        reference=row["reference"],
        key=row["key"],
        outcome=row["outcome"],
        on=inputs.day(row["on"], "on") if row.get("on") else None,
        fields=once(fields, "field"),
        note=row.get("note") or None,
        cause=row.get("cause") or None,
    )
