"""Calls of the stand-by: when somebody was called, and who acknowledged it. Nothing is sent because of this."""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

_OPEN = sa.text("next_at IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "standby_call",
        sa.Column("number", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("municipality", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("called", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("called_at", sa.DateTime(timezone=True)),
        sa.Column("next_at", sa.DateTime(timezone=True)),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.Column("acknowledged_by", sa.Text()),
        sa.Column("error", sa.Text()),
        sa.PrimaryKeyConstraint("number", name="pk_standby_call"),
    )
    op.create_index("ix_standby_call_open", "standby_call", ["municipality"], unique=True, postgresql_where=_OPEN)


def downgrade() -> None:
    op.drop_table("standby_call")
