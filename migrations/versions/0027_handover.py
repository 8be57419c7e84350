"""A move is two steps: begun, and accepted by the new municipality, which gets rounds of its own.

What moved before moved at once and stays so: its rounds belong to the municipality that has the case. Nothing is sent because
of this.
"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("client_case", sa.Column("handover_with", sa.Text()))
    op.add_column("client_case", sa.Column("handover_director", sa.Text()))
    op.add_column("client_case", sa.Column("handover_since", sa.Date()))
    op.add_column("client_case", sa.Column("handover_accepted", sa.Date()))
    op.add_column("provision", sa.Column("continues", sa.Integer()))
    op.add_column("provision", sa.Column("municipality", sa.Text()))
    op.add_column("rung", sa.Column("taken_over", sa.Boolean(), server_default=sa.text("false"), nullable=False))


def downgrade() -> None:
    op.drop_column("rung", "taken_over")
    op.drop_column("provision", "municipality")
    op.drop_column("provision", "continues")
    for name in ("handover_accepted", "handover_since", "handover_director", "handover_with"):
        op.drop_column("client_case", name)
