"""A mail server that refuses, hangs or takes half, and a disk that is full: nothing is lost, and repeats are the same."""

import pytest
from sqlalchemy import Engine, select

from provisions.app import App
from provisions.outbound.outbox import Outbox
from provisions.outbound.smtp import SmtpTransport, Times
from provisions.outbound.transports import OutboxFolder, Transport
from provisions.store import tables as t
from provisions.usecases.intake import IntakeRequest
from tests.builders import CONFIG, DIRECTOR, typed
from tests.conftest import MovingClock, SmallDisk, fill_up
from tests.faults.postoffice import PostOffice, open_office

CASES = 12


@pytest.fixture
def taken_in(app: App) -> App:
    app.cases.intake_many(
        [IntakeRequest(f"TR-2026-{n:04}", "voluntary", ["advance_payment"]) for n in range(CASES)], by=typed(DIRECTOR)
    )
    return app


def outbox(database: Engine, clock: MovingClock, transport: Transport) -> Outbox:
    return Outbox(database, CONFIG, transport, clock, spread=lambda: 0.5)


def states(database: Engine) -> list[tuple[str, str]]:
    with database.connect() as connection:
        return [(str(row.id), row.status) for row in connection.execute(select(t.message.c.id, t.message.c.status))]


def everything_came_once(database: Engine, office: PostOffice, *, repeats: int = 0) -> None:
    assert {status for _, status in states(database)} == {"sent"}
    times = office.times()
    assert set(times) == {identity for identity, _ in states(database)}
    assert sum(times.values()) - CASES == repeats


@pytest.mark.usefixtures("taken_in")
def test_a_server_that_refuses(database: Engine, clock: MovingClock, office: PostOffice) -> None:
    with open_office(office) as url:
        mine = outbox(database, clock, SmtpTransport(url))
        for answer in ("451 even niet", "554 nooit", "452 vol"):
            office.refuse_with = answer
            mine.deliver_due()
            assert office.received == []
            clock.advance(hours=1)
        office.refuse_with = None
        mine.deliver_due()
    everything_came_once(database, office)


@pytest.mark.usefixtures("taken_in")
def test_a_server_that_hangs(database: Engine, clock: MovingClock, office: PostOffice) -> None:
    office.silent_for = 1.0
    with open_office(office) as url:
        mine = outbox(database, clock, SmtpTransport(url, Times(final=0.3)))
        assert mine.deliver_due() == 1, "one that hangs is enough: the others are not tried"
        office.silent_for = 0.0
        clock.advance(minutes=5)
        mine.deliver_due()
    # The one that hung may have come after all: the server took it when nobody listened any more.
    everything_came_once(database, office, repeats=sum(office.times().values()) - CASES)
    assert sum(office.times().values()) - CASES <= 1


@pytest.mark.usefixtures("taken_in")
def test_a_server_that_takes_it_and_is_gone_before_it_says_so(
    database: Engine, clock: MovingClock, office: PostOffice
) -> None:
    office.hang_up_after_data = True
    with open_office(office) as url:
        mine = outbox(database, clock, SmtpTransport(url))
        mine.deliver_due()
        assert [status for _, status in states(database)] == ["pending"] * CASES
        office.hang_up_after_data = False
        clock.advance(minutes=5)
        mine.deliver_due()
    everything_came_once(database, office, repeats=1)
    doubled = [content for identity, _, content in office.received if office.times()[identity] == 2]
    assert doubled[0] == doubled[1], "the repeat is the same to the letter"


@pytest.mark.usefixtures("taken_in")
def test_a_server_that_is_gone_in_the_middle(database: Engine, clock: MovingClock, office: PostOffice) -> None:
    with open_office(office) as url:
        mine = outbox(database, clock, SmtpTransport(url))
        mine.deliver_due(limit=5)
    mine.deliver_due()
    clock.advance(minutes=5)
    with open_office(office) as url:
        outbox(database, clock, SmtpTransport(url)).deliver_due()
    everything_came_once(database, office)


@pytest.mark.usefixtures("taken_in")
def test_a_disk_that_is_full(database: Engine, clock: MovingClock, small_disk: SmallDisk) -> None:
    with small_disk(64) as disk:
        filler = disk / "vol"
        fill_up(filler)
        folder = disk / "outbox"
        mine = outbox(database, clock, OutboxFolder(folder))
        mine.deliver_due()
        assert [status for _, status in states(database)] == ["pending"] * CASES
        assert not list(disk.rglob("*.eml"))
        filler.unlink()
        for _ in range(CASES):
            clock.advance(hours=1)
            mine.deliver_due()
            written = sorted(folder.glob("*.eml"))
            assert all(path.read_bytes().rstrip().endswith(b"--") for path in written), "whole or not at all"
            for path in written:  # someone takes them away
                path.unlink()
        assert {status for _, status in states(database)} == {"sent"}
        assert not list(folder.iterdir()), "no half message is left"
