"""Notes and grounds may be kept for another year. Nothing that is recorded changes."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("client_case", sa.Column("notes_kept_on", sa.Date()))


def downgrade() -> None:
    op.drop_column("client_case", "notes_kept_on")
