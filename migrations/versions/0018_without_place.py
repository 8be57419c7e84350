"""Which outcome left a client without a place to sleep, kept apart from the fields that said so: those can be forgotten.

What was recorded before is read from the fields, where these are still there. Nothing is sent because of this.
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("outcome", sa.Column("without_place", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.execute("UPDATE outcome SET without_place = true WHERE fields ->> 'offered_instead' = 'meals_and_care'")


def downgrade() -> None:
    op.drop_column("outcome", "without_place")
