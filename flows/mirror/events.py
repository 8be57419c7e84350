"""What happened, as events in Prefect on which a team lead can hang an automation of his own.

Each fact once: it waits in a table that the transaction of the fact filled, and its id follows from the fact, so that
Prefect knows a repeat. Codes and choices only.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import Connection, and_, delete, func, or_, select, text
from sqlalchemy import Engine as Database

from flows.loops.loop import Loop
from flows.prefect import api
from flows.prefect.api import SyncPrefectClient
from flows.prefect.client import prefect_thread
from provisions.catalogue import Config
from provisions.domain.rules import OutcomeName
from provisions.store import tables as t

STARTED, OVERDUE, RUNG, SETTLED, REFUSED = (
    "provisions.started",
    "provisions.overdue",
    "provisions.rung",
    "provisions.settled",
    "provisions.refused",
)
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
        """Announce some of what was not announced yet; how many facts."""
        with self._database.begin() as connection:
            facts = _waiting(connection)
            if facts:
                api.post_events(client, [self._event(fact) for fact in facts])
                done = [fact.id for fact in facts]
                connection.execute(delete(t.announcement).where(t.announcement.c.audit_id.in_(done)))
        return len(facts)

    def _event(self, fact: Any) -> dict[str, Any]:
        name = self._config.catalogue.rule(fact.key).name
        data: Mapping[str, Any] = fact.data or {}
        payload = {
            "reference": fact.reference,
            "key": fact.key,
            "provision": name,
            "municipality": fact.municipality,
            "rung": data.get("rung"),
            "outcome": data.get("outcome"),
        }
        run = {"prefect.resource.id": f"prefect.flow-run.{fact.flow_run}", "prefect.resource.role": "flow-run"}
        return {
            "id": str(event_id(fact.reference, fact.id, fact.at)),
            "occurred": fact.at.isoformat(),
            "event": event_name(fact.what, data),
            "resource": {
                "prefect.resource.id": f"provisions.provision.{fact.reference}.{fact.key}",
                "prefect.resource.name": f"{name[:1].upper()}{name[1:]} · {fact.reference}",
                "provisions.municipality": fact.municipality,
                "provisions.key": fact.key,
            },
            "related": [run] if fact.flow_run else [],
            "payload": {key: value for key, value in payload.items() if value is not None},
        }


def event_name(what: str, data: Mapping[str, Any]) -> str:
    """
    >>> event_name("provision.outcome", {"outcome": "refused"})
    'provisions.refused'
    """
    if what == "provision.outcome":
        return REFUSED if data.get("outcome") == OutcomeName.REFUSED.value else SETTLED
    return {"provision.started": STARTED, "provision.overdue": OVERDUE, "rung.climbed": RUNG}[what]


def event_id(reference: str, line: int, at: datetime) -> UUID:
    """Follows from the line of the audit, so that Prefect knows a repeat."""
    return uuid5(_NAMESPACE, f"{reference}/{line}/{at.isoformat()}")


def _waiting(connection: Connection) -> Sequence[Any]:
    """What is to be announced, held until the transaction ends; what another engine holds is left out."""
    query = (
        select(
            t.audit.c.id,
            t.audit.c.at,
            t.audit.c.what,
            t.audit.c.key,
            t.audit.c.data,
            t.case.c.reference,
            t.case.c.municipality,
            t.provision.c.flow_run,
        )
        .select_from(t.announcement)
        .join(t.audit, t.audit.c.id == t.announcement.c.audit_id)
        .join(t.case, t.case.c.id == t.audit.c.case_id)
        .join(
            t.provision,
            and_(
                t.provision.c.case_id == t.audit.c.case_id,
                t.provision.c.key == t.audit.c.key,
                t.provision.c.round == t.audit_round,
            ),
        )
        .where(
            or_(
                t.provision.c.flow_run.is_not(None),
                t.provision.c.started_on.is_(None),
                t.audit.c.at < func.now() - text(f"interval '{WAIT_FOR_RUN}'"),
            )
        )
        .order_by(t.audit.c.id)
        .limit(BATCH)
        .with_for_update(of=t.announcement, skip_locked=True)
    )
    return connection.execute(query).all()
