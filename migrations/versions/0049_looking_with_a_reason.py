"""With which reason somebody looks who has no standing right to, where, and until when. Nothing is sent because of this."""

import sqlalchemy as sa
from alembic import op

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("access_log", sa.Column("municipality", sa.Text()))
    op.add_column("access_log", sa.Column("reason", sa.Text()))
    op.add_column("access_log", sa.Column("until", sa.DateTime(timezone=True)))
    op.create_index(
        "ix_access_log_reason", "access_log", ["municipality", "at"], postgresql_where=sa.text("reason IS NOT NULL")
    )


def downgrade() -> None:
    op.drop_index("ix_access_log_reason", "access_log")
    for column in ("until", "reason", "municipality"):
        op.drop_column("access_log", column)
