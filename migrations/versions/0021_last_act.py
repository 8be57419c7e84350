"""The last act of a case, for as long as it may be taken back, and the runs of what was taken back.

What was done before this can't be taken back. The report's index on the audit learns of lines that were taken back.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

NOTED = "'case.transferred', 'provision.reopened', 'rung.answered', 'rung.submitted', 'term.agreed'"


def upgrade() -> None:
    op.create_table(
        "last_act",
        sa.Column("case_id", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("act", sa.Integer(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("after", sa.BigInteger(), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("never", sa.Text()),
        sa.Column("before", JSONB()),
        sa.Column("provisions", ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("leaving", ARRAY(sa.Uuid()), nullable=False, server_default=sa.text("'{}'")),
        sa.ForeignKeyConstraint(["case_id"], ["client_case.id"], name="fk_last_act_case_id"),
        sa.PrimaryKeyConstraint("case_id", name="pk_last_act"),
    )
    op.create_index("ix_last_act_at", "last_act", ["at"])
    op.create_table("stray_run", sa.Column("flow_run", sa.Uuid(), nullable=False), sa.PrimaryKeyConstraint("flow_run"))
    _index(f"'act.undone', {NOTED}")


def downgrade() -> None:
    op.drop_table("stray_run")
    op.drop_table("last_act")
    _index(NOTED)


def _index(kinds: str) -> None:
    op.drop_index("ix_audit_report", "audit")
    op.create_index("ix_audit_report", "audit", ["case_id"], postgresql_where=sa.text(f"what IN ({kinds})"))
