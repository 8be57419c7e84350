"""From a run in Prefect back to what it shows, without a look at every provision. Nothing is sent because of this."""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_provision_flow_run", "provision", ["flow_run"], postgresql_where=sa.text("flow_run IS NOT NULL")
    )


def downgrade() -> None:
    op.drop_index("ix_provision_flow_run", table_name="provision")
