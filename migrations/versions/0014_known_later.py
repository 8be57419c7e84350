"""What was known at intake changes: from when it is needed, and urgency.

What is recorded stays as it is: what is urgent was so from the beginning. Nothing is sent because of this.
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("provision", sa.Column("urgent_since", sa.Date()))
    op.add_column("provision", sa.Column("urgent_because", sa.Text()))
    op.create_table(
        "needed_from",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("provision_id", sa.BigInteger(), sa.ForeignKey("provision.id"), nullable=False),
        sa.Column("day", sa.Date()),
        sa.Column("until", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_needed_from"),
    )
    op.create_index("ix_needed_from_provision_id", "needed_from", ["provision_id"])


def downgrade() -> None:
    op.drop_table("needed_from")
    op.drop_column("provision", "urgent_because")
    op.drop_column("provision", "urgent_since")
