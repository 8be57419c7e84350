"""From the words typed to an exit code (``cli.md``)."""

import os
import sys
from argparse import Namespace
from collections.abc import Sequence
from importlib import import_module

from provisions import inputs
from provisions.cli import refusals, terminal
from provisions.cli.arguments import parser
from provisions.domain.characters import is_utf8
from provisions.domain.errors import InvalidInput, Refused, Unreachable
from provisions.machine.files import is_full, no_access, reason
from provisions.redact import guard_this_process
from provisions.settings import load_settings

OK, INTERRUPTED = 0, 130
LONGEST_WORD = 5000  # characters: more than the longest note, and than the longest path

# Which module of this room carries out which command. Only that module is imported: what a command does not need, it need
# not wait for (``tests/cli/test_imports.py``). Each is a function of the arguments and the settings; the changes share one.
MODULES = {
    "up": "running",
    "demo": "running",
    "engine": "running",
    "server": "running",
    "web": "running",
    "services": "running",
    "worker": "running",
    "migrate": "running",
    "check": "checking",
    "term": "dates",
    "completion": "completion",
    "show": "looking",
    "overdue": "looking",
    "audit": "looking",
    "answers": "looking",
    "messages": "ledger",
    "verify": "ledger",
    "backup": "copies",
    "restore": "copies",
    "export": "ledger",
    "forget": "ledger",
    "approvals": "asking",
    "budget": "budget",
    "rights": "access",
    "person": "access",
    "looked": "access",
    "preferences": "preferences",
    "standby": "standby",
    "list": "listing",
    "zaken": "zaken",
    "away": "absences",
    "back": "absences",
    "report": "report",
    "monitor": "monitor",
    "bring-in": "bringing_in",
    "decide": "bringing_in",
    "sheet": "sheet",
    "simulate": "simulate",
}
# Where the function has another name: ``list`` is a word of Python.
CALLED = {"bring-in": "bring_in", "list": "cases"}
CHANGES = ("changing", "change")
LOOKS = frozenset(
    {
        "away",
        "list",
        "show",
        "overdue",
        "approvals",
        "audit",
        "answers",
        "budget",
        "messages",
        "bring-in",
        "monitor",
        "export",
        "term",
        "check",
        "completion",
        "rights",
        "looked",
        "zaken",
    }
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command. Returns the exit code; a refusal is printed in Dutch on standard error."""
    guard_this_process()
    terminal.prepare()
    args = Namespace(command=None)
    try:
        args = parser().parse_args(_readable(sys.argv[1:] if argv is None else argv))
        if args.command is None:
            parser().print_help()
            code = OK
        else:
            code = _run(args)
    except Refused as refusal:
        terminal.aside(*refusals.lines(refusal))
        code = refusal.exit_code
    except KeyboardInterrupt:
        terminal.aside("Afgebroken; er is niets half gedaan.")
        code = INTERRUPTED
    except SystemExit as end:  # --help
        code = OK if end.code is None else int(end.code)
    except BrokenPipeError:
        code = OK  # the reader (head, less) has seen enough
    except OSError as error:
        code = _refused_by_the_machine(error)
    return _printed(code, args)


def _refused_by_the_machine(error: OSError) -> int:
    """Say what the machine does not let us do. Raises ``error`` when it is no such thing."""
    if is_full(error):
        terminal.aside(f"Het lukt niet: {reason(error)}.")
        return Unreachable.exit_code
    said = no_access(error)
    if said is None:
        raise error
    terminal.aside(*said)
    return InvalidInput.exit_code


def _printed(code: int, args: Namespace) -> int:
    """What is done stays done when the answer could not be printed; of a look nothing is left then."""
    why = terminal.finished()
    if why is None or code != OK:
        return code
    only_looked = args.command in LOOKS and not getattr(args, "by", None)
    said = "Er is niets te zien" if only_looked else "De opdracht is uitgevoerd, maar het antwoord is niet te zien"
    terminal.aside(f"{said}: de uitvoer is niet te schrijven ({why}).")
    terminal.finished()
    return Unreachable.exit_code if only_looked else OK


def _readable(argv: Sequence[str]) -> list[str]:
    """The words as typed. Bytes that the terminal's own encoding could not read are read as UTF-8 (PEP 383).

    Raises ``InvalidInput`` for what is no UTF-8 either, and for what is longer than anything that can be meant: nothing
    looks into a text before its length is known.
    """
    return [_readable_word(word) for word in argv]


def _readable_word(word: str) -> str:
    if len(word) > LONGEST_WORD:
        raise InvalidInput(f"'{inputs.shown(word)}' is te lang: {len(word)} tekens. Maak de tekst korter.")
    if is_utf8(word):
        return word
    try:
        return os.fsencode(word).decode("utf-8")
    except UnicodeError:
        raise InvalidInput(
            f"'{inputs.shown(word)}': de tekst is geen UTF-8. Er is niets vastgelegd.",
            "Zet uw terminal op UTF-8 (bijvoorbeeld: export LANG=nl_NL.UTF-8) en typ de opdracht opnieuw, "
            "of typ de tekst zonder letters met een accent.",
        ) from None


def _second_for_the_group(args: Namespace) -> int:
    """What is to be brought in is about no case, and shows none."""
    from provisions.cli.bringing_in import see

    see(args, load_settings(), agreed=args.command == "approve")
    return OK


def _run(args: Namespace) -> int:
    name = "verify" if args.command == "audit" and (args.verify or args.known) else args.command
    module, function = (MODULES[name], CALLED.get(name, name)) if name in MODULES else CHANGES
    if args.command in ("approve", "deny") and args.number.strip().upper().startswith("S-"):
        return _second_for_the_group(args)
    carry_out = getattr(import_module(f"provisions.cli.{module}"), function)
    return carry_out(args, load_settings()) or OK
