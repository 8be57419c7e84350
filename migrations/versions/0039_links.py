# ruff: noqa: S608 - what is filled in is the name of our own schema
"""Answering by the link in a letter: to whom a letter went, for whoever comes with its link and is nobody yet; and the codes that
go with a link, for as long as they are good.

Nothing is sent because of this.
"""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    schema = op.get_bind().scalar(sa.text("SELECT quote_ident(current_schema())"))
    op.execute(
        "CREATE FUNCTION receivers_of(letter uuid) RETURNS TABLE (municipality text, receiver text) LANGUAGE sql STABLE "
        "SECURITY DEFINER SET search_path FROM CURRENT AS $$ "
        f"SELECT m.municipality, d.receiver FROM {schema}.message m JOIN {schema}.delivery d ON d.message = m.id "
        "WHERE m.id = letter AND m.provision_id IS NOT NULL $$"
    )
    op.execute("REVOKE ALL ON FUNCTION receivers_of(uuid) FROM PUBLIC")
    op.create_table(
        "answer_code",
        sa.Column("message", sa.Uuid(), nullable=False),
        sa.Column("letter", sa.Uuid(), nullable=False),
        sa.Column("browser", sa.LargeBinary(), nullable=False),
        sa.Column("asked", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("message", name="pk_answer_code"),
    )
    op.create_index("ix_answer_code_letter", "answer_code", ["letter", "asked"])


def downgrade() -> None:
    op.drop_table("answer_code")
    op.execute("DROP FUNCTION receivers_of(uuid)")
