"""Case ``passwords-in-addresses``: whatever a password is made of, no part of it comes on a screen."""

import logging
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy import make_url

from provisions import redact, urls
from provisions.database.address import libpq_url, reason
from provisions.domain.errors import InvalidInput
from provisions.settings import PROJECT, Secret, load_settings, psycopg_url
from tests.conftest import clean_environment, free_port

NAMES = ("DATABASE_URL", "MIGRATION_URL", "PREFECT_DATABASE_URL", "SMTP_URL", "REDIS_URL", "PREFECT_API_URL")
SCHEMES = {"SMTP_URL": "smtp", "REDIS_URL": "redis", "PREFECT_API_URL": "https"}

# Passwords of all signs that have a meaning in an address, of letters of any alphabet, and very long.
PASSWORDS = st.text(
    st.one_of(st.sampled_from("[]#%@:/?&=+ \"'\\$<>{}|^`ëéñß漢字Жa1"), st.characters(exclude_categories=["Cs", "Cc"])),
    min_size=1,
    max_size=40,
)


@pytest.fixture(autouse=True)
def _forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """What one test keeps secret, another may say."""
    monkeypatch.setattr(redact, "_pieces", set())


def parts(secret: str, length: int = 4) -> set[str]:
    return {secret[start : start + length] for start in range(len(secret) - length + 1)}


@given(password=PASSWORDS)
def test_a_password_written_with_percents_is_the_password_for_every_library(password: str) -> None:
    text = f"postgresql://gebruik%C3%ABr:{quote(password, safe='')}@db.example:5433/naam?sslmode=verify-full"
    found = urls.read(text, ("postgresql",))
    assert (found.user, found.password, found.host, found.port) == ("gebruikër", password, "db.example", 5433)
    url = psycopg_url(Secret(text))
    assert make_url(url).password == password
    libpq = conninfo_to_dict(libpq_url(url))
    assert (libpq["password"], libpq["host"], libpq["port"]) == (password, "db.example", "5433")
    assert found.where == "db.example:5433/naam"


@given(name=st.sampled_from(NAMES), password=PASSWORDS, encoded=st.booleans())
@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_an_address_is_read_right_or_refused_without_a_word_of_it(name: str, password: str, encoded: bool) -> None:
    """Written raw it may be refused, or be the password that was meant; never is a part of it taken for a machine."""
    scheme = SCHEMES.get(name, "postgresql")
    written = quote(password, safe="") if encoded else password
    text = f"{scheme}://regie:{written}@machine.example:1{'/api' if scheme == 'https' else ''}"
    with pytest.MonkeyPatch.context() as environment:
        clean_environment(environment)
        environment.chdir("/")
        environment.setenv(f"PROVISIONS_{name}", text)
        try:
            settings = load_settings()
        except InvalidInput as refusal:
            said = str(refusal)
            assert f"PROVISIONS_{name}" in said
            if encoded:
                assert "zonder wachtwoord" in said, "only Prefect's address may hold none"
            else:
                assert "%5B" in said or "zonder wachtwoord" in said
            own = " ".join(f"Instelling PROVISIONS_{n} {urls.WRITE_WITH_PERCENTS}" for n in NAMES)
            shown = {part for part in parts(password) if part in said and part not in own}
            assert not {part for part in shown if not part.isalpha() or not part.isascii()}
        else:
            held = getattr(settings, name.lower())
            found = urls.read(held.get_secret_value(), (scheme,))
            assert found.host == "machine.example"
            if encoded:
                assert found.password == password
            else:
                assert (
                    written in (found.password, quote(found.password, safe=""))
                    or found.password == password
                    or "%" in written
                )


@given(
    password=st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=4, max_size=30),
    before=st.text(),
    after=st.text(),
)
@example(password="000İ", before="", after="")  # in small letters it is one character longer
@example(password="straße-in-ẞ", before="ſ", after="ß")
@example(password="ﬃnΣς", before="", after="")
def test_what_a_library_quotes_is_shown_without_any_four_signs_of_a_secret(
    password: str, before: str, after: str
) -> None:
    redact.keep_secret(password)
    for form in (password, quote(password, safe=""), repr(password), password[1:], password[:-1], password.upper()):
        shown = redact.redacted(f"{before}{form}{after}")
        assert not {part for part in parts(password.lower()) if part in shown.lower() and "•" not in part}


@pytest.mark.parametrize("value", ["Gehe[im26", "Gehe]im26", "Gehe#im26", "Gehe/im26", "Gehe?im26", "Gehe@im26", "Gehe%im26",
                                   "Gehe im26", 'Gehe"im26', "Gehe\\im26", "Gehe{im26", "Gehe\x07im26"])  # fmt: skip
