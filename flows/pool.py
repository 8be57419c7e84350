"""The name of :mod:`flows.entrypoints` before version 0.2: deployments registered by that version say ``flows.pool.<name>``.

They are registered anew when an engine starts; until then a work pool asks here. Goes with the release after 0.2.
"""

from typing import Any

from prefect import Flow

from flows import entrypoints


def __getattr__(name: str) -> Flow[..., Any]:
    """As :mod:`flows.entrypoints`."""
    if name.startswith("__"):
        raise AttributeError(name)
    found: Flow[..., Any] = getattr(entrypoints, name)
    return found
