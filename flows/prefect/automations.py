"""The automations of the configuration as Prefect has them: a block with the address, and a trigger that calls it.

Compared whole: of what Prefect keeps of an automation nothing can be changed that is not seen. Its own client leaves out what it
does not know, so that these are read as they come.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from prefect.blocks.webhook import Webhook
from prefect.client.orchestration import SyncPrefectClient
from pydantic import SecretStr

from flows.prefect.api import PAGE
from provisions.catalogue.automations import Automation

BLOCK = "provisions-"  # begins the name of a block of ours


def kept(client: SyncPrefectClient, wanted: Sequence[Automation]) -> tuple[set[str], set[str]]:
    """See to it that Prefect has these; the ids of its automations and blocks that are right."""
    blocks = blocks_of(client)
    there = client.request("POST", "/automations/filter", json={"limit": PAGE}).json()
    right: set[str] = set()
    needed: set[str] = set()
    for one in wanted:
        block = next((found["id"] for found in blocks if _is_block(found, one)), None) or _make_block(
            client, blocks, one
        )
        needed.add(block)
        content = content_of(one, block)
        found = next((found["id"] for found in there if found["id"] not in right and _says(found, content)), None)
        right.add(found or client.request("POST", "/automations/", json=content).json()["id"])
    return right, needed


def blocks_of(client: SyncPrefectClient) -> list[dict[str, Any]]:
    """The block documents in Prefect, those without a name as well, with what is secret in them. At most 200 of each kind."""
    found: list[dict[str, Any]] = []
    for anonymous in (False, True):
        kind = {"is_anonymous": {"eq_": anonymous}}
        wanted = {"block_documents": kind, "include_secrets": True, "limit": PAGE}
        found += client.request("POST", "/block_documents/filter", json=wanted).json()
    return found


def content_of(one: Automation, block: str) -> dict[str, Any]:
    """The automation as Prefect takes and gives it."""
    match = {"provisions.municipality": one.municipality, "provisions.key": one.provision}
    trigger = {
        "type": "event",
        "posture": "Reactive",
        "expect": [one.event.value],
        "after": [],
        "match": {name: value for name, value in match.items() if value},
        "match_related": {},
        "for_each": ["prefect.resource.id"],
        "threshold": 1,
        "within": 0,
    }
    text = re.sub(r"\{([a-z]+)\}", r"{{ event.payload.\1 }}", one.text)
    action = {"type": "call-webhook", "block_document_id": block, "payload": text}
    return {
        "name": one.name,
        "description": "Uit config/prefect.toml",
        "enabled": True,
        "tags": [],
        "trigger": trigger,
        "actions": [action],
        "actions_on_trigger": [],
        "actions_on_resolve": [],
    }


def _says(found: Mapping[str, Any], content: Mapping[str, Any]) -> bool:
    trigger = {name: value for name, value in found["trigger"].items() if name != "id"}
    said = {name: found.get(name) for name in content} | {"trigger": trigger}
    said["trigger"]["within"] = float(trigger.get("within") or 0)
    return said == content


def _address(one: Automation) -> dict[str, Any]:
    return {"method": "POST", "url": one.webhook, "headers": {}, "allow_private_urls": True, "verify": True}


def _is_block(found: Mapping[str, Any], one: Automation) -> bool:
    data = {**_address(one), **found["data"]}
    return found["name"] == BLOCK + one.name and data == _address(one) and found["data"].get("url") == one.webhook


def _make_block(client: SyncPrefectClient, blocks: Sequence[Mapping[str, Any]], one: Automation) -> str:
    """The block is made anew, never changed: what somebody made of it goes."""
    for found in blocks:
        if found["name"] == BLOCK + one.name:
            client.delete_block_document(UUID(found["id"]))
    return str(Webhook(url=SecretStr(one.webhook)).save(BLOCK + one.name))
