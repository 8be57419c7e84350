"""What the door costs: pages, fifty people, its memory, and Prefect's UI through it.

    python -m bench.door                                  # 2,000 open provisions, 1,000 of them late
    python -m bench.door --open 100000 --requests 10000   # as docs/performance.md has it
    python -m bench.door --open 100000 --home /tmp/door   # keeps its cases there, and finds them there the next time

The pages are served by ``provisions web`` in a process of its own and asked over loopback: each figure holds a client's own
millisecond as well. While fifty people click the engine's clock and lookahead run, in a process of their own, and three hundred
rungs fall due; an engine with Prefect would begin to make a run for each of a hundred thousand. Prefect is asked directly, and
by the door of a ``provisions up`` without cases.
"""

import random
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import psutil
from sqlalchemy import Engine as Database
from sqlalchemy import text

from bench import beside, fill, shell
from bench.figures import Aim, always, interleaved, options, publish, significant
from bench.host import machine
from bench.product import Product, take_in_all, twelve
from bench.rig import INDEPENDENT, MovingClock, Rig, cpu_seconds, free_port, requests, rig, wait_until
from flows.server.child import USER
from flows.server.inside import find_inside
from provisions.access import Role
from provisions.access.guesses import Guesses
from provisions.access.roles import grants_of
from provisions.app import App
from provisions.database import migrate
from provisions.database.connect import engine_for, workplace_of
from provisions.machine.link_secrets import PATH, Link, LinkSecrets
from provisions.machine.sealing import Sealing
from provisions.store import people
from provisions.usecases.signing_in import SigningIn
from provisions.web.house import COOKIE

DIRECTORS = 20
SOMEBODY = "leidt-1"
AT_ONCE = (1, 6)
CLOCK_STARTS = 4.0  # seconds
RUNGS = 100


@dataclass
class Visitor:
    """A browser that is signed in, and keeps its connection. ``close`` it."""

    client: httpx.Client

    def ms(self, path: str) -> float:
        """How long ``path`` took. Raises ``RuntimeError`` for anything but a page."""
        began = time.perf_counter()
        answer = self.client.get(path)
        took = (time.perf_counter() - began) * 1000
        if answer.status_code != 200:
            raise RuntimeError(f"{path} gave {answer.status_code}")
        return took


class Door:
    """The door that answers at ``base``, and the sessions that this process makes for it in the same home."""

    def __init__(self, made: Rig, app: App, base: str) -> None:
        self.base = base
        self._signing_in = SigningIn(
            app.engine,
            app.config,
            app.looks,
            Sealing.at(made.settings.secrets),
            app.clock,
            Guesses(time.monotonic),
            admin_password="a password that nobody gives",  # noqa: S106 - of nobody
            off_loopback=False,
            pause=time.sleep,
        )
        self._engine = app.engine
        self._town = next(iter(app.config.organisation.municipalities))

    def visitor(self, code: str, role: Role) -> Visitor:
        """Somebody with ``role`` in the first municipality, as a provider of identities would have it."""
        with self._engine.begin() as connection:
            people.add(connection, code, datetime.now(UTC))
        token = self._signing_in.by_provider(code, grants_of([role], [self._town]))
        return Visitor(httpx.Client(base_url=self.base, cookies={COOKIE: token}, timeout=60, trust_env=False))


def answering(made: Rig, database: Database, base: str) -> Visitor:
    """A counter that came with the link in its letter, which was sent just now."""
    waiting = (
        "SELECT m.id, d.receiver FROM message m JOIN delivery d ON d.message = m.id JOIN provision p ON p.id = m.provision_id "
        "WHERE m.kind = 'request' AND p.status = 'waiting' ORDER BY m.created, m.id LIMIT 1"
    )
    with database.begin() as connection:
        letter, receiver = connection.execute(text(waiting)).one()
        connection.execute(text("UPDATE message SET sent = now() WHERE id = :letter"), {"letter": letter})
    visitor = Visitor(httpx.Client(base_url=base, timeout=60, trust_env=False))
    visitor.client.get(LinkSecrets(Sealing.at(made.settings.secrets)).path(Link(letter), receiver))
    return visitor


@contextmanager
def web(made: Rig) -> Iterator[tuple[str, psutil.Process]]:
    """``provisions web`` on the home of the rig, ready: its address and process."""
    port = free_port()
    with shell.started("web", made.settings.home, port) as process:
        yield f"http://127.0.0.1:{port}", process


