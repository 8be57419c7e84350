"""What a room of pages declares: each address, who answers there, and whether a session is needed."""

from dataclasses import dataclass

from provisions.web.visits import Handler


@dataclass(frozen=True)
class Page:
    """An address, and what answers to looking and to a form. ``anyone``: also without a session."""

    path: str
    get: Handler | None = None
    post: Handler | None = None
    anyone: bool = False
