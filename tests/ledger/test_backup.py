"""Backed up, restored, and compared row by row; and whatever is wrong with a backup leaves the database as it was."""

import hashlib
import hmac
import io
import json
import random
import stat
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, inspect, select, text

from provisions.database import backup as copies
from provisions.database import migrate, roles
from provisions.database.connect import engine_for
from provisions.database.encryption import PIECE, Encrypting, NotAuthenticError, decrypted
from provisions.domain.errors import InvalidInput, NotAllowed, NotFound
from provisions.machine.postgres import EmbeddedPostgres
from provisions.store import locks, rules
from provisions.store import tables as t
from provisions.store.audit import allow_other_moments
from tests.builders import DIRECTOR, Town, typed
from tests.conftest import Fill, MovingClock, database_url, owner_url
from tests.ledger.conftest import verified

DECEMBER = "2026-12-01 12:00"
MIRROR = {
    "provision": {"flow_run", "generation", "observed_generation"},
    "plan": {"wanted", "shown", "shown_on", "digest", "artifact"},
}


def all_rows(database: Engine) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table, but for what a screen shows."""
    with database.connect() as connection:
        return {
            table.name: sorted(
                (
                    {name: value for name, value in row._mapping.items() if name not in MIRROR.get(table.name, ())}
                    for row in connection.execute(select(table))
                ),
                key=str,
            )
            for table in t.metadata.sorted_tables
            if table.name not in t.PASSING
        }


def every_kind_of_thing(database: Engine) -> None:
    """Something of everything is recorded."""
    town = Town(database, MovingClock())
    needs = ("id_document", "postal_address", "emergency_shelter", "debt_counselling", "benefit_decision")
    town.takes_in("TR-2026-0001", *needs)
    app = town.app
    ground = "bewijslast\tachteraf,\nzie \\ 'besluit' \"é€\""
    app.cases.waive("TR-2026-0001", "postal_address", "id_document", ground=ground, by=typed(DIRECTOR))
    app.cases.suspend("TR-2026-0001", "id_document", reason="client_asks", until=date(2026, 11, 20), by=typed(DIRECTOR))
    town.on("2026-11-25 12:00")
    app.cases.record_outcome(
        "TR-2026-0001", "id_document", "delivered", by=typed(DIRECTOR), note="op 25 november opgehaald"
    )
    town.takes_in("TR-2026-0002", "advance_payment").gets("advance_payment")
    town.on(DECEMBER)


@pytest.fixture
def beginnings() -> Mapping[str, Fill]:
    return {"lived_in": every_kind_of_thing}


@pytest.fixture
def lived_in(town: Town) -> Town:
    """A town with ``every_kind_of_thing`` in it."""
    return town.on(DECEMBER)


def application(postgres: EmbeddedPostgres, owner: Engine) -> Engine:
    return engine_for(database_url(postgres, str(owner.url.database)))


def test_restored_it_is_the_same_row_by_row_and_work_goes_on(
    lived_in: Town, empty: Engine, postgres: EmbeddedPostgres, tmp_path: Path, clock: MovingClock
) -> None:
    made = copies.backup(lived_in.database, tmp_path / "copy", clock.now)
    assert stat.S_IMODE((tmp_path / "copy").stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in (tmp_path / "copy").iterdir()} == {0o600}

    assert copies.restore(empty, "provisions", tmp_path / "copy") == made
    restored = application(postgres, empty)
    before, after = all_rows(lived_in.database), all_rows(restored)
    assert after == before
    assert all(before[name] for name in ("free_text", "rung", "suspension", "waiver", "message", "audit_head"))
    assert sum(map(len, before.values())) == made.rows

    verdict = verified(restored)
    assert verdict.whole
    assert str(verdict.anchor) == made.anchor
    with restored.connect() as connection:
        assert (roles.missing(connection), roles.excess(connection)) == ([], [])
        live = connection.execute(
            select(t.provision.c.key, t.provision.c.generation, t.provision.c.observed_generation, t.provision.c.status)
        ).all()
    assert {row.generation for row in live if row.status == "waiting"} == {1}
    assert {row.generation for row in live if row.status == "delivered"} == {0}

    # Numbers go on after the last one, and so does the chain.
    there = Town(restored, clock)
    there.takes_in("TR-2026-0003", "id_document")
    there.app.cases.record_outcome("TR-2026-0003", "id_document", "delivered", by=typed(DIRECTOR), note="gehaald")
    assert verified(restored).lines > verdict.lines
    assert verified(restored).whole
    restored.dispose()


def as_an_older_program_made_it(database: Engine, folder: Path) -> None:
    """A backup of all tables there are, in the format that has not changed since the first program that made any."""
    folder.mkdir()
    tables = []
    with database.connect() as connection:
        found = inspect(connection)
        driver: Any = connection.connection.driver_connection
        for name in sorted(set(found.get_table_names()) - {"alembic_version"}, key=_parents_first):
            columns = [column["name"] for column in found.get_columns(name)]
            listed = ", ".join(f'"{column}"' for column in columns)
            with driver.cursor().copy(f"COPY {name} ({listed}) TO STDOUT") as copy:
                content = b"".join(bytes(data) for data in copy)
            (folder / f"{name}.copy").write_bytes(content)
            sha256 = hashlib.sha256(content).hexdigest()
            tables.append({"name": name, "columns": columns, "rows": content.count(b"\n"), "sha256": sha256})
        anchor = "0:"
        if found.has_table("audit_head"):
            last, digest = connection.execute(text("SELECT last_line, encode(hash, 'hex') FROM audit_head")).one()
            anchor = f"{last}:{digest}"
        schema = connection.scalar(text("SELECT version_num FROM alembic_version"))
    made = {"format": 1, "made": "2026-12-01T11:00:00Z", "schema": schema, "anchor": anchor, "tables": tables}
    (folder / "manifest.json").write_text(json.dumps(made))


def _parents_first(table: str) -> tuple[int, str]:
    order = ("client_case", "provision", "message")
    return (order.index(table) if table in order else len(order), table)


def without(names: set[str], rows: dict[str, list[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    """The same rows less these columns, and less the lines by which the chain was made anew and cases were bound."""
    return {
        table: sorted(
            (
                {n: v for n, v in row.items() if n not in names}
                for row in found
                if row.get("what") not in ("record.rechained", "case.bound")
            ),
            key=str,
        )
        for table, found in rows.items()
    }


@pytest.mark.parametrize("schema", ["0004", "0005"])
def test_a_backup_of_an_older_schema_is_brought_up_to_date(
    schema: str, lived_in: Town, empty: Engine, postgres: EmbeddedPostgres, tmp_path: Path, clock: MovingClock
) -> None:
    name = str(lived_in.database.url.database)
    lived_in.database.dispose()
    migrate.downgrade(owner_url(postgres, name), schema)
    old = engine_for(owner_url(postgres, name))
    with old.begin() as connection:
        rules.note_followed(connection, "those of an older program")
    as_an_older_program_made_it(old, tmp_path / "old")
    old.dispose()
    migrate.upgrade(owner_url(postgres, name), "provisions")

    made = copies.restore(empty, "provisions", tmp_path / "old")
    restored = application(postgres, empty)
    with empty.begin() as connection:
        allow_other_moments(connection)  # as in the database that it was made of
    with engine_for(owner_url(postgres, name)).begin() as connection:
        allow_other_moments(connection)
    # As if the database itself had been brought up to date. (The first chain salts at random; the last line has its own moment.)
    random = {"hash", "salt", "staff_digest", "uid"} | ({"note_digest"} if schema < "0005" else set())
    assert without(random, all_rows(restored)) == without(random, all_rows(lived_in.database))
    verdict = verified(restored)
    assert verdict.whole
    assert made.anchor == str(verdict.anchor)

    there = Town(restored, clock)
    assert there.app.rules.follow() > 0, "as when the program starts: the moments that are kept were an older one's"
    assert verified(restored).derived
    there.takes_in("TR-2026-0003", "id_document")
    there.app.cases.record_outcome("TR-2026-0003", "id_document", "delivered", by=typed(DIRECTOR))
    assert verified(restored).whole
    restored.dispose()


def test_a_backup_of_an_older_schema_whose_record_was_changed_is_refused(
    lived_in: Town, empty: Engine, postgres: EmbeddedPostgres, tmp_path: Path
) -> None:
    """Chaining anew must not make whole what was not."""
    name = str(lived_in.database.url.database)
    lived_in.database.dispose()
    migrate.downgrade(owner_url(postgres, name), "0005")
    old = engine_for(owner_url(postgres, name))
    with old.begin() as connection:
        connection.execute(text("ALTER TABLE audit DISABLE TRIGGER USER"))
        connection.execute(text("UPDATE audit SET by = 'iemand-anders' WHERE id = 3"))
    as_an_older_program_made_it(old, tmp_path / "old")
    old.dispose()
    with pytest.raises(NotAllowed, match="vastlegging is niet heel bij regel 3"):
        copies.restore(empty, "provisions", tmp_path / "old")
    with empty.connect() as connection:
        assert migrate.current(connection) is None


def test_a_migrated_but_empty_database_will_do(
    lived_in: Town, new_database: Callable[..., AbstractContextManager[str]], tmp_path: Path, clock: MovingClock
) -> None:
    copies.backup(lived_in.database, tmp_path / "copy", clock.now)
    with new_database(migrated=False) as url:
        migrate.upgrade(url)
        owner = engine_for(url)
        copies.restore(owner, "provisions", tmp_path / "copy")
        assert all_rows(owner) == all_rows(lived_in.database)
        owner.dispose()


def test_a_backup_is_of_one_moment_while_the_engine_works(
    lived_in: Town, empty: Engine, tmp_path: Path, clock: MovingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = all_rows(lived_in.database)
    copy_out = copies._copy_out

    def with_work_in_between(*args: Any) -> copies.TableCopy:
        number = len(list((tmp_path / "copy").iterdir()))
        if number < 3:
            lived_in.takes_in(f"TR-2026-0100{number}", "id_document")
        return copy_out(*args)

    monkeypatch.setattr(copies, "_copy_out", with_work_in_between)
    copies.backup(lived_in.database, tmp_path / "copy", clock.now)
    copies.restore(empty, "provisions", tmp_path / "copy")
    assert verified(empty).whole
    cases = {row["id"] for row in all_rows(empty)["client_case"]}
    assert {row["case_id"] for row in all_rows(empty)["provision"]} == cases
    assert len(cases) < len(all_rows(lived_in.database)["client_case"])
    assert len(cases) >= len(before["client_case"])


@pytest.mark.parametrize("damage", ["change", "remove", "cut", "manifest"])
def test_a_damaged_backup_is_refused_and_nothing_is_restored(
    lived_in: Town, empty: Engine, tmp_path: Path, clock: MovingClock, damage: str
) -> None:
    folder = tmp_path / "copy"
    copies.backup(lived_in.database, folder, clock.now)
    file = folder / "audit.copy"
    match damage:
        case "change":
            file.write_bytes(file.read_bytes().replace(b"regisseur.noord", b"regisseur.zuidd", 1))
        case "cut":
            file.write_bytes(file.read_bytes()[:-100])
        case "remove":
            file.unlink()
        case "manifest":
            (folder / copies.MANIFEST).write_text('{"format": 1, "schema": "0005"}')
    with pytest.raises(InvalidInput, match=r"audit\.copy|inhoudsopgave"):
        copies.restore(empty, "provisions", folder)
    with empty.connect() as connection:
        assert migrate.current(connection) is None


def test_what_does_not_fit_leaves_an_empty_database(
    lived_in: Town, empty: Engine, tmp_path: Path, clock: MovingClock
) -> None:
    folder = tmp_path / "copy"
    copies.backup(lived_in.database, folder, clock.now)
    manifest = json.loads((folder / copies.MANIFEST).read_text())
    table = next(table for table in manifest["tables"] if table["name"] == "waiver")
    file = folder / "waiver.copy"
    file.write_bytes(file.read_bytes() + b"999999\tid_document\t2026-11-02\n")  # of no provision
    table["sha256"], table["rows"] = hashlib.sha256(file.read_bytes()).hexdigest(), table["rows"] + 1
    (folder / copies.MANIFEST).write_text(json.dumps(manifest))
    with pytest.raises(InvalidInput, match="waiver"):
        copies.restore(empty, "provisions", folder)
    with empty.connect() as connection:
        assert migrate.current(connection) is None


def test_a_database_in_use_a_full_folder_and_no_backup_are_refused(
    lived_in: Town, owner: Engine, empty: Engine, tmp_path: Path, clock: MovingClock
) -> None:
    folder = tmp_path / "copy"
    copies.backup(lived_in.database, folder, clock.now)
    before = all_rows(lived_in.database)
    with pytest.raises(NotAllowed, match="lege database"):
        copies.restore(owner, "provisions", folder)
    assert all_rows(lived_in.database) == before
    with pytest.raises(NotAllowed, match="niet leeg"):
        copies.backup(lived_in.database, folder, clock.now)
    with pytest.raises(NotAllowed, match="geen map"):
        copies.backup(lived_in.database, folder / copies.MANIFEST, clock.now)
    with pytest.raises(NotFound, match="geen"):
        copies.restore(empty, "provisions", tmp_path / "nergens")
    (folder / copies.MANIFEST).unlink()
    with pytest.raises(NotFound, match="complete"):
        copies.restore(empty, "provisions", folder)


def test_while_an_engine_works_nothing_is_restored(
    lived_in: Town, empty: Engine, tmp_path: Path, clock: MovingClock
) -> None:
    copies.backup(lived_in.database, tmp_path / "copy", clock.now)
    with empty.connect() as listener:
        listener.execute(text(f"SELECT pg_advisory_lock_shared({locks.ENGINES})"))
        with pytest.raises(NotAllowed, match="provisions up"):
            copies.restore(empty, "provisions", tmp_path / "copy")


def test_a_backup_of_a_newer_program_is_refused(
    lived_in: Town, empty: Engine, tmp_path: Path, clock: MovingClock
) -> None:
    copies.backup(lived_in.database, tmp_path / "copy", clock.now)
    path = tmp_path / "copy" / copies.MANIFEST
    path.write_text(json.dumps({**json.loads(path.read_text()), "schema": "9999"}))
    with pytest.raises(InvalidInput, match="nieuwere versie"):
        copies.restore(empty, "provisions", tmp_path / "copy")


# --- encrypted -------------------------------------------------------------------------------------------------------

KEY, ANOTHER = "k" * 31 + "1", "k" * 31 + "2"


def is_empty(database: Engine) -> bool:
    return not inspect(database).get_table_names()


def signed_anew(folder: Path, key: str) -> None:
    """The manifest made to fit what lies there, as if by somebody who can sign."""
    made = json.loads((folder / copies.MANIFEST).read_text())
    for table in made["tables"]:
        content = (folder / f"{table['name']}.copy").read_bytes()
        table["sha256"] = hashlib.sha256(content).hexdigest()
    said = {name: value for name, value in made.items() if name not in ("key", "signature")}
    signature = hmac.new(key.encode(), json.dumps(said, sort_keys=True, separators=(",", ":")).encode(), "sha256")
    (folder / copies.MANIFEST).write_text(json.dumps({**made, "signature": signature.hexdigest()}))


def test_encrypted_it_is_restored_row_by_row_and_says_nothing_to_who_finds_it(
    lived_in: Town, empty: Engine, postgres: EmbeddedPostgres, tmp_path: Path, clock: MovingClock
) -> None:
    folder = tmp_path / "copy"
    made = copies.backup(lived_in.database, folder, clock.now, key=KEY, encrypt=True)
    everything = b"".join(path.read_bytes() for path in folder.iterdir())
    for text_of_a_case in (b"TR-2026-0001", b"bewijslast", b"25 november", DIRECTOR.encode(), KEY.encode()):
        assert text_of_a_case not in everything

    restored = copies.restore(empty, "provisions", folder, key=KEY)
    assert (restored.signed, restored.encrypted, restored.rows) == (True, True, made.rows)
    there = application(postgres, empty)
    assert all_rows(there) == all_rows(lived_in.database)
    there.dispose()


@pytest.mark.parametrize("key", [None, ANOTHER])
def test_without_its_key_an_encrypted_backup_is_refused_and_nothing_is_restored(
    key: str | None, lived_in: Town, empty: Engine, tmp_path: Path, clock: MovingClock
) -> None:
    copies.backup(lived_in.database, tmp_path / "copy", clock.now, key=KEY, encrypt=True)
    with pytest.raises(InvalidInput, match=r"versleuteld.*niets teruggezet"):
        copies.restore(empty, "provisions", tmp_path / "copy", key=key)
    assert is_empty(empty)


@pytest.mark.parametrize("damage", ["salt", "first", "tag", "cut", "empty", "other"])
def test_a_changed_byte_is_refused_also_when_the_manifest_was_made_to_fit(
    damage: str, lived_in: Town, empty: Engine, tmp_path: Path, clock: MovingClock
) -> None:
    folder = tmp_path / "copy"
    copies.backup(lived_in.database, folder, clock.now, key=KEY, encrypt=True)
    path = folder / "message.copy"
    content = path.read_bytes()
    flip = {"salt": 0, "first": 40, "tag": len(content) - 1}
    if damage in flip:
        where = flip[damage]
        path.write_bytes(content[:where] + bytes([content[where] ^ 1]) + content[where + 1 :])
    elif damage == "other":  # a file of the same backup, of another table
        path.write_bytes((folder / "rung.copy").read_bytes())
    else:
        path.write_bytes(content[:-1] if damage == "cut" else b"")
    with pytest.raises(InvalidInput, match="beschadigd"):
        copies.restore(empty, "provisions", folder, key=KEY)
    signed_anew(folder, KEY)
    with pytest.raises(InvalidInput, match=r"message .* niet te ontsleutelen.*niets teruggezet"):
        copies.restore(empty, "provisions", folder, key=KEY)
    assert is_empty(empty)


def test_a_key_that_can_be_guessed_makes_no_backup(lived_in: Town, tmp_path: Path, clock: MovingClock) -> None:
    for key in (None, "welkom01"):
        with pytest.raises(InvalidInput, match="32 tekens"):
            copies.backup(lived_in.database, tmp_path / "copy", clock.now, key=key, encrypt=True)
    assert not (tmp_path / "copy").exists()


def test_a_backup_does_not_say_of_itself_that_it_is_signed(
    lived_in: Town, empty: Engine, tmp_path: Path, clock: MovingClock
) -> None:
    copies.backup(lived_in.database, tmp_path / "copy", clock.now)
    path = tmp_path / "copy" / copies.MANIFEST
    path.write_text(json.dumps({**json.loads(path.read_text()), "signed": True}))
    with pytest.raises(InvalidInput, match="geen inhoudsopgave"):
        copies.restore(empty, "provisions", tmp_path / "copy", key=KEY)
    assert is_empty(empty)


@given(
    size=st.integers(0, 3 * PIECE + 1), cuts=st.lists(st.integers(1, 2 * PIECE), max_size=6), where=st.floats(0, 0.999)
)
@settings(max_examples=40, deadline=None)
def test_whatever_is_written_in_whatever_bits_is_read_again_and_any_change_is_noticed(
    size: int, cuts: list[int], where: float
) -> None:
    content = random.Random(size).randbytes(size)  # noqa: S311 - contents, no secret
    out, left = io.BytesIO(), content
    encrypting = Encrypting(out, KEY, "rung")
    for cut in cuts:
        encrypting.write(left[:cut])
        left = left[cut:]
    encrypting.write(left)
    encrypting.finish()
    lies = out.getvalue()
    assert b"".join(decrypted(io.BytesIO(lies), KEY, "rung")) == content
    place = int(where * len(lies))
    changed = lies[:place] + bytes([lies[place] ^ 0x80]) + lies[place + 1 :]
    piece = PIECE + 16
    moved = lies[:32] + lies[32 + piece : 32 + 2 * piece] + lies[32 : 32 + piece] + lies[32 + 2 * piece :]
    wrong = [(changed, KEY, "rung"), (lies[:place], KEY, "rung"), (lies, ANOTHER, "rung"), (lies, KEY, "message")]
    for file, key, what in wrong + ([(moved, KEY, "rung")] if moved != lies else []):
        with pytest.raises(NotAuthenticError):
            list(decrypted(io.BytesIO(file), key, what))
