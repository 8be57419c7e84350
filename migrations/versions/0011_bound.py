"""The lines of a case are bound to its client, codes of people can be forgotten, and a line is of the moment of recording.

The chain is computed anew: what it holds of the codes of people becomes a salted digest. Each case that is not forgotten gets a
line that binds its lines to its reference.
"""

import hashlib
import json
from datetime import UTC
from typing import Any

import sqlalchemy as sa
from alembic import op

from provisions.domain.errors import NotAllowed

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_STAFF = ("approved_by", "deputy", "director", "for")
_KEYS = "ARRAY['" + "', '".join(_STAFF) + "']"
_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode

# Names with their schema: a temporary table of the same name must not be taken for one of ours.
_TRIGGERS = """
DROP TRIGGER append_only ON audit;
CREATE TRIGGER stays BEFORE DELETE OR TRUNCATE ON audit FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE FUNCTION only_forget_staff() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.staff_digest IS NOT NULL AND NEW."by" = '' AND NEW.data IS NOT DISTINCT FROM nullif(OLD.data - {keys}, '{{}}'::jsonb)
       AND to_jsonb(NEW) - ARRAY['by', 'data'] = to_jsonb(OLD) - ARRAY['by', 'data']
       AND EXISTS (SELECT FROM {schema}.client_case WHERE id = OLD.case_id AND forgotten IS NOT NULL) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'table % is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE ON audit FOR EACH ROW EXECUTE FUNCTION only_forget_staff();

CREATE FUNCTION forget_staff(cases bigint[]) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path FROM CURRENT AS $$
    UPDATE {schema}.audit SET by = '', data = nullif(data - {keys}, '{{}}'::jsonb)
    WHERE case_id = ANY (cases) AND staff_digest IS NOT NULL AND (by <> '' OR data ?| {keys})
$$;

CREATE FUNCTION refuse_other_moments() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    first bigint; oldest timestamptz; newest timestamptz; previous timestamptz;
BEGIN
    SELECT min(id), min(at), max(at) INTO first, oldest, newest FROM added;
    IF first IS NULL OR EXISTS (SELECT FROM {schema}.example) THEN
        RETURN NULL;
    END IF;
    SELECT at INTO previous FROM {schema}.audit WHERE id < first ORDER BY id DESC LIMIT 1;
    -- A clock that was set back may make a line older than the one before it; somebody who dates a line back may not.
    IF oldest < clock_timestamp() - interval '60 seconds' OR newest > clock_timestamp() + interval '60 seconds'
       OR (oldest < previous - interval '5 seconds' AND previous <= clock_timestamp()) THEN
        RAISE EXCEPTION 'table % takes lines of now only: % refused', TG_TABLE_NAME, TG_OP
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER of_now AFTER INSERT ON audit REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_other_moments();
"""
_BACK = """
DROP TRIGGER of_now ON audit;
DROP TRIGGER stays ON audit;
DROP TRIGGER append_only ON audit;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
DROP FUNCTION refuse_other_moments();
DROP FUNCTION forget_staff(bigint[]);
DROP FUNCTION only_forget_staff();
"""


