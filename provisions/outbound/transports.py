"""How a message leaves the building: by SMTP, or as a file that any mail program reads."""

import smtplib
import ssl
from collections.abc import Iterable
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parsedate_to_datetime
from ipaddress import ip_address
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit
from uuid import UUID

from provisions.catalogue import Contact, Organisation
from provisions.domain.errors import InvalidInput, Unreachable
from provisions.machine.files import reason, write
from provisions.outbound.render import Rendered
from provisions.settings import Settings

TIMEOUT = 30  # seconds, for connecting and for each answer of the server


class UnableToSend(Exception):  # noqa: N818 - says what happened
    """A message did not leave. ``str()`` is Dutch and holds no secret.

    ``everything``: the way out is closed, so there is no use in trying other messages now.
    """

    def __init__(self, text: str, *, everything: bool = True) -> None:
        super().__init__(text)
        self.everything = everything


class Transport(Protocol):
    """Takes messages out of the building."""

    def send(self, mail: EmailMessage) -> tuple[str, ...]:
        """Send ``mail``; the addresses that were refused while others were accepted. Raises ``UnableToSend``."""

    def close(self) -> None:
        """End what was kept open between messages."""


def compose(rendered: Rendered, message_id: str, created: datetime, organisation: Organisation) -> EmailMessage:
    """The e-mail. Message-ID and Date follow from ``message_id`` and ``created`` (aware): a repeat is the same mail."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = _address(organisation.sender)
    mail["To"] = tuple(_address(contact) for contact in rendered.recipients)
    mail["Subject"] = rendered.subject
    mail["Date"] = format_datetime(created.astimezone(UTC))
    mail["Message-ID"] = f"<{message_id}@{organisation.message_domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["Content-Language"] = "nl"
    # Quoted-printable reads well in a file too; left to choose, the library encodes everything twice.
    mail.set_content(rendered.text, cte="quoted-printable")
    mail.add_alternative(rendered.html, subtype="html", cte="quoted-printable")
    for attachment in rendered.attachments:
        subtype = attachment.media_type.removeprefix("text/")
        mail.add_attachment(attachment.content, subtype=subtype, filename=attachment.name, cte="base64")
    for number, part in enumerate(mail.walk()):
        if part.is_multipart():
            part.set_boundary(f"{message_id}-{number}")  # the library would choose another at each repeat
    return mail


def _address(contact: Contact) -> Address:
    return Address(contact.name, addr_spec=contact.email)


class OutboxFolder:
    """Writes each message as an ``.eml`` file, for its owner only. A repeat overwrites the same file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def send(self, mail: EmailMessage) -> tuple[str, ...]:
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
            for path in self._folder.glob(f"*-{message}.eml"):
                path.unlink(missing_ok=True)

    @staticmethod
    def _name(mail: EmailMessage) -> str:
        created = parsedate_to_datetime(mail["Date"]).astimezone(UTC)
        identity = str(mail["Message-ID"]).strip("<>").partition("@")[0]
        return f"{created:%Y%m%dT%H%M%SZ}-{identity}.eml"


