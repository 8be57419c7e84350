"""The case systems, as ``provisions check`` looks at them."""

import random
from datetime import datetime

import httpx

from provisions.catalogue import Config
from provisions.domain.errors import InvalidConfig, Unreachable
from provisions.settings import Settings, utc_now
from provisions.zaken.checking import Findings, certificate, examine
from provisions.zaken.client import DEADLINE
from provisions.zaken.servers import Server, servers_for
from provisions.zaken.subscribing import callback_of
from provisions.zaken.tls import ends_at


def examine_all(config: Config, settings: Settings) -> tuple[list[str], list[str]]:
    """What is in order, and what somebody should look at. Raises ``InvalidConfig`` for what is wrong, ``Unreachable`` where all
    that is wrong is that a case system does not answer.
    """
    callback = callback_of(settings.base_url)
    files = settings.zgw_files
    servers = servers_for(config.zaken, settings.zgw, utc_now, random.random, notified=bool(callback), files=files)
    found = [_examined(server, callback, ends_at(server.system, files)) for server in servers.values()]
    faults = [line for one in found for line in one.faults]
    if faults:
        raise (Unreachable if all(one.away for one in found if one.faults) else InvalidConfig)(*faults)
    return [line for one in found for line in one.done], [line for one in found for line in one.warnings]


def _examined(server: Server, callback: str, certificate_ends: datetime | None) -> Findings:
    try:
        found = examine(server, utc_now(), callback=callback, answers=_answers)
        certificate(server.system, certificate_ends, utc_now(), found)
        return found
    finally:
        server.client.close()


def _answers(address: str) -> int | None:
    """What our own callback answers to a message without its header."""
    try:
        return httpx.post(address, json={}, timeout=DEADLINE, follow_redirects=False).status_code
    except httpx.HTTPError:
        return None
