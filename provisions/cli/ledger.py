"""Messages, the record, backup, and what is kept of a case: the commands that answer for what was done."""

import json
from argparse import Namespace

from provisions import inputs
from provisions.app import App
from provisions.cli.arguments.dutch_parser import refuse_besides
from provisions.cli.database import app_on
from provisions.cli.looking import ONE_OF_TWO
from provisions.cli.output import as_json, as_json_list, progress, say, tables
from provisions.domain import dutch
from provisions.domain.calendar import day_of
from provisions.domain.errors import InvalidInput, NotAllowed, Unreachable
from provisions.machine.files import path_of, reason, write
from provisions.outbound.transports import OutboxFolder
from provisions.settings import Settings
from provisions.store.audit import Anchor
from provisions.store.verification import verify as verify_record
from provisions.views.messages import Message


def verify(args: Namespace, settings: Settings) -> None:
    """Compare the whole record with its chain. Raises ``NotAllowed`` when something was changed."""
    if args.reference or not args.verify:
        raise InvalidInput(ONE_OF_TWO)
    known = Anchor.parse(args.known) if args.known else None
    with app_on(settings) as app, app.engine.connect() as connection:
        verdict = verify_record(
            connection,
            known,
            lambda lines: progress(f"{dutch.counted(lines, 'regel', 'regels')} …"),
            app.config.catalogue,
        )
    if args.json:
        as_json(
            {
                "whole": verdict.whole,
                "lines": verdict.lines,
                "anchor": str(verdict.anchor),
                "faults": verdict.faults,
                "more_faults": verdict.more,
                "known_as": verdict.known_as and str(verdict.known_as),
                "derived": verdict.derived,
            }
        )
    elif verdict.whole:
        say(
            f"De vastlegging is in orde: {dutch.counted(verdict.lines, 'regel', 'regels')}, "
            "geen gewijzigd, weggehaald, verplaatst of bijgezet. Elk traject staat zoals de regels zeggen.",
            *([] if verdict.derived else [_OTHER_RULES]),
            *([_FROM_BEFORE.format(known, verdict.known_as)] if verdict.known_as else []),
            f"Anker: {verdict.anchor}",
            "Bewaar dit anker buiten deze machine; controleer er later mee: provisions audit --verify --known ANKER",
        )
    if not verdict.whole:
        raise NotAllowed(
            f"De vastlegging klopt niet: {dutch.counted(len(verdict.faults) + verdict.more, 'fout', 'fouten')} "
            f"in {dutch.counted(verdict.lines, 'regel', 'regels')}.",
            *verdict.told,
            "Iemand heeft buiten het programma om in de database gewerkt. Meld dit als incident; bewaar alles zoals het is.",
        )


_OTHER_RULES = (
    "Niet nagerekend zijn uiterste datums en wat daaruit volgt: de regels in config/ (of deze versie) zijn nog niet gevolgd. "
    "Start provisions up en controleer daarna opnieuw."
)
_FROM_BEFORE = (
    "Uw anker {} is van voor een nieuwe versie van het schema, die de keten opnieuw berekende. Het klopt: dezelfde regels "
    "hebben nu het anker {}. Bewaar voortaan het nieuwe:"
)


def messages(args: Namespace, settings: Settings) -> None:
    """List, show or send again."""
    with app_on(settings) as app:
        _messages(args, app)


def _messages(args: Namespace, app: App) -> None:
    found = app.messages
    match args.action:
        case "list":
            if args.identity or args.by:
                raise InvalidInput(
                    "Bij 'provisions messages' hoort geen nummer en geen --by. Bedoelt u show of resend?"
                )
            chosen = found.found(
                status=args.status,
                reference=args.reference,
                municipality=args.municipality,
                undelivered=args.undelivered,
                limit=args.limit + 1,  # one more, to know whether there are more
            )
            _list(args, chosen, app)
        case "show":
            refuse_besides(args, ("action", "identity"), "Eén bericht wordt getoond zoals het is")
            _show(args, found.one(_identity(args)))
        case _:
            if not args.by:
                raise InvalidInput("Er ontbreekt iets: --by. Zeg wie het bericht opnieuw verstuurt.")
            refuse_besides(args, ("action", "identity", "by"), "Eén bericht wordt opnieuw verstuurd, met zijn nummer")
            message = app.resending.resend(_identity(args), by=args.by)
            if args.json:
                as_json(message.as_json())
            else:
                say(f"Bericht {str(message.id)[:8]} staat klaar en gaat weg zodra de motor draait (provisions up).")


