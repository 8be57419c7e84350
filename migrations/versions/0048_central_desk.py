"""Whether somebody decides that the region's central desk is asked, and what was decided. Nothing is sent because of this."""

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("warned", sa.Column("to_judge", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.add_column("warned", sa.Column("submitted", sa.Boolean()))
    op.create_index(
        "ix_warned_to_judge", "warned", ["provision_id"], postgresql_where=sa.text("to_judge AND submitted IS NULL")
    )


def downgrade() -> None:
    op.drop_index("ix_warned_to_judge", "warned")
    op.drop_column("warned", "submitted")
    op.drop_column("warned", "to_judge")
