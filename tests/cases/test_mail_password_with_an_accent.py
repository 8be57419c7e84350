"""Case ``mail-password-with-an-accent``: passwords and names in any alphabet, and headers that parse back to their addresses."""

import hmac
import os
import subprocess
import sys
from collections.abc import Iterator
from email import message_from_bytes
from email.header import decode_header, make_header
from email.policy import SMTP as SMTP_POLICY
from email.utils import getaddresses
from pathlib import Path
from urllib.parse import quote

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import MISSING, SMTP, AuthResult, LoginPassword
from hypothesis import given
from hypothesis import strategies as st

from provisions.catalogue import PROJECT, Contact, load
from provisions.outbound.render import Rendered
from provisions.outbound.smtp import SmtpTransport
from provisions.outbound.transports import UnableToSend, compose
from tests.conftest import free_port
from tests.outbound.test_transports import CREATED, IDENTITY, Server

CONFIG = load(PROJECT / "config")
PEOPLE = (("user", "geheïm"), ("gebruikër", "geheim"), ("ответ", "пароль 密码 🔑"), ("lang", "wachtwoord" * 60))


class Strict(Server):
    """Knows these people, and compares bytes: names and passwords in UTF-8."""

    def authenticate(
        self, _server: SMTP, _session: object, _envelope: object, _mechanism: str, data: object
    ) -> AuthResult:
        assert isinstance(data, LoginPassword)
        known = [(name.encode(), password.encode()) for name, password in PEOPLE]
        return AuthResult(success=(data.login, data.password) in known, handled=False)

    async def auth_CRAM__MD5(self, server: SMTP, _args: list[str]) -> object:  # noqa: N802 - aiosmtpd's name
        answer = await server.challenge_auth("<1@mail>", encode_to_b64=True)
        if answer is MISSING:
            return AuthResult(success=False)
        digests = [
            name.encode() + b" " + hmac.new(p.encode(), b"<1@mail>", "md5").hexdigest().encode() for name, p in PEOPLE
        ]
        return AuthResult(success=answer in digests, handled=False)


@pytest.fixture(params=["PLAIN", "LOGIN", "CRAM-MD5"])
def port(request: pytest.FixtureRequest) -> Iterator[int]:
    """A mail server that offers this one way of signing in."""
    handler = Strict()
    others = [way for way in ("PLAIN", "LOGIN", "CRAM-MD5") if way != request.param]
    controller = Controller(
        handler, hostname="127.0.0.1", port=free_port(), authenticator=handler.authenticate, auth_require_tls=False,
        auth_required=True, auth_exclude_mechanism=others,
    )  # fmt: skip
    controller.start()
    yield controller.port
    controller.stop()


@pytest.mark.parametrize(("user", "password"), PEOPLE)
def test_signing_in_works_in_any_alphabet(port: int, user: str, password: str) -> None:
    url = f"smtp://{quote(user, safe='')}:{quote(password, safe='')}@127.0.0.1:{port}"
    SmtpTransport(url).check()
    with pytest.raises(UnableToSend, match="PROVISIONS_SMTP_URL"):
        SmtpTransport(url.replace("@127", "x@127")).check()


@pytest.mark.parametrize("login", ["user:gehe%C3%AFm", "gebruik%C3%ABr:geheim", "user:verkeerd%C3%AF"])
def test_check_says_so(tmp_path: Path, login: str) -> None:
    handler = Strict()
    controller = Controller(
        handler, hostname="127.0.0.1", port=free_port(), authenticator=handler.authenticate, auth_require_tls=False
    )
    controller.start()
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PROVISIONS_", "PG"))}
    environment |= {
        "PROVISIONS_SMTP_URL": f"smtp://{login}@127.0.0.1:{controller.port}",
        "PROVISIONS_HOME": str(tmp_path / "home"),
    }
    ran = subprocess.run(
        [sys.executable, "-m", "provisions.cli", "check"],
        env=environment, cwd=PROJECT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    controller.stop()
    assert "Traceback" not in ran.stderr
    if "verkeerd" in login:
        assert ran.returncode == 5
        assert "weigert de aanmelding (code 535); controleer PROVISIONS_SMTP_URL" in ran.stderr
    else:
        assert "mailserver bereikbaar" in ran.stdout, ran.stderr


NAMES = st.text(
    st.one_of(st.sampled_from(',;:"\\()<>@[]=?_ \r\n\t.é–漢'), st.characters(exclude_categories=["Cs"])), max_size=120
)
LOCALS = st.from_regex(r"[a-z0-9!#$%&'*+/=?^_`{|}~-]{1,20}(\.[a-z0-9+_'-]{1,20}){0,2}", fullmatch=True)
DOMAINS = st.from_regex(r"([a-z0-9][a-z0-9-]{0,20}[a-z0-9]\.){1,3}(nl|example)", fullmatch=True)
CONTACTS = st.builds(lambda name, local, domain: Contact(name, f"{local}@{domain}"), NAMES, LOCALS, DOMAINS)


@given(contacts=st.lists(CONTACTS, min_size=1, max_size=5), subject=NAMES)
def test_every_address_header_parses_back_to_exactly_its_addresses(contacts: list[Contact], subject: str) -> None:
    sender = contacts[0]
    organisation = CONFIG.organisation.__class__(**{**vars(CONFIG.organisation), "sender": sender})
    made = bytes(compose(Rendered(tuple(contacts), subject, "tekst", "<p>tekst</p>"), IDENTITY, CREATED, organisation))
    head = made.partition(b"\r\n\r\n")[0]
    assert all(len(line) <= 998 for line in head.split(b"\r\n"))
    assert b"\n" not in head.replace(b"\r\n", b"")
    addresses = [contact.email for contact in contacts]
    read = message_from_bytes(made, policy=SMTP_POLICY)  # as the standard library's new parser reads it
    assert [address.addr_spec for address in read["To"].addresses] == addresses
    assert [address.addr_spec for address in read["From"].addresses] == [sender.email]
    assert read["Message-ID"] == f"<{IDENTITY}@{CONFIG.organisation.message_domain}>"
    assert {name.lower() for name in read.keys()} == {  # nothing that is said begins a header  # noqa: SIM118
        *(
            "from",
            "to",
            "subject",
            "date",
            "message-id",
            "auto-submitted",
            "content-language",
            "mime-version",
            "content-type",
        )
    }
    older = message_from_bytes(made)  # and as older mail programs do
    assert [address for _, address in getaddresses([str(older["To"])])] == addresses


@pytest.mark.parametrize(
    "name",
    ["Jansen, Wim (loket) \"de Bruin\" – burgerzaken, " * 4, "Loket; Werk & Inkomen <x@y.nl>", "=?utf-8?q?niet?=", "a" * 300,
     "Veiligheidshuis, Noord\r\nBcc: x@evil.example"],
)  # fmt: skip
def test_a_name_is_read_as_it_was_meant(name: str) -> None:
    mail = compose(Rendered((Contact(name, "a@b.nl"),), name, "t", "<p>t</p>"), IDENTITY, CREATED, CONFIG.organisation)
    read = message_from_bytes(bytes(mail), policy=SMTP_POLICY)
    meant = " ".join(name.split())
    (shown,) = [name for name, _ in getaddresses([str(message_from_bytes(bytes(mail))["To"])])]
    assert (
        str(make_header(decode_header(shown))) == meant
    )  # RFC 2047; the new parser of Python 3.11 adds spaces between words
    assert read["Subject"] == meant
    assert read["Bcc"] is None
