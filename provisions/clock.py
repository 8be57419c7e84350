"""The one clock of the program. The domain has none: time is an argument."""

from datetime import UTC, datetime


def utc_now() -> datetime:
    """This moment, aware and in UTC."""
    return datetime.now(UTC)
