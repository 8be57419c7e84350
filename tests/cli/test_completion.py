"""Completion as a shell carries it out."""

import shutil
import subprocess

import pytest

from provisions.cli.arguments import parser
from tests.cli.conftest import Terminal


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        (["inta"], {"intake"}),
        (["intake", "TR-2026-0001", "--need", "id_document", "postal"], {"postal_address"}),
        (["intake", "TR-2026-0001", "--rou"], {"--route"}),
        (["intake", "--route", "w"], {"wvggz", "wzd"}),
        (["outcome", "TR-2026-0001", "id_document", "del"], {"delivered"}),
        (["suspend", "TR-2026-0001", "id_document", "--reason", "client_"], {"client_asks", "client_documents"}),
        (["show", "TR-2026-0001", "x"], set()),
        (["close", "TR-2026-0001", "--reason", "client_"], set()),  # other reasons than those of a stop
    ],
)
def test_what_the_shell_offers(provisions: Terminal, typed: list[str], offered: set[str]) -> None:
    made = provisions.run("completion", "bash")
    assert made.code == 0, made.err
    words = " ".join(f"'{word}'" for word in ["provisions", *typed])
    asked = f'COMP_WORDS=({words}); COMP_CWORD={len(typed)}; _provisions; printf "%s\\n" "${{COMPREPLY[@]}}"'
    ran = subprocess.run(
        ["bash", "-uc", f"{made.out}\n{asked}"], capture_output=True, text=True, check=False, timeout=30
    )  # what the user's own shell does
    assert ran.stderr == ""
    assert set(ran.stdout.split()) == offered


def test_every_command_is_in_it_for_both_shells(provisions: Terminal) -> None:
    commands = next(action.choices for action in parser()._actions if action.choices is not None)
    for shell in ("bash", "zsh"):
        script = provisions.run("completion", shell).out
        assert all(command in script.split("*)")[0] for command in commands)
    assert "bashcompinit" in script
    assert provisions.run("completion", "fish").code == 2