def percentiles(took: Sequence[float]) -> dict[str, float]:
    """The median and the 95th percentile."""
    ordered = sorted(took)
    return {"p50_ms": ordered[len(ordered) // 2], "p95_ms": ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]}


def page(process: psutil.Process, visitor: Visitor, path: str, times: int) -> dict[str, float]:
    """One page, one request at a time; and what each cost the door itself, which a busy machine changes little."""
    before = cpu_seconds(process.pid)
    took = percentiles([visitor.ms(path) for _ in range(times)])
    return {**took, "door_cpu_ms": (cpu_seconds(process.pid) - before) * 1000 / times}


def clicking(visitors: Sequence[Visitor], paths: Sequence[str], seconds: float) -> dict[str, float]:
    """Everybody clicks once a second, at a moment of their own, for so many seconds; who is late clicks at once."""
    took: list[float] = []
    errors: list[str] = []

    def clicks(number: int) -> None:
        choose = random.Random(number)  # noqa: S311 - the same clicks each time
        due = began + choose.random()
        for _ in range(max(1, round(seconds))):
            time.sleep(max(0.0, due - time.monotonic()))
            due += 1
            try:
                took.append(visitors[number].ms(choose.choice(paths)))
            except (RuntimeError, httpx.HTTPError) as error:
                errors.append(str(error))

    began = time.monotonic()
    with ThreadPoolExecutor(len(visitors)) as pool:
        list(pool.map(clicks, range(len(visitors))))
    if not took:
        raise RuntimeError(f"nobody got a page: {errors[:3]}")
    return {**percentiles(took), "a_second": len(took) / (time.monotonic() - began), "errors": len(errors)}


def beside_the_clock(
    made: Rig, subject: Product, visitors: Sequence[Visitor], paths: Sequence[str], seconds: float
) -> tuple[dict[str, float], dict[str, float]]:
    """Everybody clicks while the engine's own clock records three times a hundred rungs that fall due; how late those are."""
    first = datetime.now(UTC) + timedelta(seconds=CLOCK_STARTS)
    moments = [first + timedelta(seconds=seconds * part) for part in (0.25, 0.5, 0.75)]
    instants = [one for moment in moments if (one := beside.due_at(subject, moment, RUNGS)).provisions]
    with beside.clock(made.url("provisions")):
        clicked = clicking(visitors, paths, seconds)
        if instants:
            wait_until(lambda: beside.all_recorded(subject, instants), seconds=60, what="all rungs recorded", every=0.5)
    return clicked, beside.lateness(subject, instants)


def memory(process: psutil.Process, visitors: Sequence[Visitor], paths: Sequence[str], times: int) -> dict[str, float]:
    """MB after a tenth of so many requests, and after all of them: four people at once."""

    def some(turn: int, count: int) -> None:
        for number in range(count):
            visitors[turn % len(visitors)].ms(paths[number % len(paths)])

    def all_of(count: int) -> float:
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(some, range(4), [count // 4] * 4))
        return process.memory_info().rss / 2**20

    early = all_of(max(4, times // 10))
    late = all_of(times - times // 10)
    return {"mb_early": significant(early), "mb_late": significant(late), "requests": times}


def taken_in(made: Rig, late: int, others: int) -> tuple[Product, Database]:
    """``late`` clients of four provisions that are late, spread over twenty directors, and others that wait; those that a home
    holds already stay as they are.
    """
    migrate.upgrade(made.url("provisions", owner=True), "provisions", workplace_of(made.settings))
    database = engine_for(made.url("provisions"))
    clock = MovingClock(datetime.now(UTC) - timedelta(days=60))
    subject = Product(database, App(database, made.config, clock), clock, made.url("provisions", owner=True))
    if subject.count("provision"):
        return subject, database
    subject.app.rules.follow()
    wanted = requests(late, INDEPENDENT)
    take_in_all(subject, [replace(one, director=f"regie-{n % DIRECTORS + 1}") for n, one in enumerate(wanted)])
    (whole,) = twelve(subject, 1, first=late + 1)
    take_in_all(subject, [replace(whole, director="regie-1")])
    App(database, made.config).time.tick_all()
    if others > late * len(INDEPENDENT):
        fill.waiting(subject, made.settings, others - late * len(INDEPENDENT))
    fill.send_all(subject, made.settings)
    subject.analyze()
    return subject, database


def pages(
    made: Rig, late: int, others: int, *, crowd: int, seconds: float, times: int, rounds: int
) -> dict[str, Mapping[str, Any]]:
    """Each page, fifty people, and memory."""
    subject, database = taken_in(made, late, others)
    app = App(database, made.config)
    found: dict[str, Mapping[str, Any]] = {"open": {"provisions": subject.count("provision")}}
    with web(made) as (base, process):
        door = Door(made, app, base)
        plan = f"/clienten/{app.views.case('TR-2026-0001').case.id}"
        whole = f"/clienten/{app.views.case(f'TR-2026-{late + 1:04d}').case.id}"
        director, lead = door.visitor("regie-1", Role.CASE_DIRECTOR), door.visitor(SOMEBODY, Role.TEAM_LEAD)
        counter = answering(made, database, base)
        asked = {
            "an answer": (counter, PATH),
            "/werk, a director": (director, "/werk"),
            "/werk, a team lead": (lead, "/werk"),
            "/te-laat": (lead, "/te-laat"),
            "/clienten": (lead, "/clienten"),
            "a plan": (director, plan),
            "a plan of twelve": (director, whole),
            "a provision": (director, f"{plan}/{INDEPENDENT[0]}"),
            "/bord": (lead, "/bord"),
        }
        for visitor, path in asked.values():
            visitor.ms(path)  # connects, and reads its templates
        found |= interleaved({name: always(page, process, *one, 30) for name, one in asked.items()}, rounds)
        many = [door.visitor(f"regie-{n % DIRECTORS + 1}", Role.CASE_DIRECTOR) for n in range(crowd)]
        clicked = ("/werk", "/te-laat", "/clienten", plan)
        found[f"{crowd} people"], found["rungs meanwhile"] = beside_the_clock(made, subject, many, clicked, seconds)
        found["memory"] = memory(process, many[:4], clicked, times)
        for visitor in (counter, director, lead, *many):
            visitor.client.close()
    database.dispose()
    return found


def through(made: Rig, rounds: int, times: int = 300) -> dict[str, Mapping[str, Any]]:
    """Prefect's answer to one call of its UI, through the door and directly: one at a time, and as many as a browser has."""
    database = engine_for(made.url("provisions"))
    app = App(database, made.config)
    with shell.started("up", made.settings.home, made.settings.port):
        inside = find_inside(made.settings)
        if inside is None:
            raise RuntimeError("up does not say where Prefect is")
        door = Door(made, app, made.settings.url)
        directly = Visitor(
            httpx.Client(base_url=inside.api_url, auth=(USER, inside.password), timeout=60, trust_env=False)
        )
        visitor = door.visitor(SOMEBODY, Role.TEAM_LEAD)
        ways = {"directly": (directly, "health"), "through the door": (visitor, "/prefect/api/health")}
        found = interleaved(
            {
                f"Prefect {name}, {together} at once": always(at_once, *way, together, times)
                for together in AT_ONCE
                for name, way in ways.items()
            },
            rounds,
        )
        for one in (directly, visitor):
            one.client.close()
    database.dispose()
    return dict(found)


def at_once(visitor: Visitor, path: str, together: int, times: int) -> dict[str, float]:
    """``times`` requests, ``together`` at a time."""
    with ThreadPoolExecutor(together) as pool:
        return percentiles(list(pool.map(lambda _number: visitor.ms(path), range(times))))


def measure(
    made: Rig,
    late: int,
    others: int,
    *,
    crowd: int = 50,
    seconds: float = 20,
    times: int = 2_000,
    rounds: int = 3,
    prefect: bool = True,
) -> tuple[dict[str, Any], list[Aim]]:
    """All of it, and the aims of web.md."""
    found = pages(made, late, others, crowd=crowd, seconds=seconds, times=times, rounds=rounds)
    if prefect:
        # In a home of its own: an engine would begin to make a run for each of a hundred thousand.
        with rig() as own:
            migrate.upgrade(own.url("provisions", owner=True), "provisions", workplace_of(own.settings))
            found |= through(own, rounds)
    names = [name for name in found if name.startswith("/") or name in ("a plan", "a plan of twelve", "an answer")]
    clicked, kept = found[f"{crowd} people"], found["memory"]
    through_door, directly = (
        found.get(f"Prefect {way}, 6 at once", {}).get("p50_ms") for way in ("through the door", "directly")
    )
    more = None if through_door is None or directly is None else through_door - directly
    return found, [
        *(Aim(f"{name}, p95 ms", found[name]["p95_ms"], 60, at_least=False) for name in names),
        Aim(f"{crowd} people, p95 ms", clicked["p95_ms"], 200, at_least=False),
        Aim(f"{crowd} people, errors", clicked["errors"], 0, at_least=False),
        Aim("rungs meanwhile, 99th percentile late, s", found["rungs meanwhile"].get("late_p99"), 1, at_least=False),
        Aim("MB of the door", kept["mb_late"], 150, at_least=False),
        Aim("× its memory before", round(kept["mb_late"] / kept["mb_early"], 3), 1.1, at_least=False),
        Aim("ms more for Prefect, six at once", more, 5, at_least=False),
    ]


def main() -> None:
    """Print JSON and a table."""
    parser = options(__doc__)
    parser.add_argument("--late", type=int, default=250, help="clients of four provisions, all late")
    parser.add_argument("--open", type=int, default=2_000, help="open provisions in all")
    parser.add_argument("--people", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=20.0, help="how long they click")
    parser.add_argument("--requests", type=int, default=2_000, help="for memory")
    parser.add_argument("--home", type=Path, help="where the cases are kept, or were kept before")
    args = parser.parse_args()
    with rig(args.home) as made:
        on = machine(made.version())
        found, aims = measure(
            made,
            args.late,
            args.open,
            crowd=args.people,
            seconds=args.seconds,
            times=args.requests,
            rounds=args.rounds,
        )
    settings = {name: getattr(args, name) for name in ("late", "open", "people", "seconds", "requests", "rounds")}
    publish(
        f"door-{args.open}" if args.open > 2_000 else "door",
        on=on,
        settings=settings,
        found=found,
        aims=aims,
        folder=args.results,
    )


if __name__ == "__main__":
    main()
