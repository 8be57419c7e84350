"""Calling the stand-by: who is called when, until somebody acknowledges it. Pure: the moment is an argument."""

from datetime import timedelta

ROUNDS = 2  # how often each is called
AGAIN = timedelta(minutes=1)  # after the gateway refused, and in case this program ended while it called
LOOKS_BACK = timedelta(hours=12)  # what is older is no reason to wake anybody


def who_is_called(called: int, people: int) -> int | None:
    """The place in the list of the person to call after ``called`` calls; ``None`` when everybody was called often enough.

    >>> [who_is_called(called, 2) for called in range(5)]
    [0, 1, 0, 1, None]
    """
    return called % people if called < ROUNDS * people else None
