"""A letter that is written once and kept as it will leave: an overview, a question or a decision that is about no one provision.

What is about a provision is written anew whenever it is tried (``render.py``), because by then it may say something else.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from jinja2 import Environment
from sqlalchemy import Connection

from provisions.catalogue import Contact
from provisions.domain.messages import MessageKind
from provisions.outbound.markdown import html, plain_text
from provisions.store import outbox


@dataclass(frozen=True)
class Written:
    """What is to be kept. ``detail``: what tells it from others of its ``kind``; ``municipality``: whose letter it is; ``body``:
    Markdown.
    """

    kind: MessageKind
    detail: str
    municipality: str
    to: Sequence[Contact]
    subject: str
    body: str


def keep(connection: Connection, message: UUID, letter: Written, now: datetime, templates: Environment) -> bool:
    """Put ``letter`` into the outbox under the id ``message``, to leave at once; whether it was not there already. ``templates``:
    has the frame of a mail.
    """
    added = outbox.add(
        connection,
        message,
        kind=letter.kind.value,
        detail=letter.detail,
        municipality=letter.municipality,
        created=now,
        next_try=now,
    )
    if added:
        content = {
            "recipients": [{"name": to.name, "email": to.email} for to in letter.to],
            "subject": letter.subject,
            "text": plain_text(letter.body),
            "html": templates.get_template("mail.html.j2").render(subject=letter.subject, body=html(letter.body)),
            "attachments": [],
        }
        outbox.add_content(connection, message, content)
    return added
