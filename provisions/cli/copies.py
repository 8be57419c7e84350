"""A backup, and putting it back."""

from argparse import Namespace
from pathlib import Path

from provisions.cli.database import app_on, reaching_the_database
from provisions.cli.output import as_json, progress, say
from provisions.database import backup as copies
from provisions.database.connect import owned
from provisions.domain import dutch
from provisions.domain.errors import InvalidInput
from provisions.machine.files import path_of, secret
from provisions.machine.postgres import EmbeddedPostgres
from provisions.settings import Settings
from provisions.store.audit import Anchor
from provisions.store.backlog import note_backup


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
    known = Anchor.parse(args.known) if args.known else None
    with reaching_the_database(), owned(settings, progress) as (owner, names):
        made = copies.restore(
            owner,
            names.application,
            folder,
            progress,
            key=key,
            known=known,
            signed=bool(args.key),
            workplace=names.workplace,
            runs=names.runs,
        )
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
