"""What is set from outside: the environment and ``.env``. The table in ``cli.md`` is the promise kept here.

Read by hand and not by pydantic-settings, whose import alone takes a fifth of the half second that a command may take.
"""

import ipaddress
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from provisions import urls
from provisions.domain.errors import InvalidInput
from provisions.domain.privacy import shown
from provisions.redact import keep_secret

PREFIX = "PROVISIONS_"
_FILES = ("_CERTIFICATE", "_KEY", "_AUTHORITIES")  # how settings end that name a file of a case system
SHORTEST_UI_PASSWORD = 16  # characters
_LONGEST_NAME = 255  # bytes, of a file or folder: a longer one is on no machine
ENV_FILE = ".env"
PROJECT = Path(__file__).resolve().parent.parent
TEMPLATES = PROJECT / "templates"
MIGRATIONS = PROJECT / "migrations"

POSTGRESQL = ("postgresql", "postgresql+psycopg", "postgres")
SMTP = ("smtp", "smtps")
IMAP = ("imap", "imaps")
_WEB = ("http", "https")
_REDIS = ("redis", "rediss", "redis+sentinel", "rediss+sentinel")


def utc_now() -> datetime:
    """This moment, aware and in UTC: the one clock of the program. The domain has none: time is an argument."""
    return datetime.now(UTC)


def _default_config() -> Path:
    own = Path("config")
    return own if own.is_dir() else PROJECT / "config"


def is_loopback(host: str) -> bool:
    """Whether ``host`` (a name or an IP address) is this machine itself."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class Secret:
    """A text that does not show when it is printed or logged."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def get_secret_value(self) -> str:
        """The text itself."""
        return self._text

    def __repr__(self) -> str:
        return "**********"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._text == self._text

    def __hash__(self) -> int:
        return hash(self._text)


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The settings, checked. Folders are absolute. ``load_settings()`` makes one from outside, with errors in Dutch."""

    home: Path = field(default_factory=lambda: Path("var"))
    database_url: Secret | None = None
    migration_url: Secret | None = None
    web_database_url: Secret | None = None
    runs_database_url: Secret | None = None
    prefect_database_url: Secret | None = None
    host: str = "127.0.0.1"
    port: int = 4200
    tls_in_front: str = "no"
    base_url: str | None = None
    config: Path = field(default_factory=_default_config)
    smtp_url: Secret | None = None
    smtp_secure_url: Secret | None = None
    imap_url: Secret | None = None
    ui_password: Secret | None = None
    prefect_password: Secret | None = None
    oidc_issuer: str | None = None
    oidc_client_id: str | None = None
    oidc_client_secret: Secret | None = None
    zgw: Mapping[str, Secret] = field(default_factory=dict)  # secrets of case systems, by the name of the setting
    zgw_files: Mapping[str, Path] = field(default_factory=dict)  # their certificates and keys, likewise
    # past one machine (docs/operations.md)
    prefect_api_url: str | None = None
    redis_url: Secret | None = None
    work_pool: str | None = None
    metrics_host: str = "127.0.0.1"
    metrics_port: int | None = None

    def __post_init__(self) -> None:
        for name in ("home", "config"):
            object.__setattr__(self, name, getattr(self, name).resolve())

    @property
    def secrets(self) -> Path:
        """The folder with the secrets that were generated."""
        return self.home / "secrets"

    def callbacks(self, variables: Mapping[str, str]) -> dict[str, str]:
        """What the notifications of each case system must bring along, by municipality, of those where it was set. ``variables``:
        by municipality under which name.
        """
        return {place: self.zgw[name].get_secret_value() for place, name in variables.items() if name in self.zgw}

    @property
    def url(self) -> str:
        """Where a browser on this machine finds the UI."""
        host = "127.0.0.1" if self.host in ("0.0.0.0", "::") else self.host  # noqa: S104 - compared, not bound
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"

    @property
    def people_url(self) -> str:
        """The address that people use, without a slash at its end."""
        return self.base_url or self.url

    @property
    def off_loopback(self) -> bool:
        """Whether others than this machine reach it, over TLS."""
        return self.tls_in_front == "yes" or self.people_url.startswith("https:")

    @property
    def api_url(self) -> str:
        """Where our own processes find Prefect's API."""
        return self.prefect_api_url or f"{self.url}/api"


def psycopg_url(url: Secret) -> str:
    """The URL as SQLAlchemy wants it for psycopg, everything in it percent-encoded."""
    return urls.read(url.get_secret_value(), POSTGRESQL).text("postgresql+psycopg")


def without_password(url: str) -> str:
    """Where the database on ``url`` is, fit for a message: machine and database only."""
    try:
        return urls.read(url, POSTGRESQL).where
    except urls.Malformed:
        return "een adres dat niet te lezen is"


