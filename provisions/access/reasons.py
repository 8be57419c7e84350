"""A reason for which somebody looks who has no standing right to: from a list, for some hours, in one municipality."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True)
class Reason:
    """A reason of the list. ``label`` is Dutch; ``hours``: how long somebody may look who gives it."""

    code: str
    label: str
    hours: int

    def until(self, given: datetime) -> datetime:
        """Until when somebody may look who gave it at ``given`` (aware)."""
        return given + timedelta(hours=self.hours)


@dataclass(frozen=True)
class Given:
    """A reason (a code) that somebody gave in a municipality. Moments are aware: from ``at`` on, and no longer at ``until``."""

    by: str
    municipality: str
    reason: str
    at: datetime
    until: datetime

    def counts(self, now: datetime) -> bool:
        """Whether it is still a reason to look at ``now`` (aware)."""
        return self.at <= now < self.until
