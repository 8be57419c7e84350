"""What commands print: JSON or Dutch lines on standard output, progress on standard error."""

import json
import re
from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any

from provisions.catalogue import Config
from provisions.cli import terminal

if TYPE_CHECKING:
    from provisions.cli.tables import Tables


# Control, format and bidi characters that JSON leaves as they are, and halves of surrogate pairs.
_STEERS = re.compile(
    "[\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)


def as_json(value: Any) -> None:
    """Print ``value`` as JSON on standard output, and nothing else."""
    terminal.drawn(_harmless(json.dumps(value, ensure_ascii=not terminal.speaks_unicode(), indent=2)))


def as_json_list(values: Iterable[Any]) -> None:
    """Print many values as one JSON list, each on a line of its own: ten times as quick as with indents."""
    plain = not terminal.speaks_unicode()
    lines = (json.dumps(value, ensure_ascii=plain) for value in values)
    terminal.drawn(_harmless("[" + ",".join(f"\n{line}" for line in lines) + "\n]"))


def _harmless(text: str) -> str:
    """JSON of the same value, in which what steers a screen is escaped."""
    return _STEERS.sub(lambda found: json.dumps(found[0])[1:-1], text)


def say(*lines: str) -> None:
    """A Dutch line for people, on standard output."""
    terminal.lines(*lines)


def progress(line: str) -> None:
    """A Dutch line of progress, on standard error."""
    terminal.aside(line)


def tables(config: Config, today: date) -> "Tables":
    """What prints for people, as seen on the day ``today``."""
    from provisions.cli.tables import Tables  # rich is only needed here; programs don't wait for it

    return Tables(config, today)