class SmtpTransport:
    """Sends by SMTP. ``smtp://`` uses STARTTLS when the server offers it, ``smtps://`` TLS from the start.

    One connection serves a whole batch. A password never goes over an open line, except on this machine, and never
    into an error.
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        try:
            port = parts.port
        except ValueError:
            port = -1
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname or port == -1:
            raise InvalidInput(
                "PROVISIONS_SMTP_URL is onjuist; verwacht: smtp://gebruiker:wachtwoord@machine:587 of smtps://…"
            )
        self._tls = parts.scheme == "smtps"
        self._host = parts.hostname
        self._port = port or (465 if self._tls else 587)
        self._user = unquote(parts.username or "")
        self._password = unquote(parts.password or "")
        self._connection: smtplib.SMTP | None = None

    def send(self, mail: EmailMessage) -> tuple[str, ...]:
        """Send ``mail``, over the connection of the message before it where that is still open."""
        try:
            if self._connection is None or not self._still_open(self._connection):
                self._connection = self._connect()
            return tuple(self._connection.send_message(mail))
        except OSError as error:  # what smtplib raises is an OSError too
            self.close()
            # Without its cause: that may quote what was sent, the password included.
            about_this_one = isinstance(error, (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError))
            raise UnableToSend(self._explain(error), everything=not about_this_one) from None

    def check(self) -> None:
        """Connect, sign in, and leave again. Raises ``UnableToSend``."""
        try:
            self._connection = self._connect()
        except OSError as error:
            raise UnableToSend(self._explain(error)) from None
        finally:
            self.close()

    @staticmethod
    def _still_open(connection: smtplib.SMTP) -> bool:
        """Servers close a connection that was idle; asking first keeps a message from being sent twice."""
        try:
            return connection.noop()[0] == 250
        except OSError:
            return False

    def _connect(self) -> smtplib.SMTP:
        context = ssl.create_default_context()
        if self._tls:
            connection: smtplib.SMTP = smtplib.SMTP_SSL(self._host, self._port, timeout=TIMEOUT, context=context)
        else:
            connection = smtplib.SMTP(self._host, self._port, timeout=TIMEOUT)
        try:
            self._secure_and_sign_in(connection, context)
        except (OSError, UnableToSend):
            connection.close()
            raise
        return connection

    def _secure_and_sign_in(self, connection: smtplib.SMTP, context: ssl.SSLContext) -> None:
        connection.ehlo_or_helo_if_needed()
        secure = self._tls
        if not secure and connection.has_extn("starttls"):
            connection.starttls(context=context)
            connection.ehlo()
            secure = True
        if not self._user:
            return
        if not secure and not _is_this_machine(self._host):
            raise UnableToSend(
                f"mailserver {self._host} biedt geen TLS; het wachtwoord gaat niet leesbaar over het netwerk. Gebruik smtps://"
            )
        connection.login(self._user, self._password)

    def close(self) -> None:
        """Say goodbye to the server."""
        connection, self._connection = self._connection, None
        if connection is None:
            return
        try:
            connection.quit()
        except OSError:
            connection.close()

    def _explain(self, error: OSError) -> str:
        """What went wrong, from the kind of error and the server's code only: an answer may repeat what was sent."""
        where = f"mailserver {self._host}:{self._port}"
        match error:
            case smtplib.SMTPAuthenticationError():
                return f"{where} weigert de aanmelding (code {error.smtp_code}); controleer PROVISIONS_SMTP_URL"
            case smtplib.SMTPRecipientsRefused():
                codes = ", ".join(f"{address}: {code}" for address, (code, _) in sorted(error.recipients.items()))
                return f"{where} weigert de geadresseerde ({codes})"
            case smtplib.SMTPResponseException():
                return f"{where} weigert het bericht (code {error.smtp_code})"
            case ssl.SSLError():
                return f"{where}: het certificaat of de versleuteling klopt niet ({error.reason})"
            case TimeoutError():
                return f"{where} antwoordt niet binnen {TIMEOUT} seconden"
            case _:
                return f"{where} is niet bereikbaar ({error.strerror or type(error).__name__})"


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def check_smtp(url: str) -> None:
    """Connect, sign in, and leave again. Raises ``Unreachable`` or ``InvalidInput``."""
    try:
        SmtpTransport(url).check()
    except UnableToSend as error:
        raise Unreachable(f"Berichten kunnen niet weg: {error}.") from None


def transport_for(settings: Settings) -> Transport:
    """By SMTP where ``PROVISIONS_SMTP_URL`` is set, else into ``$PROVISIONS_HOME/outbox/``."""
    if settings.smtp_url:
        return SmtpTransport(settings.smtp_url.get_secret_value())
    return OutboxFolder(settings.home / "outbox")
