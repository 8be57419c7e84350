"""Lines of the audit that are still to be announced in Prefect. Nothing here commits."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, and_, delete, func, or_, select, text

from provisions.store import tables as t


def hold_waiting(connection: Connection, limit: int, wait_for_run: str) -> Sequence[Any]:
    """What is to be announced, oldest first, held until the transaction ends; what another engine holds is left out.

    A fact of a provision whose run is still to be made waits at most ``wait_for_run`` (as PostgreSQL writes an interval).
    """
    query = (
        select(
            t.audit.c.id,
            t.audit.c.at,
            t.audit.c.what,
            t.audit.c.key,
            t.audit.c.data,
            t.case.c.reference,
            func.coalesce(t.provision.c.municipality, t.case.c.municipality).label("municipality"),
            t.provision.c.round,
            t.provision.c.purpose,
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
                t.audit.c.at < func.now() - text(f"interval '{wait_for_run}'"),
            )
        )
        .order_by(t.audit.c.id)
        .limit(limit)
        .with_for_update(of=t.announcement, skip_locked=True)
    )
    return connection.execute(query).all()


def done(connection: Connection, lines: Sequence[int]) -> None:
    """These lines have been announced."""
    connection.execute(delete(t.announcement).where(t.announcement.c.audit_id.in_(lines)))
