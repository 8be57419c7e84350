"""Delivery is per receiver: who has a message does not get it again, and who has not is not forgotten.

Before, a message that one of two receivers had was recorded as sent; who was refused then stands in its error.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "delivery",
        sa.Column("message", sa.Uuid(), nullable=False),
        sa.Column("receiver", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("attempts", sa.SmallInteger(), nullable=False),
        sa.Column("next_try", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.CheckConstraint("status IN ('pending', 'sent', 'failed')", name=op.f("ck_delivery_status")),
        sa.ForeignKeyConstraint(["message"], ["message.id"], name=op.f("fk_delivery_message"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("message", "receiver", name=op.f("pk_delivery")),
    )
    # Not what all have and is sent again: that goes to all of them again.
    op.execute(
        "INSERT INTO delivery (message, receiver, status, attempts, sent) "
        "SELECT DISTINCT id, receiver, 'sent', 1, coalesce(sent, created) FROM message, unnest(recipients) AS receiver "
        "WHERE status <> 'pending' OR sent IS NULL"
    )
    op.execute(
        "INSERT INTO delivery (message, receiver, status, attempts, error) "
        "SELECT DISTINCT id, receiver, 'failed', attempts, 'niet aangenomen door de mailserver' FROM message, "
        "unnest(string_to_array(substr(error, length('niet aangenomen voor ') + 1), ', ')) AS receiver "
        "WHERE status = 'sent' AND error LIKE 'niet aangenomen voor %' ON CONFLICT DO NOTHING"
    )
    op.execute("UPDATE message SET recipients = NULL WHERE status = 'pending' AND sent IS NOT NULL")
    op.execute("UPDATE message SET status = 'failed' WHERE status = 'sent' AND error LIKE 'niet aangenomen voor %'")


def downgrade() -> None:
    op.execute("UPDATE message SET status = 'sent' WHERE status = 'failed' AND error LIKE 'niet aangenomen voor %'")
    op.drop_table("delivery")
