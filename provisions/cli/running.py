"""``provisions up`` and ``demo``, and the parts of ``up`` by themselves: the only commands that need Prefect."""

from argparse import Namespace

from flows.commands import demo as demonstration
from flows.commands import parts
from flows.commands import up as everything
from flows.commands import web as pages
from provisions.settings import Settings


def up(_args: Namespace, settings: Settings) -> int:
    """Start everything; returns the exit code once it is stopped."""
    return everything.run(settings)


def demo(_args: Namespace, settings: Settings) -> int:
    """The same with an example caseload."""
    return demonstration.run(settings)


def engine(_args: Namespace, settings: Settings) -> int:
    """One engine, beside others."""
    return parts.engine(settings)


def server(_args: Namespace, settings: Settings) -> int:
    """Prefect's pages and API."""
    return parts.server(settings)


def web(_args: Namespace, settings: Settings) -> int:
    """The door alone."""
    return pages.run(settings)


def services(_args: Namespace, settings: Settings) -> int:
    """The background work of several servers."""
    return parts.services(settings)


def worker(_args: Namespace, settings: Settings) -> int:
    """A process worker for a work pool."""
    return parts.worker(settings)


def migrate(args: Namespace, settings: Settings) -> int:
    """The database as this version of the program needs it."""
    return parts.migrate(settings, here=args.here)
