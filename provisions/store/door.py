"""What the door remembers of itself. Nothing here commits."""

from sqlalchemy import Connection

from provisions.store import settings

OTHER_ADMINISTRATOR = "other_administrator"


def other_administrator(connection: Connection) -> bool:
    """Whether an administrator besides ``admin`` was ever made."""
    return settings.read(connection, OTHER_ADMINISTRATOR) is not None


def note_other_administrator(connection: Connection) -> None:
    """From now on there was one, for good."""
    settings.write(connection, OTHER_ADMINISTRATOR, "yes")
