"""What one person asks and another approves or denies."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "approval",
        sa.Column("number", sa.BigInteger(), sa.Identity(), primary_key=True),
        sa.Column("case_id", sa.BigInteger(), sa.ForeignKey("client_case.id"), nullable=False),
        sa.Column("key", sa.Text()),
        sa.Column("round", sa.Integer()),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("data", JSONB(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Text()),
        sa.Column("decided_at", sa.DateTime(timezone=True)),
    )
    op.create_index("ix_approval_case_id", "approval", ["case_id"])
    op.create_index("ix_approval_asked", "approval", ["number"], postgresql_where=sa.text("state = 'asked'"))


def downgrade() -> None:
    op.drop_table("approval")
