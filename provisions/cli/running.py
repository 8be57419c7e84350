"""``provisions up`` and ``demo``: the only commands that need Prefect."""

from argparse import Namespace

from flows import demo as demonstration
from flows import up as everything
from provisions.settings import Settings


def up(_args: Namespace, settings: Settings) -> int:
    """Start everything; returns the exit code once it is stopped."""
    return everything.run(settings)


def demo(_args: Namespace, settings: Settings) -> int:
    """The same with an example caseload."""
    return demonstration.run(settings)
