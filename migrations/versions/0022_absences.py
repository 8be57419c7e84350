"""Who is away, and who acts for them.

Nobody is away before it is said. Nothing is sent because of this.
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "absence",
        sa.Column("number", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("director", sa.Text(), nullable=False),
        sa.Column("deputy", sa.Text(), nullable=False),
        sa.Column("start", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("asked_on", sa.Date()),
        sa.PrimaryKeyConstraint("number", name="pk_absence"),
    )
    op.create_index("ix_absence_until", "absence", ["until"])
    op.create_index(
        "ix_client_case_director", "client_case", ["director"], postgresql_where=sa.text("forgotten IS NULL")
    )


def downgrade() -> None:
    op.drop_index("ix_client_case_director", "client_case")
    op.drop_table("absence")
