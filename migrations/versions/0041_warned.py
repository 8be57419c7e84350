"""Who was warned before a day that is known beforehand. Nothing is sent because of this."""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "warned",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column(
            "provision_id",
            sa.BigInteger(),
            sa.ForeignKey("provision.id", name="fk_warned_provision_id"),
            nullable=False,
        ),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("sent", sa.DateTime(timezone=True), nullable=False),
        sa.Column("message", sa.Uuid()),
        sa.PrimaryKeyConstraint("id", name="pk_warned"),
        sa.UniqueConstraint("provision_id", "name", "day", name="uq_warned_provision_id_name_day"),
    )


def downgrade() -> None:
    op.drop_table("warned")
