"""The audit becomes a chain, free text gets a salt, and a case can be forgotten."""

import hashlib
import json
import secrets
from datetime import UTC
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# The head only goes on, and stays: a shorter record can't be made to look whole without taking the trigger away.
_HEAD_GOES_ON = """
CREATE FUNCTION refuse_going_back() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'UPDATE' OR NEW.lines < OLD.lines OR NEW.last_line < OLD.last_line THEN
        RAISE EXCEPTION 'table % only goes on: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER goes_on BEFORE UPDATE OR DELETE ON audit_head FOR EACH ROW EXECUTE FUNCTION refuse_going_back();
CREATE TRIGGER stays BEFORE TRUNCATE ON audit_head FOR EACH STATEMENT EXECUTE FUNCTION refuse_going_back();
"""

_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode


def upgrade() -> None:
    op.add_column("client_case", sa.Column("forgotten", sa.Date(), nullable=True))
    op.alter_column("client_case", "route", nullable=True)
    op.create_check_constraint(
        op.f("ck_client_case_route"), "client_case", "route IS NOT NULL OR forgotten IS NOT NULL"
    )
    op.create_index("ix_client_case_closed", "client_case", ["closed"], postgresql_where=sa.text("forgotten IS NULL"))
    op.create_table(
        "erasure",
        sa.Column("case_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("messages", sa.ARRAY(sa.Uuid()), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["client_case.id"], name=op.f("fk_erasure_case_id")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_erasure")),
    )
    op.create_table(
        "audit_head",
        sa.Column("single", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("last_line", sa.BigInteger(), nullable=False),
        sa.Column("lines", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("single", name=op.f("ck_audit_head_single")),
        sa.PrimaryKeyConstraint("single", name=op.f("pk_audit_head")),
    )
    op.add_column("free_text", sa.Column("salt", sa.LargeBinary(), nullable=True))
    op.add_column("audit", sa.Column("note_digest", sa.LargeBinary(), nullable=True))
    op.add_column("audit", sa.Column("hash", sa.LargeBinary(), nullable=True))
    op.alter_column("audit", "case_id", nullable=True)
    op.execute("ALTER TABLE audit ALTER COLUMN id DROP IDENTITY")
    op.execute("ALTER TABLE audit DISABLE TRIGGER append_only")
    _salt(op.get_bind())
    _chain(op.get_bind())
    op.execute("ALTER TABLE audit ENABLE TRIGGER append_only")
    op.alter_column("free_text", "salt", nullable=False)
    op.alter_column("audit", "hash", nullable=False)
    op.execute(_HEAD_GOES_ON)


def _salt(connection: sa.Connection) -> None:
    """Each free text its salt, and its line the digest."""
    texts = connection.execute(sa.text("SELECT id, body FROM free_text")).all()
    rows = []
    for text in texts:
        salt = secrets.token_bytes(16)
        rows.append({"id": text.id, "salt": salt, "digest": hashlib.sha256(salt + text.body.encode()).digest()})
    if rows:
        connection.execute(sa.text("UPDATE free_text SET salt = :salt WHERE id = :id"), rows)
        connection.execute(sa.text("UPDATE audit SET note_digest = :digest WHERE free_text_id = :id"), rows)


def _chain(connection: sa.Connection) -> None:
    """Chain the lines that are there, in order. The rule is that of ``provisions/store/audit.py`` at this version."""
    previous, last, count = bytes(32), 0, 0
    while page := connection.execute(
        sa.text("SELECT * FROM audit WHERE id > :last ORDER BY id LIMIT 5000"), {"last": last}
    ).all():
        rows = []
        for row in page:
            previous = _link(previous, row)
            rows.append({"id": row.id, "hash": previous})
        connection.execute(sa.text("UPDATE audit SET hash = :hash WHERE id = :id"), rows)
        last, count = page[-1].id, count + len(page)
    connection.execute(
        sa.text("INSERT INTO audit_head (last_line, lines, hash) VALUES (:last, :count, :hash)"),
        {"last": last, "count": count, "hash": previous},
    )


def _link(previous: bytes, row: sa.Row[Any]) -> bytes:
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


def downgrade() -> None:
    op.drop_table("audit_head")
    op.execute("DROP FUNCTION refuse_going_back()")
    op.drop_table("erasure")
    op.execute("ALTER TABLE audit DISABLE TRIGGER append_only")
    # The earlier version knows no line that is about no case.
    op.execute("DELETE FROM audit WHERE case_id IS NULL")
    op.execute("ALTER TABLE audit ENABLE TRIGGER append_only")
    op.alter_column("audit", "case_id", nullable=False)
    op.drop_column("audit", "hash")
    op.drop_column("audit", "note_digest")
    op.execute("ALTER TABLE audit ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY")
    op.execute(
        "SELECT setval(pg_get_serial_sequence('audit', 'id'), (SELECT coalesce(max(id), 0) + 1 FROM audit), false)"
    )
    op.drop_column("free_text", "salt")
    op.drop_index("ix_client_case_closed", table_name="client_case")
    op.drop_constraint(op.f("ck_client_case_route"), "client_case", type_="check")
    # What was forgotten stays forgotten; the earlier version wants a route and has no word for "none".
    op.execute("UPDATE client_case SET route = 'voluntary' WHERE route IS NULL")
    op.alter_column("client_case", "route", nullable=False)
    op.drop_column("client_case", "forgotten")
