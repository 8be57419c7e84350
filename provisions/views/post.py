"""Post that has not left: it is marked wherever a provision is shown, before it counts as undelivered."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

STUCK, SLOW = "bericht niet bezorgd: bel zelf", "bericht nog niet verzonden"


@dataclass(frozen=True)
class Post:
    """What waits longer than post should, and what does not arrive.

    ``stuck`` and ``slow``: provisions (id) with a message like that; ``cases``: their cases (id). ``waiting``: how many messages
    are slow in all, also those of no provision; ``since``: from when the first of them waits (aware).
    """

    stuck: frozenset[int] = frozenset()
    slow: frozenset[int] = frozenset()
    cases: frozenset[int] = frozenset()
    waiting: int = 0
    since: datetime | None = None

    @classmethod
    def of(cls, rows: Sequence[Any]) -> "Post":
        """From what ``looking.unsent`` found: what still waits."""
        slow = [row for row in rows if not row.stuck]
        return cls(
            frozenset(row.provision_id for row in rows if row.stuck and row.provision_id is not None),
            frozenset(row.provision_id for row in slow if row.provision_id is not None),
            frozenset(row.case_id for row in rows if row.case_id is not None),
            len(slow),
            min((row.since for row in slow), default=None),
        )

    def besides(self, given_up: Iterable[int]) -> "Post":
        """With the provisions (id) of which a message was given up."""
        return replace(self, stuck=self.stuck | set(given_up))

    def told(self, provision_id: int) -> str:
        """What a reader should know (Dutch); ``""`` when its post arrives."""
        if provision_id in self.stuck:
            return STUCK
        return SLOW if provision_id in self.slow else ""


NOTHING_WAITS = Post()
