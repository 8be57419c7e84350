"""The record: whole after ordinary work, and whatever is done to it behind the program's back is found."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import DBAPIError

from provisions.database import migrate
from provisions.database.connect import engine_for
from provisions.domain.errors import NotAllowed
from provisions.store import audit
from provisions.store import tables as t
from provisions.store.audit import Anchor, Line
from tests.builders import DIRECTOR, Town, typed
from tests.conftest import Fill, MovingClock
from tests.ledger.conftest import Intrude, verified

FRIDAY = "2026-11-20 12:00"


def some_weeks(database: Engine) -> None:
    """Rungs, messages, notes and waivers."""
    town = Town(database, MovingClock())
    for number in range(1, 6):
        case = town.takes_in(f"TR-2026-000{number}", "id_document", "postal_address", "emergency_shelter")
        town.app.cases.waive(
            case.reference, "postal_address", "id_document", ground="is nog in behandeling", by=typed(DIRECTOR)
        )
    town.on(FRIDAY)
    town.app.cases.record_outcome(
        "TR-2026-0001", "id_document", "delivered", by=typed(DIRECTOR), note="opgehaald aan het loket"
    )


@pytest.fixture
def beginnings() -> Mapping[str, Fill]:
    return {"worked": some_weeks}


@pytest.fixture
def worked(town: Town) -> Town:
    """A town with ``some_weeks`` of work behind it."""
    return town.on(FRIDAY)


def test_after_ordinary_work_the_record_is_whole_and_numbered_without_gaps(worked: Town) -> None:
    verdict = verified(worked.database)
    assert verdict.whole, verdict.faults
    with worked.database.connect() as connection:
        numbers = connection.execute(select(t.audit.c.id).order_by(t.audit.c.id)).scalars().all()
        assert audit.head(connection) == verdict.anchor
    assert numbers == list(range(1, verdict.lines + 1))
    assert verdict.lines > 40


def test_what_is_refused_leaves_no_line(worked: Town) -> None:
    before = verified(worked.database)
    with pytest.raises(NotAllowed):
        worked.app.cases.record_outcome("TR-2026-0001", "id_document", "delivered", by=typed(DIRECTOR))
    assert verified(worked.database) == before


@pytest.mark.parametrize(
    ("statement", "line"),
    [
        ("UPDATE audit SET by = 'een-ander' WHERE id = 7", 7),
        ("UPDATE audit SET because = because || '.' WHERE id = 7", 7),
        ("UPDATE audit SET at = at + interval '1 microsecond' WHERE id = 7", 7),
        ("UPDATE audit SET case_id = case_id + 1 WHERE id = 7", 7),
        ("UPDATE audit SET data = '{}' WHERE id = 1", 1),
        ("UPDATE audit SET hash = sha256(hash) WHERE id = 7", 7),
        ("DELETE FROM audit WHERE id = 7", 8),
        ("DELETE FROM audit WHERE id = 1", 2),
        ("DELETE FROM audit WHERE id BETWEEN 7 AND 20", 21),
        ("UPDATE audit SET id = CASE id WHEN 7 THEN -8 WHEN 8 THEN -7 END WHERE id IN (7, 8);"
         "UPDATE audit SET id = -id WHERE id < 0", 7),
    ],
)  # fmt: skip
def test_a_changed_missing_or_moved_line_is_found(worked: Town, intrude: Intrude, statement: str, line: int) -> None:
    intrude(*statement.split(";"))
    verdict = verified(worked.database)
    assert verdict.faults[0].startswith(f"Regel {line} "), verdict.faults


def test_what_is_wrong_besides_the_first_fifty_is_counted(worked: Town, intrude: Intrude) -> None:
    with worked.database.begin() as connection:
        audit.append(connection, [Line("regie-1", "test")] * 60)
    lines = verified(worked.database).lines
    intrude("UPDATE audit SET because = because || '.'")
    verdict = verified(worked.database)
    assert (len(verdict.faults), verdict.more) == (50, lines - 50)
    assert verdict.told[-1] == f"En nog {lines - 50} fouten."


def test_an_added_line_is_found(worked: Town, intrude: Intrude) -> None:
    count = verified(worked.database).lines
    intrude(
        "INSERT INTO audit (id, by, what, hash) SELECT last_line + 1, 'regie', 'rung.climbed', hash FROM audit_head"
    )
    faults = verified(worked.database).faults
    assert faults[0].startswith(f"Regel {count + 1} ")
    assert faults[1].startswith("Het einde klopt niet")


def test_missing_lines_at_the_end_are_found(worked: Town, intrude: Intrude) -> None:
    intrude("DELETE FROM audit WHERE id > (SELECT max(id) - 3 FROM audit)")
    assert verified(worked.database).faults[0].startswith("Het einde klopt niet: ")


def test_who_rewrites_the_end_and_the_head_is_found_by_an_anchor(worked: Town, intrude: Intrude) -> None:
    with worked.database.begin() as connection:
        audit.append(connection, [Line("regie-1", "test")] * 3)  # of which no state is left
    noted_down = verified(worked.database).anchor
    intrude(
        "DELETE FROM audit WHERE id > (SELECT max(id) - 3 FROM audit)",
        "UPDATE audit_head SET (last_line, lines, hash) = "
        "(SELECT id, (SELECT count(*) FROM audit), hash FROM audit ORDER BY id DESC LIMIT 1)",
    )
    assert verified(worked.database).whole
    assert "anker" in verified(worked.database, noted_down).faults[0]


def test_an_anchor_of_before_still_holds_after_more_work(worked: Town) -> None:
    noted_down = verified(worked.database).anchor
    worked.takes_in("TR-2026-0009", "id_document")
    assert verified(worked.database, noted_down).whole
    assert not verified(worked.database, Anchor(noted_down.line, "00" * 32)).whole


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE free_text SET body = 'iets anders' WHERE id = (SELECT min(id) FROM free_text)", "gewijzigd"),
        ("DELETE FROM free_text WHERE id = (SELECT min(id) FROM free_text)", "weggehaald"),
    ],
)
def test_changed_and_removed_free_text_is_found(worked: Town, intrude: Intrude, statement: str, said: str) -> None:
    intrude(statement)
    (fault,) = verified(worked.database).faults
    assert f"vrije tekst erbij is {said}" in fault


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_head SET lines = lines - 1",
        "UPDATE audit_head SET last_line = 0",
        "DELETE FROM audit_head",
        "TRUNCATE audit_head",
        "UPDATE audit SET by = 'x'",
        "DELETE FROM audit",
        "TRUNCATE audit",
    ],
)
def test_even_the_owner_can_not_go_back(town: Town, owner: Engine, statement: str) -> None:
    town.takes_in("TR-2026-0001", "id_document")
    with pytest.raises(DBAPIError, match="refused"), owner.begin() as connection:
        connection.execute(text(statement))


def test_many_that_record_at_the_same_time_make_one_chain(database: Engine) -> None:
    def record(worker: int) -> None:
        for number in range(25):
            with database.begin() as connection:
                lines = [Line(f"regie-{worker}", "test", f"regel {number}.{n}") for n in range(3)]
                audit.append(connection, lines)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(record, range(8)))
    verdict = verified(database)
    assert (verdict.whole, verdict.lines) == (True, 8 * 25 * 3)


def test_who_breaks_off_leaves_the_chain_as_it_was(database: Engine) -> None:
    with database.begin() as connection:
        audit.append(connection, [Line("regie-1", "test")])
    with database.connect() as connection:
        audit.append(connection, [Line("regie-1", "test")])
        connection.rollback()
    with database.begin() as connection:
        assert audit.append(connection, [Line("regie-1", "test")]) == [2]
    assert verified(database).whole


def test_lines_of_before_the_chain_are_chained_by_the_migration_and_it_goes_back(
    new_database: Callable[..., AbstractContextManager[str]],
) -> None:
    with new_database(migrated=False) as url:
        with migrate.changing(url) as connection:
            migrate.move(connection, "0004")
            connection.execute(
                text(
                    "INSERT INTO client_case (reference, municipality, route, brp, opened) "
                    "VALUES ('TR-2026-0001', 'voorbeeldstad', 'wzd', 'unknown', '2026-11-02')"
                )
            )
            connection.execute(text("INSERT INTO free_text (case_id, body) VALUES (1, 'een notitie')"))
            for number, note in ((3, None), (4, 1), (9, None)):  # numbers that were rolled back are missing
                connection.execute(
                    text(
                        "INSERT INTO audit (id, by, case_id, what, because, data, free_text_id) "
                        "VALUES (:number, 'regie-1', 1, 'test', 'é', '{\"z\": [1, \"a\"], \"b\": null}', :note)"
                    ),
                    {"number": number, "note": note},
                )
        engine = engine_for(url)
        for _ in range(2):
            migrate.upgrade(url)
            with engine.begin() as connection:
                assert audit.append(connection, [Line("regie-1", "test", case_id=1)])[0] >= 10
            verdict = verified(engine)
            assert verdict.whole, verdict.faults
            assert verdict.lines >= 4
            migrate.downgrade(url, "0004")
            with engine.begin() as connection:
                connection.execute(text("INSERT INTO audit (by, case_id, what) VALUES ('regie-1', 1, 'test')"))
        engine.dispose()


def test_who_noted_an_anchor_before_the_chain_was_made_anew_finds_it_in_the_record(
    new_database: Callable[..., AbstractContextManager[str]],
) -> None:
    with new_database(migrated=False) as url:
        migrate.upgrade(url)
        engine = engine_for(url)
        with engine.begin() as connection:
            audit.append(connection, [Line("regie-1", "test"), Line("regie-1", "test", note=None)])
        migrate.downgrade(url, "0005")
        with engine.connect() as connection:
            noted = str(audit.head(connection))
        migrate.upgrade(url)
        assert verified(engine).whole
        with engine.connect() as connection:
            found = connection.execute(
                select(t.audit).where(t.audit.c.what == "record.rechained").order_by(t.audit.c.id)
            )
            line = next(line for line in found if line.data == {"anchor": noted})
        assert noted in line.because
        engine.dispose()


def test_a_record_whose_end_was_taken_off_is_not_made_whole_by_a_migration(
    new_database: Callable[..., AbstractContextManager[str]],
) -> None:
    with new_database(migrated=False) as url:
        migrate.upgrade(url)
        engine = engine_for(url)
        with engine.begin() as connection:
            audit.append(connection, [Line("regie-1", "test")] * 3)
        migrate.downgrade(url, "0005")
        with engine.begin() as connection:
            connection.execute(text("ALTER TABLE audit DISABLE TRIGGER append_only"))
            connection.execute(text("DELETE FROM audit WHERE id = 3"))
            connection.execute(text("ALTER TABLE audit ENABLE TRIGGER append_only"))
        with pytest.raises(NotAllowed, match="niet heel bij regel 2"):
            migrate.upgrade(url)
        engine.dispose()


texts = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=30)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | texts, lambda inner: st.lists(inner, max_size=3)
)
lines = st.builds(
    Line,
    by=texts,
    what=texts,
    because=texts,
    case_id=st.none() | st.integers(1, 2**62),
    key=st.none() | texts,
    data=st.none() | st.dictionaries(texts, values, max_size=4),
    message=st.none() | st.builds(uuid4),
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(lines, min_size=1, max_size=5))
def test_whatever_a_line_says_comes_back_as_it_was_hashed(database: Engine, recorded: list[Line]) -> None:
    with database.begin() as connection:
        audit.append(connection, recorded)
    assert verified(database).whole
