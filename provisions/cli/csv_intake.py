"""Many cases from one CSV file: all or nothing, with the line in every error."""

import csv
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

from provisions import inputs
from provisions.cli.arguments import once, waiver
from provisions.domain.errors import InvalidInput, NotFound, Refused
from provisions.steps import IntakeRequest

REQUIRED = ("reference", "route", "need")
OPTIONAL = ("municipality", "brp", "present", "agreed", "needed_from", "urgent", "director", "on", "waive")


def read(path: Path, check: Callable[[IntakeRequest], None]) -> list[IntakeRequest]:
    """The requests in ``path``. ``check`` raises what intake would raise for one of them.

    Raises ``NotFound`` without the file, ``InvalidInput`` with one line for each fault, or the only kind of refusal
    there was.
    """
    try:
        text = path.read_text("utf-8-sig")
    except FileNotFoundError:
        raise NotFound(f"Het bestand {path} is er niet.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(f"Het bestand {path} is niet te lezen als UTF-8-tekst ({type(error).__name__}).") from None
    requests: list[IntakeRequest] = []
    faults: list[tuple[int, Refused]] = []
    seen: dict[str, int] = {}
    for line, row in _rows(text, path):
        try:
            request = _request(row)
            if request.reference in seen:
                raise InvalidInput(
                    f"De referentie {inputs.shown(request.reference)} staat ook op regel {seen[request.reference]}."
                )
            seen[request.reference] = line
            check(request)
            requests.append(request)
        except Refused as fault:
            faults.append((line, fault))
    if faults:
        raise _together(path, faults)
    if not requests:
        raise InvalidInput(f"In {path} staat geen enkel traject onder de kopregel.")
    return requests


def _together(path: Path, faults: list[tuple[int, Refused]]) -> Refused:
    shown = [f"regel {line}: {text}" for line, fault in faults for text in fault.lines]
    head = (
        f"Niets uit {path} is vastgelegd: {len(faults)} {'regel is' if len(faults) == 1 else 'regels zijn'} niet goed."
    )
    rest = [f"… en nog {len(shown) - 50} fouten."] if len(shown) > 50 else []
    kinds = {type(fault) for _, fault in faults}
    kind = kinds.pop() if len(kinds) == 1 else InvalidInput
    return kind(head, *shown[:50], *rest)


def _rows(text: str, path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        delimiter = ";" if text.partition("\n")[0].count(";") > text.partition("\n")[0].count(",") else ","
        reader = csv.DictReader(text.splitlines(keepends=True), delimiter=delimiter, strict=True)
        names = [name.strip() for name in reader.fieldnames or ()]
        reader.fieldnames = names
        _check_header(names, path)
        for row in reader:
            if None in row:
                raise InvalidInput(
                    f"regel {reader.line_num}: er staan meer kolommen dan in de kopregel. Zet een waarde met een komma "
                    "tussen aanhalingstekens."
                )
            if any(row.values()):
                yield reader.line_num, {name: (value or "").strip() for name, value in row.items()}
    except csv.Error as error:
        raise InvalidInput(
            f"Het bestand {path} is geen geldig CSV-bestand, rond regel {reader.line_num} ({error})."
        ) from None


def _check_header(names: list[str], path: Path) -> None:
    missing = [name for name in REQUIRED if name not in names]
    unknown = [name for name in names if name not in REQUIRED + OPTIONAL]
    faults = []
    if missing:
        faults.append(f"De kopregel van {path} mist: {', '.join(missing)}.")
    if unknown:
        faults.append(
            f"De kopregel van {path} heeft onbekende kolommen: {', '.join(map(inputs.shown, unknown))}. "
            f"Bekend zijn: {', '.join(REQUIRED + OPTIONAL)}."
        )
    if len(set(names)) < len(names):
        faults.append(f"In de kopregel van {path} staat een kolom twee keer.")
    if faults:
        raise InvalidInput(*faults)


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
