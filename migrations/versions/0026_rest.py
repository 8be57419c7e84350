"""A case may be at rest: out of sight, with nothing of it running. Nothing is sent because of this."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rest",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), sa.ForeignKey("client_case.id", name="fk_rest_case_id"), nullable=False),
        sa.Column("start", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("woken", sa.Date()),
        sa.PrimaryKeyConstraint("id", name="pk_rest"),
    )
    op.create_index("ix_rest_case_id", "rest", ["case_id"])


def downgrade() -> None:
    op.drop_table("rest")
