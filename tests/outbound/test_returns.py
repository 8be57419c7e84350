"""What came back is recorded and shown: who did not get a letter after all, and who is away."""

import socketserver
import threading
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, select

from provisions.database.connect import pooled
from provisions.domain.errors import Unreachable
from provisions.outbound.imap import ImapMailbox, Place
from provisions.outbound.returns import Returns
from provisions.store import tables as t
from provisions.views.messages import Messages
from tests.builders import CONFIG, DIRECTOR, CaseFile, Town, day, typed
from tests.conftest import MovingClock
from tests.outbound.conftest import undelivered
from tests.outbound.test_returned import AUTOMATIC, ID, answer, bounce

KEY = "wmo_indication"
COUNTER = "wmo@voorbeeldstad.example"


class Letterbox:
    """A fake of ``provisions.outbound.imap.Mailbox``: mails in the order in which they came."""

    def __init__(self) -> None:
        self.mails: list[bytes] = []
        self.away = False

    def after(self, place: Place) -> Iterator[tuple[Place, bytes]]:
        if self.away:
            raise Unreachable("De mailbox is niet te lezen.")
        for uid, raw in enumerate(self.mails, 1):
            if uid > place.uid:
                yield Place(7, uid), raw


@pytest.fixture
def letterbox() -> Letterbox:
    return Letterbox()


@pytest.fixture
def town(database: Engine, clock: MovingClock) -> Town:
    return Town(database, clock).on("2026-11-03 10:00")


@pytest.fixture
def case(town: Town) -> CaseFile:
    return town.takes_in("TR-2026-0042", KEY)


@pytest.fixture
def returns(town: Town, letterbox: Letterbox, clock: MovingClock) -> Returns:
    return Returns(town.database, CONFIG, letterbox, clock)


def about(raw: bytes, town: Town, kind: str = "request") -> bytes:
    """``raw``, of the last message of this kind."""
    with town.database.connect() as connection:
        query = select(t.message.c.id).where(t.message.c.kind == kind).order_by(t.message.c.created.desc()).limit(1)
        identity = connection.execute(query).scalar_one()
    return raw.replace(ID.encode(), f"<{identity}@voorbeeldland.example>".encode())


def lines(case: CaseFile) -> list[str]:
    found = case.town.app.views.audit(case.reference)
    return [entry.because for entry in found if entry.what in ("message.failed", "message.absent")]


def test_who_does_not_exist_stands_undelivered_once(
    town: Town, case: CaseFile, returns: Returns, letterbox: Letterbox
) -> None:
    letterbox.mails += [about(bounce(), town)] * 2
    assert returns.turn() == 1
    assert returns.turn() == 0
    said = f"niet aangekomen bij Loket Wmo ({COUNTER}): het adres bestaat niet; neem zelf contact op"
    assert lines(case) == [said]
    (stuck,) = Messages(pooled(town.database), CONFIG).found(undelivered=True)
    assert (stuck.status, stuck.error, stuck.recipients) == ("failed", "het adres bestaat niet", ())
    assert town.app.messages.undelivered([case[KEY].id]), "lists and the run say that the counter has not got it"
    assert case[KEY].status == "waiting", "it is no answer"


def test_what_stood_in_an_overview_that_came_back_stands_undelivered_at_its_cases(
    town: Town, returns: Returns, letterbox: Letterbox
) -> None:
    town.app.preferences.choose(typed(DIRECTOR), "daily", quiet=False)
    case = town.takes_in("TR-2026-0043", "advance_payment")
    town.on("2026-11-19 10:00")
    case.does("answer", "advance_payment", "doorbraaktafel", "priority", by="regisseur.zuid")
    town.on("2026-11-20 07:31")
    own = f"{DIRECTOR}@voorbeeldstad.example"
    letterbox.mails += [about(bounce(), town, "overview").replace(b"WMO@voorbeeldstad.example", own.encode())] * 2
    assert returns.turn() == 1
    (said,) = lines(case)
    assert said.startswith("stond in het overzicht aan Gemeentelijk regisseur (regisseur.noord)")
    assert "het adres bestaat niet" in said
    found = Messages(pooled(town.database), CONFIG).found(undelivered=True)
    assert {one.kind: one.status for one in found} == {"overview": "failed", "answer": "failed"}
    assert town.app.messages.undelivered([case["advance_payment"].id]), "the plan, the lists and the run say so"