@pytest.mark.parametrize("name", ["DATABASE_URL", "SMTP_URL", "MIGRATION_URL", "PREFECT_DATABASE_URL", "REDIS_URL"])
def test_a_sign_that_must_be_written_with_percents(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    clean_environment(monkeypatch)
    monkeypatch.setenv(f"PROVISIONS_{name}", f"{SCHEMES.get(name, 'postgresql')}://user:{value}@127.0.0.1:1")
    with pytest.raises(InvalidInput) as refusal:
        load_settings()
    said = str(refusal.value)
    assert f"PROVISIONS_{name}" in said
    assert "[ is %5B" in said
    assert "# is %23" in said
    assert "Gehe" not in said
    assert "im26" not in said


COMMANDS = (
    ("SMTP_URL", "smtp://user:Gehe[im26@mail.example:587", ["check"], {2}),
    ("SMTP_URL", "smtp://user:Gehe]im26@mail.example:587", ["check"], {2}),
    ("SMTP_URL", "smtp://user:Gehe%23im26@127.0.0.1:1", ["check"], {5}),
    ("DATABASE_URL", "postgresql://provisions:Gehe[im26@127.0.0.1:1/p", ["show", "TR-2026-0001"], {2}),
    ("DATABASE_URL", "postgresql://provisions:Gehe#im26@127.0.0.1:1/p", ["show", "TR-2026-0001"], {2, 5}),
    ("DATABASE_URL", "postgresql://provisions:Gehe%5Bim26@127.0.0.1:1/p", ["show", "TR-2026-0001"], {5}),
    ("DATABASE_URL", "postgresql://provisions:Gehe%5Bim26@127.0.0.1:1/p", ["overdue"], {5}),
    ("DATABASE_URL", "postgresql://provisions:Gehe%5Bim26@127.0.0.1:1/p?Gehe=im26", ["check"], {2}),
    ("DATABASE_URL", "postgresql://127.0.0.1:1/p?user=u&password=Gehe-im26&port=Gehe", ["messages"], {2, 5}),
    ("PREFECT_API_URL", "https://Gehe[im26@x/api", ["check"], {2}),
    ("HOST", "[Gehe", ["term", "--help"], {0, 2}),
)


@pytest.mark.parametrize(("name", "value", "command", "exits"), COMMANDS)
def test_no_part_of_a_password_comes_on_the_screen(
    tmp_path: Path, name: str, value: str, command: list[str], exits: set[int]
) -> None:
    environment = {key: text for key, text in os.environ.items() if not key.startswith(("PROVISIONS_", "PG"))}
    environment |= {f"PROVISIONS_{name}": value, "PROVISIONS_HOME": str(tmp_path / "home")}
    if name == "SMTP_URL" and exits == {5}:
        environment["PROVISIONS_PORT"] = str(free_port())
    ran = subprocess.run(
        [sys.executable, "-m", "provisions.cli", *command],
        env=environment, cwd=PROJECT, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    screen = ran.stdout + ran.stderr
    assert ran.returncode in exits, screen
    assert "Traceback" not in screen
    assert "Gehe" not in screen.replace(f"PROVISIONS_{name}", "")
    assert "im26" not in screen


def test_an_env_file_that_cannot_be_read_is_told_by_its_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clean_environment(monkeypatch)
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text("PROVISIONS_PORT=4300\nPROVISIONS_UI_PASSWORD='Gehe im26\n")
    with pytest.raises(InvalidInput, match=r"\.env, regel 2") as refusal:
        load_settings()
    assert "Gehe" not in str(refusal.value)
    (tmp_path / ".env").write_bytes("PROVISIONS_SMTP_URL=smtp://user:geheïm@mail".encode("latin-1"))
    with pytest.raises(InvalidInput, match="geen UTF-8") as refusal:
        load_settings()
    assert "gehe" not in str(refusal.value)
    (tmp_path / ".env").write_text("﻿PROVISIONS_UI_PASSWORD='Gehe ${HOME} # im26'\n")
    password = load_settings().ui_password
    assert password is not None
    assert password.get_secret_value() == "Gehe ${HOME} # im26", "a password is taken as it is written"


def test_log_lines_and_what_a_driver_says_are_redacted(caplog: pytest.LogCaptureFixture) -> None:
    redact.keep_secret("Gehe[im26")
    factory, hook = logging.getLogRecordFactory(), sys.excepthook
    try:
        redact.guard_this_process()
        try:
            raise ValueError("could not read Gehe[im26 in Gehe%5Bim26")
        except ValueError:
            logging.getLogger("een.bibliotheek").exception("dsn=%s", "postgresql://x:Gehe[im26@db")
        assert "dsn=postgresql" in caplog.text
        assert "could not read" in caplog.text
        assert not {part for part in parts("Gehe[im26") if part in caplog.text}
    finally:
        logging.setLogRecordFactory(factory)
        sys.excepthook = hook
    assert "Gehe" not in reason(ValueError('invalid port number: "Gehe[im26@db"'))
