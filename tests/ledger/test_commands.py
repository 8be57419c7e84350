"""The commands, as they are typed: exit codes, Dutch, and JSON. On the embedded database of a home of their own."""

import json
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from provisions.cli.main import main
from provisions.database.connect import engine_for
from provisions.machine.postgres import running
from provisions.settings import Settings
from tests.conftest import clean_environment
from tests.homes import Homes


@pytest.fixture(scope="module")
def home(homes: Homes) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="pc-"))
    homes.of_tests(folder / "var")
    with running(folder / "var"):  # held, so that not every command starts it
        yield folder / "var"
    shutil.rmtree(folder)


class Shell:
    """Types commands, and reads what comes back."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, *words: str | Path, exits: int = 0) -> str:
        code = main([str(word) for word in words])
        printed = self._capsys.readouterr()
        assert code == exits, printed.err
        return printed.out if exits == 0 else printed.err


@pytest.fixture
def shell(home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Shell:
    clean_environment(monkeypatch)
    monkeypatch.setenv("PROVISIONS_HOME", str(home))
    monkeypatch.chdir(home)
    return Shell(capsys)


def test_a_case_from_intake_to_forgotten(shell: Shell, home: Path, tmp_path: Path) -> None:
    reference = "TR-2026-0501"
    shell("intake", reference, "--route", "voluntary", "--need", "id_document", "--by", "regie-1", "--on", "2026-11-02")
    assert "in orde" in shell("audit", "--verify")
    anchor = json.loads(shell("audit", "--verify", "--json"))["anchor"]

    listed = json.loads(shell("messages", "--reference", reference, "--json"))
    assert [m["kind"] for m in listed] == ["request"]
    number = listed[0]["id"][:8]
    assert number in shell("messages")
    assert reference in shell("messages", "show", number)
    assert "staat klaar" in shell("messages", "resend", number, "--by", "teamleider-1")
    assert "--by" in shell("messages", "resend", number, exits=2)
    assert "is er niet" in shell("messages", "show", "ffffffff", exits=3)
    assert "pending" in shell("messages", "--status", "weg", exits=2)

    assert json.loads(shell("overdue", "--json"))[0]["undelivered"] == []

    shell("outcome", reference, "id_document", "withdrawn", "--by", "regie-1", "--note", "ziet ervan af", "--json")
    assert "niet afgesloten" in shell("forget", reference, "--by", "regie-1", exits=4)
    shell("close", reference, "--by", "regie-1")

    out = tmp_path / "traject.json"
    shell("export", reference, "--out", out)
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert "ziet ervan af" in out.read_text("utf-8")
    assert json.loads(shell("export", reference))["case"]["reference"] == reference
    assert "bestaat al" in shell("export", reference, "--out", out, exits=4)

    written = home / "outbox" / f"20261102T000000Z-{listed[0]['id']}.eml"
    written.parent.mkdir(exist_ok=True)
    written.write_text("een bericht")
    assert "is vergeten" in shell("forget", reference, "--by", "regie-1")
    assert not written.exists()
    shell("show", reference, exits=3)
    shell("forget", reference, "--by", "regie-1", exits=3)
    assert "in orde" in shell("audit", "--verify", "--known", anchor)


def test_a_backup_goes_into_another_home(
    shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    shell("intake", "TR-2026-0601", "--route", "wzd", "--need", "id_document", "--by", "regie-1")
    before = shell("show", "TR-2026-0601", "--json")
    assert "Back-up gemaakt" in shell("backup", tmp_path / "copy")
    assert "niet leeg" in shell("backup", tmp_path / "copy", exits=4)
    assert "lege database" in shell("restore", tmp_path / "copy", exits=4)
    other = home.parent / "other"
    monkeypatch.setenv("PROVISIONS_HOME", str(other))
    assert "Teruggezet" in shell("restore", tmp_path / "copy")
    assert shell("show", "TR-2026-0601", "--json") == before
    shell("restore", tmp_path / "nergens", exits=3)


@pytest.mark.parametrize(
    "words", [("audit",), ("audit", "TR-2026-0001", "--verify"), ("audit", "--verify", "--known", "12:zz")]
)
def test_what_is_not_clear_is_refused(shell: Shell, words: tuple[str, ...]) -> None:
    shell(*words, exits=2)


def test_a_changed_record_is_told_with_the_line_and_what_to_do(
    shell: Shell, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tampered = home.parent / "tampered"
    monkeypatch.setenv("PROVISIONS_HOME", str(tampered))
    shell("intake", "TR-2026-0701", "--route", "wzd", "--need", "id_document", "--by", "regie-1")
    with running(tampered) as server:
        owner = engine_for(server.owner_url("provisions"))
        with owner.begin() as connection:
            connection.execute(text("ALTER TABLE audit DISABLE TRIGGER append_only"))
            connection.execute(text("UPDATE audit SET by = 'een-ander' WHERE id = 2"))
        owner.dispose()
        said = shell("audit", "--verify", exits=4)
    assert "Regel 2 " in said
    assert "incident" in said


def test_no_secret_reaches_a_message_or_the_log(shell: Shell, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secrets = [file.read_text().strip() for file in Settings(home=home).secrets.iterdir()]
    assert len(secrets) >= 4
    monkeypatch.setenv("PROVISIONS_DATABASE_URL", "postgresql://provisions:geheim-woord@127.0.0.1:1/x")
    said = shell("show", "TR-2026-0001", exits=5)
    monkeypatch.delenv("PROVISIONS_DATABASE_URL")
    logs = "\n".join(file.read_text(errors="replace") for file in (home / "log").iterdir())
    assert "geheim-woord" not in said
    assert not [secret for secret in secrets if secret in said or secret in logs]
    assert not [secret for secret in secrets if secret in json.dumps(dict(os.environ))]
