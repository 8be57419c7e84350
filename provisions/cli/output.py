"""What commands print: JSON or Dutch lines on standard output, progress on standard error."""

import json
import sys
from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any

from provisions.catalogue import Config

if TYPE_CHECKING:
    from provisions.cli.tables import Tables


def as_json(value: Any) -> None:
    """Print ``value`` as JSON on standard output, and nothing else."""
    json.dump(value, sys.stdout, ensure_ascii=False, indent=2)
    sys.stdout.write("\n")


def as_json_list(values: Iterable[Any]) -> None:
    """Print many values as one JSON list, each on a line of its own: ten times as quick as with indents."""
    lines = (json.dumps(value, ensure_ascii=False) for value in values)
    sys.stdout.write("[" + ",".join(f"\n{line}" for line in lines) + "\n]\n")


def say(*lines: str) -> None:
    """A Dutch line for people, on standard output."""
    for line in lines:
        sys.stdout.write(line + "\n")


def progress(line: str) -> None:
    """A Dutch line of progress, on standard error."""
    sys.stderr.write(line + "\n")


def tables(config: Config, today: date) -> "Tables":
    """What prints for people, as seen on the day ``today``."""
    from provisions.cli.tables import Tables  # rich is only needed here; programs don't wait for it

    return Tables(config, today)
