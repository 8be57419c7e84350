"""Many cases from one CSV file."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

from provisions import inputs
from provisions.cli.arguments.values import once, pair, waiver, yes_no
from provisions.cli.csv_rows import Columns, rows, together
from provisions.domain.errors import InvalidInput, Refused
from provisions.usecases.intake import IntakeRequest

FOR, YES_NO = pair("for", "KEY=CODE"), yes_no("losing_place")
COLUMNS = Columns(
    ("reference", "route", "need"),
    (
        "municipality",
        "brp",
        "present",
        "agreed",
        "needed_from",
        "urgent",
        "director",
        "on",
        "waive",
        "living",
        "losing_place",
        "wlz",
        "contact",
        "own_number",
        "for",
    ),
)


def read(path: Path, check: Callable[[IntakeRequest], None]) -> list[IntakeRequest]:
    """The requests in ``path``. ``check`` raises what intake would raise for one of them.

    Raises ``NotFound`` without the file, ``InvalidInput`` with one line for each fault, or the only kind of refusal
    there was.
    """
    requests: list[IntakeRequest] = []
    faults: list[tuple[int, Refused]] = []
    seen: dict[str, int] = {}
    for line, row in rows(path, COLUMNS):
        try:
            request = _request(row)
            named = inputs.existing_reference(request.reference)
            if named in seen:
                raise InvalidInput(f"De referentie {inputs.shown(named)} staat ook op regel {seen[named]}.")
            seen[named] = line
            check(request)
            requests.append(request)
        except Refused as fault:
            faults.append((line, fault))
    if faults:
        raise together(path, faults)
    if not requests:
        raise InvalidInput(f"In {path} staat geen enkel traject onder de kopregel.")
    return requests


def _request(row: dict[str, str]) -> IntakeRequest:
    return IntakeRequest(
        reference=row["reference"],
        route=row["route"],
        needs=row["need"].split(),
        municipality=row.get("municipality") or None,
        brp=row.get("brp") or "unknown",
        present=row.get("present", "").split(),
        agreed=_days(row.get("agreed", ""), "agreed"),
        needed_from=_days(row.get("needed_from", ""), "needed_from"),
        waive=once([waiver(part.strip()) for part in row.get("waive", "").split(";") if part.strip()], "waive"),
        urgent=row.get("urgent", "").split(),
        director=row.get("director") or None,
        purposes=once([FOR(part) for part in row.get("for", "").split()], "for"),
        living=row.get("living") or None,
        losing_place=YES_NO(row["losing_place"]) if row.get("losing_place") else None,
        wlz=row.get("wlz") or None,
        contact=row.get("contact") or None,
        own_number=row.get("own_number") or None,
        on=inputs.day(row["on"], "on") if row.get("on") else None,
    )


def _days(cell: str, column: str) -> dict[str, date]:
    pairs = []
    for part in cell.split():
        key, equals, text = part.partition("=")
        if not equals:
            raise InvalidInput(f"'{inputs.shown(part)}' klopt niet in kolom {column}. Verwacht: KEY=JJJJ-MM-DD.")
        pairs.append((key, inputs.day(text, column)))
    return once(pairs, column)