def test_of_who_reads_an_overview_and_is_away_each_case_in_it_tells_once(
    town: Town, returns: Returns, letterbox: Letterbox
) -> None:
    town.app.preferences.choose(typed(DIRECTOR), "daily", quiet=False)
    cases = [town.takes_in(reference, "advance_payment") for reference in ("TR-2026-0043", "TR-2026-0044")]
    other = town.takes_in("TR-2026-0045", "advance_payment")
    town.on("2026-11-19 10:00")
    for case in cases:
        case.does("answer", "advance_payment", "doorbraaktafel", "priority", by="regisseur.zuid")
    town.on("2026-11-20 07:31")
    letterbox.mails += [about(answer("Afwezig tot 14 december.", **AUTOMATIC), town, "overview")] * 2
    assert returns.turn() == 1
    said = [line for case in cases for line in lines(case)]
    assert len(said) == 2
    assert all(line.startswith("automatisch antwoord van ") for line in said)
    assert all(line.endswith(": afwezig tot 14 december 2026") for line in said)
    assert lines(other) == []
    assert undelivered(town) == {}


def test_the_new_days_in_a_counters_overview_follow_it(town: Town, returns: Returns, letterbox: Letterbox) -> None:
    key, counter = "special_assistance", "werkeninkomen@voorbeeldstad.example"
    case = town.takes_in("TR-2026-0043", key)
    case.does("suspend", key, reason="client_asks", until=day("2026-11-12"))
    town.on("2026-11-04 07:30").on("2026-11-04 07:31")
    letterbox.mails.append(about(answer("Afwezig tot 14 december.", **AUTOMATIC), town, "days"))
    letterbox.mails.append(about(bounce(), town, "days").replace(b"WMO@voorbeeldstad.example", counter.encode()))
    assert returns.turn() == 2
    away, lost = lines(case)
    assert away.endswith("afwezig tot 14 december 2026")
    assert lost.startswith("stond in het overzicht aan Loket Werk en Inkomen")
    stuck = undelivered(town)
    assert stuck.keys() == {"days", "new_day_listed"}
    town.app.resending.resend(str(stuck["days"]), by=typed("teamleider-1"))
    town.on("2026-11-04 07:40")
    assert undelivered(town) == {}
    assert [letter.subject for letter in town.letters_to(counter)][-2:] == ["Nieuwe datums · 4 november"] * 2


def test_who_is_away_is_told_once_and_is_no_answer(
    town: Town, case: CaseFile, returns: Returns, letterbox: Letterbox
) -> None:
    letterbox.mails.append(about(answer("Afwezig tot 14 december. Dit is geregeld!", **AUTOMATIC), town))
    letterbox.mails.append(about(answer("Nog steeds weg.", **AUTOMATIC), town))
    before = case.state()
    assert returns.turn() == 1
    assert lines(case) == [f"automatisch antwoord van Loket Wmo ({COUNTER}): afwezig tot 14 december 2026"]
    assert case.state() == before
    (sent,) = Messages(pooled(town.database), CONFIG).found(reference=case.reference)
    assert sent.status == "sent"


def test_a_stranger_a_person_and_what_is_not_ours_change_nothing(
    town: Town, case: CaseFile, returns: Returns, letterbox: Letterbox
) -> None:
    stranger = about(bounce(), town).replace(b"WMO@voorbeeldstad.example", b"ander@elders.example")
    other_domain = about(bounce(), town).replace(b"@voorbeeldland.example>", b"@elders.example>")
    letterbox.mails += [stranger, other_domain, about(answer("Geregeld op 3 november"), town), bounce(), b""]
    assert returns.turn() == 0
    assert lines(case) == []


