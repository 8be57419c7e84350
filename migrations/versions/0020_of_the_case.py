"""A case has a moment of its own, things to be done that belong to no provision, and messages about it as a whole.

Whoever was reminded of a follow-up by an earlier version is not reminded of it again: nothing is sent because of this.
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_OPEN = sa.text("done IS NULL AND NOT lapsed")


def upgrade() -> None:
    op.add_column("client_case", sa.Column("next_at", sa.DateTime(timezone=True)))
    op.create_index(
        "ix_client_case_next_at", "client_case", ["next_at"], postgresql_where=sa.text("next_at IS NOT NULL")
    )
    op.create_table(
        "case_follow_up",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column(
            "case_id",
            sa.BigInteger(),
            sa.ForeignKey("client_case.id", name="fk_case_follow_up_case_id"),
            nullable=False,
        ),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("done", sa.Date()),
        sa.Column("lapsed", sa.Boolean(), nullable=False, server_default=sa.text("false")),
        sa.Column("reminded", sa.Boolean(), nullable=False, server_default=sa.text("false")),
        sa.Column("reminded_again", sa.Boolean(), nullable=False, server_default=sa.text("false")),
        sa.PrimaryKeyConstraint("id", name="pk_case_follow_up"),
        sa.UniqueConstraint("case_id", "name", "due", name="uq_case_follow_up_case_id_name_due"),
    )
    op.create_index("ix_case_follow_up_due", "case_follow_up", ["due"], postgresql_where=_OPEN)
    op.add_column(
        "follow_up", sa.Column("reminded_again", sa.Boolean(), nullable=False, server_default=sa.text("false"))
    )
    op.execute("UPDATE follow_up SET reminded_again = true WHERE reminded")
    op.create_index("ix_follow_up_due", "follow_up", ["due"], postgresql_where=_OPEN)
    op.add_column("message", sa.Column("case_id", sa.BigInteger()))
    op.create_foreign_key("fk_message_case_id", "message", "client_case", ["case_id"], ["id"])
    op.create_index("ix_message_case_id", "message", ["case_id"], postgresql_where=sa.text("case_id IS NOT NULL"))


def downgrade() -> None:
    op.execute("DELETE FROM message WHERE case_id IS NOT NULL")
    op.drop_index("ix_message_case_id", "message")
    op.drop_column("message", "case_id")
    op.drop_index("ix_follow_up_due", "follow_up")
    op.drop_column("follow_up", "reminded_again")
    op.drop_table("case_follow_up")
    op.drop_index("ix_client_case_next_at", "client_case")
    op.drop_column("client_case", "next_at")
