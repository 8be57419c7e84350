"""``provisions check``: the configuration and the connections."""

from argparse import Namespace
from datetime import timedelta

from sqlalchemy import Engine

from provisions.access import Actor
from provisions.catalogue import Config, load
from provisions.catalogue.arrangements import SECURE
from provisions.cli.output import as_json, progress, say
from provisions.database import roles
from provisions.database.connect import runs_lack, runs_of, unchanged, workplace_lacks, workplace_of
from provisions.domain import dutch
from provisions.domain.calendar import day_of
from provisions.domain.errors import InvalidInput, Unreachable
from provisions.domain.lifecycle import SYSTEM
from provisions.machine.postgres import EmbeddedPostgres
from provisions.outbound.calling import WebhookGateway, try_out
from provisions.outbound.imap import ImapMailbox
from provisions.outbound.smtp import check_smtp
from provisions.outbound.transports import UnableToSend
from provisions.outbound.webhook import check_secrets, webhooks_for
from provisions.settings import Settings, utc_now
from provisions.store import door, put_right
from provisions.store.backlog import backlog
from provisions.store.put_right import PutRight
from provisions.usecases.standby import Standby

_ONE_ROLE = (
    "de databaserol van het programma mag meer dan nodig ({}). Geef in PROVISIONS_MIGRATION_URL een andere rol aan wie de "
    "tabellen zijn; zie SECURITY.md."
)

_NO_WALL = (
    "de werkplek vraagt de database als het programma zelf, zodat de database geen gemeenten scheidt. Geef haar een eigen "
    "databaserol in PROVISIONS_WEB_DATABASE_URL; zie SECURITY.md."
)
_WALL_GAPS = "de databaserol van de werkplek is niet ingericht ({}). Voer 'provisions migrate' uit."

_ROLE_OF_RUNS = (
    "de runs in de pool '{}' vragen de database als het programma zelf, en kunnen zo ook accounts en notities lezen. Geef ze "
    "een eigen databaserol in PROVISIONS_RUNS_DATABASE_URL; zie SECURITY.md."
)
_RUNS_LACK = "de databaserol van de runs in een pool is niet ingericht ({}). Voer 'provisions migrate' uit."

_ONLY_ADMIN = (
    "er is nog geen andere beheerder dan 'admin', en tot die er is mag admin alles. Voeg er een toe: "
    "provisions person add CODE --role administrator."
)

_SLOW_POST = (
    "de post gaat langzaam of staat stil: {}, het oudste {} minuten. Draait de motor (provisions up)? Kijk "
    "met 'provisions messages --status pending' waarom."
)


_NO_LINKS = (
    "PROVISIONS_BASE_URL is niet ingesteld: in brieven staat dan geen link om te antwoorden, alleen wie men kan bellen. Zet er "
    "het adres waarop loketten en tafels de werkplek bereiken, zoals https://basisvoorzieningen.gemeente.nl."
)
_NOT_USED = (
    "PROVISIONS_SMTP_SECURE_URL wordt niet gebruikt: daarvoor is ook PROVISIONS_SMTP_URL nodig, en een domein bij 'secure' in "
    "[mail] van organisation.toml."
)

_LATELY = timedelta(days=7)
LOOKING = 10.0  # seconds: somebody waits at the screen


def _put_right(found: PutRight) -> str:
    told = ", ".join(f"{count} x {kind}" for kind, count in sorted(found.counts.items()))
    return (
        "iemand veranderde in Prefect iets van ons, of zette er iets neer; het is hersteld of verwijderd. Sinds de "
        f"installatie: {told}; voor het laatst op {dutch.dutch_date(day_of(found.last))}. Kijk wie het wachtwoord heeft, en zet "
        "wat wel mag in config/prefect.toml."
    )


def _unreached(config: Config, engine: Engine) -> list[str]:
    """Where the stand-by was called lately and nobody took it up, or the gateway does not call."""
    warnings = []
    for call in Standby(engine, config, utc_now).standing(Actor.typed(SYSTEM)):
        name = config.organisation.municipalities[call.municipality].name
        if call.waits and call.error:
            warnings.append(f"de gateway belt de bereikbaarheidsdienst van {name} niet: {call.error}")
        lately = call.ended_at is not None and utc_now() - call.ended_at < _LATELY
        if lately and call.unreached:
            warnings.append(f"niemand pakte de laatste oproep van de bereikbaarheidsdienst van {name} op.")
    return warnings


