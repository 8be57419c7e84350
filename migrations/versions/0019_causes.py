"""Why something is not there yet, and on which day the counter was first asked.

Of what is recorded neither is known: its figures count as they did. Nothing is sent because of this.
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("provision", sa.Column("asked_on", sa.Date()))
    op.create_table(
        "cause",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("provision_id", sa.BigInteger(), sa.ForeignKey("provision.id"), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_cause"),
    )
    op.create_index("ix_cause_provision_id", "cause", ["provision_id"])


def downgrade() -> None:
    op.drop_table("cause")
    op.drop_column("provision", "asked_on")
