"""Where the client sleeps is said again as it changes, and what was said before is kept. Nothing is sent because of this."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("client_case", sa.Column("living_on", sa.Date()))
    op.create_table(
        "living",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column(
            "case_id", sa.BigInteger(), sa.ForeignKey("client_case.id", name="fk_living_case_id"), nullable=False
        ),
        sa.Column("situation", sa.Text(), nullable=False),
        sa.Column("losing_place", sa.Boolean()),
        sa.Column("wlz", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_living"),
    )
    op.create_index("ix_living_case_id", "living", ["case_id"])


def downgrade() -> None:
    op.drop_table("living")
    op.drop_column("client_case", "living_on")
