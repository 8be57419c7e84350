"""From the words typed to an exit code (``cli.md``)."""

import os
import sys
from argparse import Namespace
from collections.abc import Sequence
from importlib import import_module

from provisions import inputs
from provisions.cli.arguments import parser
from provisions.domain.characters import is_utf8
from provisions.domain.errors import InvalidInput, Refused, Unreachable
from provisions.machine.files import is_full, reason
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
    "services": "running",
    "worker": "running",
    "migrate": "running",
    "check": "checking",
    "term": "dates",
    "show": "looking",
    "overdue": "looking",
    "audit": "looking",
    "messages": "ledger",
    "verify": "ledger",
    "backup": "ledger",
    "restore": "ledger",
    "export": "ledger",
    "forget": "ledger",
    "report": "report",
    "simulate": "simulate",
}
CHANGES = ("changing", "change")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command. Returns the exit code; a refusal is printed in Dutch on standard error."""
    guard_this_process()
    try:
        args = parser().parse_args(_readable(sys.argv[1:] if argv is None else argv))
        if args.command is None:
            parser().print_help()
            return OK
        return _run(args)
    except Refused as refusal:
        sys.stderr.write("".join(f"{line}\n" for line in refusal.lines))
        return refusal.exit_code
    except KeyboardInterrupt:
        sys.stderr.write("Afgebroken; er is niets half gedaan.\n")
        return INTERRUPTED
    except BrokenPipeError:
        # The reader (head, less) has seen enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK
    except OSError as error:
        if not is_full(error):
            raise
        sys.stderr.write(f"Het lukt niet: {reason(error)}.\n")
        return Unreachable.exit_code


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


def _run(args: Namespace) -> int:
    name = "verify" if args.command == "audit" and (args.verify or args.known) else args.command
    module, function = (MODULES[name], name) if name in MODULES else CHANGES
    carry_out = getattr(import_module(f"provisions.cli.{module}"), function)
    return carry_out(args, load_settings()) or OK
