"""Signals about what is promised for the very day, and when that was asked. Nothing is sent because of this.

After a way back to an older version what the record says of them is put there again: none is given twice.
"""

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None

_OF = "a.case_id = p.case_id AND a.key = p.key AND coalesce(CAST(a.data->>'round' AS integer), 1) = p.round"
_ASKED = f"""
UPDATE provision SET asked_at = said.asked_at FROM (
    SELECT DISTINCT ON (p.id) p.id, CAST(a.data->>'asked_at' AS timestamptz) AS asked_at
    FROM audit a JOIN provision p ON {_OF}
    WHERE a.what = 'provision.started' AND a.data->>'asked_at' IS NOT NULL AND p.started_on IS NOT NULL
    ORDER BY p.id, a.id DESC
) said WHERE said.id = provision.id"""  # noqa: S608 - pieces of our own text
# Of nights that were missed the line of the last one tells.
_SIGNALLED = f"""
INSERT INTO signalled (provision_id, name, day, sent, message)
SELECT p.id, a.data->>'name', said.day, a.at, CASE WHEN said.told THEN a.message END
FROM audit a JOIN provision p ON {_OF}
CROSS JOIN LATERAL (
    SELECT CAST(missed AS date) AS day, false AS told
    FROM jsonb_array_elements_text(CASE jsonb_typeof(a.data->'missed') WHEN 'array' THEN a.data->'missed' ELSE '[]' END) missed
    UNION ALL SELECT CAST(a.data->>'day' AS date), true
) said
WHERE a.what IN ('signal.given', 'signal.passed')
ORDER BY a.id, said.told, said.day
ON CONFLICT DO NOTHING"""  # noqa: S608


def upgrade() -> None:
    op.add_column("provision", sa.Column("asked_at", sa.DateTime(timezone=True)))
    op.create_table(
        "signalled",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column(
            "provision_id",
            sa.BigInteger(),
            sa.ForeignKey("provision.id", name="fk_signalled_provision_id"),
            nullable=False,
        ),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("sent", sa.DateTime(timezone=True), nullable=False),
        sa.Column("message", sa.Uuid()),
        sa.PrimaryKeyConstraint("id", name="pk_signalled"),
        sa.UniqueConstraint("provision_id", "name", "day", name="uq_signalled_provision_id_name_day"),
    )
    op.create_index("ix_signalled_day", "signalled", ["day"])
    op.execute(_ASKED)
    op.execute(_SIGNALLED)


def downgrade() -> None:
    op.drop_table("signalled")
    op.drop_column("provision", "asked_at")
