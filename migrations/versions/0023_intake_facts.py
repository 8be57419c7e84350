"""Where somebody lives, which care there is, how contact goes, and the numbers of municipality and counter.

Of what is recorded nothing of that is known; contact goes as it did. Nothing is sent because of this.
"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

_CODES = {"living": "unknown", "wlz": "unknown", "contact": "via_director"}


def upgrade() -> None:
    for name, code in _CODES.items():
        op.add_column("client_case", sa.Column(name, sa.Text(), server_default=sa.text(f"'{code}'"), nullable=False))
    op.add_column("client_case", sa.Column("losing_place", sa.Boolean()))
    op.add_column("client_case", sa.Column("own_number", sa.Text()))
    op.add_column("provision", sa.Column("their_number", sa.Text()))


def downgrade() -> None:
    op.drop_column("provision", "their_number")
    for name in ("own_number", "losing_place", *_CODES):
        op.drop_column("client_case", name)
