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


def other_version(version: str | None) -> tuple[str, ...]:
    """What is said (Dutch) when the database is of another version than this program: what it is, and what to do.

    ``None``: the database is empty, or this role may not see its version.
    """
    if version is None:
        return (
            f"De database is leeg of niet te lezen; dit programma werkt met versie {newest()}.",
            "Kijk of PROVISIONS_DATABASE_URL klopt. Is de database nieuw, of mist de rol rechten: 'provisions migrate'.",
        )
    return (
        f"De database heeft versie {version}; dit programma werkt met versie {newest()}. Er is niets gewijzigd.",
        "Maak met de vorige versie van het programma een back-up (provisions backup). Stop alle motoren en werkers, "
        "voer met deze versie 'provisions migrate' uit, en start ze weer.",
    )
