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
    found = client.read_variable_by_name(VARIABLE)
    in_prefect = str(found.value) if found else None
    with database.begin() as connection:
        number = installation.belonging(installation.recorded(connection), installation_of(home), in_prefect)
        stands = installation.claim(connection, number)
        if stands != number:  # another engine was here at the same moment
            number = installation.belonging(stands, installation_of(home), in_prefect)
    if found is None:
        client.create_variable(VariableCreate(name=VARIABLE, value=number))
    elif in_prefect != number:
        client.update_variable(VariableUpdate(name=VARIABLE, value=number))
    if installation_of(home) != number:
        note_installation(home, number)
