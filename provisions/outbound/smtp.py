"""Sends by SMTP where a server was set, patiently: giving up before the server's last answer makes copies."""

import base64
import hmac
import re
import smtplib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.message import EmailMessage

from provisions import settings as setting
from provisions import urls
from provisions.catalogue.arrangements import SECURE, MailDomains
from provisions.domain.errors import InvalidInput, Unreachable
from provisions.outbound.routed import Routed
from provisions.outbound.transports import OutboxFolder, Refusal, Transport, UnableToSend
from provisions.redact import keep_secret, redacted
from provisions.settings import Settings


@dataclass(frozen=True)
class Times:
    """How long to wait for a mail server, in seconds (RFC 5321, 4.5.3.2). Giving up early makes copies.

    ``final``: for the answer after the final dot, when the server has it all and scans it. ``whole``: for one message from
    the connection to that answer, also from a server that says a little now and then.
    """

    connect: float = 30.0
    command: float = 300.0
    final: float = 600.0
    whole: float = 960.0


LOOKING = Times(connect=5.0, command=10.0, final=10.0, whole=20.0)  # somebody waits at the screen
GOODBYE = 5.0  # seconds for the answer to QUIT, after which nothing depends on it
LONGEST_IN_COMMAND = 300  # characters of a sign-in; longer goes on a line of its own (RFC 4954, 4)


