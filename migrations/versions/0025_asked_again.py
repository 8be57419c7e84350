"""Whether the others were asked once more for an approval. Nothing is sent because of this migration.

What was asked before counts as asked again: its day may be long past.
"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("approval", sa.Column("asked_again", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.execute("UPDATE approval SET asked_again = true")


def downgrade() -> None:
    op.drop_column("approval", "asked_again")
