"""What the cases share."""

from tests.cli.conftest import database, database_url, provisions

__all__ = ["database", "database_url", "provisions"]
