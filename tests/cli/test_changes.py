"""A command that records hands its arguments to the use case of its name: by their names, all of them, and none besides."""

import argparse
from inspect import Parameter, signature

import pytest

from provisions.cli import changing
from provisions.cli.arguments import parser
from provisions.cli.main import MODULES
from provisions.usecases.cases import Cases

COMMANDS = next(a for a in parser()._actions if isinstance(a, argparse._SubParsersAction)).choices
RECORDS = sorted(set(COMMANDS) - set(MODULES) - set(changing.CHANGES))


def test_there_are_some() -> None:
    assert {"resume", "waive", "agree", "again", "approve"} <= set(RECORDS)


@pytest.mark.parametrize("command", RECORDS)
def test_what_is_typed_arrives(command: str) -> None:
    parameters = dict(signature(getattr(Cases, command)).parameters)
    del parameters["self"]
    typed = {action.dest: action for action in COMMANDS[command]._actions}
    for of_the_front in ("help", "json"):
        del typed[of_the_front]
    assert set(typed) <= set(parameters), "an argument that nobody hears"
    needed = {name for name, parameter in parameters.items() if parameter.default is Parameter.empty}
    assert needed <= {name for name, action in typed.items() if action.required}, "a command that can't be carried out"
