"""``identifying-text`` and ``long-text``: what people type and copy, through the real command line."""

import time
import tomllib
from pathlib import Path

import pytest

from tests.cli.conftest import Terminal

DATA = Path(__file__).parent / "data"
TEXTS = tomllib.loads((DATA / "identifying-text" / "texts.toml").read_text("utf-8"))["text"]
INTAKE = ("intake", "TR-2026-0042", "--route", "voluntary", "--need", "id_document", "postal_address")


def test_every_text_of_the_case(provisions: Terminal) -> None:
    provisions.does(*INTAKE)
    wrong = []
    for case in TEXTS:
        before = provisions.run("audit", "TR-2026-0042", "--json").json
        ran = provisions.run(
            "reopen", "TR-2026-0042", "id_document", "--reason", case["text"], "--by", "regisseur-1"
        )  # open still: a reason that is read is refused for that, with 4
        after = provisions.run("audit", "TR-2026-0042", "--json").json
        if ran.code != (2 if case["refused"] else 4) or after != before or case["text"] in ran.err:
            wrong.append((case["text"], ran))
    assert not wrong


@pytest.mark.parametrize("sign", ["a", "1", "@", ".", " ", "-", "1 ", "a@", "06 ", "\u200b", "é"])
def test_a_very_long_argument_is_refused_at_once(provisions: Terminal, sign: str) -> None:
    provisions.does(*INTAKE)
    long = sign * (120_000 // len(sign))
    for command in (
        ["show", long],
        ["show", "TR-2026-0042", long],
        ["outcome", "TR-2026-0042", long, "delivered", "--by", "regisseur-1"],
        ["outcome", "TR-2026-0042", "id_document", "delivered", "--note", long, "--by", "regisseur-1"],
        ["outcome", "TR-2026-0042", "id_document", "delivered", "--field", f"{long}={long}", "--by", "regisseur-1"],
        ["outcome", "TR-2026-0042", "id_document", "delivered", "--by", long],
        ["outcome", "TR-2026-0042", "id_document", "delivered", "--on", long, "--by", "regisseur-1"],
        ["messages", "--reference", long],
        ["term", long, "--from", "2026-11-02"],
    ):
        begun = time.process_time()
        ran = provisions.run(*command)
        assert time.process_time() - begun < 1, command[0]
        assert ran.code == 2, command[0]
        assert len(ran.err) < 2000, command[0]


def test_a_note_that_nobody_can_see_is_an_empty_note(provisions: Terminal) -> None:
    provisions.does(*INTAKE)
    for note in ("\u200b\u200b", " \u2060 ", "\u3164", "\ufeff", ""):
        ran = provisions.run(
            "outcome", "TR-2026-0042", "id_document", "delivered", "--note", note, "--by", "regisseur-1"
        )
        assert ran.code == 2, note
        assert "leeg" in ran.err, note
