"""Signals about what is promised for the very day, and when that was asked. Nothing is sent because of this."""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("provision", sa.Column("asked_at", sa.DateTime(timezone=True)))
    op.create_table(
        "signalled",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column(
            "provision_id",
            sa.BigInteger(),
            sa.ForeignKey("provision.id", name="fk_signalled_provision_id"),
            nullable=False,
        ),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("sent", sa.DateTime(timezone=True), nullable=False),
        sa.Column("message", sa.Uuid()),
        sa.PrimaryKeyConstraint("id", name="pk_signalled"),
        sa.UniqueConstraint("provision_id", "name", "day", name="uq_signalled_provision_id_name_day"),
    )
    op.create_index("ix_signalled_day", "signalled", ["day"])


def downgrade() -> None:
    op.drop_table("signalled")
    op.drop_column("provision", "asked_at")
