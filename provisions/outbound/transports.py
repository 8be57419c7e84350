"""How a message leaves the building: by SMTP, or as a file that any mail program reads."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parsedate_to_datetime
from pathlib import Path
from typing import Protocol
from uuid import UUID

from provisions.catalogue import Organisation
from provisions.machine.files import reason, write
from provisions.outbound import headers
from provisions.outbound.render import Rendered

COPY = "-kopie"  # after the id of a message: of those who get it to know, and are not asked
POLICY = SMTP.clone(refold_source="none")  # header lines are folded when they are made


class UnableToSend(Exception):  # noqa: N818 - says what happened
    """A message did not leave. ``str()`` is Dutch and holds no secret.

    ``everything``: the way out is closed, so there is no use in trying other messages now.
    """

    def __init__(self, text: str, *, everything: bool = True) -> None:
        super().__init__(text)
        self.everything = everything


@dataclass(frozen=True)
class Refusal:
    """One receiver was refused. ``final``: for good (5xx); otherwise for the moment (4xx). ``reason`` is Dutch."""

    address: str
    reason: str
    final: bool


class Transport(Protocol):
    """Takes messages out of the building. Used by one thread."""

    def send(self, mail: EmailMessage) -> tuple[Refusal, ...]:
        """Send ``mail``; those who were refused (everybody else has it). Raises ``UnableToSend``."""

    def close(self) -> None:
        """End what was kept open between messages."""


def compose(rendered: Rendered, message_id: str, created: datetime, organisation: Organisation) -> EmailMessage:
    """The e-mail. Message-ID and Date follow from ``message_id`` and ``created`` (aware): a repeat is the same mail."""
    mail = EmailMessage(policy=POLICY)
    sender = rendered.sender or organisation.sender
    domain = headers.ascii_address(f"{message_id}@{organisation.message_domain}")
    lines = {
        "From": headers.addresses([(sender.name, sender.email)]),
        "To": headers.addresses((contact.name, contact.email) for contact in rendered.recipients),
        "Subject": headers.text(rendered.subject),
        "Date": format_datetime(created.astimezone(UTC)),
        "Message-ID": f"<{domain}>",
        "Auto-Submitted": "auto-generated",
    }
    if rendered.reply_to:
        lines["Reply-To"] = headers.addresses((contact.name, contact.email) for contact in rendered.reply_to)
    for name, line in lines.items():
        mail.set_raw(name, line)
    # Quoted-printable reads well in a file too; left to choose, the library encodes everything twice.
    mail.set_content(rendered.text, cte="quoted-printable")
    mail.add_alternative(rendered.html, subtype="html", cte="quoted-printable")
    for attachment in rendered.attachments:
        subtype = attachment.media_type.removeprefix("text/")
        mail.add_attachment(attachment.content, subtype=subtype, filename=attachment.name, cte="base64")
    mail["Content-Language"] = "nl"  # last: setting the content takes away what is said of it
    for number, part in enumerate(mail.walk()):
        if part.is_multipart():
            part.set_boundary(f"{message_id}-{number}")  # the library would choose another at each repeat
    return mail


class OutboxFolder:
    """Writes each message as an ``.eml`` file, for its owner only. A repeat overwrites the same file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def send(self, mail: EmailMessage) -> tuple[Refusal, ...]:
        """Write ``mail``, whole or not at all."""
        path = self._folder / self._name(mail)
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            write(path, bytes(mail))
        except OSError as error:
            raise UnableToSend(f"het bericht kan niet worden geschreven in {self._folder}: {reason(error)}") from error
        return ()

    def close(self) -> None:
        """Nothing is kept open."""

    def remove(self, messages: Iterable[UUID]) -> None:
        """Take away the files of these messages, of a case that was forgotten."""
        for message in messages:
            for name in (f"*-{message}.eml", f"*-{message}{COPY}.eml"):
                for path in self._folder.glob(name):
                    path.unlink(missing_ok=True)

    @staticmethod
    def _name(mail: EmailMessage) -> str:
        created = parsedate_to_datetime(mail["Date"]).astimezone(UTC)
        identity = str(mail["Message-ID"]).strip("<>").partition("@")[0]
        return f"{created:%Y%m%dT%H%M%SZ}-{identity}.eml"
