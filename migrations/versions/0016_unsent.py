"""A plan remembers that it says that post has not left, so that it is written again when it has.

Nothing that is recorded changes, and nothing is sent because of this.
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("plan", sa.Column("unsent", sa.Boolean(), nullable=False, server_default=sa.text("false")))


def downgrade() -> None:
    op.drop_column("plan", "unsent")
