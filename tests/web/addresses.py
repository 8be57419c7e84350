"""An address for each page of the workplace, so that a new one is tried without being named."""

import re

from provisions.web.application import PAGES
from provisions.web.pages import Page

# What stands for a part of an address. A part of another name belongs here too.
PARTS = {
    "id": "00000000-0000-4000-8000-000000000000",
    "key": "id_document",
    "secret": "niemand",
    "token": "niemand",
    "which": "overleg",
    "number": "0" * 32,
    "role": "regisseur",
    "week": "2026-W45",
}


def address_of(page: Page, **parts: str) -> str:
    """The address of ``page``, with ``parts`` for what is in braces; ``PARTS`` for what is not given."""
    return re.sub(r"\{(\w+)(?::\w+)?\}", lambda part: {**PARTS, **parts}[part[1]], page.path)


CLOSED = [address_of(page) for page in PAGES if page.get and not page.anyone]