class SmtpTransport:
    """Sends by SMTP. ``smtp://`` uses STARTTLS, ``smtps://`` TLS from the start.

    One connection serves a whole batch. Nothing, letter or password, goes over an open line, except on this machine; and a
    password never into an error.
    """

    def __init__(self, url: str, times: Times = Times(), *, called: str = "PROVISIONS_SMTP_URL") -> None:
        try:
            found = urls.read(url, setting.SMTP)
        except urls.Malformed as fault:
            raise InvalidInput(
                f"Instelling {called} is onjuist; {fault}. Voorbeeld: smtp://gebruiker:wachtwoord@machine:587"
            ) from None
        if not found.host:
            raise InvalidInput(f"Instelling {called} is onjuist; de machine ontbreekt.")
        self._called = called
        keep_secret(*found.secrets)
        self._times = times
        self._tls = found.scheme == "smtps"
        self._host = found.host
        self._port = found.port or (465 if self._tls else 587)
        self._user, self._password = found.user, found.password
        self._connection: smtplib.SMTP | None = None

    def send(self, mail: EmailMessage) -> tuple[Refusal, ...]:
        """Send ``mail``, over the connection of the message before it where that is still open."""
        try:
            if self._connection is None or not self._still_open(self._connection):
                self.close()
                self._connection = self._connect()
            with _not_longer_than(self._times.whole, self._connection):
                return self._converse(self._connection, mail)
        except (
            OSError,
            ValueError,
        ) as error:  # what smtplib raises is an OSError; of text that can't go out, a ValueError
            self._abandon()
            # Without its cause: that may quote what was sent, the password included.
            about_this_one = isinstance(error, (smtplib.SMTPDataError, smtplib.SMTPNotSupportedError, ValueError))
            raise UnableToSend(self._explain(error), everything=not about_this_one) from None

    def check(self) -> None:
        """Connect, sign in, and leave again. Raises ``UnableToSend``."""
        try:
            self._connection = self._connect()
        except (OSError, ValueError) as error:
            raise UnableToSend(self._explain(error)) from None
        finally:
            self.close()

    def close(self) -> None:
        """Say goodbye to the server."""
        connection, self._connection = self._connection, None
        if connection is None:
            return
        try:
            if connection.sock:
                connection.sock.settimeout(GOODBYE)
            connection.quit()
        except OSError:
            connection.close()

    def _abandon(self) -> None:
        """Hang up without a word: nothing that this server says matters any more, and it may say it slowly."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _converse(self, connection: smtplib.SMTP, mail: EmailMessage) -> tuple[Refusal, ...]:
        sender, receivers = mail["From"].addresses[0].addr_spec, [a.addr_spec for a in mail["To"].addresses]
        connection.ehlo_or_helo_if_needed()
        plain = all(address.isascii() for address in (sender, *receivers))
        if not plain and not connection.has_extn("smtputf8"):
            raise smtplib.SMTPNotSupportedError
        code, answer = connection.mail(sender, () if plain else ("SMTPUTF8",))
        if code != 250:
            raise smtplib.SMTPSenderRefused(code, answer, sender)
        refused = []
        for receiver in dict.fromkeys(receivers):
            code, answer = connection.rcpt(receiver)
            if code == 421:  # the server goes away: this says nothing about the receiver
                raise smtplib.SMTPServerDisconnected
            if code not in (250, 251):
                why = f"mailserver {self._host}:{self._port} weigert de geadresseerde (code {code})"
                refused.append(Refusal(receiver, why, final=code >= 500))
        if len(refused) == len(dict.fromkeys(receivers)):
            connection.rset()
        else:
            self._hand_over(connection, bytes(mail))
        return tuple(refused)

    def _hand_over(self, connection: smtplib.SMTP, content: bytes) -> None:
        code, answer = connection.docmd("DATA")
        if code != 354:
            raise smtplib.SMTPDataError(code, answer)
        connection.send(
            re.sub(rb"(?m)^\.", b"..", content) + (b"" if content.endswith(b"\r\n") else b"\r\n") + b".\r\n"
        )
        _wait_at_most(connection, self._times.final)
        code, answer = connection.getreply()
        _wait_at_most(connection, self._times.command)
        if code == 421:
            raise smtplib.SMTPServerDisconnected
        if code != 250:
            raise smtplib.SMTPDataError(code, answer)

    @staticmethod
    def _still_open(connection: smtplib.SMTP) -> bool:
        """Servers close a connection that was idle; asking first keeps a message from being sent twice."""
        try:
            return connection.noop()[0] == 250
        except OSError:
            return False

    def _connect(self) -> smtplib.SMTP:
        context = ssl.create_default_context()
        # Without a host nothing is connected yet: so the wait for the greeting has a time of its own.
        connection = _Tls(context) if self._tls else _Patient()
        connection.certified, connection.patience = self._host, self._times.command
        connection.timeout = self._times.connect
        try:
            code, answer = connection.connect(self._host, self._port)
            if code != 220:
                raise smtplib.SMTPConnectError(code, answer)
            with _not_longer_than(self._times.whole, connection):
                self._secure_and_sign_in(connection, context)
        except (OSError, ValueError, UnableToSend):
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
        if not secure and not setting.is_loopback(self._host):
            raise UnableToSend(
                f"mailserver {self._host} biedt geen TLS; berichten gaan niet leesbaar over het netwerk. Zet STARTTLS aan op de "
                "mailserver, of gebruik smtps://"
            )
        if not self._user:
            return
        _sign_in(connection, self._user.encode(), self._password.encode())

    def _explain(self, error: Exception) -> str:
        """What went wrong, from the kind of error and the server's code only: an answer may repeat what was sent."""
        where = f"mailserver {self._host}:{self._port}"
        match error:
            case smtplib.SMTPAuthenticationError():
                return (
                    f"{where} weigert de aanmelding (code {error.smtp_code}); controleer {self._called}, en "
                    f"{urls.WRITE_WITH_PERCENTS}"
                )
            case smtplib.SMTPNotSupportedError():
                return f"{where} kan dit niet (aanmelden met een wachtwoord, of een adres met letters buiten a tot en met z)"
            case smtplib.SMTPSenderRefused():
                return f"{where} weigert de afzender (code {error.smtp_code}); controleer 'sender' in organisation.toml"
            case smtplib.SMTPResponseException():
                return f"{where} weigert het bericht (code {error.smtp_code})"
            case smtplib.SMTPServerDisconnected():
                return f"{where} verbrak de verbinding, of antwoordt niet op tijd"
            case ssl.SSLError():
                return f"{where}: het certificaat of de versleuteling klopt niet ({redacted(str(error.reason))})"
            case TimeoutError():
                return f"{where} antwoordt niet op tijd"
            case OSError():
                return f"{where} is niet bereikbaar ({redacted(error.strerror or type(error).__name__)})"
            case _:
                return f"het bericht kan zo niet weg ({type(error).__name__})"


class _Patient(smtplib.SMTP):
    """Connects within one time and waits for answers, the greeting first, for another (``patience``, seconds).

    ``certified``: the name that the certificate must have.
    """

    patience = 0.0
    certified = ""

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        """The library's own place to make the connection, before the greeting is read."""
        self._host = self.certified
        made = super()._get_socket(host, port, timeout)  # type: ignore[misc] # not in its stub
        made.settimeout(self.patience)
        return made  # type: ignore[no-any-return] # as above


