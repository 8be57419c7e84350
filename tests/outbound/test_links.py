"""The link by which a letter is answered: what its secret is made of, who gets it, and how a receiver answers."""

import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisions.catalogue import PROJECT, Contact, Webhook, load
from provisions.domain.answering import AnswersBy
from provisions.domain.errors import InvalidConfig
from provisions.domain.questions import AskedAs
from provisions.machine import link_secrets
from provisions.machine.link_secrets import Link, LinkSecrets
from provisions.outbound.links import Links
from provisions.outbound.render import Asks, Rendered
from provisions.outbound.sending import Sender
from provisions.outbound.webhook import Event
from tests.builders import CONFIG, Letterbox
from tests.door import SEALING

SECRETS = LinkSecrets(SEALING)
MESSAGE, NOW = UUID(int=7), datetime(2026, 11, 2, 9, tzinfo=UTC)
DESK = Contact("Loket", "loket@voorbeeldstad.example")
COPY = Contact("Regisseur", "regie@voorbeeldstad.example")
OTHERS = ("loket@voorbeeldstad.example", "regie@voorbeeldstad.example", "ander@elders.example")


@given(st.uuids(), st.integers(0, 9999), st.sampled_from(OTHERS))
def test_a_link_is_read_back_and_is_of_one_receiver_letter_and_number(message: UUID, number: int, to: str) -> None:
    link = Link(message, number)
    read = link_secrets.read(SECRETS.path(link, to).removeprefix("/antwoord/"))
    assert read is not None
    found, secret = read
    assert (found, SECRETS.whose(found, secret, OTHERS)) == (link, to)
    assert SECRETS.whose(Link(message, number + 1), secret, OTHERS) is None
    assert SECRETS.whose(found, secret, [one for one in OTHERS if one != to]) is None


@given(st.text(max_size=80))
def test_what_is_no_link_is_none(text: str) -> None:
    assert link_secrets.read(text) is None


def letter(*to: Contact) -> Rendered:
    asks = Asks(("Vraag.\n\n", "Wie kunt u bellen?\n"), ("<p>Vraag.</p>", "<p>Bellen</p>"), AnswersBy.LINK, to[0])
    return Rendered(to, "Verzoek TR-2026-0042", "Vraag.\n\nWie kunt u bellen?\n", "<p>Vraag.</p>", asks=asks)


def test_who_is_asked_gets_a_mail_of_its_own_and_the_copy_has_no_link() -> None:
    box, links = Letterbox(), Links("https://regio.example", SECRETS)
    for _ in range(2):
        sender = Sender(CONFIG.organisation, lambda: NOW, None, links)
        sent = sender.send(MESSAGE, NOW, letter(DESK, COPY), None, (DESK, COPY), box)
        assert {to: result.error for to, result in sent.results.items()} == {DESK.email: None, COPY.email: None}
    asked, copy, again, _ = box.mail
    assert bytes(asked) == bytes(again)
    assert (DESK.email in asked["To"], COPY.email in asked["To"], DESK.email in copy["To"]) == (True, False, False)
    assert b"/antwoord/" in bytes(asked)
    assert b"/antwoord/" not in bytes(copy)
    assert str(asked["Message-ID"]).startswith(f"<{MESSAGE}@")
    sender = Sender(CONFIG.organisation, lambda: NOW, None)
    sender.send(MESSAGE, NOW, letter(DESK, COPY), None, (DESK, COPY), box)
    assert b"/antwoord/" not in bytes(box.mail[-1]), "without an address of the workplace"


@pytest.mark.parametrize("wanted", [False, True])
def test_a_webhook_gets_the_address_only_where_that_was_set(wanted: bool) -> None:
    got: list[dict[str, object]] = []

    class Receiver:
        def send(self, to: Contact, event: Event, rendered: Rendered) -> None:
            assert to.webhook is not None
            data = event.cloud_event(rendered, CONFIG.organisation)["data"]
            assert isinstance(data, dict)
            got.append(data)

    to = replace(DESK, webhook=Webhook("https://zaken.example/in", "env:HAAK"), webhook_link=wanted)
    event = Event(str(MESSAGE), "request", None, NOW, "TR-2026-0042", "id_document", "voorbeeldstad")
    sender = Sender(CONFIG.organisation, lambda: NOW, Receiver(), Links("https://regio.example", SECRETS))
    sender.send(MESSAGE, NOW, letter(to), event, (to,), Letterbox())
    assert ("antwoordlink" in got[0]) is wanted
    assert "/antwoord/" not in str(got[0]["tekst"])


FIRST = 'burgerzaken = { name = "Loket Burgerzaken", email = "burgerzaken@voorbeeldstad.example"'
HOOK = 'webhook = "https://zaken.example/in", webhook_secret_from = "env:HAAK"'


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ('answers = "mail"', "'mail' bestaat niet"),
        ("webhook_link = true", "er is geen webhook"),
        (f'{HOOK}, answers = "link+code"', "een code komt per e-mail"),
    ],
)
def test_check_refuses_what_cannot_be(tmp_path: Path, more: str, said: str) -> None:
    with pytest.raises(InvalidConfig, match=said):
        load(with_counter(tmp_path, more))


def test_how_a_receiver_answers(tmp_path: Path) -> None:
    assert [DESK.answers_by(asked).value for asked in AskedAs] == ["link", "link", "sign-in"]
    home = load(with_counter(tmp_path, 'answers = "link+code"')).organisation.municipalities["voorbeeldstad"]
    assert home.counters["burgerzaken"].answers_by(AskedAs.COUNTER) is AnswersBy.LINK_AND_CODE


def with_counter(tmp_path: Path, more: str) -> Path:
    """The shipped ``config/``, with more said of one counter."""
    folder = Path(shutil.copytree(PROJECT / "config", tmp_path / "config"))
    file = folder / "organisation.toml"
    text = file.read_text("utf-8")
    assert FIRST in text
    file.write_text(text.replace(FIRST, f"{FIRST}, {more}", 1), "utf-8")
    return folder
