"""A provision as a zaak in the case system of a municipality.

Nothing is sent because of this: what was asked before has no zaak.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "zaak",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("provision_id", sa.BigInteger(), nullable=False),
        sa.Column("attempt", sa.SmallInteger(), server_default=sa.text("1"), nullable=False),
        sa.Column("municipality", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default=sa.text("'wanted'"), nullable=False),
        sa.Column("start", sa.Date()),
        sa.Column("first_status", MOMENT),
        sa.Column("closing_at", MOMENT),
        sa.Column("uuid", sa.Uuid()),
        sa.Column("url", sa.Text()),
        sa.Column("zaaktype", sa.Text()),
        sa.Column("said", JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("left", MOMENT),
        sa.Column("claimed", MOMENT),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("next_try", MOMENT),
        sa.Column("touched", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("look_at", MOMENT),
        sa.Column("doubted", MOMENT),
        sa.Column("fault", sa.Text()),
        sa.Column("signal", sa.Text()),
        sa.Column("signalled", MOMENT),
        sa.Column("words", sa.Text()),
        sa.Column("ended", sa.Date()),
        sa.ForeignKeyConstraint(["provision_id"], ["provision.id"], name="fk_zaak_provision_id"),
        sa.PrimaryKeyConstraint("id", name="pk_zaak"),
        sa.UniqueConstraint("provision_id", "attempt", name="uq_zaak_provision_id_attempt"),
        sa.UniqueConstraint("municipality", "number", name="uq_zaak_municipality_number"),
    )
    for name in ("next_try", "look_at"):
        op.create_index(f"ix_zaak_{name}", "zaak", [name], postgresql_where=sa.text(f"{name} IS NOT NULL"))
    op.create_index("ix_zaak_uuid", "zaak", ["uuid"], unique=True, postgresql_where=sa.text("uuid IS NOT NULL"))
    op.create_table(
        "zaak_closing",
        sa.Column("provision_id", sa.BigInteger(), nullable=False),
        sa.Column("zaak_id", sa.BigInteger(), nullable=False),
        sa.Column("result", sa.Uuid(), nullable=False),
        sa.Column("status", sa.Uuid(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("outcome", sa.Text()),
        sa.Column("recorded", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["provision_id"], ["provision.id"], name="fk_zaak_closing_provision_id"),
        sa.ForeignKeyConstraint(["zaak_id"], ["zaak.id"], name="fk_zaak_closing_zaak_id"),
        sa.PrimaryKeyConstraint("provision_id", "result", "status", name="pk_zaak_closing"),
    )
    op.create_index("ix_zaak_closing_zaak_id", "zaak_closing", ["zaak_id"])


def downgrade() -> None:
    op.drop_table("zaak_closing")
    op.drop_table("zaak")