class _Tls(smtplib.SMTP_SSL, _Patient):
    """The same with TLS from the start."""

    def __init__(self, context: ssl.SSLContext) -> None:
        super().__init__(context=context)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        self._host = self.certified  # it is read before the socket is there
        return super()._get_socket(host, port, timeout)


def _wait_at_most(connection: smtplib.SMTP, seconds: float) -> None:
    if connection.sock:
        connection.sock.settimeout(seconds)


@contextmanager
def _not_longer_than(seconds: float, connection: smtplib.SMTP) -> Iterator[None]:
    """Hang up after ``seconds``, whatever the server is saying: each of its bytes would begin the socket's time anew."""

    def hang_up() -> None:
        if connection.sock:
            with suppress(OSError):
                connection.sock.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(seconds, hang_up)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _sign_in(connection: smtplib.SMTP, user: bytes, password: bytes) -> None:
    """AUTH in the first way that the server offers and takes; names and passwords in UTF-8 (RFC 4616).

    Not the library's ``login``, which knows ASCII only. Raises ``smtplib.SMTPException``.
    """
    offered = connection.esmtp_features.get("auth", "").upper().split()
    ways = [way for name, way in _WAYS if name in offered]
    if not ways:
        raise smtplib.SMTPNotSupportedError
    for way in ways:
        code = way(connection, user, password)
        if code in (235, 503):  # signed in, or already
            return
        if code == 421:
            raise smtplib.SMTPServerDisconnected
    raise smtplib.SMTPAuthenticationError(code, "")  # without the server's words: they may repeat what was sent


def _plain(connection: smtplib.SMTP, user: bytes, password: bytes) -> int:
    said = _base64(b"\0%b\0%b" % (user, password))
    if len(said) <= LONGEST_IN_COMMAND:
        return connection.docmd("AUTH", f"PLAIN {said}")[0]
    code = connection.docmd("AUTH", "PLAIN")[0]
    return connection.docmd(said)[0] if code == 334 else code


def _login(connection: smtplib.SMTP, user: bytes, password: bytes) -> int:
    code = connection.docmd("AUTH", "LOGIN")[0]
    for said in (user, password):
        if code != 334:
            break
        code = connection.docmd(_base64(said))[0]
    return code


def _cram_md5(connection: smtplib.SMTP, user: bytes, password: bytes) -> int:
    code, challenge = connection.docmd("AUTH", "CRAM-MD5")
    if code != 334:
        return code
    digest = hmac.new(password, base64.b64decode(challenge), "md5").hexdigest()
    return connection.docmd(_base64(b"%b %b" % (user, digest.encode())))[0]


_WAYS: tuple[tuple[str, Callable[[smtplib.SMTP, bytes, bytes], int]], ...] = (
    ("PLAIN", _plain),
    ("LOGIN", _login),
    ("CRAM-MD5", _cram_md5),
)


def _base64(said: bytes) -> str:
    return base64.b64encode(said).decode()


def check_smtp(url: str, called: str = "PROVISIONS_SMTP_URL") -> None:
    """Connect, sign in, and leave again. Raises ``Unreachable`` or ``InvalidInput``."""
    try:
        SmtpTransport(url, LOOKING, called=called).check()
    except UnableToSend as error:
        raise Unreachable(f"Berichten kunnen niet weg: {error}.") from None


def transport_for(settings: Settings, domains: MailDomains) -> Transport:
    """By SMTP where ``PROVISIONS_SMTP_URL`` is set, else into ``$PROVISIONS_HOME/outbox/``; to domains that are named secure by
    ``PROVISIONS_SMTP_SECURE_URL``, where that is set.
    """
    if not settings.smtp_url:
        return OutboxFolder(settings.home / "outbox")
    usual = SmtpTransport(settings.smtp_url.get_secret_value())
    if not settings.smtp_secure_url:
        return usual
    secure = SmtpTransport(settings.smtp_secure_url.get_secret_value(), called="PROVISIONS_SMTP_SECURE_URL")
    return Routed(usual, secure, lambda address: domains.kind(address) == SECURE)
