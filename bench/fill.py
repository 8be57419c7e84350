"""Many waiting provisions, quickly: copies of a few cases that were taken in, and whose requests were sent, by the use cases.

A copy has every row that the original has (case, provisions and what hangs on them, messages, plan, audit lines).
Rows are copied by INSERT … SELECT, audit lines by the product's own chain, so that ``audit --verify`` finds the record whole.
What differs from a taken-in case: ids of messages are random, and audit lines name the original's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import Connection, Table, select, text

from bench.product import Product
from bench.rig import BY
from provisions.outbound.outbox import Outbox
from provisions.outbound.smtp import transport_for
from provisions.settings import Settings
from provisions.store import audit
from provisions.store import tables as t
from provisions.usecases.intake import IntakeRequest

AGREED = ("housing", "social_network")  # their due dates are agreed, so that they can lie anywhere
TEMPLATES = 40
_FIRST_DAY, _DAYS_APART = 300, 10
_LINES = 20_000  # audit lines a transaction


def waiting(subject: Product, settings: Settings, count: int) -> int:
    """At least ``count`` provisions that wait for ten months and longer, two a case; how many there are."""
    originals = templates(subject, count)
    send_all(subject, settings)
    copies = -(-count // (len(AGREED) * len(originals)))
    copy_cases(subject, originals, copies)
    return subject.count("provision WHERE next_at IS NOT NULL")


def send_all(subject: Product, settings: Settings) -> None:
    """Send what is pending to the folder of the home, and have every run and plan shown."""
    outbox = Outbox(
        subject.database,
        subject.app.config,
        transport_for(settings, subject.app.config.organisation.mail),
        subject.clock,
    )
    while outbox.deliver_due():
        pass
    with subject.database.begin() as connection:
        connection.execute(text("UPDATE provision SET observed_generation = generation"))
        connection.execute(text("UPDATE plan SET shown = wanted"))
        connection.execute(text("DELETE FROM announcement"))


def copy_cases(subject: Product, references: Sequence[str], copies: int) -> None:
    """``copies`` of each of these cases, besides those that there are."""
    for reference in references:
        with subject.database.begin() as connection:
            case_id = connection.execute(select(t.case.c.id).where(t.case.c.reference == reference)).scalar_one()
            newest = connection.execute(text("SELECT max(id) FROM client_case")).scalar_one()
            _copy_rows(connection, case_id, newest, copies)
        _copy_audit(subject, case_id, newest)
    subject.analyze()


def templates(subject: Product, count: int) -> list[str]:
    """Cases that wait for two agreed dates, each on other days: forty, or fewer when only ``count`` must wait."""
    today = subject.clock().date()
    made = []
    for number in range(max(1, min(TEMPLATES, count // 50))):
        days = {
            key: today + timedelta(days=_FIRST_DAY + _DAYS_APART * number + later) for later, key in enumerate(AGREED)
        }
        made.append(IntakeRequest(f"WM-2026-{number:05}", "voluntary", AGREED, present=("id_document",), agreed=days))
    subject.app.cases.intake_many(made, by=BY)
    return [request.reference for request in made]


def _copy_rows(connection: Connection, case_id: int, newest: int, copies: int) -> None:
    """The copies are called ``WA-<newest>-<number>`` and come after the ``newest`` case."""
    values = {"original": case_id, "copies": copies, "newest": newest, "prefix": f"WA-{newest}-"}
    copied = "client_case AS copy ON copy.id > :newest"
    provisions = f"provision AS source JOIN {copied} WHERE source.case_id = :original"
    plans = f"plan AS source JOIN {copied} WHERE source.case_id = :original"
    cases = "client_case AS source, generate_series(1, :copies) AS n WHERE source.id = :original"
    children = (
        f"{{table}} AS source JOIN provision AS its ON its.id = source.provision_id AND its.case_id = :original "
        f"JOIN {copied} JOIN provision AS mine ON mine.case_id = copy.id AND mine.key = its.key"
    )
    statements = (
        _insert(t.case, {"id": None, "uid": "gen_random_uuid()", "reference": ":prefix || n"}, cases),
        _insert(t.provision, {"id": None, "case_id": "copy.id"}, provisions),
        _insert(t.message, {"id": "gen_random_uuid()", "provision_id": "mine.id"}, children.format(table="message")),
        _insert(t.plan, {"case_id": "copy.id"}, plans),
        *(
            _insert(
                table,
                {"provision_id": "mine.id"} | ({"id": None} if "id" in table.c else {}),
                children.format(table=table),
            )
            for table in (t.suspension, t.waiver, t.rung, t.outcome, t.follow_up)
        ),
    )
    for statement in statements:
        connection.execute(text(statement), {name: value for name, value in values.items() if f":{name}" in statement})


def _copy_audit(subject: Product, case_id: int, newest: int) -> None:
    columns = (t.audit.c.by, t.audit.c.what, t.audit.c.because, t.audit.c.key, t.audit.c.data, t.audit.c.message)
    with subject.database.connect() as connection:
        rows = connection.execute(select(*columns).where(t.audit.c.case_id == case_id).order_by(t.audit.c.id)).all()
        query = select(t.case.c.id).where(t.case.c.id > newest).order_by(t.case.c.id)
        copies = list(connection.execute(query).scalars())
    lines = [audit.Line(row.by, row.what, row.because, None, row.key, row.data, row.message) for row in rows]
    each = max(1, _LINES // len(lines))
    for first in range(0, len(copies), each):
        with subject.database.begin() as connection:
            audit.append(
                connection, [replace(line, case_id=copy) for copy in copies[first : first + each] for line in lines]
            )
            # Nothing new happened: what the copies say was announced long ago.
            connection.execute(text("DELETE FROM announcement"))


def _insert(table: Table, other: Mapping[str, str | None], source: str) -> str:
    """Copy ``source``, each column as it is but these ``other``; one that is ``None`` is left to the database."""
    chosen = {column.name: other.get(column.name, f'source."{column.name}"') for column in table.columns}
    kept = {name: value for name, value in chosen.items() if value is not None}
    names, values = ", ".join(f'"{name}"' for name in kept), ", ".join(kept.values())
    return f"INSERT INTO {table.name} ({names}) SELECT {values} FROM {source}"  # noqa: S608 - names of our own columns
