"""The register becomes known: what was known of it before, and until which day.

Nothing was known otherwise of what is recorded. Nothing is sent because of this.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("client_case", sa.Column("earlier_brp", JSONB(), server_default=sa.text("'{}'"), nullable=False))


def downgrade() -> None:
    op.drop_column("client_case", "earlier_brp")
