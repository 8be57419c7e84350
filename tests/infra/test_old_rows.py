"""What older versions recorded means the same in the tables of this one: receivers of a message, replaced agreements."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date
from typing import Any

from sqlalchemy import Engine, text

from provisions.app import App
from provisions.database import migrate
from provisions.database.connect import engine_for
from provisions.store.audit import RECORDED_AT
from provisions.usecases.intake import IntakeRequest
from tests.builders import CONFIG, DIRECTOR, typed
from tests.conftest import MovingClock

NewDatabase = Callable[..., AbstractContextManager[str]]

# As the version before 0009 wrote them: id, status, recipients, sent, attempts, error.
OLD = (
    ("sent to both", "sent", ["a@x.nl", "b@x.nl"], True, 1, None),
    ("one refused", "sent", ["a@x.nl"], True, 1, "niet aangenomen voor b@x.nl, c@x.nl"),
    ("given up", "failed", None, False, 20, "mailserver weigert het bericht (code 550)"),
    ("waits", "pending", None, False, 2, "mailserver antwoordt niet op tijd"),
    ("one webhook has it", "pending", ["https://x.nl/hook"], False, 3, "antwoordt niet"),
    ("sent again to all", "pending", ["a@x.nl"], True, 0, None),
    ("not needed", "void", None, False, 0, None),
)
BECOMES = {
    "sent to both": ("sent", [("a@x.nl", "sent", None), ("b@x.nl", "sent", None)]),
    "one refused": (
        "failed",
        [
            ("a@x.nl", "sent", None),
            ("b@x.nl", "failed", "niet aangenomen door de mailserver"),
            ("c@x.nl", "failed", "niet aangenomen door de mailserver"),
        ],
    ),
    "given up": ("failed", []),
    "waits": ("pending", []),
    "one webhook has it": ("pending", [("https://x.nl/hook", "sent", None)]),
    "sent again to all": ("pending", []),
    "not needed": ("void", []),
}


def test_messages_of_before_have_their_receivers(new_database: NewDatabase) -> None:
    with new_database(migrated=False) as url:
        migrate.upgrade(url)
        migrate.downgrade(url, "0008")
        engine = engine_for(url)
        with engine.begin() as connection:
            for detail, status, recipients, sent, attempts, error in OLD:
                connection.execute(
                    text(
                        "INSERT INTO message (id, kind, detail, created, status, recipients, sent, attempts, error, next_try) "
                        "VALUES (gen_random_uuid(), 'request', :detail, now(), :status, :recipients, "
                        "CASE WHEN :sent THEN now() END, :attempts, :error, CASE WHEN :status = 'pending' THEN now() END)"
                    ),
                    {
                        "detail": detail,
                        "status": status,
                        "recipients": recipients,
                        "sent": sent,
                        "attempts": attempts,
                        "error": error,
                    },
                )
        migrate.upgrade(url)
        assert messages(engine) == BECOMES
        with engine.connect() as connection:
            again = "SELECT recipients FROM message WHERE detail = 'sent again to all'"
            assert connection.scalar(text(again)) is None, "that goes to all of them"
        migrate.downgrade(url, "0008")
        with engine.connect() as connection:
            was = {row.detail: row.status for row in connection.execute(text("SELECT detail, status FROM message"))}
        assert was == {detail: status for detail, status, *_ in OLD}
        engine.dispose()


def messages(engine: Engine) -> dict[str, tuple[str, list[tuple[Any, ...]]]]:
    found: dict[str, tuple[str, list[tuple[Any, ...]]]] = {}
    query = (
        "SELECT m.detail, m.status, d.receiver, d.status AS delivered, d.error FROM message m "
        "LEFT JOIN delivery d ON d.message = m.id ORDER BY m.detail, d.receiver"
    )
    with engine.connect() as connection:
        for row in connection.execute(text(query)):
            _, receivers = found.setdefault(row.detail, (row.status, []))
            if row.receiver:
                receivers.append((row.receiver, row.delivered, row.error))
    return found


def test_agreements_that_were_replaced_are_read_from_the_record(new_database: NewDatabase, clock: MovingClock) -> None:
    with new_database(migrated=False) as url:
        migrate.upgrade(url)
        engine = engine_for(url).execution_options(**{RECORDED_AT: clock})
        with engine.begin() as connection:
            connection.execute(text("INSERT INTO example DEFAULT VALUES"))  # so that lines may be dated by the test
        app = App(engine, CONFIG, clock)
        opened = clock.now.date()
        request = IntakeRequest(
            "TR-2026-0001", "voluntary", ["housing"], present=["id_document"], agreed={"housing": date(2026, 12, 1)}
        )
        app.cases.intake(request, by=typed(DIRECTOR))
        app.cases.intake(IntakeRequest("TR-2026-0002", "voluntary", ["id_document"]), by=typed(DIRECTOR))
        clock.advance(days=3)
        app.cases.agree("TR-2026-0001", "housing", date(2026, 12, 8), by=typed(DIRECTOR))
        second = clock.now.date()
        clock.advance(days=4)
        app.cases.agree("TR-2026-0001", "housing", date(2026, 12, 15), by=typed(DIRECTOR))
        recorded = agreements(engine)
        assert recorded == [("TR-2026-0001", date(2026, 12, 1), opened), ("TR-2026-0001", date(2026, 12, 8), second)]
        migrate.downgrade(url, "0007")
        migrate.upgrade(url)
        assert agreements(engine) == recorded
        engine.dispose()


def agreements(engine: Engine) -> list[tuple[Any, ...]]:
    query = (
        "SELECT c.reference, a.day, a.agreed_on FROM agreement a JOIN provision p ON p.id = a.provision_id "
        "JOIN client_case c ON c.id = p.case_id ORDER BY a.id"
    )
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(query))]
