"""Many rungs that are due at once, and what must be true afterwards, whatever was killed in between."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine, Row, func, select, text, update

from provisions.app import App
from provisions.store import tables as t
from provisions.store.verification import verify
from provisions.usecases.intake import IntakeRequest
from tests.builders import CONFIG, DIRECTOR, at, day, typed
from tests.conftest import MovingClock
from tests.faults.postoffice import PostOffice

RUNGS_OF_A_CASE = {
    ("emergency_shelter", "doorbraaktafel"): at("2026-11-03 00:00"),
    ("emergency_shelter", "maatwerkloket"): at("2026-11-05 00:00"),
    ("wmo_indication", "doorbraaktafel"): at("2026-11-06 00:00"),
}
FIRST = at("2026-11-03 00:00")
AFTERWARDS = at("2026-11-06 00:00")


def take_in(database: Engine, rungs: int, *, first: int = 1) -> int:
    """Cases whose rungs are all due ``AFTERWARDS``; their requests have gone out. Returns how many rungs."""
    cases = -(-rungs // len(RUNGS_OF_A_CASE))
    _take_in(database, [_request(n, "emergency_shelter", "wmo_indication") for n in range(first, first + cases)])
    return cases * len(RUNGS_OF_A_CASE)


def take_in_for_the_morning(database: Engine, cases: int) -> int:
    """Cases of which nothing is due before the first rung of each, at ``FIRST``; their requests have gone out."""
    agreed = {"social_network": day("2026-11-02")}
    requests = [_request(n, "social_network", "wmo_indication") for n in range(1, cases + 1)]
    _take_in(database, [replace(request, agreed=agreed) for request in requests])
    return cases


def _request(number: int, *needs: str) -> IntakeRequest:
    return IntakeRequest(f"TR-2026-{number:05}", "voluntary", needs)


def _take_in(database: Engine, requests: list[IntakeRequest]) -> None:
    clock = MovingClock(datetime(2026, 11, 2, 9, 0, tzinfo=UTC))
    App(database, CONFIG, clock).cases.intake_many(requests, by=typed(DIRECTOR))
    with database.begin() as connection:
        connection.execute(
            update(t.message).where(t.message.c.kind == "request").values(
                status="sent", sent=clock(), next_try=None, attempts=1
            )
        )  # fmt: skip


def foresee(database: Engine) -> int:
    """Half an hour before the first rung of each case it is decided what will be recorded; of how many cases."""
    app, count = App(database, CONFIG, MovingClock(FIRST - timedelta(minutes=30))), 0
    while found := app.time.foresee():
        count += found
    return count


def still_to_climb(database: Engine, at: datetime = AFTERWARDS) -> int:
    """Provisions that are due and were not handled."""
    query = select(func.count()).select_from(t.provision).where(t.provision.c.next_at <= at)
    with database.connect() as connection:
        return int(connection.execute(query).scalar_one())


def still_to_send(database: Engine) -> int:
    """Messages that wait."""
    query = select(func.count()).select_from(t.message).where(t.message.c.status == "pending")
    with database.connect() as connection:
        return int(connection.execute(query).scalar_one())


def at_work(database: Engine) -> bool:
    """Whether another connection is in the middle of a transaction that writes."""
    query = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
        "AND backend_xid IS NOT NULL"
    )
    with database.connect() as connection:
        return bool(connection.execute(query).scalar_one())


def nothing_lost_nothing_twice(database: Engine, office: PostOffice, *, interruptions: int) -> None:
    """Each rung once, at its moment and in order, with one line and one message; repeats only under the same id."""
    with database.connect() as connection:
        cases = connection.execute(select(func.count()).select_from(t.case)).scalar_one()
        rungs = connection.execute(
            select(t.provision.c.id, t.provision.c.key, t.rung.c.name, t.rung.c.due, t.rung.c.message).join(
                t.provision, t.provision.c.id == t.rung.c.provision_id
            )
        ).all()
        lines = connection.execute(select(t.audit.c.what, t.audit.c.case_id, t.audit.c.key, t.audit.c.message)).all()
        messages = connection.execute(select(t.message).where(t.message.c.kind == "rung")).all()
        provisions = connection.execute(select(t.provision)).all()
    assert len(rungs) == cases * len(RUNGS_OF_A_CASE)
    assert {(row.key, row.name, row.due) for row in rungs} == {(k, n, due) for (k, n), due in RUNGS_OF_A_CASE.items()}
    _audit_agrees(rungs, lines, provisions)
    assert {row.id for row in messages} == {row.message for row in rungs}
    assert {row.status for row in messages} == {"sent"}
    wanted = {str(row.id) for row in messages}
    times = {message: count for message, count in office.times().items() if message in wanted}
    assert set(times) == wanted, "every rung's message came; what follows up on a request is another"
    assert sum(times.values()) - len(times) <= interruptions, "a crash repeats at most the message it interrupted"
    _in_order(rungs, office)


def the_first_rung_once(database: Engine, office: PostOffice, *, cases: int, interruptions: int) -> None:
    """As it was foreseen: of each case one rung, its line, the line that it is late, and its message; the chain is whole."""
    with database.connect() as connection:
        rungs = connection.execute(select(t.rung.c.name, t.rung.c.due, t.rung.c.message)).all()
        lines = connection.execute(select(t.audit.c.what, t.audit.c.case_id, t.audit.c.message)).all()
        waits = connection.execute(select(func.count()).select_from(t.foreseen)).scalar_one()
    assert [(row.name, row.due) for row in rungs] == [("doorbraaktafel", FIRST)] * cases
    assert waits == 0
    wanted = {row.message for row in rungs}
    for what in ("rung.climbed", "message.sent"):
        said = [line.message for line in lines if line.what == what and line.message in wanted]
        assert sorted(said) == sorted(row.message for row in rungs)
    late = [line.case_id for line in lines if line.what == "provision.overdue"]
    assert (len(late), len(set(late))) == (cases, cases)
    times = {message: count for message, count in office.times().items() if message in {str(m) for m in wanted}}
    assert set(times) == {str(m) for m in wanted}
    assert sum(times.values()) - cases <= interruptions
    with database.connect() as connection:
        assert verify(connection, catalogue=CONFIG.catalogue).faults == []


def _audit_agrees(rungs: list[Row[tuple[object, ...]]] | object, lines: object, provisions: object) -> None:
    assert isinstance(rungs, list)
    assert isinstance(lines, list)
    assert isinstance(provisions, list)
    expected = {row.message for row in rungs}
    for what in ("rung.climbed", "message.sent"):
        said = Counter(
            line.message for line in lines if line.what == what and (what == "rung.climbed" or line.message in expected)
        )
        assert set(said) == expected, what
        assert set(said.values()) == {1}, what
    late = Counter((line.case_id, line.key) for line in lines if line.what == "provision.overdue")
    assert late == Counter((row.case_id, row.key) for row in provisions)
    assert all(row.late_noted is not None and row.status == "waiting" for row in provisions)


def _in_order(rungs: object, office: PostOffice) -> None:
    assert isinstance(rungs, list)
    arrived = {identity: place for place, (identity, _, _) in reversed(list(enumerate(office.received)))}
    by_provision: dict[int, dict[str, int]] = {}
    for row in rungs:
        by_provision.setdefault(row.id, {})[row.name] = arrived[str(row.message)]
    assert all(p["doorbraaktafel"] < p.get("maatwerkloket", len(arrived) * 2) for p in by_provision.values())
