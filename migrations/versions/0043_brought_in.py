"""What a person brings before the steering group, and what it decides. Nothing is sent because of this."""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "brought_in",
        sa.Column("number", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("municipality", sa.Text, nullable=False),
        sa.Column("about", sa.Text, nullable=False),
        sa.Column("cause", sa.Text, nullable=False),
        sa.Column("cases", sa.Integer, nullable=False),
        sa.Column("decision", sa.Text, nullable=False),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("due", sa.Date, nullable=False),
        sa.Column("asked_by", sa.Text, nullable=False),
        sa.Column("asked_on", sa.Date, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("seen_by", sa.Text),
        sa.Column("decided_on", sa.Date),
        sa.Column("until", sa.Date),
        sa.Column("deferred", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.CheckConstraint("char_length(decision) <= 300", name="decision"),
    )


def downgrade() -> None:
    op.drop_table("brought_in")
