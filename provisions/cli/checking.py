"""``provisions check``: the configuration and the connections."""

from argparse import Namespace
from datetime import timedelta

from provisions.catalogue import load
from provisions.cli.output import as_json, progress, say
from provisions.database import roles
from provisions.database.connect import unchanged, workplace_lacks, workplace_of
from provisions.domain import dutch
from provisions.domain.calendar import day_of
from provisions.machine.postgres import EmbeddedPostgres
from provisions.outbound.smtp import check_smtp
from provisions.outbound.webhook import check_secrets
from provisions.settings import Settings, utc_now
from provisions.store import door, put_right
from provisions.store.backlog import backlog
from provisions.store.put_right import PutRight

_ONE_ROLE = (
    "de databaserol van het programma mag meer dan nodig ({}). Geef in PROVISIONS_MIGRATION_URL een andere rol aan wie de "
    "tabellen zijn; zie SECURITY.md."
)

_NO_WALL = (
    "de werkplek vraagt de database als het programma zelf, zodat de database geen gemeenten scheidt. Geef haar een eigen "
    "databaserol in PROVISIONS_WEB_DATABASE_URL; zie SECURITY.md."
)
_WALL_GAPS = "de databaserol van de werkplek is niet ingericht ({}). Voer 'provisions migrate' uit."

_ONLY_ADMIN = (
    "er is nog geen andere beheerder dan 'admin', en tot die er is mag admin alles. Voeg er een toe: "
    "provisions person add CODE --role administrator."
)

_SLOW_POST = (
    "de post gaat langzaam of staat stil: {}, het oudste {} minuten. Draait de motor (provisions up)? Kijk "
    "met 'provisions messages --status pending' waarom."
)


_LATELY = timedelta(days=7)


def _put_right(found: PutRight) -> str:
    told = ", ".join(f"{count} x {kind}" for kind, count in sorted(found.counts.items()))
    return (
        "iemand veranderde in Prefect iets van ons, of zette er iets neer; het is hersteld of verwijderd. Sinds de "
        f"installatie: {told}; voor het laatst op {dutch.dutch_date(day_of(found.last))}. Kijk wie het wachtwoord heeft, en zet "
        "wat wel mag in config/prefect.toml."
    )


def check(args: Namespace, settings: Settings) -> None:
    """Validate the configuration and the connections."""
    config = load(settings.config)
    warnings = list(config.warnings)
    done = [
        f"configuratie in {settings.config}: {dutch.counted(len(config.catalogue.provisions), 'voorziening', 'voorzieningen')}"
    ]
    if settings.database_url or EmbeddedPostgres(settings.home).exists():
        with unchanged(settings, progress) as engine, engine.connect() as connection:
            excess = roles.excess(connection)
            post = backlog(engine, utc_now())
            repaired = put_right.read(connection)
            gaps = workplace_lacks(settings, connection)
            alone = not door.other_administrator(connection)
        if post.messages_slow:
            waiting = dutch.counted(post.messages_slow, "bericht wacht", "berichten wachten")
            warnings.append(_SLOW_POST.format(waiting, round(post.messages_pending_seconds / 60)))
        warnings += [_ONE_ROLE.format(", ".join(excess))] if excess else []
        warnings += [_WALL_GAPS.format(", ".join(gaps[:3]))] if gaps else []
        warnings += [_ONLY_ADMIN] if alone else []
        warnings += [] if workplace_of(settings) else [_NO_WALL]
        if repaired and utc_now() - repaired.last < _LATELY:
            warnings.append(_put_right(repaired))
        done.append("database bereikbaar")
    else:
        warnings.append(f"in {settings.home} staat nog geen database; 'provisions up' maakt hem.")
    if settings.smtp_url:
        check_smtp(settings.smtp_url.get_secret_value())
        done.append("mailserver bereikbaar")
    else:
        done.append(f"geen mailserver ingesteld: berichten komen als .eml in {settings.home / 'outbox'}")
    if webhooks := check_secrets(config.organisation):
        done.append(f"geheimen van {webhooks} {'webhook' if webhooks == 1 else 'webhooks'} leesbaar")
    if args.json:
        as_json({"ok": True, "checked": done, "warnings": warnings})
    else:
        say(*(f"In orde: {line}" for line in done), *(f"Let op: {warning}" for warning in warnings))
