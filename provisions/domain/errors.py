"""Why something is refused. The text is Dutch: it is read by the person who typed the value.

Each class carries the exit code that the command line promises (``cli.md``).
"""


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