def test_a_mailbox_that_is_away_is_read_on_where_it_was_left(
    town: Town, case: CaseFile, returns: Returns, letterbox: Letterbox
) -> None:
    letterbox.mails.append(b"Subject: een mens\n\nhallo")
    returns.turn()
    letterbox.away = True
    with pytest.raises(Unreachable):
        returns.turn()
    letterbox.away = False
    letterbox.mails.append(about(bounce("5.2.2"), town))
    assert returns.turn() == 1
    assert "de mailbox is vol" in lines(case)[0]


# --- a small server ------------------------------------------------------------------------------------------------------


class _Talk(socketserver.StreamRequestHandler):
    """As much of IMAP as we speak."""

    def handle(self) -> None:
        self.wfile.write(b"* OK bereid\r\n")
        for line in self.rfile:
            tag, _, rest = line.strip().partition(b" ")
            command = rest.upper()
            self.server.said.append(command)  # type: ignore[attr-defined]
            if command.startswith(b"LOGIN") and b"geheim-woord" not in rest:
                self.wfile.write(tag + b" NO LOGIN failed: geheim\r\n")
                continue
            self._answer(command)
            self.wfile.write(tag + b" OK klaar\r\n")
            if command == b"LOGOUT":
                return

    def _answer(self, command: bytes) -> None:
        mails: dict[int, bytes] = self.server.mails  # type: ignore[attr-defined]
        if command.startswith(b"CAPABILITY"):
            self.wfile.write(b"* CAPABILITY IMAP4rev1\r\n")
        elif command.startswith((b"EXAMINE", b"SELECT")):
            self.wfile.write(b"* %d EXISTS\r\n* OK [UIDVALIDITY 41] zo\r\n" % len(mails))
        elif command.startswith(b"UID SEARCH"):
            first = int(command.rpartition(b" ")[2].partition(b":")[0])
            found = [uid for uid in mails if uid >= first] or list(mails)[-1:]
            self.wfile.write(b"* SEARCH " + b" ".join(b"%d" % uid for uid in found) + b"\r\n")
        elif command.startswith(b"UID FETCH"):
            raw = mails[int(command.split()[2])]
            self.wfile.write(b"* 1 FETCH (UID 1 BODY[]<0> {%d}\r\n" % len(raw) + raw + b")\r\n")


@pytest.fixture
def server() -> Iterator[socketserver.ThreadingTCPServer]:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Talk) as made:
        made.mails, made.said = {3: bounce(), 9: b"Subject: hallo\r\n\r\nhallo"}, []  # type: ignore[attr-defined]
        made.daemon_threads = True
        threading.Thread(target=made.serve_forever, daemon=True).start()
        yield made
        made.shutdown()


def url(server: socketserver.ThreadingTCPServer, password: str = "geheim-woord") -> str:  # noqa: S107 - of the server above
    return f"imap://lezer:{password}@127.0.0.1:{server.server_address[1]}/INBOX"


def test_it_is_read_by_imap_without_changing_anything(server: socketserver.ThreadingTCPServer) -> None:
    mailbox = ImapMailbox(url(server), seconds=5)
    mailbox.check()
    assert [(place, raw) for place, raw in mailbox.after(Place())] == [
        (Place(41, 3), bounce()),
        (Place(41, 9), b"Subject: hallo\r\n\r\nhallo"),
    ]
    assert [place.uid for place, _ in mailbox.after(Place(41, 3))] == [9]
    assert not list(mailbox.after(Place(41, 9)))
    assert [place.uid for place, _ in mailbox.after(Place(40, 9))] == [3, 9], "another numbering begins anew"
    said = b" ".join(server.said)  # type: ignore[attr-defined]
    assert b"EXAMINE" in said
    assert b"PEEK" in said
    assert not any(word in said for word in (b"STORE", b"EXPUNGE", b"DELETE", b"SELECT"))


def test_a_wrong_password_and_a_server_that_is_away_are_refused_without_it(
    server: socketserver.ThreadingTCPServer,
) -> None:
    with pytest.raises(Unreachable) as refused:
        ImapMailbox(url(server, "ander-woord"), seconds=5).check()
    assert "woord" not in str(refused.value)
    with pytest.raises(Unreachable, match=r"127\.0\.0\.1"):
        ImapMailbox("imap://lezer:ander-woord@127.0.0.1:1/INBOX", seconds=5).check()