def load_settings() -> Settings:
    """The settings from the environment and ``.env``; raises ``InvalidInput`` naming each variable that is wrong."""
    given, faults = {}, []
    for name, text in _given().items():
        try:
            given[name] = READERS[name](text)
        except ValueError as fault:
            # The value of a secret is left out, and an address may hold a password.
            value = f" is {shown(text)}" if READERS[name] in (_port, _yes_or_no) else ""
            faults.append(
                f"Instelling {PREFIX}{name.upper()}{value} onjuist; {fault}. Verbeter hem in de omgeving of in .env."
            )
    if faults:
        raise InvalidInput(*faults)
    given["zgw"] = {name: _secret(text) for name, text in _case_systems().items() if not name.endswith(_FILES)}
    given["zgw_files"] = {name: Path(text) for name, text in _files_of_case_systems().items()}
    settings = Settings(**given)  # type: ignore[arg-type] # each reader gives what its field is
    if not is_loopback(settings.host) and settings.tls_in_front != "yes":
        raise InvalidInput(
            f"Instelling onjuist: PROVISIONS_HOST is {shown(settings.host)}: dan gaat het wachtwoord leesbaar over het netwerk. "
            "Gebruik 127.0.0.1, of zet er een webserver met TLS voor en stel PROVISIONS_TLS_IN_FRONT=yes in."
        )
    oidc = (settings.oidc_issuer, settings.oidc_client_id, settings.oidc_client_secret)
    if any(oidc) and not all(oidc):
        raise InvalidInput(
            "Instelling onjuist: PROVISIONS_OIDC_ISSUER, PROVISIONS_OIDC_CLIENT_ID en PROVISIONS_OIDC_CLIENT_SECRET horen bij "
            "elkaar. Stel ze alle drie in, of geen."
        )
    api = urls.read(settings.api_url, _WEB)
    if api.scheme == "http" and not is_loopback(api.host) and settings.tls_in_front != "yes":
        raise InvalidInput(
            "Instelling onjuist: met PROVISIONS_PREFECT_API_URL gaat het wachtwoord leesbaar over het netwerk. Gebruik https, of "
            "zorg anders voor TLS onderweg (zoals in een cluster) en stel PROVISIONS_TLS_IN_FRONT=yes in."
        )
    return settings


def environment(settings: Settings) -> dict[str, str]:
    """What is set, as a process that starts in another folder must get it. Holds secrets."""
    folders = {"home": str(settings.home), "config": str(settings.config)}
    return (
        _case_systems()
        | _files_of_case_systems()
        | {PREFIX + name.upper(): text for name, text in {**_given(), **folders}.items()}
    )


def _said() -> dict[str, str]:
    """Everything that is set. The environment goes before ``.env``; empty is not set."""
    return {**_from_file(), **{name.upper(): text for name, text in os.environ.items() if text}}


def _case_systems() -> dict[str, str]:
    """What is set of case systems, by the names of the settings: which there are depends on ``config/zaken.toml``."""
    return {name: text for name, text in _said().items() if name.startswith(f"{PREFIX}ZGW_") and text}


def _files_of_case_systems() -> dict[str, str]:
    """Whole paths: no secrets, and not of the folder in which a process happens to start."""
    found = {name: text for name, text in _case_systems().items() if name.endswith(_FILES)}
    return {name: str(Path(text).expanduser().absolute()) for name, text in found.items()}


def _given() -> dict[str, str]:
    """What is set, by the name of the field."""
    said = _said()
    return {name: said[PREFIX + name.upper()] for name in READERS if said.get(PREFIX + name.upper())}


def _from_file() -> dict[str, str]:
    if not os.path.isfile(ENV_FILE):
        return {}
    from dotenv.parser import parse_stream  # only needed where there is a file

    try:
        with open(ENV_FILE, encoding="utf-8-sig") as file:
            lines = list(parse_stream(file))
    except (OSError, UnicodeDecodeError) as error:
        why = "is geen UTF-8" if isinstance(error, UnicodeDecodeError) else f"is niet te lezen ({error.strerror})"
        raise InvalidInput(
            f"Het bestand {ENV_FILE} {why}. Sla het op als UTF-8, leesbaar voor dit programma."
        ) from None
    if wrong := [str(line.original.line) for line in lines if line.error]:
        # What stands there may be a password, so it is not repeated.
        raise InvalidInput(
            f"Bestand {ENV_FILE}, regel {', '.join(wrong)}: dit is geen NAAM=WAARDE. Zet een waarde met spaties of leestekens "
            "tussen enkele aanhalingstekens."
        )
    return {line.key.upper(): line.value for line in lines if line.key and line.value}


def _folder(text: str) -> Path:
    try:
        folder = Path(text).expanduser().resolve()
    except (OSError, RuntimeError):  # ~somebody who is not there; links that go round
        raise ValueError("verwacht: een map die bestaat of gemaakt kan worden") from None
    if any(len(os.fsencode(part)) > _LONGEST_NAME for part in folder.parts):
        raise ValueError(f"verwacht: een map waarvan elke naam hoogstens {_LONGEST_NAME} bytes is")
    return folder


