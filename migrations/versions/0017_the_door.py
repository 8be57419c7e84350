"""Who may come in, who is in, and who looked at what."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

# Lines of the log are never changed, and go when they were kept as long as they say.
_KEPT = """
CREATE FUNCTION refuse_early_removal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.keep_until >= current_date THEN
        RAISE EXCEPTION 'table % keeps this line until %', TG_TABLE_NAME, OLD.keep_until USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER kept BEFORE DELETE ON access_log FOR EACH ROW EXECUTE FUNCTION refuse_early_removal();
CREATE TRIGGER append_only BEFORE UPDATE OR TRUNCATE ON access_log FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""


def _moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _person(table: str, *, primary: bool = False) -> sa.Column[str]:
    person = sa.ForeignKey("person.code", ondelete="CASCADE", name=op.f(f"fk_{table}_code"))
    return sa.Column("code", sa.Text(), person, primary_key=primary, nullable=False)


def upgrade() -> None:
    op.create_table(
        "person",
        sa.Column("code", sa.Text(), primary_key=True),
        _moment("made"),
        _moment("blocked", nullable=True),
        sa.Column("password", sa.Text()),
        sa.Column("second", sa.LargeBinary()),
        sa.Column("second_used", sa.BigInteger()),
    )
    op.create_table(
        "person_grant",
        _person("person_grant", primary=True),
        sa.Column("role", sa.Text(), primary_key=True),
        sa.Column("municipality", sa.Text(), primary_key=True),
    )
    op.create_table(
        "identity",
        sa.Column("issuer", sa.Text(), primary_key=True),
        sa.Column("subject", sa.Text(), primary_key=True),
        _person("identity"),
    )
    op.create_index("ix_identity_code", "identity", ["code"])
    op.create_table(
        "invitation", sa.Column("digest", sa.LargeBinary(), primary_key=True), _person("invitation"), _moment("until")
    )
    op.create_index("ix_invitation_code", "invitation", ["code"])
    _sessions()
    op.create_table(
        "access_log",
        sa.Column("id", sa.BigInteger(), sa.Identity(), primary_key=True),
        _moment("at"),
        sa.Column("code", sa.Text()),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("about", sa.Text()),
        sa.Column("case_id", sa.BigInteger()),
        sa.Column("page", sa.Text()),
        sa.Column("via", sa.Text(), nullable=False),
        sa.Column("keep_until", sa.Date(), nullable=False),
    )
    op.create_index("ix_access_log_code", "access_log", ["code", "at"])
    about_a_case = sa.text("case_id IS NOT NULL")
    op.create_index("ix_access_log_case_id", "access_log", ["case_id", "at"], postgresql_where=about_a_case)
    op.create_index("ix_access_log_keep_until", "access_log", ["keep_until"])
    op.execute(_KEPT)


def _sessions() -> None:
    op.create_table(
        "session",
        sa.Column("id", sa.LargeBinary(), primary_key=True),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("grants", sa.JSON()),
        _moment("began"),
        _moment("seen"),
        _moment("rights_at"),
    )
    op.create_index("ix_session_code", "session", ["code"])
    op.create_index("ix_session_seen", "session", ["seen"])
    op.create_table(
        "sign_in",
        sa.Column("state", sa.LargeBinary(), primary_key=True),
        sa.Column("browser", sa.LargeBinary(), nullable=False),
        sa.Column("nonce", sa.Text(), nullable=False),
        sa.Column("verifier", sa.Text(), nullable=False),
        sa.Column("onward", sa.Text(), nullable=False),
        _moment("until"),
    )


def downgrade() -> None:
    for table in ("access_log", "sign_in", "session", "invitation", "identity", "person_grant", "person"):
        op.drop_table(table)
    op.execute("DROP FUNCTION refuse_early_removal()")
