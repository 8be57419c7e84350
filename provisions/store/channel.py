"""``NOTIFY provisions``: whoever records something tells all listeners (``flows/loops/listener.py``)."""

from sqlalchemy import Connection

CHANNEL = "provisions"
NOTIFY = f"SELECT pg_notify('{CHANNEL}', '')"


def notify(connection: Connection) -> None:
    """Tell all listeners that there is something new, once this transaction is committed."""
    connection.exec_driver_sql(NOTIFY)
