"""What Prefect does by itself when something happens: ``config/prefect.toml``, which may be left out. All else is removed."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from provisions.catalogue.entry import Entry, meant

AUTOMATIONS = "prefect.toml"
PLACES = ("provision", "reference", "municipality", "rung", "outcome", "key", "round")
"""What a text may name of an event, between braces."""
_NAMED = re.compile(r"\{([^{}]*)\}")


class EventName(StrEnum):
    """What is announced in Prefect."""

    STARTED = "provisions.started"
    OVERDUE = "provisions.overdue"
    RUNG = "provisions.rung"
    SETTLED = "provisions.settled"
    REFUSED = "provisions.refused"


@dataclass(frozen=True)
class Automation:
    """An address that is called when ``event`` happens, in a municipality, of a provision, or wherever; with ``text``, in which
    ``{provision}`` and the others of :data:`PLACES` are filled in.
    """

    name: str
    event: EventName
    webhook: str
    text: str
    municipality: str | None = None
    provision: str | None = None


def read_automations(root: Entry, places: Collection[str], provisions: Collection[str]) -> tuple[Automation, ...]:
    """The automations of ``prefect.toml``. Faults are collected in ``root``: an address on a host that is not in ``hosts``, a
    text that names what an event does not have.
    """
    hosts = root.texts("hosts", optional=True)
    found = tuple(_automation(entry, hosts, places, provisions) for entry in root.tables("automation", optional=True))
    names = [one.name for one in found]
    for name in sorted({name for name in names if names.count(name) > 1}):
        root.fault("automation", f"'{name}' staat er twee keer.", "Geef elke automation een eigen naam.")
    root.done()
    return found


def _automation(
    entry: Entry, hosts: Collection[str], places: Collection[str], provisions: Collection[str]
) -> Automation:
    name, text = entry.text("name"), entry.text("text")
    if name and not re.fullmatch(r"[a-z][a-z0-9-]{0,59}", name):
        entry.fault("name", f"'{name}' kan niet.", "Gebruik kleine letters, cijfers en streepjes.")
    unknown = [place for place in _NAMED.findall(text) if place not in PLACES]
    if unknown or re.search(r"[{}%#]", _NAMED.sub("", text)):
        told = ", ".join(f"{{{place}}}" for place in PLACES)
        entry.fault("text", "hierin staat tussen accolades iets wat een gebeurtenis niet heeft.", f"Kies uit: {told}.")
    event = entry.enum("event", EventName)
    found = Automation(
        name,
        event or EventName.OVERDUE,
        _webhook(entry, hosts),
        text,
        entry.one_of("municipality", places, default="") or None,
        entry.one_of("provision", provisions, default="") or None,
    )
    entry.done()
    return found


def _webhook(entry: Entry, hosts: Collection[str]) -> str:
    url = entry.text("webhook")
    try:
        parts = urlsplit(url)
        host, is_plain = parts.hostname or "", not (parts.username or parts.password or parts.port == 0)
    except ValueError:
        parts, host, is_plain = urlsplit(""), "", False
    if url and not (parts.scheme == "https" and host and is_plain and re.fullmatch(r"[!-~]+", url)):
        entry.fault("webhook", "dit is geen veilig webadres.", "Schrijf het als https://machine.nl/pad.")
    elif url and host not in hosts:
        entry.fault("webhook", f"machine '{host}' staat niet in hosts.", _allowed(host, hosts))
    return url


def _allowed(host: str, hosts: Collection[str]) -> str:
    return (
        f"{meant(host, hosts)} Of zet haar in hosts, als berichten daarheen mogen." if hosts else "Zet haar in hosts."
    )
