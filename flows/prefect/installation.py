"""Whether this engine's database, home and Prefect belong together (``provisions/store/installation.py``).

Prefect keeps the number as a variable: part of its public API, and reached the same way from every machine.
"""

from pathlib import Path

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.actions import VariableCreate, VariableUpdate
from prefect.exceptions import ObjectAlreadyExists
from sqlalchemy import Engine as Database

from provisions.machine.home import installation_of, note_installation
from provisions.store import installation

VARIABLE = "provisions_installation"


def settle(client: SyncPrefectClient, database: Database, home: Path) -> None:
    """See to it that all three have the same number; repeating it changes nothing.

    Raises ``NotAllowed`` when they belong to different installations.
    """
    # What is new is written to Prefect before the database, and read the other way round: whoever finds it in the database
    # finds it in Prefect too, also when several engines come for the first time at one moment.
    with database.connect() as connection:
        recorded = installation.recorded(connection)
    mine, in_prefect = installation_of(home), _in_prefect(client)
    number = installation.belonging(recorded, mine, in_prefect)
    if in_prefect != number:
        number = _tell(client, number, in_prefect)
    with database.begin() as connection:
        stands = installation.claim(connection, number)
    if stands != number:
        number = installation.belonging(stands, mine, number)
    if mine != number:
        note_installation(home, number)


def _in_prefect(client: SyncPrefectClient) -> str | None:
    found = client.read_variable_by_name(VARIABLE)
    return str(found.value) if found else None


def _tell(client: SyncPrefectClient, number: str, known: str | None) -> str:
    """Have ``number`` stand in Prefect; what stands there then, when another engine was first."""
    if known is not None:
        client.update_variable(VariableUpdate(name=VARIABLE, value=number))
        return number
    try:
        client.create_variable(VariableCreate(name=VARIABLE, value=number))
    except ObjectAlreadyExists:
        return _in_prefect(client) or number
    return number
