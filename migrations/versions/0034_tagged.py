"""By which municipality the runs in Prefect of a case that moved can be found: nothing is known of cases that moved before, so
that theirs are looked at once.
"""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("plan", sa.Column("tagged", sa.Text))


def downgrade() -> None:
    op.drop_column("plan", "tagged")
