"""Many requests from one CSV file: all or nothing, with the line in every error."""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from provisions import inputs
from provisions.cli import refusals
from provisions.domain import dutch
from provisions.domain.encodings import decoded
from provisions.domain.errors import InvalidInput, NotFound, Refused
from provisions.machine.files import reason

MOST_SHOWN = 50  # faults
SAVE_AS = "Sla het in Excel op als 'CSV UTF-8 (door komma's gescheiden)' en probeer het opnieuw."
_SEPARATOR = re.compile(r'"?sep=([,;\t|])"?[,;\t ]*(?:\r\n|\r|\n)', re.IGNORECASE)
_LINE_END = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True)
class Columns:
    """Which columns a file must and may have."""

    required: tuple[str, ...]
    optional: tuple[str, ...]


def rows(path: Path, columns: Columns) -> Iterator[tuple[int, dict[str, str]]]:
    """The number of each line and its cells by column, without white space around them; empty lines are left out.

    Raises ``NotFound`` without the file, ``InvalidInput`` when it can't be read as a table.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise NotFound(f"Het bestand {path} is er niet.") from None
    except OSError as error:
        raise InvalidInput(
            f"Het bestand {path} is niet te lezen ({reason(error)}). Controleer de naam en de rechten."
        ) from None
    return _rows(decoded(content, str(path), SAVE_AS), path, columns)


def together(path: Path, faults: Sequence[tuple[int, Refused]]) -> Refused:
    """One refusal of the whole file: each fault with its line; of the only kind there was, if there was one."""
    shown = [f"regel {line}: {text}" for line, fault in faults for text in refusals.lines(fault)]
    head = f"Niets uit {path} is vastgelegd: {dutch.counted(len(faults), 'regel is', 'regels zijn')} niet goed."
    rest = [f"… en nog {len(shown) - MOST_SHOWN} fouten."] if len(shown) > MOST_SHOWN else []
    kinds = {type(fault) for _, fault in faults}
    kind = kinds.pop() if len(kinds) == 1 else InvalidInput
    return kind(head, *shown[:MOST_SHOWN], *rest)


def _rows(text: str, path: Path, columns: Columns) -> Iterator[tuple[int, dict[str, str]]]:
    records = _records(text, path)
    header = next((cells for _, cells in records if any(cell.strip() for cell in cells)), [])
    names = [name.strip().lower() for name in header]
    _check_header([name for name in names if name], path, columns)
    for line, cells in records:
        filled = [cell.strip() for cell in cells]
        if not any(filled):
            continue
        named = dict(zip(names, filled, strict=False))
        if any(filled[len(names) :]):
            raise InvalidInput(
                f"regel {line}: er staan meer kolommen dan in de kopregel. Zet een waarde met een komma of puntkomma "
                "tussen aanhalingstekens."
            )
        if any(value for name, value in zip(names, filled, strict=False) if not name):
            raise InvalidInput(
                f"regel {line}: er staat iets in een kolom zonder naam. Geef die een naam of maak haar leeg."
            )
        yield line, {name: named.get(name, "") for name in names if name}


def _records(text: str, path: Path) -> Iterator[tuple[int, list[str]]]:
    """Each record with the line of the file on which it begins, from 1.

    A record ends at a line feed or a carriage return outside quotes, nowhere else: that is what ``newline=""`` keeps.
    """
    first, skipped = text, 0
    if chosen := _SEPARATOR.match(text):
        first, skipped = text[chosen.end() :], 1  # Excel's own line: it says what separates the columns
    delimiter = chosen[1] if chosen else _delimiter(_header_of(first))
    reader = csv.reader(io.StringIO(first, newline=""), delimiter=delimiter, strict=True)
    begun = 1
    try:
        while True:
            begun = reader.line_num + skipped + 1
            cells = next(reader, None)
            if cells is None:
                return
            yield begun, cells
    except csv.Error:
        raise InvalidInput(
            f"Het bestand {path} is geen geldig CSV-bestand: regel {begun} klopt niet. Kijk naar de aanhalingstekens: een "
            "aanhalingsteken binnen een waarde schrijft u twee keer. Een waarde is hoogstens 100.000 tekens lang."
        ) from None


def _header_of(text: str) -> str:
    """The first line with something else in it than what separates columns."""
    begins = re.search(r"[^,;\t\s\"]", text)
    start = begins.start() if begins else 0
    return _LINE_END.split(text[start:], maxsplit=1)[0]


def _delimiter(header: str) -> str:
    return max(",;\t", key=header.count)


def _check_header(names: list[str], path: Path, columns: Columns) -> None:
    missing = [name for name in columns.required if name not in names]
    unknown = [name for name in names if name not in columns.required + columns.optional]
    faults = []
    if missing:
        faults.append(
            f"De kopregel van {path} mist: {', '.join(missing)}. Zet op de eerste regel de namen van de kolommen, met een "
            "komma, puntkomma of tab ertussen."
        )
    if unknown:
        faults.append(
            f"De kopregel van {path} heeft onbekende kolommen: {', '.join(map(inputs.shown, unknown))}. "
            f"Bekend zijn: {', '.join(columns.required + columns.optional)}."
        )
    if len(set(names)) < len(names):
        faults.append(f"In de kopregel van {path} staat een kolom twee keer.")
    if faults:
        raise InvalidInput(*faults)
