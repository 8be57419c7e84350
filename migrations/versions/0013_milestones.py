"""Milestones, statutory terms that run from them, and why it was begun without what it should wait for.

What is recorded counts as it did: its statutory term runs from the application or the start until a milestone says otherwise.
Waivers get the code "other". Nothing is sent because of this.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "milestone",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("provision_id", sa.BigInteger(), sa.ForeignKey("provision.id"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_milestone"),
        sa.UniqueConstraint("provision_id", "name", name="uq_milestone_provision_id_name"),
    )
    op.add_column(
        "provision", sa.Column("statutory_as_before", sa.Boolean(), nullable=False, server_default=sa.text("false"))
    )
    op.add_column("provision", sa.Column("statutory_late", JSONB(), nullable=False, server_default=sa.text("'{}'")))
    op.add_column("waiver", sa.Column("code", sa.Text(), nullable=False, server_default=sa.text("'other'")))
    op.execute("UPDATE provision SET statutory_as_before = true")
    op.execute(
        "UPDATE provision SET statutory_late = jsonb_build_object((statutory_due + 1)::text, NULL) "
        "WHERE statutory_due IS NOT NULL"
    )


def downgrade() -> None:
    op.drop_column("waiver", "code")
    op.drop_column("provision", "statutory_late")
    op.drop_column("provision", "statutory_as_before")
    op.drop_table("milestone")
