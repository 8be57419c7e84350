"""The outermost room: the command ``provisions``. Parses, calls a use case, prints. ``cli.md`` is the promise kept here."""

from provisions.cli.main import main

__all__ = ["main"]
