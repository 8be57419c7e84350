"""What is set from outside: the environment and ``.env``. The table in ``cli.md`` is the promise kept here."""

import ipaddress
from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from provisions.domain.errors import InvalidInput

PROJECT = Path(__file__).resolve().parent.parent
TEMPLATES = PROJECT / "templates"
MIGRATIONS = PROJECT / "migrations"

_POSTGRESQL = ("postgresql://", "postgresql+psycopg://", "postgres://")
_SMTP = ("smtp://", "smtps://")


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


class Settings(BaseSettings):
    """The settings. Folders are absolute. Make one with ``load_settings()``: its errors are Dutch."""

    model_config = SettingsConfigDict(
        env_prefix="PROVISIONS_", env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True
    )

    home: Path = Path("var")
    database_url: SecretStr | None = None
    migration_url: SecretStr | None = None
    prefect_database_url: SecretStr | None = None
    host: str = "127.0.0.1"
    port: int = Field(default=4200, ge=1, le=65535)
    tls_in_front: Literal["yes", "no"] = "no"
    config: Path = Field(default_factory=_default_config)
    smtp_url: SecretStr | None = None
    ui_password: SecretStr | None = None

    @field_validator("home", "config")
    @classmethod
    def _absolute(cls, folder: Path) -> Path:
        return folder.expanduser().resolve()

    @field_validator("database_url", "migration_url", "prefect_database_url")
    @classmethod
    def _is_postgresql(cls, url: SecretStr | None) -> SecretStr | None:
        if url and not url.get_secret_value().startswith(_POSTGRESQL):
            # The value is left out: it may hold a password.
            raise ValueError("verwacht: een adres als postgresql://gebruiker:wachtwoord@machine:5432/naam")
        return url

    @field_validator("smtp_url")
    @classmethod
    def _is_smtp(cls, url: SecretStr | None) -> SecretStr | None:
        if url and not url.get_secret_value().startswith(_SMTP):
            raise ValueError("verwacht: een adres als smtp://gebruiker:wachtwoord@machine:587")
        return url

    @field_validator("ui_password")
    @classmethod
    def _is_plain(cls, password: SecretStr | None) -> SecretStr | None:
        if password and not (password.get_secret_value().isascii() and password.get_secret_value().isprintable()):
            raise ValueError("verwacht: letters zonder accenten, cijfers en leestekens")  # all that Prefect can compare
        return password

    @model_validator(mode="after")
    def _private_unless_tls(self) -> Self:
        if not _is_loopback(self.host) and self.tls_in_front != "yes":
            raise ValueError(
                f"PROVISIONS_HOST is {self.host}: dan gaat het wachtwoord leesbaar over het netwerk. "
                "Gebruik 127.0.0.1, of zet er een webserver met TLS voor en stel PROVISIONS_TLS_IN_FRONT=yes in"
            )
        return self

    @property
    def secrets(self) -> Path:
        """The folder with the secrets that were generated."""
        return self.home / "secrets"

    @property
    def url(self) -> str:
        """Where a browser on this machine finds the UI."""
        host = "127.0.0.1" if self.host in ("0.0.0.0", "::") else self.host  # noqa: S104 - compared, not bound
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"


def psycopg_url(url: SecretStr) -> str:
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
    try:
        return Settings()
    except ValidationError as error:
        raise InvalidInput(*(_in_dutch(dict(fault)) for fault in error.errors())) from None


def _in_dutch(fault: dict[str, object]) -> str:
    location = fault["loc"]
    message = str(fault["msg"]).removeprefix("Value error, ")
    if not isinstance(location, tuple) or not location:
        return f"Instelling onjuist: {message}."
    field = str(location[0])
    expected = {
        "port": "verwacht: een geheel getal van 1 tot en met 65535",
        "tls_in_front": "verwacht: yes of no",
    }.get(field, message)
    is_secret = field.endswith("_url") or field == "ui_password"
    value = "" if is_secret else f" is {fault['input']}"
    return f"Instelling PROVISIONS_{field.upper()}{value} onjuist; {expected}. Verbeter hem in de omgeving of in .env."
