"""``anchor-after-an-upgrade``: an anchor noted before the chain was computed anew is still proof of what it was proof of."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace

import pytest
from sqlalchemy import Engine, text

from provisions.database import migrate
from provisions.database.connect import engine_for
from provisions.store import audit
from provisions.store.audit import Anchor, Line
from tests.ledger.conftest import verified, without_triggers

OLDER = "0005"


@pytest.fixture
def upgraded(new_database: Callable[..., AbstractContextManager[str]]) -> Iterator[tuple[Engine, list[Anchor]]]:
    """A record of before the chain was made anew, upgraded; and the anchor that was noted after each of its lines."""
    with new_database(migrated=False) as url:
        migrate.upgrade(url)
        engine = engine_for(url)
        with engine.begin() as connection:
            case_id = connection.scalar(
                text(
                    "INSERT INTO client_case (reference, municipality, route, brp, opened) "
                    "VALUES ('TR-2026-0201', 'voorbeeldstad', 'voluntary', 'unknown', '2026-11-02') RETURNING id"
                )
            )
            for number in range(4):
                line = Line(
                    "regie-1", "test", f"é {number}", case_id, data={"z": [1, "a"], "b": None}, note="om te zien"
                )
                audit.append(connection, [line])
        engine.dispose()
        migrate.downgrade(url, OLDER)
        with engine.connect() as connection:
            rows = connection.execute(text("SELECT id, hash FROM audit ORDER BY id")).all()
        engine.dispose()
        migrate.upgrade(url)
        yield engine, [Anchor(row.id, bytes(row.hash).hex()) for row in rows]
        engine.dispose()


def test_each_anchor_of_before_is_recognised_and_the_new_one_given(upgraded: tuple[Engine, list[Anchor]]) -> None:
    database, noted = upgraded
    assert len(noted) == 4
    for known in noted:
        verdict = verified(database, known)
        assert verdict.whole, verdict.faults
        assert verdict.known_as is not None
        assert verdict.known_as.line == known.line
        again = verified(database, verdict.known_as)
        assert again.whole
        assert again.known_as is None, "the new one is the present one"


def test_an_anchor_that_the_record_does_not_know_stays_an_incident(upgraded: tuple[Engine, list[Anchor]]) -> None:
    database, noted = upgraded
    forged = (
        replace(noted[1], hash="0" * 64),
        replace(noted[1], line=noted[2].line),  # of another line
        replace(noted[1], line=99),
    )
    for known in forged:
        assert not verified(database, known).whole


def test_who_rewrites_the_record_is_not_helped_by_a_line_that_names_the_anchor(
    upgraded: tuple[Engine, list[Anchor]],
) -> None:
    database, noted = upgraded
    with database.begin() as connection, without_triggers(connection):
        connection.execute(text("UPDATE audit SET because = 'iets anders' WHERE id = :id"), {"id": noted[1].line})
        rows = connection.execute(text("SELECT * FROM audit ORDER BY id")).all()
        previous = audit.START
        for row in rows:  # as somebody with the owner's password would: the chain computed anew, and whole
            note = row.note_digest and bytes(row.note_digest)
            line = Line(row.by, row.what, row.because, row.case_id, row.key, row.data, row.message)
            digest = audit.digest_of(line, row.free_text_id, note, row.staff_digest and bytes(row.staff_digest))
            previous = audit.link(previous, row.id, audit.stamp(row.at), digest)
            connection.execute(text("UPDATE audit SET hash = :hash WHERE id = :id"), {"hash": previous, "id": row.id})
        connection.execute(text("UPDATE audit_head SET hash = :hash"), {"hash": previous})
    assert verified(database).whole, "by itself it looks right: that is what an anchor is for"
    assert "record.rechained" in [row.what for row in rows]
    assert not verified(database, noted[-1]).whole
    assert verified(database, noted[0]).whole, "what was before it was left alone"
