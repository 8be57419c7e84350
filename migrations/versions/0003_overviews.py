"""What the screens need: a plan for each case, what is to be announced as an event, and when things last moved."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "plan",
        sa.Column("case_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("wanted", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("shown", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("shown_on", sa.Date(), nullable=True),
        sa.Column("digest", sa.Text(), nullable=True),
        sa.Column("artifact", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["client_case.id"], name=op.f("fk_plan_case_id")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_plan")),
    )
    op.create_index("ix_plan_wanted", "plan", ["case_id"], postgresql_where=sa.text("wanted <> shown"))
    op.execute("INSERT INTO plan (case_id) SELECT id FROM client_case")
    op.create_table(
        "announcement",
        sa.Column("audit_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("audit_id", name=op.f("pk_announcement")),
    )
    op.create_index("ix_audit_at", "audit", ["at"])


def downgrade() -> None:
    op.drop_index("ix_audit_at", table_name="audit")
    op.drop_table("announcement")
    op.drop_index("ix_plan_wanted", table_name="plan", postgresql_where=sa.text("wanted <> shown"))
    op.drop_table("plan")
