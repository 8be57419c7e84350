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
    _chain(op.get_bind(), _old_link, _link)


def _chain(connection: sa.Connection, was: Link, becomes: Link) -> None:
    """Chain the lines anew. The rules are those of ``provisions/store/chain.py`` before and at this version.

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
                raise NotAllowed(
                    f"De vastlegging is niet heel bij regel {row.id}; daarom is de database niet bijgewerkt.",
                    "Controleer met de vorige versie: provisions audit --verify. Zet zo nodig een back-up terug.",
                )
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
    connection.execute(sa.text("UPDATE audit_head SET hash = :hash"), {"hash": previous})
    connection.execute(sa.text("ALTER TABLE audit ENABLE TRIGGER append_only"))


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
