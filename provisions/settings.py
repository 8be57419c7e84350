"""What is set from outside: the environment and ``.env``. The table in ``cli.md`` is the promise kept here.

Read by hand and not by pydantic-settings, whose import alone takes a fifth of the half second that a command may take.
"""

import ipaddress
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from provisions.domain.errors import InvalidInput

PREFIX = "PROVISIONS_"
ENV_FILE = ".env"
PROJECT = Path(__file__).resolve().parent.parent
TEMPLATES = PROJECT / "templates"
MIGRATIONS = PROJECT / "migrations"

_POSTGRESQL = ("postgresql://", "postgresql+psycopg://", "postgres://")
_SMTP = ("smtp://", "smtps://")
_REDIS = ("redis://", "rediss://", "redis+sentinel://", "rediss+sentinel://")


def _default_config() -> Path:
    own = Path("config")
    return own if own.is_dir() else PROJECT / "config"


def _is_loopback(host: str) -> bool:
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
    prefect_database_url: Secret | None = None
    host: str = "127.0.0.1"
    port: int = 4200
    tls_in_front: str = "no"
    config: Path = field(default_factory=_default_config)
    smtp_url: Secret | None = None
    ui_password: Secret | None = None
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

    @property
    def url(self) -> str:
        """Where a browser on this machine finds the UI."""
        host = "127.0.0.1" if self.host in ("0.0.0.0", "::") else self.host  # noqa: S104 - compared, not bound
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"

    @property
    def api_url(self) -> str:
        """Where our own processes find Prefect's API."""
        return self.prefect_api_url or f"{self.url}/api"


def psycopg_url(url: Secret) -> str:
    """The URL as SQLAlchemy wants it for psycopg."""
    _, rest = url.get_secret_value().split("://", 1)
    return f"postgresql+psycopg://{rest}"


def without_password(url: str) -> str:
    """Where ``url`` points to, fit for a message: machine and database only."""
    parts = urlsplit(url)
    machine = parts.netloc.rpartition("@")[2] or "een socket op deze machine"
    return f"{machine}{parts.path}"


def load_settings() -> Settings:
    """The settings from the environment and ``.env``; raises ``InvalidInput`` naming each variable that is wrong."""
    given, faults = {}, []
    for name, text in _given().items():
        try:
            given[name] = READERS[name](text)
        except ValueError as fault:
            # The value of a secret is left out, and an address may hold a password.
            value = f" is {text}" if READERS[name] in (_port, _yes_or_no) else ""
            faults.append(
                f"Instelling {PREFIX}{name.upper()}{value} onjuist; {fault}. Verbeter hem in de omgeving of in .env."
            )
    if faults:
        raise InvalidInput(*faults)
    settings = Settings(**given)  # type: ignore[arg-type] # each reader gives what its field is
    if not _is_loopback(settings.host) and settings.tls_in_front != "yes":
        raise InvalidInput(
            f"Instelling onjuist: PROVISIONS_HOST is {settings.host}: dan gaat het wachtwoord leesbaar over het netwerk. "
            "Gebruik 127.0.0.1, of zet er een webserver met TLS voor en stel PROVISIONS_TLS_IN_FRONT=yes in."
        )
    api = urlsplit(settings.api_url)
    if api.scheme == "http" and not _is_loopback(api.hostname or "") and settings.tls_in_front != "yes":
        raise InvalidInput(
            "Instelling onjuist: met PROVISIONS_PREFECT_API_URL gaat het wachtwoord leesbaar over het netwerk. Gebruik https, of "
            "zorg anders voor TLS onderweg (zoals in een cluster) en stel PROVISIONS_TLS_IN_FRONT=yes in."
        )
    return settings


def environment(settings: Settings) -> dict[str, str]:
    """What is set, as a process that starts in another folder must get it. Holds secrets."""
    folders = {"home": str(settings.home), "config": str(settings.config)}
    return {PREFIX + name.upper(): text for name, text in {**_given(), **folders}.items()}


def _given() -> dict[str, str]:
    """What is set, by the name of the field. The environment goes before ``.env``; empty is not set."""
    said = {**_from_file(), **{name.upper(): text for name, text in os.environ.items() if text}}
    return {name: said[PREFIX + name.upper()] for name in READERS if said.get(PREFIX + name.upper())}


def _from_file() -> dict[str, str]:
    if not os.path.isfile(ENV_FILE):
        return {}
    from dotenv import dotenv_values  # only needed where there is a file

    # Nothing is filled in: a path or a password may have ${…} in it.
    return {name.upper(): text for name, text in dotenv_values(ENV_FILE, interpolate=False).items() if text}


def _folder(text: str) -> Path:
    try:
        return Path(text).expanduser().resolve()
    except (OSError, RuntimeError):  # ~somebody who is not there; links that go round
        raise ValueError("verwacht: een map die bestaat of gemaakt kan worden") from None


def _port(text: str) -> int:
    if not (text.strip().isascii() and text.strip().isdigit() and 1 <= int(text) <= 65535):
        raise ValueError("verwacht: een geheel getal van 1 tot en met 65535")
    return int(text)


def _yes_or_no(text: str) -> str:
    if text not in ("yes", "no"):
        raise ValueError("verwacht: yes of no")
    return text


def _postgresql(text: str) -> Secret:
    if not text.startswith(_POSTGRESQL):
        raise ValueError("verwacht: een adres als postgresql://gebruiker:wachtwoord@machine:5432/naam")
    return Secret(text)


def _smtp(text: str) -> Secret:
    if not text.startswith(_SMTP):
        raise ValueError("verwacht: een adres als smtp://gebruiker:wachtwoord@machine:587")
    return Secret(text)


def _redis(text: str) -> Secret:
    if not text.startswith(_REDIS):
        raise ValueError("verwacht: een adres als redis://:wachtwoord@machine:6379/0")
    return Secret(text)


def _api_url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or not parts.path.rstrip("/").endswith("/api"):
        raise ValueError("verwacht: een adres als https://machine/api")
    if parts.username or parts.password:
        raise ValueError("verwacht: een adres zonder wachtwoord (dat komt uit PROVISIONS_UI_PASSWORD)")
    return text.rstrip("/")


def _pool(text: str) -> str:
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,39}", text):
        raise ValueError("verwacht: hoogstens veertig kleine letters, cijfers en streepjes")
    return text


def _password(text: str) -> Secret:
    if not (text.isascii() and text.isprintable()):
        raise ValueError("verwacht: letters zonder accenten, cijfers en leestekens")  # all that Prefect can compare
    return Secret(text)


READERS: Mapping[str, Callable[[str], object]] = {
    "home": _folder,
    "database_url": _postgresql,
    "migration_url": _postgresql,
    "prefect_database_url": _postgresql,
    "host": str,
    "port": _port,
    "tls_in_front": _yes_or_no,
    "config": _folder,
    "smtp_url": _smtp,
    "ui_password": _password,
    "prefect_api_url": _api_url,
    "redis_url": _redis,
    "work_pool": _pool,
    "metrics_host": str,
    "metrics_port": _port,
}
