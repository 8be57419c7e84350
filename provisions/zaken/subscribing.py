"""Being told of changes: one subscription per municipality, always written whole."""

from collections.abc import Sequence

from provisions.catalogue import CaseSystem
from provisions.zaken.client import Client
from provisions.zaken.types import Json, Subscription

CHANNEL = "zaken"
PATH = "/zaaksysteem/berichten"  # at the door: ``provisions/web/notifications.py``


def callback_of(people_url: str | None) -> str:
    """Where a case system sends its notifications; empty where it can't reach us."""
    return f"{people_url}{PATH}" if people_url else ""


def body_of(system: CaseSystem, callback: str, header: str) -> Json:
    """A subscription as it should be: everything of this municipality, whatever version of a zaaktype."""
    filters = {"bronorganisatie": system.rsin}
    return {"callbackUrl": callback, "auth": header, "kanalen": [{"naam": CHANNEL, "filters": filters}]}


def ours(every: Sequence[Subscription], callback: str) -> list[Subscription]:
    """Those that send to us."""
    return [one for one in every if one.callback.rstrip("/") == callback]


def is_as_it_should_be(found: Subscription, system: CaseSystem) -> bool:
    """Whether it tells us of all our zaken: what it brings along can't be read."""
    wanted = (CHANNEL, (("bronorganisatie", system.rsin),))
    return wanted in found.channels


def subscribe(client: Client, callback: str, header: str) -> str:
    """Subscribed once, as it should be; what was done, for the log. Raises ``Fault``: it is tried again later.

    Where there are several of ours, the first is put right; the others are for a person (``provisions check`` says so).
    """
    mine, body = ours(client.subscriptions(), callback), body_of(client.system, callback, header)
    if not mine:
        client.subscribe(body)
        return "subscribed"
    client.resubscribe(mine[0], body)
    return "renewed"
