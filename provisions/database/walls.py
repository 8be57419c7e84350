# ruff: noqa: S608 - what is filled in are names and conditions of our own
"""The second wall: PostgreSQL itself shows the role of the workplace the municipalities of whoever asks, and nothing else.

The first wall is the list of rights, which every use case asks. This one stands behind it, for what a page forgot to ask: it
knows municipalities only, and no roles. All other roles see what they saw.

In each transaction of the workplace is set whose municipalities count (:func:`within`, :func:`guard`); where nothing is set
nothing is seen, and nothing can be written. After a handover the municipality before sees its own rounds for as long as it
may read them; while a case is being handed over it stands with both.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, Engine, event, text

MUNICIPALITIES, ROUNDS_SINCE = "provisions.municipalities", "provisions.rounds_since"
_EVERYBODY, _WALL = "everybody", "municipalities"

# In a query of its own, so that it is read once and not for each row.
_MINE = f"ANY (CAST((SELECT string_to_array(current_setting('{MUNICIPALITIES}', true), ',')) AS text[]))"
_SINCE = f"(SELECT nullif(current_setting('{ROUNDS_SINCE}', true), '')::date)"
_SOMEBODY = f"(SELECT coalesce(current_setting('{MUNICIPALITIES}', true), '') <> '')"
# A case that is seen and was never handed over, or not accepted yet, is seen as a whole. As a value, and not as EXISTS: for that
# PostgreSQL reads all cases first (a hashed subplan) where a list of a thousand rows needs a thousand of them. What is not seen
# gives no value, which is not true.
_OF_CASE = f"(SELECT c.municipality = {_MINE} OR c.handover_accepted IS NULL FROM client_case c WHERE c.id = case_id)"
_OF_PROVISION = "(SELECT true FROM provision p WHERE p.id = provision_id)"
_OF_MESSAGE = "(SELECT true FROM message m WHERE m.id = message)"

WALLED: Mapping[str, str] = {
    "client_case": (
        f"municipality = {_MINE} OR (handover_with = {_MINE} "
        f"AND (handover_accepted IS NULL OR handover_accepted > {_SINCE}))"
    ),
    # Its own municipality is that of the round; whoever sees that much of the case sees that round of it.
    "provision": (f"{_OF_CASE} OR (municipality = {_MINE} AND (SELECT true FROM client_case c WHERE c.id = case_id))"),
    **dict.fromkeys(
        ("approval", "case_follow_up", "erasure", "free_text", "last_act", "living", "place", "plan", "rest"), _OF_CASE
    ),
    **dict.fromkeys(
        (
            *("agreement", "cause", "follow_up", "foreseen", "milestone", "needed_from", "outcome", "reply", "rung"),
            *("signalled", "suspension", "waiver", "warned", "zaak", "zaak_closing"),
        ),
        _OF_PROVISION,
    ),
    # Whose money it is, and whoever has the case now.
    "budget_line": f"municipality = {_MINE} OR {_OF_CASE}",
    "message": (
        f"CASE WHEN provision_id IS NOT NULL THEN {_OF_PROVISION} WHEN case_id IS NOT NULL THEN {_OF_CASE} "
        f"WHEN municipality IS NOT NULL THEN municipality = {_MINE} ELSE {_SOMEBODY} END"
    ),
    "delivery": _OF_MESSAGE,
    "prepared": _OF_MESSAGE,
    "audit": f"CASE WHEN case_id IS NOT NULL THEN {_OF_CASE} ELSE {_SOMEBODY} END",
    "access_log": (
        f"CASE WHEN case_id IS NOT NULL THEN {_OF_CASE} WHEN municipality IS NOT NULL THEN municipality = {_MINE} "
        f"ELSE {_SOMEBODY} END"
    ),
}
# Whoever knocks at another's door is written down, and nobody is anybody before signing in: so adding a line is always possible.
_ADDED_FREELY = frozenset({"access_log"})
# What is told of a case that is not seen: its number by its random address, so that a refusal is written down with it; and that
# a reference is taken, because each is there once in the region; and to whom a letter went, for whoever comes with its link.
# The last two count what is seen, and look behind the wall once instead of for each row.
OPENINGS = (
    *("case_at(uuid)", "receivers_of(uuid)", "taken(text[])"),
    *("standing_in(text[], timestamptz)", "cases_in(text[], date, text[], text[])"),
)


@dataclass(frozen=True)
class Within:
    """Whose municipalities count. ``rounds_since``: handed over after that day, a round is still read by the one before."""

    municipalities: tuple[str, ...]
    rounds_since: date


_within: ContextVar[Within | None] = ContextVar("within", default=None)


@contextmanager
def within(municipalities: Iterable[str], rounds_since: date) -> Iterator[None]:
    """What begins in this block at the database of the workplace sees these municipalities, and no other."""
    token = _within.set(Within(tuple(municipalities), rounds_since))
    try:
        yield
    finally:
        _within.reset(token)


def now() -> Within | None:
    """Whose municipalities count for what begins now; ``None`` where that was not said."""
    return _within.get()


def guard(engine: Engine) -> Engine:
    """Each transaction of ``engine`` begins with whose municipalities count. Returns the engine."""

    @event.listens_for(engine, "begin")
    def say_who(connection: Connection) -> None:
        who = _within.get()
        if who is not None:
            connection.exec_driver_sql(
                "SELECT set_config(%(towns)s, %(municipalities)s, true), set_config(%(since)s, %(day)s, true)",
                {
                    "towns": MUNICIPALITIES,
                    "municipalities": ",".join(who.municipalities),
                    "since": ROUNDS_SINCE,
                    "day": who.rounds_since.isoformat(),
                },
            )

    return engine


# --- as the owner of the tables ----------------------------------------------------------------------------------------


def build(connection: Connection, role: str) -> None:
    """Put the wall before ``role``. ``connection`` is the owner's."""
    name = connection.dialect.identifier_preparer.quote(role)
    for table, condition in WALLED.items():
        connection.execute(text(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"))
        for policy in (_EVERYBODY, _WALL):
            connection.execute(text(f"DROP POLICY IF EXISTS {policy} ON {table}"))
        # Other roles see what their rights give; the wall takes away from that, for one role.
        connection.execute(text(f"CREATE POLICY {_EVERYBODY} ON {table} USING (true)"))
        freely = " WITH CHECK (true)" if table in _ADDED_FREELY else ""
        connection.execute(
            text(f"CREATE POLICY {_WALL} ON {table} AS RESTRICTIVE TO {name} USING ({condition}){freely}")
        )


def take_down(connection: Connection) -> None:
    """Before the schema changes: what a policy looks at can't be changed. ``connection`` is the owner's."""
    found = connection.execute(
        text(
            "SELECT tablename, policyname FROM pg_policies WHERE schemaname = current_schema() AND policyname = ANY(:ours)"
        ),
        {"ours": [_EVERYBODY, _WALL]},
    ).all()
    quote = connection.dialect.identifier_preparer.quote
    for table, policy in found:
        connection.execute(text(f"DROP POLICY {policy} ON {quote(table)}"))
    for table in {table for table, _ in found}:
        connection.execute(text(f"ALTER TABLE {quote(table)} DISABLE ROW LEVEL SECURITY"))


def gaps(connection: Connection, role: str) -> list[str]:
    """Where no wall stands before ``role``: tables, or that the role can go round it."""
    standing = connection.execute(
        text(
            "SELECT p.tablename FROM pg_policies p JOIN pg_class t ON t.oid = to_regclass(quote_ident(p.tablename)) "
            "WHERE p.schemaname = current_schema() AND p.policyname = :wall AND p.permissive = 'RESTRICTIVE' "
            "AND :role = ANY(p.roles) AND t.relrowsecurity"
        ),
        {"wall": _WALL, "role": role},
    ).scalars()
    round_it = connection.scalar(
        text(
            "SELECT r.rolsuper OR r.rolbypassrls OR pg_has_role(r.oid, t.relowner, 'MEMBER') "
            "FROM pg_roles r, pg_class t WHERE r.rolname = :role AND t.oid = to_regclass('client_case')"
        ),
        {"role": role},
    )
    return [*sorted(set(WALLED) - set(standing)), *(["eigenaar"] if round_it else [])]
