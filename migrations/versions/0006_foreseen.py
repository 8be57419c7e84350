"""What the clock will record is decided ahead, and the chain hashes what a line says apart, so that it can be."""

import hashlib
import json
from collections.abc import Callable
from datetime import UTC
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from provisions.domain.errors import NotAllowed

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

Link = Callable[[bytes, sa.Row[Any]], bytes]
_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode


def upgrade() -> None:
    op.create_table(
        "foreseen",
        sa.Column("provision_id", sa.BigInteger(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rules", sa.Text(), nullable=False),
        sa.Column("late_noted", sa.Date(), nullable=True),
        sa.Column("late_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("breach_day", sa.Date(), nullable=True),
        sa.Column("lies_with", sa.Text(), nullable=True),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rungs", postgresql.JSON(), nullable=False),
        sa.Column("messages", postgresql.JSON(), nullable=False),
        sa.Column("lines", postgresql.JSON(), nullable=False),
        sa.Column("digests", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["provision_id"], ["provision.id"], name=op.f("fk_foreseen_provision_id")),
        sa.PrimaryKeyConstraint("provision_id", name=op.f("pk_foreseen")),
    )
    op.create_index("ix_foreseen_case_id", "foreseen", ["case_id"])
    op.drop_index("ix_audit_at", "audit")
    op.create_index("ix_audit_at", "audit", ["at"], postgresql_using="brin")
    last, anchor = _chain(op.get_bind(), _old_link, _link)
    if last:
        _note(op.get_bind(), f"{last}:{anchor.hex()}")


def _note(connection: sa.Connection, anchor: str) -> None:
    """Who noted an anchor down before can see in the record itself what became of it."""
    because = f"keten opnieuw berekend bij het bijwerken van het schema; het anker was {anchor}"
    added = sa.text(
        "INSERT INTO audit (id, by, what, because, data, hash) SELECT last_line + 1, 'systeem', 'record.rechained', "
        "CAST(:because AS text), CAST(:data AS jsonb), ''::bytea FROM audit_head RETURNING *"
    )
    row = connection.execute(added, {"because": because, "data": _encode({"anchor": anchor})}).one()
    previous = connection.execute(sa.text("SELECT hash FROM audit_head")).scalar_one()
    values = {"id": row.id, "hash": _link(bytes(previous), row)}
    connection.execute(sa.text("ALTER TABLE audit DISABLE TRIGGER append_only"))
    connection.execute(sa.text("UPDATE audit SET hash = :hash WHERE id = :id"), values)
    connection.execute(sa.text("ALTER TABLE audit ENABLE TRIGGER append_only"))
    connection.execute(sa.text("UPDATE audit_head SET last_line = :id, lines = lines + 1, hash = :hash"), values)


def _chain(connection: sa.Connection, was: Link, becomes: Link) -> tuple[int, bytes]:
    """Chain the lines anew; the last line and the hash that it had. The rules are those of ``provisions/store/audit.py``
    before and at this version.

    A record that was not whole must not become so: what does not fit the rule of before stops the migration.
    """
    connection.execute(sa.text("ALTER TABLE audit DISABLE TRIGGER append_only"))
    old, previous, last = bytes(32), bytes(32), 0
    while page := connection.execute(
        sa.text("SELECT * FROM audit WHERE id > :last ORDER BY id LIMIT 5000"), {"last": last}
    ).all():
        rows = []
        for row in page:
            old = was(old, row)
            if old != bytes(row.hash):
                raise _not_whole(row.id)
            previous = becomes(previous, row)
            rows.append({"id": row.id, "hash": previous})
        connection.execute(
            sa.text(
                "UPDATE audit SET hash = new.hash FROM unnest(CAST(:ids AS bigint[]), CAST(:hashes AS bytea[])) "
                "AS new (id, hash) WHERE audit.id = new.id"
            ),
            {"ids": [row["id"] for row in rows], "hashes": [row["hash"] for row in rows]},
        )
        last = page[-1].id
    if old != bytes(connection.execute(sa.text("SELECT hash FROM audit_head")).scalar_one()):
        raise _not_whole(last)
    connection.execute(sa.text("UPDATE audit_head SET hash = :hash"), {"hash": previous})
    connection.execute(sa.text("ALTER TABLE audit ENABLE TRIGGER append_only"))
    return last, old


def _not_whole(line: int) -> NotAllowed:
    return NotAllowed(
        f"De vastlegging is niet heel bij regel {line}; daarom is de database niet bijgewerkt.",
        "Controleer met de vorige versie: provisions audit --verify. Zet zo nodig een back-up terug.",
    )


def _old_link(previous: bytes, row: sa.Row[Any]) -> bytes:
    said = (
        row.id,
        row.at.astimezone(UTC).isoformat(timespec="microseconds"),
        row.by,
        row.case_id,
        row.key,
        row.what,
        row.because,
        None if row.data is None else _encode(row.data),
        str(row.message) if row.message else None,
        row.free_text_id,
        bytes(row.note_digest).hex() if row.note_digest else None,
    )
    return hashlib.sha256(previous + _encode(said).encode()).digest()


def _link(previous: bytes, row: sa.Row[Any]) -> bytes:
    note = bytes(row.note_digest).hex() if row.note_digest else None
    message = str(row.message) if row.message else None
    said = (row.by, row.case_id, row.key, row.what, row.because, row.data, message, row.free_text_id, note)
    digest = hashlib.sha256(_encode(said).encode()).digest()
    moment = row.at.astimezone(UTC).isoformat(timespec="microseconds").encode()
    return hashlib.sha256(b"%b%d %b %b" % (previous, row.id, moment, digest)).digest()


def downgrade() -> None:
    _chain(op.get_bind(), _link, _old_link)
    op.drop_index("ix_audit_at", "audit", postgresql_using="brin")
    op.create_index("ix_audit_at", "audit", ["at"])
    op.drop_table("foreseen")
