"""What the door remembers of itself. Nothing here commits."""

from sqlalchemy import Connection

from provisions.store import settings

OTHER_ADMINISTRATOR = "other_administrator"
ADMIN_PASSWORD = "admin_password"  # noqa: S105 - the name of what is kept of it


def other_administrator(connection: Connection) -> bool:
    """Whether an administrator besides ``admin`` was ever made."""
    return settings.read(connection, OTHER_ADMINISTRATOR) is not None


def note_other_administrator(connection: Connection) -> None:
    """From now on there was one, for good."""
    settings.write(connection, OTHER_ADMINISTRATOR, "yes")


def is_new_admin_password(connection: Connection, kept: str) -> bool:
    """Remember what is kept of the password of ``admin``; whether it was another one, or none yet."""
    if settings.read(connection, ADMIN_PASSWORD) == kept:
        return False
    settings.write(connection, ADMIN_PASSWORD, kept)
    return True
