"""Agreed dates that another one replaced have a table: what they promised follows from the days of all facts, also of those
that are recorded later. So far the report read them from the audit.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

# Each new agreement in the audit says what it replaced; that was agreed with the agreement before it, or at the need.
_FROM_AUDIT = """
INSERT INTO agreement (provision_id, day, agreed_on)
SELECT p.id, CAST(a.data ->> 'was' AS date),
       coalesce(lag(CAST(a.at AT TIME ZONE 'Europe/Amsterdam' AS date)) OVER (PARTITION BY p.id ORDER BY a.id), p.needed_on)
FROM audit a JOIN provision p ON p.case_id = a.case_id AND p.key = a.key
WHERE a.what = 'term.agreed' AND a.data ->> 'was' IS NOT NULL
ORDER BY p.id, a.id
"""


def upgrade() -> None:
    op.create_table(
        "agreement",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("provision_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("agreed_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["provision_id"], ["provision.id"], name=op.f("fk_agreement_provision_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement")),
    )
    op.create_index("ix_agreement_provision_id", "agreement", ["provision_id"])
    op.execute(_FROM_AUDIT)


def downgrade() -> None:
    op.drop_table("agreement")
