# ruff: noqa: S608 - what is filled in is the name of our own schema
"""What the board counts of all that is open, without asking the wall about each row: numbers by municipality, and of no
municipality that the wall does not show whoever asks.

Nothing is sent because of this.
"""

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None

# Before the role of the workplace stands the wall; what it shows was set in the transaction, and nothing set is nothing seen.
_SHOWN = """
    SELECT town FROM unnest(towns) AS town
    WHERE town = ANY (string_to_array(coalesce(current_setting('provisions.municipalities', true), ''), ','))
    OR NOT EXISTS (
        SELECT FROM pg_policies WHERE schemaname = current_schema() AND tablename = 'client_case'
        AND policyname = 'municipalities' AND session_user = ANY (roles)
    )
"""


def upgrade() -> None:
    schema = op.get_bind().scalar(sa.text("SELECT quote_ident(current_schema())"))
    op.execute(
        "CREATE FUNCTION standing_in(towns text[], moment timestamptz) "
        "RETURNS TABLE (municipality text, key text, lies_with text, open bigint, late bigint) LANGUAGE sql STABLE "
        f"SECURITY DEFINER SET search_path FROM CURRENT AS $$ "
        "SELECT c.municipality, p.key, coalesce(p.lies_with, ''), count(*), count(*) FILTER (WHERE p.late_from <= moment) "
        f"FROM {schema}.provision p JOIN {schema}.client_case c ON c.id = p.case_id "
        f"WHERE c.forgotten IS NULL AND c.municipality = ANY (ARRAY({_SHOWN})) "
        "AND p.status IN ('blocked', 'waiting', 'refused') GROUP BY 1, 2, 3 $$"
    )
    op.execute(
        "CREATE FUNCTION cases_in(towns text[], since date, keys text[], uncounted text[]) RETURNS bigint LANGUAGE sql STABLE "
        f"SECURITY DEFINER SET search_path FROM CURRENT AS $$ SELECT count(*) FROM {schema}.client_case c "
        f"WHERE c.municipality = ANY (ARRAY({_SHOWN})) AND (c.closed IS NULL OR c.closed >= since) "
        "AND NOT coalesce(c.end_reason, '') = ANY (uncounted) "
        f"AND EXISTS (SELECT FROM {schema}.provision p WHERE p.case_id = c.id AND p.key = ANY (keys)) $$"
    )
    for function in ("standing_in(text[], timestamptz)", "cases_in(text[], date, text[], text[])"):
        op.execute(f"REVOKE ALL ON FUNCTION {function} FROM PUBLIC")


def downgrade() -> None:
    op.execute("DROP FUNCTION cases_in(text[], date, text[], text[])")
    op.execute("DROP FUNCTION standing_in(text[], timestamptz)")