def upgrade() -> None:
    connection = op.get_bind()
    op.create_table(
        "example",
        sa.Column("single", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.CheckConstraint("single", name=op.f("ck_example_single")),
        sa.PrimaryKeyConstraint("single", name=op.f("pk_example")),
    )
    # Its own random bytes for each case, also for those that are there.
    op.add_column(
        "client_case", sa.Column("salt", sa.LargeBinary(), server_default=sa.text("uuid_send(gen_random_uuid())"))
    )
    op.add_column("audit", sa.Column("staff_digest", sa.LargeBinary(), nullable=True))
    op.execute("ALTER TABLE audit DISABLE TRIGGER append_only")
    last, anchor = _chain_anew(connection)
    op.execute("ALTER TABLE audit ENABLE TRIGGER append_only")
    if last:
        _add(
            connection,
            "record.rechained",
            f"keten opnieuw berekend bij het bijwerken van het schema; het anker was {last}:{anchor.hex()}",
            {"anchor": f"{last}:{anchor.hex()}"},
        )
    op.execute("UPDATE client_case SET salt = NULL WHERE forgotten IS NOT NULL")
    for case in connection.execute(
        sa.text("SELECT id, reference, route, salt FROM client_case WHERE forgotten IS NULL ORDER BY id")
    ).all():
        whose = hashlib.sha256(bytes(case.salt) + _encode((case.reference, case.route)).encode()).hexdigest()
        _add(connection, "case.bound", "regels aan de referentie gebonden", {"client": whose}, case.id)
    schema = connection.dialect.identifier_preparer.quote(str(connection.scalar(sa.text("SELECT current_schema()"))))
    op.execute(_TRIGGERS.format(schema=schema, keys=_KEYS))


def _chain_anew(connection: sa.Connection) -> tuple[int, bytes]:
    """Chain the lines anew; the last line and the hash that it had. A record that was not whole must not become so."""
    old, previous, last = bytes(32), bytes(32), 0
    while page := connection.execute(
        sa.text(
            "SELECT a.*, c.salt, c.forgotten FROM audit a LEFT JOIN client_case c ON c.id = a.case_id "
            "WHERE a.id > :last ORDER BY a.id LIMIT 5000"
        ),
        {"last": last},
    ).all():
        rows = []
        for row in page:
            old = _hash(old, row, row.by, row.data)
            if old != bytes(row.hash):
                raise _not_whole(row.id)
            staff = _staff(row)
            previous = _hash(previous, row, *_hashed(row.by, row.data, staff))
            by, data = (row.by, row.data) if staff is None or row.forgotten is None else ("", _without(row.data))
            rows.append({"id": row.id, "hash": previous, "staff": staff, "by": by, "data": data and _encode(data)})
        connection.execute(
            sa.text(
                "UPDATE audit SET hash = :hash, staff_digest = :staff, by = :by, data = CAST(:data AS jsonb) WHERE id = :id"
            ),
            rows,
        )
        last = page[-1].id
    if old != bytes(connection.execute(sa.text("SELECT hash FROM audit_head")).scalar_one()):
        raise _not_whole(last)
    connection.execute(sa.text("UPDATE audit_head SET hash = :hash"), {"hash": previous})
    return last, old


def _not_whole(line: int) -> NotAllowed:
    return NotAllowed(
        f"De vastlegging is niet heel bij regel {line}; daarom is de database niet bijgewerkt.",
        "Controleer met de vorige versie: provisions audit --verify. Zet zo nodig een back-up terug.",
    )


def _staff(row: sa.Row[Any]) -> bytes | None:
    codes = {name: value for name, value in (row.data or {}).items() if name in _STAFF}
    if row.salt is None or row.what == "case.forgotten" or (row.by == "systeem" and not codes):
        return None
    return hashlib.sha256(bytes(row.salt) + _encode((row.by, codes)).encode()).digest()


def _without(data: dict[str, Any] | None) -> dict[str, Any] | None:
    return {name: value for name, value in (data or {}).items() if name not in _STAFF} or None


def _hashed(by: str, data: dict[str, Any] | None, staff: bytes | None) -> tuple[str, dict[str, Any] | None]:
    return (by, data) if staff is None else (f"sha256:{staff.hex()}", _without(data))


def _hash(previous: bytes, row: sa.Row[Any], by: str, data: dict[str, Any] | None) -> bytes:
    note = bytes(row.note_digest).hex() if row.note_digest else None
    message = str(row.message) if row.message else None
    said = (by, row.case_id, row.key, row.what, row.because, data, message, row.free_text_id, note)
    digest = hashlib.sha256(_encode(said).encode()).digest()
    moment = row.at.astimezone(UTC).isoformat(timespec="microseconds").encode()
    return hashlib.sha256(b"%b%d %b %b" % (previous, row.id, moment, digest)).digest()


def _add(connection: sa.Connection, what: str, because: str, data: dict[str, str], case_id: int | None = None) -> None:
    added = sa.text(
        "INSERT INTO audit (id, by, case_id, what, because, data, hash) SELECT last_line + 1, 'systeem', "
        "CAST(:case_id AS bigint), CAST(:what AS text), CAST(:because AS text), CAST(:data AS jsonb), ''::bytea "
        "FROM audit_head RETURNING *"
    )
    values = {"case_id": case_id, "what": what, "because": because, "data": _encode(data)}
    row = connection.execute(added, values).one()
    previous = connection.execute(sa.text("SELECT hash FROM audit_head")).scalar_one()
    chained = {"id": row.id, "hash": _hash(bytes(previous), row, row.by, row.data)}
    connection.execute(sa.text("ALTER TABLE audit DISABLE TRIGGER append_only"))
    connection.execute(sa.text("UPDATE audit SET hash = :hash WHERE id = :id"), chained)
    connection.execute(sa.text("ALTER TABLE audit ENABLE TRIGGER append_only"))
    connection.execute(sa.text("UPDATE audit_head SET last_line = :id, lines = lines + 1, hash = :hash"), chained)


def downgrade() -> None:
    """What was forgotten of people stays so. The lines that bound cases go, and the chain is computed anew."""
    connection = op.get_bind()
    op.execute(_BACK)
    op.execute("ALTER TABLE audit DISABLE TRIGGER append_only")
    op.execute("ALTER TABLE audit_head DISABLE TRIGGER goes_on")
    op.execute("DELETE FROM audit WHERE what = 'case.bound'")
    op.execute("UPDATE audit SET data = data - 'client' WHERE what = 'case.opened'")
    previous, last, count = bytes(32), 0, 0
    while page := connection.execute(
        sa.text("SELECT * FROM audit WHERE id > :last ORDER BY id LIMIT 5000"), {"last": last}
    ).all():
        rows = []
        for row in page:
            previous = _hash(previous, row, row.by, row.data)
            rows.append({"id": row.id, "hash": previous})
        connection.execute(sa.text("UPDATE audit SET hash = :hash WHERE id = :id"), rows)
        last, count = page[-1].id, count + len(page)
    connection.execute(
        sa.text("UPDATE audit_head SET hash = :hash, lines = :count, last_line = :last"),
        {"hash": previous, "count": count, "last": last},
    )
    op.execute("ALTER TABLE audit_head ENABLE TRIGGER goes_on")
    op.execute("ALTER TABLE audit ENABLE TRIGGER append_only")
    op.drop_column("audit", "staff_digest")
    op.drop_column("client_case", "salt")
    op.drop_table("example")
