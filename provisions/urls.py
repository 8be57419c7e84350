"""The addresses in settings (database, mail server, Redis, Prefect): read in one way, for any password.

Libraries each read an address a little differently, and quote parts of it in their errors. So it is taken apart here, once,
and what they get is put together again with everything percent-encoded (RFC 3986): they can't take a part of a password for
something else. No error here repeats anything of the address.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote, unquote_to_bytes

WRITE_WITH_PERCENTS = (
    "schrijf leestekens in een naam of wachtwoord met procenten ([ is %5B, ] is %5D, # is %23, % is %25, @ is %40, "
    ": is %3A, / is %2F, ? is %3F, een spatie is %20)"
)
_HOST = re.compile(r"\[[0-9A-Fa-f:.]+(?:%25[\w.~-]+)?\]|[\w.~%-]*")
_PLAIN = re.compile(r"(?:[\w.~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})*")  # \w: letters of any alphabet may stand as they are
_QUERY = re.compile(r"(?:[\w.~!$&'()*+,;=:/?-]|%[0-9A-Fa-f]{2})*")
_SECRET_PARAMETERS = ("password", "sslpassword", "passfile")


class Malformed(ValueError):  # noqa: N818 - says what is so
    """An address can't be read. ``str()`` is Dutch, says what to do, and holds nothing of the address."""


@dataclass(frozen=True)
class Url:
    """An address taken apart. ``user`` and ``password`` are as people know them, the rest as it was written.

    ``hosts``: (name, port) each; one, but for several sentinels of Redis. ``host`` is without the brackets of IPv6.
    """

    scheme: str
    user: str
    password: str
    hosts: tuple[tuple[str, int | None], ...]
    path: str
    query: str

    @property
    def host(self) -> str:
        """The (first) machine; empty for a socket."""
        return self.hosts[0][0]

    @property
    def port(self) -> int | None:
        """The port of the (first) machine, where it is given."""
        return self.hosts[0][1]

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must not be shown: the password, wherever in the address it stands."""
        pairs = (pair.partition("=") for pair in self.query.split("&"))
        held = [_decoded(value.replace("+", " ")) for name, _, value in pairs if name.lower() in _SECRET_PARAMETERS]
        return tuple(secret for secret in (self.password, *held) if secret)

    @property
    def where(self) -> str:
        """The machine and what is on it, fit for a message."""
        machines = ",".join(_machine(*host) for host in self.hosts)
        return f"{machines or 'een socket op deze machine'}{self.path}"

    def text(self, scheme: str | None = None) -> str:
        """The address in full, everything percent-encoded, with another ``scheme`` where it is given. Holds the password."""
        user = quote(self.user, safe="")
        if self.password:
            user += f":{quote(self.password, safe='')}"
        at = f"{user}@" if user else ""
        machines = ",".join(_machine(*host) for host in self.hosts)
        return f"{scheme or self.scheme}://{at}{machines}{self.path}{'?' if self.query else ''}{self.query}"


def read(text: str, schemes: Sequence[str], *, several: bool = False) -> Url:
    """Take ``text`` apart; its scheme must be one of ``schemes``. ``several`` machines may be given where that is said.

    Raises ``Malformed``.
    """
    scheme, separator, rest = text.partition("://")
    if not separator or scheme.lower() not in schemes:
        raise Malformed(f"verwacht: een adres dat begint met {' of '.join(f'{s}://' for s in schemes)}")
    if not text.isprintable():
        raise Malformed(f"er staat een teken in dat geen UTF-8 of niet zichtbaar is; {WRITE_WITH_PERCENTS}")
    authority, path, query = _parts(rest)
    before, _, machines = authority.rpartition("@")
    user, _, password = before.partition(":")
    # A name may hold an @, as mail servers have it. In a password it is more often a slip: then the machine is a guess.
    if not _PLAIN.fullmatch(before) or "@" in password or "@" in path + query or not _QUERY.fullmatch(path + query):
        raise Malformed(WRITE_WITH_PERCENTS)
    hosts = tuple(_host(machine) for machine in (machines.split(",") if several else [machines]))
    return Url(scheme.lower(), _decoded(user), _decoded(password), hosts, path, query)


def _parts(rest: str) -> tuple[str, str, str]:
    """Authority, path and query. A fragment has no meaning in these addresses: a ``#`` is one in a password."""
    if "#" in rest:
        raise Malformed(WRITE_WITH_PERCENTS)
    end = min((place for place in (rest.find("/"), rest.find("?")) if place >= 0), default=len(rest))
    path, _, query = rest[end:].partition("?")
    return rest[:end], path, query


def _host(machine: str) -> tuple[str, int | None]:
    name, colon, port = machine.rpartition(":")
    if not colon or machine.endswith("]"):
        name, colon, port = machine, "", ""
    if not _HOST.fullmatch(name):
        raise Malformed(f"de machine is niet te lezen; {WRITE_WITH_PERCENTS}")
    if colon and not (port.isascii() and port.isdigit() and 1 <= int(port[:6]) <= 65535):
        raise Malformed(f"de poort is geen getal van 1 tot en met 65535; {WRITE_WITH_PERCENTS}")
    return name.strip("[]"), int(port) if port else None


def _machine(host: str, port: int | None) -> str:
    name = f"[{host}]" if ":" in host else host
    return f"{name}:{port}" if port else name


def _decoded(text: str) -> str:
    try:
        found = unquote_to_bytes(text).decode()
    except UnicodeError:
        raise Malformed("een teken met procenten is geen UTF-8 (é is %C3%A9)") from None
    if "\0" in found:
        raise Malformed("er staat %00 in, en dat kan geen deel van een naam of wachtwoord zijn")
    return found
