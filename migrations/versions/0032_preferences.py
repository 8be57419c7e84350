"""How each person wants messages, and in which overview a message waits.

Whoever chose nothing gets messages as before. Nothing is sent because of this.
"""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "preference",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("pace", sa.Text(), nullable=False),
        sa.Column("quiet", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("code", name="pk_preference"),
    )
    op.add_column("message", sa.Column("overview", sa.Text()))
    op.add_column("message", sa.Column("held", sa.Boolean(), nullable=False, server_default=sa.text("false")))
    op.create_index(
        "ix_message_overview",
        "message",
        ["next_try"],
        postgresql_where=sa.text("overview IS NOT NULL AND next_try IS NOT NULL"),
    )


def downgrade() -> None:
    # What waits for an overview leaves by itself.
    op.execute("UPDATE message SET next_try = now() WHERE overview IS NOT NULL AND next_try IS NOT NULL")
    op.drop_index("ix_message_overview", "message")
    op.drop_column("message", "held")
    op.drop_column("message", "overview")
    op.drop_table("preference")
