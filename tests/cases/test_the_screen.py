"""``recorded-but-not-printed``, ``bytes-that-are-no-utf8`` and ``control-characters-on-the-screen``: the command as a process.

What comes before and after it is typed in this process: one takes two thirds of a second of CPU.
"""

import json
import os
import subprocess
import sys
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisions.cli.output import _harmless
from provisions.domain.characters import as_seen
from tests.cli.conftest import Terminal

Run = Callable[..., subprocess.CompletedProcess[bytes]]
BY = ("--by", "regisseur-1")


@pytest.fixture
def run(database_url: str, tmp_path: Path) -> Run:
    """``provisions …`` in a process of its own; ``behind``: what a shell puts behind it."""

    def command(*argv: str | bytes, behind: str = "", **environment: str) -> subprocess.CompletedProcess[bytes]:
        kept = {name: text for name, text in os.environ.items() if not name.startswith(("PROVISIONS_", "COLUMNS"))}
        kept |= {"PROVISIONS_DATABASE_URL": database_url, "PROVISIONS_HOME": str(tmp_path / "home")} | environment
        words: list[str | bytes] = ["sh", "-c", f'"$@" {behind}', "sh", sys.executable, "-m", "provisions.cli", *argv]
        return subprocess.run(words, capture_output=True, env=kept, check=False, timeout=60)

    return command


@pytest.mark.parametrize(
    ("shell", "environment"),
    [
        ("", {"PYTHONIOENCODING": "ascii"}),
        ("", {"PYTHONIOENCODING": "latin-1"}),
        ("", {"LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}),
        ("> /dev/full", {}),
        (">&-", {}),
        (">&- 2>&-", {}),
        ("> /dev/full 2> /dev/full", {}),
        ("| true", {}),
        ("", {"COLUMNS": "0"}),
        ("", {"COLUMNS": "1"}),
        ("", {"COLUMNS": "veel"}),
        ("", {"PYTHONIOENCODING": "ascii", "COLUMNS": "40"}),
    ],
    ids=str,
)
def test_what_is_recorded_is_no_failure(
    run: Run, provisions: Terminal, shell: str, environment: dict[str, str]
) -> None:
    ran = run(
        "intake", "TR-2026-0111", "--route", "voluntary", "--need", "id_document", *BY,
        behind=shell, **environment,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    assert b"Traceback" not in ran.stderr
    assert b"Exception" not in ran.stderr
    assert provisions.run("show", "TR-2026-0111", "--json").json["reference"] == "TR-2026-0111"
    looked = run("show", "TR-2026-0111", **environment)
    assert b"identiteitsbewijs" in looked.stdout


def test_a_look_of_which_nothing_can_be_seen_says_so(run: Run, provisions: Terminal) -> None:
    provisions.does("intake", "TR-2026-0111", "--route", "voluntary", "--need", "id_document")
    ran = run("show", "TR-2026-0111", behind="> /dev/full")
    assert ran.returncode == 5
    assert b"niet te schrijven" in ran.stderr
    assert b"Traceback" not in ran.stderr


def test_bytes_that_are_no_utf8_are_refused_in_every_place(run: Run, provisions: Terminal) -> None:
    provisions.does("intake", "TR-2026-0121", "--route", "voluntary", "--need", "id_document", "postal_address")
    before = provisions.run("audit", "TR-2026-0121", "--json").json
    for words in (
        ["waive", "TR-2026-0121", "postal_address", "id_document", "--ground", b"geverifi\xeberd", *BY],
        ["outcome", "TR-2026-0121", "id_document", "delivered", "--note", b"caf\xe9", *BY],
        ["outcome", "TR-2026-0121", "id_document", "delivered", "--field", b"\xe9=\xe9", *BY],
        ["outcome", "TR-2026-0121", b"\xe9", "delivered", *BY],
        ["outcome", "TR-2026-0121", "id_document", "delivered", "--by", b"caf\xe9"],
        ["outcome", "--file", b"caf\xe9.csv", *BY],
        ["show", b"\xff"],
        [b"\xff"],
        ["term", b"\xe9", "--from", "2026-11-02"],
        ["report", "--out", b"\xe9"],
        ["simulate", "--what-if", b"\xe9"],
    ):
        for environment in ({}, {"LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}):
            ran = run(*words, **environment)
            assert ran.returncode == 2, words
            assert b"de tekst is geen UTF-8" in ran.stderr, words
            assert b"Traceback" not in ran.stderr, words
    assert provisions.run("audit", "TR-2026-0121", "--json").json == before


def test_good_utf8_is_understood_on_a_terminal_without_a_locale(run: Run, provisions: Terminal) -> None:
    posix = {"LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    provisions.does("intake", "TR-2026-0122", "--route", "voluntary", "--need", "id_document")
    ran = run("outcome", "TR-2026-0122", "id_document", "geregeld", "--note", "geverifiëerd".encode(), *BY, **posix)
    assert ran.returncode == 0, ran.stderr
    assert "geverifiëerd" in run("audit", "TR-2026-0122").stdout.decode()
    assert b"geverifieerd" in run("audit", "TR-2026-0122", **posix).stdout
    assert "geverifiëerd" in json.dumps(
        json.loads(run("audit", "TR-2026-0122", "--json", **posix).stdout), ensure_ascii=False
    )


def test_the_record_on_the_screen_can_not_be_repainted(run: Run) -> None:
    assert run("intake", "TR-2026-0171", "--route", "voluntary", "--need", "wmo_indication", *BY).returncode == 0
    note = "rood \033[31mtekst\033[0m \033]0;titel\007 \u202eomgekeerd\u202c \u009b31m \u200bslot"
    assert run("outcome", "TR-2026-0171", "wmo_indication", "refused", "--note", note, *BY).returncode == 0
    said = {
        words: run(*words).stdout.decode()
        for words in (("audit", "TR-2026-0171"), ("audit", "TR-2026-0171", "--json"), ("export", "TR-2026-0171"))
    }
    for words, text in said.items():
        assert not [c for c in text if not c.isprintable() and c not in "\n"], words
    assert "\\x1b[31mtekst" in said["audit", "TR-2026-0171"]
    assert "\\u202eomgekeerd" in said["audit", "TR-2026-0171"]
    lines = json.loads(said["audit", "TR-2026-0171", "--json"])
    assert any(note in str(value) for line in lines for value in line.values())


@given(st.text())
def test_whatever_is_shown_can_be_seen(text: str) -> None:
    assert all(c.isprintable() or unicodedata.category(c) == "Zs" for c in as_seen(text))
    assert json.loads(_harmless(json.dumps(text, ensure_ascii=False))) == text