def _port(text: str) -> int:
    if not (re.fullmatch(r"\s*[0-9]{1,5}\s*", text, re.ASCII) and 1 <= int(text) <= 65535):
        raise ValueError("verwacht: een geheel getal van 1 tot en met 65535")
    return int(text)


def _yes_or_no(text: str) -> str:
    if text not in ("yes", "no"):
        raise ValueError("verwacht: yes of no")
    return text


def _address(text: str, schemes: tuple[str, ...], example: str, *, several: bool = False) -> urls.Url:
    try:
        found = urls.read(text, schemes, several=several)
    except urls.Malformed as fault:
        raise ValueError(f"{fault}. Voorbeeld: {example}") from None
    keep_secret(*found.secrets)
    return found


def _postgresql(text: str) -> Secret:
    _address(text, POSTGRESQL, "postgresql://gebruiker:wachtwoord@machine:5432/naam")
    return Secret(text)


def _smtp(text: str) -> Secret:
    example = "smtp://gebruiker:wachtwoord@machine:587"
    found = _address(text, SMTP, example)
    if not found.host or found.path.strip("/") or found.query:
        raise ValueError(
            f"na de machine en de poort hoort niets meer; {urls.WRITE_WITH_PERCENTS}. Voorbeeld: {example}"
        )
    return Secret(text)


def _imap(text: str) -> Secret:
    example = "imaps://gebruiker:wachtwoord@machine/INBOX"
    found = _address(text, IMAP, example)
    if not (found.host and found.user and found.password) or found.query or '"' in found.path or "\\" in found.path:
        raise ValueError(f"de machine, de gebruiker en het wachtwoord horen erin. Voorbeeld: {example}")
    return Secret(text)


def _redis(text: str) -> Secret:
    _address(text, _REDIS, "redis://:wachtwoord@machine:6379/0", several=True)
    return Secret(text)


def _api_url(text: str) -> str:
    found = _address(text, _WEB, "https://machine/api")
    if found.user or found.password:
        raise ValueError("verwacht: een adres zonder wachtwoord (dat komt uit PROVISIONS_UI_PASSWORD)")
    if not found.host or not found.path.rstrip("/").endswith("/api"):
        raise ValueError("verwacht: een adres als https://machine/api")
    return text.rstrip("/")


def _issuer(text: str) -> str:
    found = _address(text, _WEB, "https://login.gemeente.nl/realms/gemeente")
    if found.user or found.password or found.query or not found.host:
        raise ValueError("verwacht: het adres van de aanbieder, zoals https://login.gemeente.nl/realms/gemeente")
    if found.scheme == "http" and not is_loopback(found.host):
        raise ValueError("verwacht: een adres met https")
    return text  # to the letter: it is compared with what the provider calls itself


def _plain(text: str) -> str:
    if not (text.isascii() and text.isprintable()):
        raise ValueError("verwacht: letters, cijfers en leestekens")
    return text


def _secret(text: str) -> Secret:
    keep_secret(text)
    return Secret(text)


def _base_url(text: str) -> str:
    found = _address(text, _WEB, "https://basisvoorzieningen.gemeente.nl")
    if found.user or found.password or found.query or not found.host or found.path.strip("/"):
        raise ValueError("verwacht: alleen het adres van de machine, zoals https://basisvoorzieningen.gemeente.nl")
    if found.scheme == "http" and not is_loopback(found.host):
        raise ValueError("verwacht: een adres met https; anders gaan wachtwoorden leesbaar over het netwerk")
    return text.rstrip("/")


def _host(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9.:_-]+", text):
        raise ValueError("verwacht: de naam of het IP-adres van deze machine, zoals 127.0.0.1")
    return text


def _pool(text: str) -> str:
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,39}", text):
        raise ValueError("verwacht: hoogstens veertig kleine letters, cijfers en streepjes")
    return text


def _password(text: str) -> Secret:
    if not (text.isascii() and text.isprintable()):
        raise ValueError("verwacht: letters zonder accenten, cijfers en leestekens")  # all that Prefect can compare
    if len(text) < SHORTEST_UI_PASSWORD:
        raise ValueError(f"verwacht: {SHORTEST_UI_PASSWORD} tekens of meer; dit wachtwoord opent alles")
    keep_secret(text)
    return Secret(text)


READERS: Mapping[str, Callable[[str], object]] = {
    "home": _folder,
    "database_url": _postgresql,
    "migration_url": _postgresql,
    "web_database_url": _postgresql,
    "runs_database_url": _postgresql,
    "prefect_database_url": _postgresql,
    "host": _host,
    "port": _port,
    "tls_in_front": _yes_or_no,
    "base_url": _base_url,
    "config": _folder,
    "smtp_url": _smtp,
    "smtp_secure_url": _smtp,
    "imap_url": _imap,
    "ui_password": _password,
    "prefect_password": _password,
    "oidc_issuer": _issuer,
    "oidc_client_id": _plain,
    "oidc_client_secret": _secret,
    "prefect_api_url": _api_url,
    "redis_url": _redis,
    "work_pool": _pool,
    "metrics_host": _host,
    "metrics_port": _port,
}
