"""A case's data on request, and forgetting: at once, or when the term for keeping is over.

What is forgotten is reduced to what the report's figures need: days, provisions, municipality, and what happened; under
a number instead of the reference. The audit's lines stay (they hold no free text and no reference), and so the chain.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from dateutil.relativedelta import relativedelta
from sqlalchemy import Connection, Engine, and_, case, delete, func, or_, select, update

from provisions import inputs
from provisions.catalogue import Config
from provisions.database.connect import pooled
from provisions.domain import dutch
from provisions.domain.calendar import day_of
from provisions.domain.errors import NotAllowed
from provisions.domain.lifecycle import SYSTEM
from provisions.domain.messages import MessageKind
from provisions.store import audit
from provisions.store import tables as t
from provisions.store.audit import FORGOTTEN, Line
from provisions.views.cases import Views, utc
from provisions.views.messages import Messages

BATCH = 50
EVERYTHING = 1_000_000


@dataclass(frozen=True)
class Erasure:
    """What is to be erased of a forgotten case outside our database: in Prefect, and as written messages."""

    case_id: int
    reference: str
    messages: tuple[UUID, ...]


@dataclass(frozen=True)
class Forgotten:
    """The number under which what is left is kept, its messages (gone), and how many of those were never sent."""

    case_id: int
    messages: tuple[UUID, ...]
    unsent: int


class Keeping:
    """Export and forgetting. ``clock`` gives the moment (aware)."""

    def __init__(self, engine: Engine, config: Config, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self._config = config
        self._clock = clock
        self._views = Views(pooled(engine), config, clock)
        self._messages = Messages(pooled(engine), config)

    def export(self, reference: str) -> dict[str, Any]:
        """Everything that is known of a case, free text and messages included. Raises ``NotFound``."""
        view = self._views.case(reference)
        with self._engine.connect() as connection:
            details = _details(connection, view.case.reference)
        shown = view.as_json()
        shown["provisions"] = [{**p, **details.get(p["key"], {})} for p in shown["provisions"]]
        return {
            "exported": utc(self._clock()),
            "case": shown,
            "audit": [entry.as_json() for entry in self._views.audit(reference)],
            "messages": [
                message.as_json(body=True)
                for message in reversed(self._messages.found(reference=reference, limit=EVERYTHING))
            ],
        }

    def forget(self, reference: str, *, by: str) -> Forgotten:
        """Forget a closed case at once; messages that were still to be sent are not.

        Raises ``NotFound``, and ``NotAllowed`` for a case that is not closed.
        """
        who = inputs.code(by, "wie dit doet (--by)")
        view = self._views.case(reference)  # refuses what is malformed or unknown
        with self._engine.begin() as connection:
            query = select(t.case.c.id, t.case.c.closed).where(t.case.c.reference == view.case.reference)
            row = connection.execute(query.with_for_update()).one()
            if row.closed is None:
                raise NotAllowed(
                    f"Traject {reference} is niet afgesloten. Sluit het eerst af: provisions close {reference} --by …"
                )
            mine = and_(t.provision.c.case_id == row.id, t.message.c.status == "pending")
            unsent = connection.execute(select(func.count()).select_from(t.message.join(t.provision)).where(mine))
            count = unsent.scalar_one()
            also = f"; niet meer verzonden: {count}" if count else ""
            self._forget(connection, [row.id], who, f"traject vergeten op verzoek{also}")
        messages = next((e.messages for e in self.erasures(case_id=row.id)), ())
        return Forgotten(row.id, messages, count)

    def last_day_kept(self, today: date) -> date:
        """Cases that were closed before this day are forgotten."""
        return today - relativedelta(months=self._config.organisation.keep_months)

    def forget_expired(self) -> int:
        """Forget what was closed longer ago than the configured term; how many cases."""
        before, total = self.last_day_kept(day_of(self._clock())), 0
        term = dutch.counted(self._config.organisation.keep_months, "maand", "maanden")
        because = f"traject vergeten: de bewaartermijn van {term} na afsluiten is voorbij"
        while True:
            with self._engine.begin() as connection:
                expired = (
                    select(t.case.c.id)
                    .where(t.case.c.closed < before, t.case.c.forgotten.is_(None))
                    .order_by(t.case.c.id)
                    .limit(BATCH)
                    .with_for_update(skip_locked=True)
                )
                case_ids = list(connection.execute(expired).scalars())
                if not case_ids:
                    return total
                self._forget(connection, case_ids, SYSTEM, because)
            total += len(case_ids)

    def _forget(self, connection: Connection, case_ids: Sequence[int], by: str, because: str) -> None:
        """Reduce these cases, which are locked."""
        provisions = select(t.provision.c.id).where(t.provision.c.case_id.in_(case_ids)).scalar_subquery()
        _note_erasures(connection, case_ids)
        _clean_overviews(connection, case_ids)
        connection.execute(delete(t.message).where(t.message.c.provision_id.in_(provisions)))
        connection.execute(delete(t.free_text).where(t.free_text.c.case_id.in_(case_ids)))
        connection.execute(delete(t.follow_up).where(t.follow_up.c.provision_id.in_(provisions)))
        connection.execute(delete(t.foreseen).where(t.foreseen.c.case_id.in_(case_ids)))
        connection.execute(delete(t.plan).where(t.plan.c.case_id.in_(case_ids)))
        lines = select(t.audit.c.id).where(t.audit.c.case_id.in_(case_ids)).scalar_subquery()
        connection.execute(delete(t.announcement).where(t.announcement.c.audit_id.in_(lines)))
        connection.execute(update(t.outcome).where(t.outcome.c.provision_id.in_(provisions)).values(fields={}))
        connection.execute(
            update(t.provision)
            .where(t.provision.c.case_id.in_(case_ids))
            .values(flow_run=None, next_at=None, observed_generation=t.provision.c.generation)
        )
        connection.execute(
            update(t.case)
            .where(t.case.c.id.in_(case_ids))
            .values(
                reference=func.concat("VERGETEN-", t.case.c.id),
                route=None,
                director=None,
                forgotten=day_of(self._clock()),
            )
        )
        audit.append(connection, [Line(by, FORGOTTEN, because, case_id) for case_id in case_ids])

    # --- outside our database ----------------------------------------------------------------------------------------

    def erasures(self, limit: int = 100, case_id: int | None = None) -> list[Erasure]:
        """What is still to be erased elsewhere, oldest first; of all cases, or of one."""
        query = select(t.erasure).order_by(t.erasure.c.case_id).limit(limit)
        with self._engine.connect() as connection:
            rows = connection.execute(query if case_id is None else query.where(t.erasure.c.case_id == case_id))
            return [Erasure(row.case_id, row.reference, tuple(row.messages)) for row in rows]

    def erased(self, case_id: int) -> None:
        """It is gone everywhere: the reference is not needed any more."""
        with self._engine.begin() as connection:
            connection.execute(delete(t.erasure).where(t.erasure.c.case_id == case_id))


def _note_erasures(connection: Connection, case_ids: Sequence[int]) -> None:
    of_case = t.message.join(t.provision)
    messages = select(t.message.c.id).select_from(of_case).where(t.provision.c.case_id == t.case.c.id).correlate(t.case)
    found = (
        select(t.case.c.id, t.case.c.reference, func.array(messages.scalar_subquery()))
        .select_from(t.case)
        .where(t.case.c.id.in_(case_ids))
    )
    connection.execute(t.erasure.insert().from_select(["case_id", "reference", "messages"], found))


def _clean_overviews(connection: Connection, case_ids: Sequence[int]) -> None:
    """Morning messages that name one of these cases: their text goes, that they were sent stays."""
    references = connection.execute(select(t.case.c.reference).where(t.case.c.id.in_(case_ids))).scalars().all()
    named = or_(*(t.prepared.c.text.contains(reference, autoescape=True) for reference in references))
    query = select(t.message.c.id).join(t.prepared).where(t.message.c.kind != MessageKind.REPORT.value, named)
    ids = list(connection.execute(query).scalars())
    connection.execute(delete(t.prepared).where(t.prepared.c.message.in_(ids)))
    status = case((t.message.c.status == "pending", "void"), else_=t.message.c.status)
    connection.execute(
        update(t.message)
        .where(t.message.c.id.in_(ids))
        .values(body=None, recipients=None, next_try=None, status=status)
    )


def _details(connection: Connection, reference: str) -> dict[str, dict[str, Any]]:
    """By provision what ``show`` leaves out: outcomes with their fields, and suspensions."""
    found: dict[str, dict[str, Any]] = {}
    for table, name, columns in (
        (t.outcome, "outcomes", ("name", "day", "recorded", "fields", "undone")),
        (t.suspension, "suspensions", ("start", "until", "reason", "resumed")),
    ):
        query = (
            select(t.provision.c.key, *(table.c[column] for column in columns))
            .join(t.provision, t.provision.c.id == table.c.provision_id)
            .join(t.case, t.case.c.id == t.provision.c.case_id)
            .where(t.case.c.reference == reference)
            .order_by(table.c.id)
        )
        for row in connection.execute(query):
            values = {column: _plain(getattr(row, column)) for column in columns}
            found.setdefault(row.key, {"outcomes": [], "suspensions": []})[name].append(values)
    return found


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return utc(value.astimezone(UTC))
    return value.isoformat() if isinstance(value, date) else value
