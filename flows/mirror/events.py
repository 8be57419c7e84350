"""What happened, as events in Prefect on which a municipality can hang an automation (``config/prefect.toml``).

Each fact once: it waits in a table that the transaction of the fact filled, and its id follows from the fact, so that
Prefect recognises a repeat. Codes and choices only.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import Engine as Database

from flows.loops.loop import Loop
from flows.prefect import api
from flows.prefect.api import SyncPrefectClient
from flows.prefect.client import prefect_thread
from provisions.catalogue import Config
from provisions.catalogue.automations import EventName
from provisions.domain import dutch
from provisions.domain.case import ProvisionKey
from provisions.domain.rules import OutcomeName
from provisions.store import announcements

BATCH = 100
IDLE = 30.0  # seconds; woken by what is recorded and by what is shown
WAIT_FOR_RUN = "1 minute"  # a fact of a provision whose run is still to be made
_NAMESPACE = UUID("7c0a4b0e-5d0b-5b52-9f57-0c3d6f2f6a10")


class Events:
    """Announces what happened, oldest first."""

    def __init__(self, database: Database, config: Config) -> None:
        self._database = database
        self._config = config
        self.loop = Loop("gebeurtenissen", self._turn, around=prefect_thread)

    def _turn(self) -> float:
        client = api.client_of_thread()
        while not self.loop.stopped and self.announce(client):
            pass
        return IDLE

    def announce(self, client: SyncPrefectClient) -> int:
        """Announce some of what has not been announced yet. Returns how many facts."""
        with self._database.begin() as connection:
            facts = announcements.hold_waiting(connection, BATCH, WAIT_FOR_RUN)
            if facts:
                api.post_events(client, [self._event(fact) for fact in facts])
                announcements.done(connection, [fact.id for fact in facts])
        return len(facts)

    def _event(self, fact: Any) -> dict[str, Any]:
        name = self._config.catalogue.rule(fact.key).called(fact.round, fact.purpose)
        which = ProvisionKey(fact.key, fact.round)
        data: Mapping[str, Any] = fact.data or {}
        payload = {
            "reference": fact.reference,
            "key": fact.key,
            "round": fact.round if fact.round > 1 else None,
            "provision": name,
            "municipality": fact.municipality,
            "rung": data.get("rung"),
            "outcome": data.get("outcome"),
        }
        run = {"prefect.resource.id": f"prefect.flow-run.{fact.flow_run}", "prefect.resource.role": "flow-run"}
        # As Prefect's own events of a run have it: by this the events that somebody sees are limited.
        town = {"prefect.resource.id": f"prefect.tag.{fact.municipality}", "prefect.resource.role": "tag"}
        return {
            "id": str(event_id(fact.reference, fact.id, fact.at)),
            "occurred": fact.at.isoformat(),
            "event": event_name(fact.what, data),
            "resource": {
                "prefect.resource.id": f"provisions.provision.{fact.reference}.{which}",
                "prefect.resource.name": f"{dutch.capitalised(name)} · {fact.reference}",
                "provisions.municipality": fact.municipality,
                "provisions.key": fact.key,
            },
            "related": [run, town] if fact.flow_run else [town],
            "payload": {key: value for key, value in payload.items() if value is not None},
        }


def event_name(what: str, data: Mapping[str, Any]) -> str:
    """
    >>> event_name("provision.outcome", {"outcome": "refused"})
    'provisions.refused'
    """
    if what == "provision.outcome":
        return (EventName.REFUSED if data.get("outcome") == OutcomeName.REFUSED.value else EventName.SETTLED).value
    names = {
        "provision.started": EventName.STARTED,
        "provision.overdue": EventName.OVERDUE,
        "rung.climbed": EventName.RUNG,
    }
    return names[what].value


def event_id(reference: str, line: int, at: datetime) -> UUID:
    """Follows from the line of the audit, so that Prefect recognises a repeat."""
    return uuid5(_NAMESPACE, f"{reference}/{line}/{at.isoformat()}")
