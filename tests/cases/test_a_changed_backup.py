"""A backup that was changed, with its manifest computed anew, is never put back as if it were in order."""

import hashlib
import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from provisions.cli.main import main
from provisions.database import backup as copies
from provisions.database.connect import engine_for
from provisions.domain.errors import InvalidInput, NotAllowed
from provisions.store import audit
from provisions.store.audit import Anchor
from tests.builders import Town
from tests.conftest import MovingClock

KEY = "sleutel-van-de-installatie"
REFERENCE = "TR-2026-0001"


@pytest.fixture
def made(database: Engine, clock: MovingClock, tmp_path: Path) -> tuple[Path, Anchor]:
    """A signed backup, and the anchor that somebody noted."""
    Town(database, clock).takes_in(REFERENCE, "id_document")
    copies.backup(database, tmp_path / "b", clock.now, key=KEY)
    with database.connect() as connection:
        return tmp_path / "b", audit.head(connection)


def change(folder: Path, table: str, was: str, becomes: str, **manifest: Any) -> None:
    """As somebody would who can write in the folder: the table, and the manifest computed anew."""
    path = folder / f"{table}.copy"
    content = path.read_text()
    assert was in content
    path.write_text(content.replace(was, becomes))
    found = json.loads((folder / copies.MANIFEST).read_text())
    for one in found["tables"]:
        if one["name"] == table:
            one["sha256"] = hashlib.sha256(path.read_bytes()).hexdigest()
    (folder / copies.MANIFEST).write_text(json.dumps({**found, **manifest}))


def nothing_was_restored(database: Engine) -> bool:
    with database.connect() as connection:
        return connection.scalar(text("SELECT to_regclass('client_case')")) is None


def test_what_was_not_changed_is_known_to_be_so(made: tuple[Path, Anchor], empty: Engine) -> None:
    folder, noted = made
    assert KEY not in (folder / copies.MANIFEST).read_text()
    assert copies.restore(empty, "provisions", folder, key=KEY, known=noted).signed


def test_a_change_with_a_new_manifest_is_refused(made: tuple[Path, Anchor], empty: Engine) -> None:
    folder, _ = made
    change(folder, "client_case", REFERENCE, "TR-2026-0666")
    with pytest.raises(InvalidInput, match="handtekening"):
        copies.restore(empty, "provisions", folder, key=KEY)
    assert nothing_was_restored(empty)


@pytest.mark.parametrize("field", ["made", "anchor", "schema"])
def test_the_manifest_itself_is_signed_too(made: tuple[Path, Anchor], field: str) -> None:
    folder, _ = made
    other = {"made": "2026-01-01T00:00:00Z", "anchor": f"1:{'0' * 64}", "schema": "0006"}
    change(folder, "client_case", REFERENCE, REFERENCE, **{field: other[field]})
    with pytest.raises(InvalidInput, match="handtekening"):
        copies.read(folder, key=KEY)


@pytest.mark.parametrize(
    "manifest", [{"signature": None}, {"key": None}, {"format": 1}, {"key": "0" * 16, "signature": "0" * 64}]
)
def test_taking_the_signature_off_does_not_make_it_one_that_is_in_order(
    made: tuple[Path, Anchor], manifest: dict[str, Any]
) -> None:
    folder, _ = made
    change(folder, "client_case", REFERENCE, "TR-2026-0666", **manifest)
    if "key" in manifest:  # it looks like one of another installation, of which nothing is known
        assert not copies.read(folder, key=KEY).signed
    else:
        with pytest.raises(InvalidInput, match="handtekening"):
            copies.read(folder, key=KEY)


def test_the_anchor_is_that_of_the_operator(made: tuple[Path, Anchor], empty: Engine) -> None:
    folder, noted = made
    with pytest.raises(NotAllowed, match="anker"):
        copies.restore(empty, "provisions", folder, known=Anchor(noted.line, "0" * 64))
    assert nothing_was_restored(empty)


def test_the_commands_sign_check_and_say_what_was_not_checked(
    database: Engine,
    new_database: Callable[..., AbstractContextManager[str]],
    clock: MovingClock,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    Town(database, clock).takes_in(REFERENCE, "id_document")
    old, folder = tmp_path / "oud", tmp_path / "b"
    monkeypatch.setenv("PROVISIONS_HOME", str(old))
    monkeypatch.setenv("PROVISIONS_DATABASE_URL", database.url.render_as_string(hide_password=False))
    assert main(["backup", str(folder)]) == 0
    key = old / "secrets" / copies.KEY_FILE
    monkeypatch.setenv("PROVISIONS_HOME", str(tmp_path / "nieuw"))
    for words, code, said in (
        ((), 0, "niet gecontroleerd"),
        (("--key", str(key)), 0, "handtekening klopt"),
        (("--key", str(tmp_path / "weg")), 2, "niet te lezen"),
        (("--known", f"1:{'0' * 64}"), 4, "anker"),
    ):
        with new_database(migrated=False) as url:
            monkeypatch.setenv("PROVISIONS_DATABASE_URL", url)
            capsys.readouterr()
            assert main(["restore", str(folder), *words]) == code
            printed = capsys.readouterr()
            assert said in printed.out + printed.err
    change(folder, "client_case", REFERENCE, "TR-2026-0666", format=1)
    with new_database(migrated=False) as url:
        monkeypatch.setenv("PROVISIONS_DATABASE_URL", url)
        assert main(["restore", str(folder), "--key", str(key)]) == 2
        engine = engine_for(url)
        assert nothing_was_restored(engine)
        engine.dispose()


def test_the_commands_encrypt_and_refuse_another_key(
    database: Engine,
    new_database: Callable[..., AbstractContextManager[str]],
    clock: MovingClock,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    Town(database, clock).takes_in(REFERENCE, "id_document")
    own, kept, weak = tmp_path / "oud" / "secrets" / copies.KEY_FILE, tmp_path / "kluis", tmp_path / "zwak"
    kept.write_text("K" * 44 + "\n")
    weak.write_text("welkom01")
    monkeypatch.setenv("PROVISIONS_HOME", str(tmp_path / "oud"))
    monkeypatch.setenv("PROVISIONS_DATABASE_URL", database.url.render_as_string(hide_password=False))
    for folder, words, code, said in (
        ("a", ("--encrypt",), 0, f"Ondertekend en versleuteld met de sleutel {own}"),
        ("b", ("--encrypt", "--key", str(kept)), 0, f"Ondertekend en versleuteld met de sleutel {kept}"),
        ("c", ("--encrypt", "--key", str(weak)), 2, "32 tekens"),
        ("d", ("--key", str(kept)), 2, "--encrypt"),
    ):
        capsys.readouterr()
        assert main(["backup", str(tmp_path / folder), *words]) == code
        printed = capsys.readouterr()
        assert said in printed.out + printed.err
        assert (tmp_path / folder / copies.MANIFEST).exists() == (code == 0)
    monkeypatch.setenv("PROVISIONS_HOME", str(tmp_path / "nieuw"))
    for folder, key, code, said in (
        ("a", None, 2, "versleuteld"),
        ("a", kept, 2, "versleuteld"),
        ("a", own, 0, "handtekening klopt"),
        ("b", own, 2, "versleuteld"),
        ("b", kept, 0, "handtekening klopt"),
    ):
        with new_database(migrated=False) as url:
            monkeypatch.setenv("PROVISIONS_DATABASE_URL", url)
            capsys.readouterr()
            assert main(["restore", str(tmp_path / folder), *(("--key", str(key)) if key else ())]) == code
            printed = capsys.readouterr()
            assert said in printed.out + printed.err
