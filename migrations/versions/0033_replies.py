"""What those said who were asked by a message: a counter, a table, whoever judges a submission.

Nothing is sent because of this.
"""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "reply",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column(
            "provision_id", sa.BigInteger(), sa.ForeignKey("provision.id", name="fk_reply_provision_id"), nullable=False
        ),
        sa.Column("receiver", sa.Text(), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("named", sa.Date()),
        sa.Column("amount", sa.BigInteger()),
        sa.Column("purpose", sa.Text()),
        sa.Column("spent_on", sa.Text()),
        sa.Column("because", sa.Text()),
        sa.Column("checked", sa.Boolean()),
        sa.Column("handled", sa.Date()),
        sa.Column("reminded", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_reply"),
    )
    op.create_index("ix_reply_provision_id", "reply", ["provision_id"])


def downgrade() -> None:
    op.drop_table("reply")
