"""Codes of people in the lines about an absence are forgotten with it: each absence gets a salt of its own, and what the chain
holds of these codes is a salted digest. Lines of before have the codes in the chain itself, and stay as they are.
"""

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

_KEYS = "ARRAY['approved_by', 'deputy', 'director', 'for']"
_OF_CASE = "EXISTS (SELECT FROM {schema}.client_case WHERE id = OLD.case_id AND forgotten IS NOT NULL)"
_OF_ABSENCE = (
    "(OLD.case_id IS NULL AND OLD.what LIKE 'absence.%%' "
    "AND NOT EXISTS (SELECT FROM {schema}.absence WHERE number = (OLD.data ->> 'number')::bigint))"
)
_TRIGGER = """
CREATE OR REPLACE FUNCTION only_forget_staff() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.staff_digest IS NOT NULL AND NEW."by" = '' AND NEW.data IS NOT DISTINCT FROM nullif(OLD.data - {keys}, '{{}}'::jsonb)
       AND to_jsonb(NEW) - ARRAY['by', 'data'] = to_jsonb(OLD) - ARRAY['by', 'data']
       AND ({whose}) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'table % is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;
"""
_FORGET = """
CREATE FUNCTION forget_absences(numbers bigint[]) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path FROM CURRENT AS $$
    UPDATE {schema}.audit SET by = '', data = nullif(data - {keys}, '{{}}'::jsonb)
    WHERE case_id IS NULL AND what LIKE 'absence.%' AND (data ->> 'number')::bigint = ANY (numbers)
        AND staff_digest IS NOT NULL AND (by <> '' OR data ?| {keys})
$$;
"""


def upgrade() -> None:
    salt = sa.text("uuid_send(gen_random_uuid())")
    op.add_column("absence", sa.Column("salt", sa.LargeBinary(), server_default=salt, nullable=False))
    _carry_out(_TRIGGER, f"{_OF_CASE} OR {_OF_ABSENCE}")
    _carry_out(_FORGET)


def downgrade() -> None:
    op.execute("DROP FUNCTION forget_absences(bigint[])")
    _carry_out(_TRIGGER, _OF_CASE)
    op.drop_column("absence", "salt")


def _carry_out(statement: str, whose: str = "") -> None:
    """With the name of the schema: a temporary table of the same name must not be taken for one of ours."""
    connection = op.get_bind()
    schema = connection.dialect.identifier_preparer.quote(str(connection.scalar(sa.text("SELECT current_schema()"))))
    told = statement.format(schema=schema, keys=_KEYS, whose=whose.replace("%%", "%").format(schema=schema))
    connection.exec_driver_sql(told.replace("%", "%%"))
