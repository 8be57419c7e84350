"""From the words typed to an exit code (``cli.md``)."""

import os
import sys
from argparse import Namespace
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from provisions.catalogue import load
from provisions.cli import commands
from provisions.cli.arguments import parser
from provisions.domain.errors import InvalidInput, Refused, Unreachable
from provisions.settings import Settings, load_settings

OK, INTERRUPTED = 0, 130
LEDGER = ("messages", "backup", "export", "forget")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command. Returns the exit code; a refusal is printed in Dutch on standard error."""
    try:
        args = parser().parse_args(argv)
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


def _run(args: Namespace) -> int:
    settings = load_settings()
    match args.command:
        case "up":
            from flows.up import run

            return run(settings)
        case "demo":
            from flows.demo import run as run_demo

            return run_demo(settings)
        case "check":
            commands.check(args, settings)
        case "term":
            commands.term(args, load(settings.config))
        case "restore":
            from provisions.cli.ledger import restore

            with _reaching_the_database():
                restore(args, settings)
        case "audit" if bool(args.reference) == args.verify or (args.known and not args.verify):
            raise InvalidInput("Geef een referentie, of --verify (eventueel met --known) voor de hele vastlegging.")
        case _:
            _with_steps(args, settings)
    return OK


def _with_steps(args: Namespace, settings: Settings) -> None:
    from provisions.steps import Steps
    from provisions.store.connect import database

    config = load(settings.config)
    with _reaching_the_database(), database(settings, commands.progress) as engine:
        steps = Steps(engine, config)
        if args.command == "report":
            from provisions.cli.report import report  # its page and charts are only needed here

            report(args, steps, settings)
        elif args.command in LEDGER or (args.command == "audit" and args.verify):
            from provisions.cli import ledger

            (ledger.verify if args.command == "audit" else ledger.COMMANDS[args.command])(args, steps, settings)
        elif args.command in commands.LOOKS:
            commands.LOOKS[args.command](args, steps)
        else:
            commands.change(args, steps)


@contextmanager
def _reaching_the_database() -> Iterator[None]:
    """A connection that falls away is told in Dutch."""
    import psycopg
    from sqlalchemy.exc import DBAPIError

    try:
        yield
    except (DBAPIError, psycopg.OperationalError) as error:
        lost = isinstance(error, psycopg.OperationalError) or error.connection_invalidated
        if not lost and "OperationalError" not in type(error).__name__:
            raise
        # The statement and its values stay out of the message: they may hold free text.
        raise Unreachable(
            "De verbinding met de database viel weg. Er is niets half vastgelegd.",
            "Kijk met 'provisions show' of het vastgelegd is, en probeer het anders opnieuw.",
        ) from None
