"""Whether this engine's database, home and Prefect belong together (``provisions/store/installation.py``).

Prefect keeps the number as a variable: part of its public API, and reached the same way from every machine.
"""

from pathlib import Path

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.actions import VariableCreate, VariableUpdate
from sqlalchemy import Engine as Database

from provisions.machine.home import installation_of, note_installation
from provisions.store import installation

VARIABLE = "provisions_installation"


def settle(client: SyncPrefectClient, database: Database, home: Path) -> None:
    """See to it that all three have the same number; repeating it changes nothing.

    Raises ``NotAllowed`` when they belong to different installations.
    """
    # One engine after the other: several that come for the first time at one moment would each see half of what another writes.
    # What is new is written to Prefect before the database, so that a stop in between leaves nothing that is refused later.
    with installation.alone(database) as connection:
        recorded, mine, in_prefect = installation.recorded(connection), installation_of(home), _in_prefect(client)
        number = installation.belonging(recorded, mine, in_prefect)
        if mine != number:
            note_installation(home, number)
        if in_prefect != number:
            _tell(client, number, known=in_prefect is not None)
        installation.claim(connection, number)


def _in_prefect(client: SyncPrefectClient) -> str | None:
    found = client.read_variable_by_name(VARIABLE)
    return str(found.value) if found else None


def _tell(client: SyncPrefectClient, number: str, *, known: bool) -> None:
    if known:
        client.update_variable(VariableUpdate(name=VARIABLE, value=number))
    else:
        client.create_variable(VariableCreate(name=VARIABLE, value=number))
