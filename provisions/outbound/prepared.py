"""Messages that belong to no provision: their content was written when they were decided on and lies ready in a table.

So a repeat is the same to the letter, and the outbox need not know what they are about.
"""

from typing import Any

from provisions.catalogue import Contact
from provisions.outbound.render import Attachment, Rendered


def rendered(row: Any) -> Rendered | None:
    """The content of a message as it goes out, from its row; ``None`` when that was forgotten meanwhile."""
    if row is None:
        return None
    return Rendered(
        recipients=tuple(Contact(to["name"], to["email"]) for to in row.recipients),
        subject=row.subject,
        text=row.text,
        html=row.html,
        attachments=tuple(Attachment(**attachment) for attachment in row.attachments),
    )
