"""Why a second person did not agree with what was to be brought in; and notices of default found at once. Nothing is sent because
of this.
"""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("brought_in", sa.Column("reason", sa.Text))
    op.create_index(
        "ix_milestone_notice", "milestone", ["provision_id"], postgresql_where=sa.text("name = 'notice_of_default'")
    )


def downgrade() -> None:
    op.drop_index("ix_milestone_notice", "milestone")
    op.drop_column("brought_in", "reason")
