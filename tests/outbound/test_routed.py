"""Receivers at secure domains are reached by the secure way, and by no other."""

from email.message import EmailMessage

import pytest

from provisions.catalogue import Contact
from provisions.outbound.render import Rendered
from provisions.outbound.routed import Routed
from provisions.outbound.transports import Refusal, UnableToSend, compose
from tests.builders import CONFIG
from tests.outbound.test_transports import CREATED, IDENTITY

DESK = Contact("Loket Wmo – balie 2", "wmo@voorbeeldstad.example")
NATIONAL = Contact("Landelijk Maatwerkloket", "indienen@maatwerkloket.example")


class Way:
    """A fake of ``provisions.outbound.transports.Transport``."""

    def __init__(self) -> None:
        self.sent: list[EmailMessage] = []
        self.down = self.closed = False

    def send(self, mail: EmailMessage) -> tuple[Refusal, ...]:
        if self.down:
            raise UnableToSend("mailserver is niet bereikbaar")
        self.sent.append(mail)
        return ()

    def close(self) -> None:
        self.closed = True

    @property
    def receivers(self) -> list[list[str]]:
        return [[one.addr_spec for one in mail["To"].addresses] for mail in self.sent]


@pytest.fixture
def ways() -> tuple[Way, Way]:
    return Way(), Way()


@pytest.fixture
def routed(ways: tuple[Way, Way]) -> Routed:
    return Routed(*ways, lambda address: address.endswith("@maatwerkloket.example"))


def mail(*to: Contact) -> EmailMessage:
    rendered = Rendered(to, "Verzoek TR-2026-0042", "Goedendag,\n\n€ 5 – één foto\n", "<p>Goedendag</p>")
    return compose(rendered, IDENTITY, CREATED, CONFIG.organisation)


def test_each_gets_it_by_the_own_way_and_it_stays_the_same_mail(ways: tuple[Way, Way], routed: Routed) -> None:
    assert routed.send(mail(DESK, NATIONAL)) == ()
    usual, secure = ways
    assert (usual.receivers, secure.receivers) == ([[DESK.email]], [[NATIONAL.email]])
    whole = mail(DESK, NATIONAL)
    for way in ways:
        (one,) = way.sent
        assert one["Message-ID"] == whole["Message-ID"]
        assert bytes(one).partition(b"\r\n\r\n")[2] == bytes(whole).partition(b"\r\n\r\n")[2]
    assert usual.sent[0]["To"].addresses[0].display_name == DESK.name


def test_to_one_kind_the_mail_goes_as_it_is(ways: tuple[Way, Way], routed: Routed) -> None:
    whole = mail(NATIONAL)
    routed.send(whole)
    assert ways[1].sent == [whole]
    assert not ways[0].sent


@pytest.mark.parametrize("broken", [0, 1])
def test_where_one_way_fails_the_other_receiver_has_it_and_this_one_is_tried_again(
    ways: tuple[Way, Way], routed: Routed, broken: int
) -> None:
    ways[broken].down = True
    (refused,) = routed.send(mail(DESK, NATIONAL))
    assert (refused.address, refused.final) == ((DESK, NATIONAL)[broken].email, False)
    assert len(ways[1 - broken].sent) == 1


def test_a_secure_way_that_is_away_keeps_no_other_mail_from_leaving(ways: tuple[Way, Way], routed: Routed) -> None:
    for way in ways:
        way.down = True
    with pytest.raises(UnableToSend) as secure:
        routed.send(mail(NATIONAL))
    with pytest.raises(UnableToSend) as usual:
        routed.send(mail(DESK))
    assert (secure.value.everything, usual.value.everything) == (False, True)
    routed.close()
    assert all(way.closed for way in ways)
