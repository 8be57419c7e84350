"""The tables, and an audit that can only grow."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# Whoever connects: a trigger also binds the owner of the table.
_APPEND_ONLY = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'table % is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""


def upgrade() -> None:
    op.create_table(
        "audit",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Text(), nullable=True),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("because", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("data", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("message", sa.Uuid(), nullable=True),
        sa.Column("free_text_id", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    op.create_index("ix_audit_case_id", "audit", ["case_id"], unique=False)
    op.create_table(
        "client_case",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("municipality", sa.Text(), nullable=False),
        sa.Column("route", sa.Text(), nullable=False),
        sa.Column("brp", sa.Text(), nullable=False),
        sa.Column("director", sa.Text(), nullable=True),
        sa.Column("opened", sa.Date(), nullable=False),
        sa.Column("closed", sa.Date(), nullable=True),
        sa.Column("present", sa.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_client_case")),
        sa.UniqueConstraint("reference", name=op.f("uq_client_case_reference")),
    )
    op.create_table(
        "free_text",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["client_case.id"], name=op.f("fk_free_text_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_free_text")),
    )
    op.create_index("ix_free_text_case_id", "free_text", ["case_id"], unique=False)
    op.create_table(
        "provision",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("needed_on", sa.Date(), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("asked", sa.Boolean(), nullable=False),
        sa.Column("needed_from", sa.Date(), nullable=True),
        sa.Column("agreed", sa.Date(), nullable=True),
        sa.Column("agreed_on", sa.Date(), nullable=True),
        sa.Column("applied_on", sa.Date(), nullable=True),
        sa.Column("started_on", sa.Date(), nullable=True),
        sa.Column("reopened_on", sa.Date(), nullable=True),
        sa.Column("breached_on", sa.Date(), nullable=True),
        sa.Column("late_noted", sa.Date(), nullable=True),
        sa.Column("due", sa.Date(), nullable=True),
        sa.Column("statutory_due", sa.Date(), nullable=True),
        sa.Column("late_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("breach_day", sa.Date(), nullable=True),
        sa.Column("suspended_until", sa.Date(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("lies_with", sa.Text(), nullable=True),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("flow_run", sa.Uuid(), nullable=True),
        sa.Column("face_wanted", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("face_shown", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["client_case.id"], name=op.f("fk_provision_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_provision")),
        sa.UniqueConstraint("case_id", "key", name=op.f("uq_provision_case_id_key")),
    )
    op.create_index(
        "ix_provision_face", "provision", ["id"], unique=False, postgresql_where=sa.text("face_wanted <> face_shown")
    )
    op.create_index(
        "ix_provision_late_from",
        "provision",
        ["late_from"],
        unique=False,
        postgresql_where=sa.text("late_from IS NOT NULL"),
    )
    op.create_index(
        "ix_provision_next_at", "provision", ["next_at"], unique=False, postgresql_where=sa.text("next_at IS NOT NULL")
    )
    op.create_table(
        "follow_up",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("provision_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("done", sa.Date(), nullable=True),
        sa.Column("lapsed", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("reminded", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.ForeignKeyConstraint(["provision_id"], ["provision.id"], name=op.f("fk_follow_up_provision_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow_up")),
        sa.UniqueConstraint("provision_id", "name", "due", name=op.f("uq_follow_up_provision_id_name_due")),
    )
    op.create_table(
        "message",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("provision_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("municipality", sa.Text(), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.Text(), server_default=sa.text("'pending'"), nullable=False),
        sa.Column("attempts", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("next_try", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recipients", sa.ARRAY(sa.Text()), nullable=True),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.CheckConstraint("status IN ('pending', 'sent', 'void', 'failed')", name=op.f("ck_message_status")),
        sa.ForeignKeyConstraint(["provision_id"], ["provision.id"], name=op.f("fk_message_provision_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
    )
    op.create_index(
        "ix_message_next_try", "message", ["next_try"], unique=False, postgresql_where=sa.text("next_try IS NOT NULL")
    )
    op.create_index("ix_message_provision_id", "message", ["provision_id"], unique=False)
    op.create_table(
        "outcome",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("provision_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("recorded", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fields", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("undone", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.ForeignKeyConstraint(["provision_id"], ["provision.id"], name=op.f("fk_outcome_provision_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outcome")),
    )
    op.create_index("ix_outcome_day", "outcome", ["day"], unique=False)
    op.create_index("ix_outcome_provision_id", "outcome", ["provision_id"], unique=False)
    op.create_table(
        "rung",
        sa.Column("provision_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("due", sa.DateTime(timezone=True), nullable=False),
        sa.Column("climbed", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.Column("message", sa.Uuid(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("submitted", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(["provision_id"], ["provision.id"], name=op.f("fk_rung_provision_id")),
        sa.PrimaryKeyConstraint("provision_id", "name", name=op.f("pk_rung")),
    )
    op.create_table(
        "setting",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_setting")),
    )
    op.create_table(
        "suspension",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("provision_id", sa.BigInteger(), nullable=False),
        sa.Column("start", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("resumed", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["provision_id"], ["provision.id"], name=op.f("fk_suspension_provision_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suspension")),
    )
    op.create_index("ix_suspension_provision_id", "suspension", ["provision_id"], unique=False)
    op.create_table(
        "waiver",
        sa.Column("provision_id", sa.BigInteger(), nullable=False),
        sa.Column("dependency", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["provision_id"], ["provision.id"], name=op.f("fk_waiver_provision_id")),
        sa.PrimaryKeyConstraint("provision_id", "dependency", name=op.f("pk_waiver")),
    )
    op.execute(_APPEND_ONLY)


def downgrade() -> None:
    op.drop_table("waiver")
    op.drop_index("ix_suspension_provision_id", table_name="suspension")
    op.drop_table("suspension")
    op.drop_table("setting")
    op.drop_table("rung")
    op.drop_index("ix_outcome_provision_id", table_name="outcome")
    op.drop_index("ix_outcome_day", table_name="outcome")
    op.drop_table("outcome")
    op.drop_index("ix_message_provision_id", table_name="message")
    op.drop_index("ix_message_next_try", table_name="message", postgresql_where=sa.text("next_try IS NOT NULL"))
    op.drop_table("message")
    op.drop_table("follow_up")
    op.drop_index("ix_provision_next_at", table_name="provision", postgresql_where=sa.text("next_at IS NOT NULL"))
    op.drop_index("ix_provision_late_from", table_name="provision", postgresql_where=sa.text("late_from IS NOT NULL"))
    op.drop_index("ix_provision_face", table_name="provision", postgresql_where=sa.text("face_wanted <> face_shown"))
    op.drop_table("provision")
    op.drop_index("ix_free_text_case_id", table_name="free_text")
    op.drop_table("free_text")
    op.drop_table("client_case")
    op.drop_index("ix_audit_case_id", table_name="audit")
    op.drop_table("audit")
    op.execute("DROP FUNCTION refuse_change()")
