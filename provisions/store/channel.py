"""``NOTIFY provisions``: who records something tells everybody who listens (``flows/loops/listener.py``)."""

from sqlalchemy import Connection

CHANNEL = "provisions"
NOTIFY = f"SELECT pg_notify('{CHANNEL}', '')"


def notify(connection: Connection) -> None:
    """Tell who listens that there is something new, once this transaction is committed."""
    connection.exec_driver_sql(NOTIFY)
