"""Which version of the schema this program needs.

Versions are numbered ``0001``, ``0002``, …; a file in ``migrations/versions`` carries its number in its name, so that
the newest one is known without importing alembic (which would slow every command).
"""

from provisions.domain.errors import InvalidInput
from provisions.settings import MIGRATIONS


def newest() -> str:
    """The version this program needs."""
    return max(path.name[:4] for path in (MIGRATIONS / "versions").glob("[0-9][0-9][0-9][0-9]_*.py"))


def is_newest(version: str | None) -> bool:
    """Whether a database of ``version`` (``None``: empty) is what this program needs.

    Raises ``InvalidInput`` when the database is newer: an old program must not touch it.
    """
    if version is not None and version > newest():
        raise InvalidInput(
            f"De database heeft versie {version}; dit programma kent versies tot en met {newest()}.",
            "Gebruik de nieuwste versie van het programma, of zet de database terug met de nieuwe versie.",
        )
    return version == newest()
