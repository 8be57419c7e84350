"""Many requests from one CSV file: all or nothing, with the line in every error."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from provisions import inputs
from provisions.domain.errors import InvalidInput, NotFound, Refused

MOST_SHOWN = 50  # faults


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
        text = path.read_text("utf-8-sig")
    except FileNotFoundError:
        raise NotFound(f"Het bestand {path} is er niet.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(f"Het bestand {path} is niet te lezen als UTF-8-tekst ({type(error).__name__}).") from None
    return _rows(text, path, columns)


def together(path: Path, faults: Sequence[tuple[int, Refused]]) -> Refused:
    """One refusal of the whole file: each fault with its line; of the only kind there was, if there was one."""
    shown = [f"regel {line}: {text}" for line, fault in faults for text in fault.lines]
    head = (
        f"Niets uit {path} is vastgelegd: {len(faults)} {'regel is' if len(faults) == 1 else 'regels zijn'} niet goed."
    )
    rest = [f"… en nog {len(shown) - MOST_SHOWN} fouten."] if len(shown) > MOST_SHOWN else []
    kinds = {type(fault) for _, fault in faults}
    kind = kinds.pop() if len(kinds) == 1 else InvalidInput
    return kind(head, *shown[:MOST_SHOWN], *rest)


def _rows(text: str, path: Path, columns: Columns) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        delimiter = ";" if text.partition("\n")[0].count(";") > text.partition("\n")[0].count(",") else ","
        reader = csv.DictReader(text.splitlines(keepends=True), delimiter=delimiter, strict=True)
        names = [name.strip() for name in reader.fieldnames or ()]
        reader.fieldnames = names
        _check_header(names, path, columns)
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


def _check_header(names: list[str], path: Path, columns: Columns) -> None:
    missing = [name for name in columns.required if name not in names]
    unknown = [name for name in names if name not in columns.required + columns.optional]
    faults = []
    if missing:
        faults.append(f"De kopregel van {path} mist: {', '.join(missing)}.")
    if unknown:
        faults.append(
            f"De kopregel van {path} heeft onbekende kolommen: {', '.join(map(inputs.shown, unknown))}. "
            f"Bekend zijn: {', '.join(columns.required + columns.optional)}."
        )
    if len(set(names)) < len(names):
        faults.append(f"In de kopregel van {path} staat een kolom twee keer.")
    if faults:
        raise InvalidInput(*faults)
