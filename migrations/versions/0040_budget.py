"""The ledger of the customised budget (maatwerkbudget)."""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(sa.schema.CreateSequence(sa.Sequence("budget_number_seq")))
    op.create_table(
        "budget_line",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("case_id", sa.BigInteger, sa.ForeignKey("client_case.id"), nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("amount", sa.BigInteger, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("year", sa.Integer, nullable=False),
        sa.Column("municipality", sa.Text, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("what", sa.Text, nullable=False),
        sa.Column("approval", sa.BigInteger, nullable=False),
        sa.Column("key", sa.Text),
        sa.Column("round", sa.Integer),
        sa.Column("first", sa.Boolean, nullable=False, server_default=sa.text("false")),
    )
    op.create_index("ix_budget_line_case_id", "budget_line", ["case_id"])
    op.create_index("ix_budget_line_municipality", "budget_line", ["municipality", "number"])
    op.create_index("ix_budget_line_number", "budget_line", ["number"])


def downgrade() -> None:
    op.drop_table("budget_line")
    op.execute(sa.schema.DropSequence(sa.Sequence("budget_number_seq")))
