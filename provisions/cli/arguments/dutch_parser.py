"""argparse in Dutch: what goes wrong is said in plain words, and each command stands in the help with its examples."""

import argparse
import re
import sys
from collections.abc import Callable, Collection
from typing import Any, NoReturn

from provisions.cli import terminal
from provisions.domain import dutch
from provisions.domain.characters import is_blank
from provisions.domain.errors import InvalidInput
from provisions.domain.privacy import identifying

REF_HELP = "referentie van het traject, zoals TR-2026-0042"
KEY_HELP = "voorziening, zoals id_document; 'provisions show REF' noemt haar achter de Nederlandse naam"

_DUTCH = (
    (r"the following arguments are required: (.+)", r"Er ontbreekt iets: \1."),
    (r"unrecognized arguments: (.+)", r"Onbekende argumenten: \1."),
    (r"argument (.+): expected one argument", r"\1 heeft één waarde nodig."),
    (r"argument (.+): expected at least one argument", r"\1 heeft ten minste één waarde nodig."),
    (r"argument (.+): invalid choice: (.+) \(choose from (.+)\)", r"Onbekende waarde \2 voor \1. Kies uit: \3."),
    (r"argument (.+): not allowed with argument (.+)", r"\1 kan niet samen met \2."),
    (r"argument (.+): ignored explicit argument (.+)", r"\1 krijgt geen waarde."),
    (r"argument (.+): invalid .+ value: (.+)", r"Onbekende waarde \2 voor \1."),
    (r"ambiguous option: (.+) could match (.+)", r"\1 is niet duidelijk: bedoelt u \2?"),
)


class _Once(argparse.Action):
    """One value. A second one that differs is refused: which of the two was meant, nobody can tell afterwards."""

    def __call__(
        self, parser: argparse.ArgumentParser, namespace: argparse.Namespace, values: Any, option_string: Any = None
    ) -> None:
        given = vars(namespace).setdefault("given", {})  # besides the defaults: a default may be given as well
        if option_string is not None and given.setdefault(self.dest, values) != values:
            parser.error(f"{option_string} staat er twee keer, met twee waarden. Geef één waarde.")
        setattr(namespace, self.dest, values)


def _filled(option: str, kind: Callable[[str], Any]) -> Callable[[str], Any]:
    """What stands behind ``option``, as ``kind`` reads it. An empty text is what is left of a variable that was not set."""

    def read(text: str) -> Any:
        if is_blank(text):
            raise InvalidInput(f"{option} is leeg. Geef een waarde, of laat {option} weg.")
        return kind(text)

    return read


class DutchParser(argparse.ArgumentParser):
    """argparse, with errors that are raised in Dutch."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("allow_abbrev", False)
        kwargs.setdefault("add_help", False)
        super().__init__(*args, **kwargs)
        self._optionals.title = "opties"
        self._positionals.title = "argumenten"
        self.register("action", None, _Once)
        self.register("action", "store", _Once)
        self.add_argument("-h", "--help", action="help", help="toon deze uitleg")

    def add_argument(self, *names: str, **how: Any) -> argparse.Action:
        """As argparse does; an option with a value wants one with something in it."""
        if names[0].startswith("--") and how.get("action", "store") in ("store", "extend", "append"):
            how["type"] = _filled(names[0], how.get("type", str))
        return super().add_argument(*names, **how)

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> tuple[argparse.Namespace, list[str]]:  # type: ignore[override]
        """As argparse does; ``typed`` is what was given besides the defaults, by name: as it is written (``--on``, ``REF``)."""
        found, rest = super().parse_known_args(args, namespace)
        if not hasattr(found, "typed"):  # a command has told already
            found.typed = {
                action.dest: action.option_strings[0] if action.option_strings else str(action.metavar)
                for action in self._actions
                if getattr(found, action.dest, action.default) != action.default
            }
        return found, rest

    def error(self, message: str) -> NoReturn:
        """Raise ``InvalidInput`` instead of exiting."""
        for pattern, translation in _DUTCH:
            if match := re.fullmatch(pattern, message, re.DOTALL):
                message = match.expand(translation)
                break
        if found := identifying(message):
            message = f"Wat u typte, klopt niet en lijkt op {found}. Zet geen gegevens van personen in dit systeem."
        raise InvalidInput(message, f"Uitleg: {self.prog} --help")

    def _print_message(self, message: str, file: Any = None) -> None:
        """Through the one writer to the screen."""
        (terminal.aside if file is sys.stderr else terminal.lines)(message.rstrip("\n"))

    def format_help(self) -> str:
        """The help text with Dutch words."""
        return super().format_help().replace("usage:", "gebruik:", 1)


class Commands:
    """The commands of one parser, in the order in which the help lists them."""

    def __init__(self, root: DutchParser) -> None:
        self._added = root.add_subparsers(
            dest="command", metavar="OPDRACHT", title="opdrachten", parser_class=DutchParser
        )

    def add(self, name: str, help_text: str, *examples: str) -> DutchParser:
        """A new command; each example is what follows ``provisions``."""
        shown = "\n".join(
            ["voorbeeld:" if len(examples) == 1 else "voorbeelden:", *(f"  provisions {e}" for e in examples)]
        )
        made: DutchParser = self._added.add_parser(
            name,
            help=help_text,
            description=f"{dutch.capitalised(help_text)}.",
            epilog=shown if examples else None,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        made.add_argument("--json", action="store_true", help="uitvoer voor programma's (JSON)")
        return made

    def on_case(self, name: str, help_text: str, *examples: str) -> DutchParser:
        """A new command that begins with a case."""
        made = self.add(name, help_text, *examples)
        made.add_argument("reference", metavar="REF", help=REF_HELP)
        return made

    def on_provision(self, name: str, help_text: str, *examples: str) -> DutchParser:
        """A new command that begins with a case and one of its provisions."""
        made = self.on_case(name, help_text, *examples)
        made.add_argument("key", metavar="KEY", help=KEY_HELP)
        return made


def refuse_besides(args: argparse.Namespace, heard: Collection[str], why: str) -> None:
    """Refuse what was typed and would do nothing: all but ``heard`` (names of arguments) and ``--json``. ``why``: Dutch."""
    unheard = [written for name, written in args.typed.items() if name not in (*heard, "json")]
    if unheard:
        raise InvalidInput(f"{why}; laat weg: {', '.join(unheard)}.")
