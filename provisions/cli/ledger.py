"""Messages, the record, backup, and what is kept of a case: the commands that answer for what was done."""

import json
from argparse import Namespace
from pathlib import Path

from provisions.app import App
from provisions.cli.arguments.dutch_parser import refuse_besides
from provisions.cli.database import app_on, reaching_the_database
from provisions.cli.looking import ONE_OF_TWO
from provisions.cli.output import as_json, as_json_list, progress, say, tables
from provisions.database import backup as copies
from provisions.database.connect import owned
from provisions.domain import dutch
from provisions.domain.calendar import day_of
from provisions.domain.errors import InvalidInput, NotAllowed, Unreachable
from provisions.machine.files import path_of, reason, secret, write
from provisions.machine.postgres import EmbeddedPostgres
from provisions.outbound.transports import OutboxFolder
from provisions.settings import Settings
from provisions.store.audit import Anchor
from provisions.store.backlog import note_backup
from provisions.store.verification import verify as verify_record
from provisions.views.messages import WORDS, Message


def verify(args: Namespace, settings: Settings) -> None:
    """Compare the whole record with its chain. Raises ``NotAllowed`` when something was changed."""
    if args.reference or not args.verify:
        raise InvalidInput(ONE_OF_TWO)
    known = _anchor(args.known) if args.known else None
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


def _anchor(text: str) -> Anchor:
    line, colon, digest = text.partition(":")
    if not (colon and line.isdigit() and len(digest) == 64 and all(c in "0123456789abcdef" for c in digest)):
        raise InvalidInput(
            f"'{text[:80]}' is geen anker. Verwacht: NUMMER:HASH, zoals 'provisions audit --verify' toont."
        )
    return Anchor(int(line), digest)


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
    lines = [f"Bericht {message.id}: {WORDS[message.status]}"]
    lines += [f"Over: {message.reference}, {message.key}"] if message.reference else []
    lines += [f"Aan: {', '.join(message.recipients)}"] if message.recipients else []
    lines += [f"Pogingen: {message.attempts}"] if message.attempts else []
    lines += [f"Waarom niet: {message.error}"] if message.error else []
    lines += [f"Onderwerp: {message.subject}", "", message.body or ""] if message.subject else []
    if not message.subject:
        lines.append("De tekst wordt geschreven op het moment van verzenden.")
    say(*lines)


def backup(args: Namespace, settings: Settings) -> None:
    """A copy of the database in a folder."""
    folder = path_of(args.folder)
    if args.key and not args.encrypt:
        raise InvalidInput("--key hoort bij --encrypt. Geef beide, of geen van beide.")
    with app_on(settings) as app:
        made = copies.backup(
            app.engine,
            folder,
            app.clock(),
            progress,
            spare=_of_database(settings),
            key=_key_given(args, settings) if args.key else _own_key(settings),
            encrypt=args.encrypt,
        )
        with app.engine.begin() as connection:
            note_backup(connection, made.made)  # once it is whole: who watches over us asks how old the last one is
    if args.json:
        as_json(
            {"folder": str(folder), "made": made.made, "rows": made.rows, "anchor": made.anchor}
            | ({"encrypted": True} if args.encrypt else {})
        )
        return
    key = path_of(args.key) if args.key else _key_file(settings)
    say(
        f"Back-up gemaakt in {folder}: {dutch.counted(made.rows, 'regel', 'regels')} "
        f"uit {dutch.counted(len(made.tables), 'tabel', 'tabellen')}.",
        f"Ondertekend{' en versleuteld' if args.encrypt else ''} met de sleutel {key}: bewaar die apart van de back-up.",
        f"Anker: {made.anchor}. Bewaar ook dit ergens anders; geef het mee bij het terugzetten (--known).",
        "Zonder die sleutel kan niemand de back-up terugzetten, ook u niet: bewaar er een kopie van buiten deze machine."
        if args.encrypt
        else "Er staan persoonsgegevens in, leesbaar: bewaar hem versleuteld (--encrypt) en niet langer dan nodig.",
    )


def _of_database(settings: Settings) -> Path | None:
    """The folder of the embedded database, when that is the one in use."""
    return None if settings.database_url else EmbeddedPostgres(settings.home).data


def _key_file(settings: Settings) -> Path:
    return settings.secrets / copies.KEY_FILE


def _own_key(settings: Settings) -> str:
    """The key of this installation, made the first time."""
    return secret(settings.secrets, copies.KEY_FILE)


def _key_given(args: Namespace, settings: Settings) -> str | None:
    """The key to check a backup with: the one that was named, or this installation's own when it has one."""
    path = path_of(args.key) if args.key else _key_file(settings)
    if not args.key and not path.exists():
        return None
    try:
        return path.read_text("ascii").strip()
    except (OSError, ValueError):
        raise InvalidInput(
            f"De sleutel {path} is niet te lezen. Verwacht: het bestand secrets/{copies.KEY_FILE}."
        ) from None


def restore(args: Namespace, settings: Settings) -> None:
    """Put a backup into an empty database."""
    folder, key = path_of(args.folder), _key_given(args, settings)
    known = _anchor(args.known) if args.known else None
    if args.key and not copies.read(folder, progress, key=key).signed:
        raise InvalidInput(
            f"De back-up in {folder} is niet met de sleutel {args.key} ondertekend; er is niets teruggezet."
        )
    with reaching_the_database(), owned(settings, progress) as (owner, application):
        made = copies.restore(owner, application, folder, progress, key=key, known=known)
    if args.json:
        checked = {"signature": made.signed, "known": known is not None}
        as_json(
            {"folder": str(folder), "made": made.made, "rows": made.rows, "anchor": made.anchor, "checked": checked}
        )
        return
    say(f"Teruggezet uit {folder}: {dutch.counted(made.rows, 'regel', 'regels')}, van {made.made}.")
    if made.signed or known:
        say(
            *(["De handtekening klopt: niets is gewijzigd sinds de back-up werd gemaakt."] if made.signed else []),
            *(["De vastlegging is die van het anker dat u opgaf."] if known else []),
        )
    else:
        say(
            "Let op: niet gecontroleerd is of iemand deze back-up heeft gewijzigd. Daarvoor is de sleutel nodig "
            f"(--key secrets/{copies.KEY_FILE} van de oude installatie), of een anker dat u zelf hebt bewaard (--known)."
        )
    say(
        "Controleer de vastlegging met een anker dat u zelf hebt bewaard: provisions audit --verify --known ANKER",
        f"Het anker is nu: {made.anchor}",
        "Trajecten die na deze back-up zijn vergeten, staan er weer: vergeet ze opnieuw (provisions forget).",
    )


def export(args: Namespace, settings: Settings) -> None:
    """Everything of a case as JSON, on the screen or in a file that only its owner can read."""
    path = path_of(args.out) if args.out else None
    with app_on(settings) as app:
        found = app.exports.of_case(args.reference)
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
    number = forgotten.case_id
    OutboxFolder(settings.home / "outbox").remove(forgotten.messages)
    if args.json:
        as_json({"forgotten": args.reference, "kept_as": f"VERGETEN-{number}"})
        return
    say(
        f"Traject {args.reference} is vergeten. Wat het weekrapport nodig heeft staat er nog onder VERGETEN-{number}.",
        "In Prefect verdwijnen de runs en het plan binnen een minuut (of zodra provisions up weer draait).",
        *(
            [f"Niet meer verzonden: {dutch.counted(forgotten.unsent, 'bericht', 'berichten')}."]
            if forgotten.unsent
            else []
        ),
        "In eerdere back-ups staat het nog: zie docs/keeping.md.",
    )
