"""Two people record at the same moment: the one whom the database refuses (a deadlock, a serialization failure) tries again."""

import random
import time
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from sqlalchemy.exc import DBAPIError

from provisions.domain.errors import NotAllowed

P = ParamSpec("P")
T = TypeVar("T")

SENT_AWAY = frozenset({"40P01", "40001"})  # deadlock_detected, serialization_failure: nothing was recorded
TIMES = 5
LONGEST_PAUSE = 0.2  # seconds, times the attempt; at random, so that the same two don't meet again


def tried_again(act: Callable[P, T]) -> Callable[P, T]:
    """``act`` is one whole transaction. Raises ``NotAllowed`` when the others keep getting in the way."""

    @wraps(act)
    def acting(*args: P.args, **kwargs: P.kwargs) -> T:
        for attempt in range(1, TIMES + 1):
            try:
                return act(*args, **kwargs)
            except DBAPIError as error:
                if getattr(error.orig, "sqlstate", None) not in SENT_AWAY:
                    raise
                time.sleep(random.uniform(0, LONGEST_PAUSE) * attempt)  # noqa: S311 - no secret
        raise NotAllowed(
            "Anderen leggen op dit moment hetzelfde vast. Er is niets vastgelegd. Probeer het over een minuut opnieuw."
        )

    return acting
