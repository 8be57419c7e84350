"""Why something is refused. The text is Dutch: it is read by the person who typed the value.

Each class carries the exit code that the command line promises (``cli.md``).
"""

from collections.abc import Sequence


class Refused(Exception):  # noqa: N818 - the word of the domain: a request is refused, the software does not fail
    """A request that is not carried out; nothing has changed. ``str()`` is a complete Dutch message."""

    exit_code = 1

    def __init__(self, *lines: str) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


class InvalidInput(Refused):
    """The input is wrong. The message names the value, what was expected and what to do."""

    exit_code = 2


class InvalidConfig(InvalidInput):
    """A file in ``config/`` is wrong. The message names file, entry, key and remedy, one line a fault."""


class NotFound(Refused):
    """What was asked for does not exist."""

    exit_code = 3


class NotAllowed(Refused):
    """Not allowed in the present state. The message names that state."""

    exit_code = 4


class Unreachable(Refused):
    """A component (database, Prefect, mail server) can't be reached."""

    exit_code = 5


class SeveralRefused(Refused):
    """Of many requests that are carried out together or not at all, these are refused: (place from 0, why)."""

    def __init__(self, faults: Sequence[tuple[int, Refused]]) -> None:
        super().__init__(*(f"{place + 1}: {line}" for place, fault in faults for line in fault.lines))
        self.faults = tuple(faults)
        codes = {fault.exit_code for _, fault in faults}
        self.exit_code = codes.pop() if len(codes) == 1 else InvalidInput.exit_code
