"""Dying at a step of what is done in a case system: before a call leaves, or when its answer has come."""

from collections.abc import Callable
from typing import NoReturn

import httpx


class Steps:
    """Counts, and after the last one is the end."""

    def __init__(self, left: int, end: Callable[[], object]) -> None:
        self._left = left
        self._end = end

    def __call__(self, *_: object) -> None:
        self._left -= 1
        if self._left < 0:
            self._end()


class Stepping(httpx.HTTPTransport):
    """A way out on which each call takes two steps."""

    def __init__(self, step: Callable[[], object]) -> None:
        super().__init__()
        self._step = step

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self._step()
        answer = super().handle_request(request)
        self._step()
        return answer


class Killed(BaseException):
    """The process ends here, in the midst of whatever it did."""


def mortal(steps: int) -> Stepping:
    """A way out on which whoever goes there is ``Killed`` after so many steps."""
    return Stepping(Steps(steps, _killed))


def _killed() -> NoReturn:
    raise Killed
