"""Who asked for the own due days as a calendar: one address each, of which only a digest is kept.

Nobody has one until asked for. Nothing is sent because of this.
"""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "calendar_feed",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("made", sa.DateTime(timezone=True), nullable=False),
        sa.Column("grants", sa.JSON()),
        sa.Column("rights_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("code", name="pk_calendar_feed"),
        sa.UniqueConstraint("digest", name="uq_calendar_feed_digest"),
        sa.ForeignKeyConstraint(["code"], ["person.code"], name="fk_calendar_feed_code", ondelete="CASCADE"),
    )


def downgrade() -> None:
    op.drop_table("calendar_feed")
