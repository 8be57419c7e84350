"""Out of the building: a real SMTP server on this machine, and files that a mail program reads."""

import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from provisions.catalogue import Config, Contact
from provisions.domain.errors import InvalidInput
from provisions.outbound.render import Rendered
from provisions.outbound.smtp import SmtpTransport
from provisions.outbound.transports import OutboxFolder, UnableToSend, compose

IDENTITY = "0b9a3f0e-6f6e-5c55-9d3c-000000000001"
CREATED = datetime(2026, 11, 9, 23, 0, tzinfo=UTC)
PASSWORD = "geheim/en:raar"


class Server:
    """An SMTP server that keeps what it gets and knows one user; it refuses one recipient."""

    def __init__(self) -> None:
        self.got: list[EmailMessage] = []
        self.sessions: set[int] = set()
        self.users: list[bytes] = []

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if address.startswith("weg@"):
            return "550 bestaat niet meer"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.sessions.add(id(session))
        content = envelope.content
        assert isinstance(content, bytes)
        mail = message_from_bytes(content, policy=default)
        assert isinstance(mail, EmailMessage)
        self.got.append(mail)
        return "250 OK"

    def authenticate(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: LoginPassword
    ) -> AuthResult:
        self.users.append(data.login)
        right = data.password == PASSWORD.encode()
        return AuthResult(success=right, handled=right)


@pytest.fixture
def server() -> Iterator[tuple[Server, Controller]]:
    handler = Server()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(
        handler, hostname="127.0.0.1", port=port, authenticator=handler.authenticate, auth_require_tls=False
    )
    controller.start()
    yield handler, controller
    controller.stop()


def mail(config: Config, *recipients: Contact) -> EmailMessage:
    to = recipients or (Contact("Loket Burgerzaken – balie 2", "burgerzaken@voorbeeldstad.example"),)
    rendered = Rendered(to, "Verzoek TR-2026-0042", "Goedendag,\n\n€ 5 voor één foto’s\n", "<p>Goedendag</p>")
    return compose(rendered, IDENTITY, CREATED, config.organisation)


def test_a_mail_says_what_a_mail_program_needs(config: Config) -> None:
    made = message_from_bytes(bytes(mail(config)), policy=default)
    assert made["Message-ID"] == f"<{IDENTITY}@voorbeeldland.example>"
    assert made["Auto-Submitted"] == "auto-generated"
    assert made["Subject"] == "Verzoek TR-2026-0042"
    assert made["Date"].datetime == CREATED
    assert made["From"].addresses[0].addr_spec == "basisvoorzieningen@voorbeeldland.example"
    assert made["To"].addresses[0].display_name == "Loket Burgerzaken – balie 2"
    assert made.get_content_type() == "multipart/alternative"
    plain, html = made.iter_parts()
    assert plain.get_content().splitlines()[2] == "€ 5 voor één foto’s"
    assert html.get_content_type() == "text/html"


def test_a_written_message_is_readable_private_and_never_twice(tmp_path: Path, config: Config) -> None:
    folder = OutboxFolder(tmp_path / "outbox")
    folder.send(mail(config))
    folder.send(mail(config))
    (file,) = (tmp_path / "outbox").iterdir()
    assert file.name == f"20261109T230000Z-{IDENTITY}.eml"
    assert file.stat().st_mode & 0o777 == 0o600
    read = message_from_bytes(file.read_bytes(), policy=default)
    assert read["Subject"] == "Verzoek TR-2026-0042"


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path, config: Config) -> None:
    (tmp_path / "outbox").write_text("a file, not a folder")
    with pytest.raises(UnableToSend, match="kan niet worden geschreven"):
        OutboxFolder(tmp_path / "outbox").send(mail(config))


def test_a_batch_goes_over_one_connection(server: tuple[Server, Controller], config: Config) -> None:
    handler, controller = server
    transport = SmtpTransport(f"smtp://127.0.0.1:{controller.port}")
    for _ in range(3):
        assert transport.send(mail(config)) == ()
    transport.close()
    assert len(handler.got) == 3
    assert len(handler.sessions) == 1
    assert handler.got[0]["Message-ID"] == f"<{IDENTITY}@voorbeeldland.example>"


def test_without_tls_nothing_leaves_this_machine(
    server: tuple[Server, Controller], config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not a letter either: it holds a reference. On this machine itself it may."""
    handler, controller = server
    monkeypatch.setattr("provisions.settings.is_loopback", lambda _host: False)
    with pytest.raises(UnableToSend, match="biedt geen TLS"):
        SmtpTransport(f"smtp://127.0.0.1:{controller.port}").send(mail(config))
    with pytest.raises(UnableToSend, match="biedt geen TLS"):
        SmtpTransport(f"smtp://regie:geheim%2Fen%3Araar@127.0.0.1:{controller.port}").check()
    assert handler.got == []
    assert handler.users == []


def test_it_signs_in_with_what_the_address_says(server: tuple[Server, Controller], config: Config) -> None:
    handler, controller = server
    transport = SmtpTransport(f"smtp://regie:geheim%2Fen%3Araar@127.0.0.1:{controller.port}")
    transport.send(mail(config))
    transport.close()
    assert handler.users == [b"regie"]


def test_a_wrong_password_is_said_and_not_shown(server: tuple[Server, Controller], config: Config) -> None:
    _, controller = server
    transport = SmtpTransport(f"smtp://regie:verkeerdwachtwoord@127.0.0.1:{controller.port}")
    with pytest.raises(UnableToSend, match=r"weigert de aanmelding \(code 535\)") as failed:
        transport.send(mail(config))
    assert "verkeerdwachtwoord" not in repr(failed.value)
    assert failed.value.__cause__ is None
    assert failed.value.everything


def test_a_dead_recipient_is_about_this_message_alone(server: tuple[Server, Controller], config: Config) -> None:
    handler, controller = server
    transport = SmtpTransport(f"smtp://127.0.0.1:{controller.port}")
    (refusal,) = transport.send(mail(config, Contact("Weg", "weg@voorbeeldstad.example")))
    assert refusal.address == "weg@voorbeeldstad.example"
    assert refusal.final
    assert refusal.reason.endswith("weigert de geadresseerde (code 550)")
    both = (Contact("Weg", "weg@voorbeeldstad.example"), Contact("Hier", "hier@voorbeeldstad.example"))
    assert [one.address for one in transport.send(mail(config, *both))] == ["weg@voorbeeldstad.example"]
    transport.close()
    assert len(handler.got) == 1


def test_a_server_that_is_away_closes_the_way_out(config: Config) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with pytest.raises(UnableToSend, match="is niet bereikbaar") as failed:
        SmtpTransport(f"smtp://127.0.0.1:{port}").send(mail(config))
    assert failed.value.everything


def test_a_server_that_closed_the_connection_gets_a_new_one(server: tuple[Server, Controller], config: Config) -> None:
    handler, controller = server
    transport = SmtpTransport(f"smtp://127.0.0.1:{controller.port}")
    transport.send(mail(config))
    assert transport._connection is not None
    assert transport._connection.sock is not None
    transport._connection.sock.shutdown(socket.SHUT_RDWR)
    transport.send(mail(config))
    transport.close()
    assert len(handler.got) == 2


@pytest.mark.parametrize("url", ["http://mail", "smtp://", "smtp://mail:poort", "mail.example:25"])
def test_an_address_that_is_none_is_refused_without_showing_it(url: str) -> None:
    with pytest.raises(InvalidInput, match="PROVISIONS_SMTP_URL is onjuist"):
        SmtpTransport(url)
