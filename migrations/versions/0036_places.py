"""The place to sleep that a client loses: on which day, of which kind, and why (codes). Nothing is sent because of this."""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "place",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), sa.ForeignKey("client_case.id", name="fk_place_case_id"), nullable=False),
        sa.Column("ends", sa.Date(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("settled_on", sa.Date()),
        sa.Column("added", sa.Integer()),
        sa.PrimaryKeyConstraint("id", name="pk_place"),
    )
    op.create_index("ix_place_case_id", "place", ["case_id"])
    op.create_index("ix_place_ends", "place", ["ends"], postgresql_where=sa.text("state = 'ends'"))


def downgrade() -> None:
    op.drop_table("place")
