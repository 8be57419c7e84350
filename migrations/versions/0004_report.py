"""The steering group's report: frozen once sent, and messages that belong to no provision."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_NOTED = "'case.transferred', 'provision.reopened', 'rung.answered', 'rung.submitted', 'term.agreed'"


def upgrade() -> None:
    op.alter_column("message", "provision_id", nullable=True)
    op.alter_column("message", "municipality", nullable=True)
    op.create_table(
        "prepared",
        sa.Column("message", sa.Uuid(), nullable=False),
        sa.Column("recipients", postgresql.JSON(astext_type=sa.Text()), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("attachments", postgresql.JSON(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["message"], ["message.id"], name=op.f("fk_prepared_message")),
        sa.PrimaryKeyConstraint("message", name=op.f("pk_prepared")),
    )
    op.create_table(
        "report",
        sa.Column("week", sa.Text(), nullable=False),
        sa.Column("made", sa.DateTime(timezone=True), nullable=False),
        sa.Column("figures", postgresql.JSON(astext_type=sa.Text()), nullable=False),
        sa.Column("message", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["message"], ["message.id"], name=op.f("fk_report_message")),
        sa.PrimaryKeyConstraint("week", name=op.f("pk_report")),
    )
    op.create_index("ix_audit_report", "audit", ["case_id"], postgresql_where=sa.text(f"what IN ({_NOTED})"))


def downgrade() -> None:
    op.drop_index("ix_audit_report", table_name="audit", postgresql_where=sa.text(f"what IN ({_NOTED})"))
    op.drop_table("report")
    op.drop_table("prepared")
    op.execute("DELETE FROM message WHERE provision_id IS NULL OR municipality IS NULL")
    op.alter_column("message", "municipality", nullable=False)
    op.alter_column("message", "provision_id", nullable=False)