def _called(config: Config) -> list[str]:
    """Have the first of each stand-by called. Raises ``Unreachable``."""
    webhooks = webhooks_for(config.organisation, utc_now)
    if webhooks is None or not any(place.standby_call for place in config.organisation.municipalities.values()):
        raise InvalidInput(
            "Er is geen gateway om mee te bellen. Zet standby_call bij een gemeente in organisation.toml (docs/delivery.md)."
        )
    try:
        names = try_out(config, WebhookGateway(config.organisation, webhooks), utc_now())
    except UnableToSend as fault:
        raise Unreachable(f"Bellen lukte niet: {fault}.") from None
    return [f"de bereikbaarheidsdienst van {name} wordt gebeld: neemt iemand op?" for name in names]


def _of_database(config: Config, settings: Settings) -> list[str]:
    """What somebody should look at of the database and what is in it. Raises ``Unreachable``."""
    warnings = []
    with unchanged(settings, progress) as engine, engine.connect() as connection:
        excess = roles.excess(connection)
        post = backlog(engine, utc_now())
        repaired = put_right.read(connection)
        gaps, lacking = workplace_lacks(settings, connection), runs_lack(settings, connection)
        alone = not door.other_administrator(connection)
        unreached = _unreached(config, engine)
    if post.messages_slow:
        waiting = dutch.counted(post.messages_slow, "bericht wacht", "berichten wachten")
        warnings.append(_SLOW_POST.format(waiting, round(post.messages_pending_seconds / 60)))
    warnings += [_ONE_ROLE.format(", ".join(excess))] if excess else []
    warnings += [_WALL_GAPS.format(", ".join(gaps[:3]))] if gaps else []
    warnings += [_RUNS_LACK.format(", ".join(lacking[:3]))] if lacking else []
    warnings += [_ROLE_OF_RUNS.format(settings.work_pool)] if settings.work_pool and not runs_of(settings) else []
    warnings += [_ONLY_ADMIN] if alone else []
    warnings += [] if workplace_of(settings) else [_NO_WALL]
    warnings += unreached
    if repaired and utc_now() - repaired.last < _LATELY:
        warnings.append(_put_right(repaired))
    return warnings


def check(args: Namespace, settings: Settings) -> None:
    """Validate the configuration and the connections."""
    config = load(settings.config)
    warnings = list(config.warnings)
    done = [
        f"configuratie in {settings.config}: {dutch.counted(len(config.catalogue.provisions), 'voorziening', 'voorzieningen')}"
    ]
    if settings.database_url or EmbeddedPostgres(settings.home).exists():
        warnings += _of_database(config, settings)
        done.append("database bereikbaar")
    else:
        warnings.append(f"in {settings.home} staat nog geen database; 'provisions up' maakt hem.")
    if settings.smtp_url:
        check_smtp(settings.smtp_url.get_secret_value())
        done.append("mailserver bereikbaar")
    else:
        done.append(f"geen mailserver ingesteld: berichten komen als .eml in {settings.home / 'outbox'}")
    if settings.base_url is None:
        warnings.append(_NO_LINKS)
    else:
        done.append(f"in brieven die iets vragen staat een link naar {settings.base_url}")
    if settings.smtp_secure_url:
        check_smtp(settings.smtp_secure_url.get_secret_value(), "PROVISIONS_SMTP_SECURE_URL")
        done.append("mailserver voor beveiligde domeinen bereikbaar")
        if not settings.smtp_url or SECURE not in config.organisation.mail.named.values():
            warnings.append(_NOT_USED)
    if settings.imap_url:
        ImapMailbox(settings.imap_url.get_secret_value(), LOOKING).check()
        done.append("mailbox van automatische berichten leesbaar")
    if webhooks := check_secrets(config.organisation):
        done.append(f"geheimen van {dutch.counted(webhooks, 'webhook', 'webhooks')} leesbaar")
    if args.call:
        done += _called(config)
    if config.zaken:
        from provisions.cli.case_systems import examine_all  # brings an HTTP client along

        told, more = examine_all(config, settings)
        done += told
        warnings += more
    if args.json:
        as_json({"ok": True, "checked": done, "warnings": warnings})
    else:
        say(*(f"In orde: {line}" for line in done), *(f"Let op: {warning}" for warning in warnings))
