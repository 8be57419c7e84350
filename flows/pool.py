"""The name that :mod:`flows.entrypoints` had in the version before 0.2: deployments that it registered say ``flows.pool.<name>``.

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
