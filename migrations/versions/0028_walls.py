# ruff: noqa: S608 - what is filled in is the name of our own schema
"""What the second wall needs: the number of a case by its random address, which references are taken, and a check of the
record that sees all of it.

The wall itself is built with the rights of its role (``provisions/database/walls.py``), because that role has a name of its
own in each installation. Nothing is sent because of this.
"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    schema = op.get_bind().scalar(sa.text("SELECT quote_ident(current_schema())"))
    op.execute(
        "CREATE FUNCTION case_at(address uuid) RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER "
        f"SET search_path FROM CURRENT AS $$ SELECT id FROM {schema}.client_case WHERE uid = address AND forgotten IS NULL $$"
    )
    op.execute(
        "CREATE FUNCTION taken(wanted text[]) RETURNS SETOF text LANGUAGE sql STABLE SECURITY DEFINER "
        f"SET search_path FROM CURRENT AS $$ SELECT reference FROM {schema}.client_case WHERE reference = ANY (wanted) $$"
    )
    for function in ("case_at(uuid)", "taken(text[])"):
        op.execute(f"REVOKE ALL ON FUNCTION {function} FROM PUBLIC")
    # It compares a line with the one before it, whose ever that is.
    op.execute("ALTER FUNCTION refuse_other_moments() SECURITY DEFINER SET search_path FROM CURRENT")


def downgrade() -> None:
    op.execute("ALTER FUNCTION refuse_other_moments() SECURITY INVOKER RESET search_path")
    op.execute("DROP FUNCTION taken(text[])")
    op.execute("DROP FUNCTION case_at(uuid)")
