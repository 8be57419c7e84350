"""Waiting for a process, without keeping busy the core on which it works."""

import time


def pause(began: float, least: float = 0.05) -> None:
    """Before one looks again: a tenth of what was waited since ``began`` (``time.monotonic()``), from ``least`` to half a second.

    A look is a query or a request, and twenty a second of them took as long as what was waited for.
    """
    time.sleep(max(least, min(0.5, (time.monotonic() - began) / 10)))
