"""Forms of pages: each is done once, and what was typed when a session had ended is kept for half an hour.

Nothing is sent because of this.
"""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "submission",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("case_id", sa.BigInteger()),
        sa.Column("after", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("lines", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("onward", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("said", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_submission"),
    )
    op.create_index("ix_submission_at", "submission", ["at"])
    op.create_table(
        "typed",
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("page", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("person", "page", name="pk_typed"),
    )


def downgrade() -> None:
    op.drop_table("typed")
    op.drop_table("submission")