def _identity(args: Namespace) -> str:
    if not args.identity:
        raise InvalidInput(f"Geef het nummer van het bericht: provisions messages {args.action} NUMMER.")
    return str(args.identity)


def _list(args: Namespace, found: list[Message], app: App) -> None:
    shown, more = found[: args.limit], len(found) > args.limit
    if args.json:
        as_json_list(message.as_json() for message in shown)
        return
    if not found:
        say("Er zijn geen berichten die hieraan voldoen.")
        return
    tables(app.config, day_of(app.clock())).show_messages(shown)
    if more:
        say(
            f"Dit zijn de nieuwste {args.limit}; er zijn er meer. Alles: provisions messages … --limit {args.limit * 20}"
        )


def _show(args: Namespace, message: Message) -> None:
    if args.json:
        as_json(message.as_json(body=True))
        return
    lines = [f"Bericht {message.id}: {message.stands}"]
    lines += [f"Over: {message.reference}, {message.key}"] if message.reference else []
    lines += [f"Aan: {', '.join(message.recipients)}"] if message.recipients else []
    lines += [f"Pogingen: {message.attempts}"] if message.attempts else []
    lines += [f"Waarom niet: {message.error}"] if message.error else []
    lines += [f"Onderwerp: {message.subject}", "", message.body or ""] if message.subject else []
    if message.sent and not message.subject:
        lines.append("De tekst is niet meer bewaard: de bewaartermijn is voorbij.")
    elif not message.subject:
        lines.append("De tekst wordt geschreven op het moment van verzenden.")
    say(*lines)


def export(args: Namespace, settings: Settings) -> None:
    """Everything of a case as JSON, on the screen or in a file that only its owner can read."""
    path = path_of(args.out) if args.out else None
    with app_on(settings) as app:
        if args.client and not args.by:
            raise InvalidInput(
                "Er ontbreekt iets: --by. Zeg wie de gegevens aan de cliënt uitgeeft (de privacy officer)."
            )
        client = args.client
        found = app.releasing.for_client(args.reference, by=args.by) if client else app.exports.of_case(args.reference)
    if path is None:
        as_json(found)
        return
    try:
        write(path, (json.dumps(found, ensure_ascii=False, indent=2) + "\n").encode(), new=True)
    except FileExistsError:
        raise NotAllowed(f"Het bestand {path} bestaat al. Kies een andere naam.") from None
    except OSError as error:
        raise Unreachable(f"Het bestand {path} kan niet gemaakt worden: {reason(error)}.") from None
    progress(f"Geschreven: {path}")


def forget(args: Namespace, settings: Settings) -> None:
    """Forget a closed case at once."""
    with app_on(settings) as app:
        forgotten = app.retention.forget(args.reference, by=args.by)
    named, number = inputs.existing_reference(args.reference), forgotten.case_id
    OutboxFolder(settings.home / "outbox").remove(forgotten.messages)
    if args.json:
        as_json({"forgotten": named, "kept_as": f"VERGETEN-{number}"})
        return
    say(
        f"Traject {named} is vergeten. Wat het weekrapport nodig heeft staat er nog onder VERGETEN-{number}.",
        "In Prefect verdwijnen de runs en het plan binnen een minuut (of zodra provisions up weer draait).",
        *(
            [f"Niet meer verzonden: {dutch.counted(forgotten.unsent, 'bericht', 'berichten')}."]
            if forgotten.unsent
            else []
        ),
        "In eerdere back-ups staat het nog: zie docs/keeping.md.",
    )
