"""The case systems, as ``provisions check`` looks at them."""

import random

import httpx

from provisions.catalogue import Config
from provisions.domain.errors import InvalidConfig, Unreachable
from provisions.settings import Settings, utc_now
from provisions.zaken.checking import Findings, examine
from provisions.zaken.client import DEADLINE
from provisions.zaken.servers import Server, servers_for
from provisions.zaken.subscribing import callback_of


def examine_all(config: Config, settings: Settings) -> tuple[list[str], list[str]]:
    """What is in order, and what somebody should look at. Raises ``InvalidConfig`` for what is wrong, ``Unreachable`` where all
    that is wrong is that a case system does not answer.
    """
    callback = callback_of(settings.base_url)
    servers = servers_for(config.zaken, settings.zgw, utc_now, random.random, notified=bool(callback))
    found = [_examined(server, callback) for server in servers.values()]
    faults = [line for one in found for line in one.faults]
    if faults:
        raise (Unreachable if all(one.away for one in found if one.faults) else InvalidConfig)(*faults)
    return [line for one in found for line in one.done], [line for one in found for line in one.warnings]


def _examined(server: Server, callback: str) -> Findings:
    try:
        return examine(server, utc_now(), callback=callback, answers=_answers)
    finally:
        server.client.close()


def _answers(address: str) -> int | None:
    """What our own callback answers to a message without its header."""
    try:
        return httpx.post(address, json={}, timeout=DEADLINE, follow_redirects=False).status_code
    except httpx.HTTPError:
        return None
