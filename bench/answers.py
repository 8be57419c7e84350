"""What answering by the link in a letter costs: the page, and two hundred answers in a minute beside the engine's clock.

    python -m bench.answers                                    # 2,000 open provisions, 200 answers in 20 seconds
    python -m bench.answers --open 100000 --seconds 60         # as docs/performance.md has it

Everybody comes with the link in a mail of its own, in a browser of its own: the link, the page of the question, the summary, and
the page that says what was recorded. Afterwards the record is counted: an answer that was told as recorded, and is not, is lost.
"""

import re
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import text

from bench import beside
from bench.door import CLOCK_STARTS, RUNGS, page, percentiles, taken_in, web
from bench.door import answering as one_that_asks
from bench.figures import Aim, always, interleaved, options, publish
from bench.host import machine
from bench.product import Product
from bench.rig import Rig, rig, wait_until
from provisions.machine.link_secrets import PATH, Link, LinkSecrets
from provisions.machine.sealing import Sealing

TOGETHER = 8  # people who are busy at the same moment
_HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')
_WAITING = (
    "SELECT m.id, d.receiver FROM message m JOIN delivery d ON d.message = m.id JOIN provision p ON p.id = m.provision_id "
    "WHERE m.kind = 'request' AND p.status = 'waiting' AND NOT EXISTS (SELECT FROM reply r WHERE r.provision_id = p.id) "
    "ORDER BY m.created, m.id LIMIT :number"
)


@dataclass
class Took:
    """Milliseconds of each step of all who answered; and what went wrong."""

    asked: list[float] = field(default_factory=list)
    recorded: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


def links(made: Rig, subject: Product, number: int) -> list[str]:
    """The paths of so many links, each of a letter that was sent just now and not answered."""
    secrets = LinkSecrets(Sealing.at(made.settings.secrets))
    with subject.database.begin() as connection:
        found = connection.execute(text(_WAITING), {"number": number}).all()
        ids = [row.id for row in found]
        connection.execute(text("UPDATE message SET sent = now() WHERE id = ANY(:ids)"), {"ids": ids})
    return [secrets.path(Link(row.id), row.receiver) for row in found]


def answers(base: str, path: str, said: dict[str, str], took: Took) -> None:
    """One answers: the link, the page, the summary, and what was recorded."""
    with httpx.Client(base_url=base, timeout=60, trust_env=False) as client:
        client.get(path)
        began = time.perf_counter()
        question = client.get(PATH)
        took.asked.append((time.perf_counter() - began) * 1000)
        check = client.post(PATH, data=dict(_HIDDEN.findall(question.text)) | said)
        began = time.perf_counter()
        done = client.post(PATH, data=dict(_HIDDEN.findall(check.text)) | {"confirm": "ja"}, follow_redirects=True)
        took.recorded.append((time.perf_counter() - began) * 1000)
    if done.status_code != 200 or "Vastgelegd" not in done.text:
        took.errors.append(f"{path.partition('.')[0]}: {question.status_code}, {check.status_code}, {done.status_code}")


def minute(base: str, paths: Sequence[str], seconds: float) -> Took:
    """All of these answer, spread evenly over so many seconds, a few at the same moment."""
    took, began, slot = Took(), time.monotonic(), seconds / max(1, len(paths))
    day = (datetime.now(UTC) + timedelta(days=7)).date().isoformat()
    said = ({"answer": "seen"}, {"answer": "promised", "on": day}, {"answer": "call_me"})

    def one(number: int) -> None:
        time.sleep(max(0.0, began + number * slot - time.monotonic()))
        try:
            answers(base, paths[number], said[number % len(said)], took)
        except httpx.HTTPError as error:
            took.errors.append(type(error).__name__)

    with ThreadPoolExecutor(TOGETHER, thread_name_prefix="answers") as pool:
        list(pool.map(one, range(len(paths))))
    return took


def recorded(subject: Product) -> tuple[int, int]:
    """How many answers there are: as facts, and as lines of the record that came by a link."""
    lines = "audit WHERE what = 'provision.replied' AND data->>'via' = 'link'"
    return subject.count("reply"), subject.count(lines)


def measure(
    made: Rig, late: int, others: int, *, number: int = 200, seconds: float = 20, rounds: int = 3
) -> tuple[dict[str, Any], list[Aim]]:
    """The page of a question; then so many answers beside the clock, with rungs that fall due meanwhile."""
    subject, database = taken_in(made, late, others)
    found: dict[str, Any] = {"open": {"provisions": subject.count("provision")}}
    with web(made) as (base, process):
        counter = one_that_asks(made, database, base)
        counter.ms(PATH)
        found |= interleaved({"an answer page": always(page, process, counter, PATH, 100)}, rounds)
        counter.client.close()
        paths, before = links(made, subject, number), recorded(subject)
        first = datetime.now(UTC) + timedelta(seconds=CLOCK_STARTS)
        moments = [first + timedelta(seconds=seconds * part) for part in (0.25, 0.5, 0.75)]
        instants = [one for moment in moments if (one := beside.due_at(subject, moment, RUNGS)).provisions]
        with beside.clock(made.url("provisions")):
            began = time.monotonic()
            took = minute(base, paths, seconds)
            passed = time.monotonic() - began
            if instants:
                wait_until(
                    lambda: beside.all_recorded(subject, instants), seconds=60, what="all rungs recorded", every=0.5
                )
    after = recorded(subject)
    found["the page, meanwhile"] = percentiles(took.asked)
    found["recording it"] = percentiles(took.recorded)
    found["answers"] = {
        "given": len(paths),
        "seconds": passed,
        "errors": len(took.errors),
        "facts": after[0] - before[0],
        "lines": after[1] - before[1],
    }
    found["rungs meanwhile"] = beside.lateness(subject, instants)
    database.dispose()
    given = len(paths) - len(took.errors)
    return found, [
        Aim("an answer page, p95 ms", found["an answer page"]["p95_ms"], 60, at_least=False),
        Aim("answers a minute", len(paths) * 60 / passed, 200),
        Aim("errors", len(took.errors), 0, at_least=False),
        Aim("lost", max(abs(given - found["answers"][name]) for name in ("facts", "lines")), 0, at_least=False),
        Aim("rungs meanwhile, 99th percentile late, s", found["rungs meanwhile"].get("late_p99"), 1, at_least=False),
    ]


def main() -> None:
    """Print JSON and a table."""
    parser = options(__doc__)
    parser.add_argument(
        "--late", type=int, default=250, help="clients of four provisions, all late: whose counters answer"
    )
    parser.add_argument("--open", type=int, default=2_000, help="open provisions in all")
    parser.add_argument("--answers", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=20.0, help="within which they are given")
    parser.add_argument(
        "--home", type=Path, help="where the cases are kept, or were kept before (as bench.door keeps them)"
    )
    args = parser.parse_args()
    with rig(args.home) as made:
        on = machine(made.version())
        found, aims = measure(made, args.late, args.open, number=args.answers, seconds=args.seconds, rounds=args.rounds)
    settings = {name: getattr(args, name) for name in ("late", "open", "answers", "seconds", "rounds")}
    name = f"answers-{args.open}" if args.open > 2_000 else "answers"
    publish(name, on=on, settings=settings, found=found, aims=aims, folder=args.results)


if __name__ == "__main__":
    main()
