"""Runs: every variant of a scenario over the same clients, counted with the report's own figures."""

import gc
import os
import signal
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from typing import Any

from provisions.domain.figures.facts import CaseFacts
from provisions.domain.figures.history import History
from provisions.simulation.counting import Turns, facts_of, turns_of
from provisions.simulation.draw import Draw
from provisions.simulation.life import Life
from provisions.simulation.scenario import Scenario

CHUNK = 25  # clients at a time: often enough for a progress bar, seldom enough for a message between processes
WORTH_A_PROCESS = 300  # clients, from which starting another process pays
MOST_PROCESSES = 8

Progress = Callable[[int], None]
# What happened to one client in the base, then in each what-if: None where nothing differs from the base.
ClientFacts = tuple[tuple[CaseFacts, Turns] | None, ...]


@dataclass(frozen=True)
class Variant:
    """The base, or the base with something changed. ``name`` is Dutch."""

    name: str
    scenario: Scenario


@dataclass(frozen=True)
class Chunk:
    """Some of the clients of one run."""

    seed: str
    clients: range


@dataclass(frozen=True)
class Counted:
    """What one run of one variant came to, in the words of ``provisions.domain.figures.history``.

    ``causes``: what the breaches of each provision were mostly due to. ``weeks``: what was counted in each week. ``answered``:
    how each counter answered; ``at_rest``: the cases at rest in the end.
    """

    clients: int
    totals: dict[str, Any]
    provisions: dict[str, dict[str, Any]]
    causes: dict[str, Counter[str]]
    places: dict[str, dict[str, int]]
    weeks: dict[str, dict[str, int]]
    answered: list[dict[str, Any]]
    at_rest: int
    turns: Turns


def clients_of(variants: Sequence[Variant], seed: int, runs: int) -> list[int]:
    """How many clients each run has."""
    return [Draw(variants[0].scenario, _seed(seed, run)).number_of_clients() for run in range(runs)]


def simulate(variants: Sequence[Variant], seed: int, runs: int, progress: Progress) -> list[list[Counted]]:
    """For each run what each variant came to. The same arguments give the same result, on any number of processors.

    ``progress`` is told how many clients more are done, again and again.
    """
    clients = clients_of(variants, seed, runs)
    processes = min(_processors(), MOST_PROCESSES, sum(clients) // WORTH_A_PROCESS)
    if processes < 2:
        alone = partial(_live_through, variants)
        return [_run(variants, clients[run], map(alone, _chunks(seed, run, clients[run])), progress)
                for run in range(runs)]  # fmt: skip
    # Forking spares each process the imports; on other systems it is not safe.
    context = get_context("fork" if sys.platform == "linux" else "spawn")
    with ProcessPoolExecutor(processes, context, _remember, (tuple(variants),)) as pool:
        try:
            done = [pool.map(_live_through_remembered, _chunks(seed, run, clients[run])) for run in range(runs)]
            return [_run(variants, clients[run], done[run], progress) for run in range(runs)]
        except BaseException:
            pool.shutdown(wait=True, cancel_futures=True)
            raise


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _seed(seed: int, run: int) -> str:
    return f"{seed}/{run}"


def _chunks(seed: int, run: int, clients: int) -> list[Chunk]:
    return [Chunk(_seed(seed, run), range(first, min(first + CHUNK, clients))) for first in range(0, clients, CHUNK)]


# --- in a process of its own -----------------------------------------------------------------------------------------

_remembered: list[tuple[Sequence[Variant]]] = []


def _remember(variants: Sequence[Variant]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that waits for this one
    gc.set_threshold(100_000, 50, 50)  # a life leaves little rubbish; looking for it took a seventh of the time
    _remembered[:] = [(variants,)]


def _live_through_remembered(chunk: Chunk) -> list[ClientFacts]:
    return _live_through(_remembered[0][0], chunk)


def _live_through(variants: Sequence[Variant], chunk: Chunk) -> list[ClientFacts]:
    draws = [Draw(variant.scenario, chunk.seed) for variant in variants]
    return [_client(variants, draws, number) for number in chunk.clients]


def _client(variants: Sequence[Variant], draws: Sequence[Draw], number: int) -> ClientFacts:
    """One client in every variant. A plan settles all that follows, so the same plan need not be lived through twice."""
    plans = [draw.client(number) for draw in draws]
    return tuple(
        _happened(Life(plan, variant.scenario.catalogue, variant.scenario.end).live())
        if position == 0 or plan != plans[0]
        else None
        for position, (plan, variant) in enumerate(zip(plans, variants, strict=True))
    )


def _happened(life: Life) -> tuple[CaseFacts, Turns]:
    return facts_of(life), turns_of(life)


# --- counting --------------------------------------------------------------------------------------------------------


def _run(
    variants: Sequence[Variant], clients: int, chunks: Iterable[list[ClientFacts]], progress: Progress
) -> list[Counted]:
    histories = [
        History(v.scenario.catalogue.provisions, v.scenario.last_week.sunday, v.scenario.first_week) for v in variants
    ]
    turns = [Turns() for _ in variants]
    for chunk in chunks:
        for base, *others in chunk:
            for position, happened in enumerate([base, *others]):
                found = happened or base
                assert found is not None, "the base is always lived through"  # noqa: S101
                histories[position].add(found[0])
                turns[position] = turns[position].plus(found[1])
        progress(len(chunk))
    return [
        _count(variant.scenario, history, clients, besides)
        for variant, history, besides in zip(variants, histories, turns, strict=True)
    ]


def _count(scenario: Scenario, history: History, clients: int, turns: Turns) -> Counted:
    weeks = [scenario.first_week.plus(n) for n in range(scenario.weeks)]
    causes: dict[str, Counter[str]] = {key: Counter() for key in history.keys}
    for key, found in causes.items():
        for week in weeks:
            found.update(history.causes(key, week))
    return Counted(
        clients=clients,
        totals=history.row_over(history.keys, weeks),
        provisions={key: history.row_over([key], weeks) for key in history.keys},
        causes=causes,
        places={place.key: history.of_municipality(place.key, weeks) for place in scenario.places},
        weeks={str(w): {figure: history.total(figure, w) for figure in ("breaches", "overdue")} for w in weeks},
        answered=history.answered.rows(weeks),
        at_rest=history.at_rest(weeks[-1]),
        turns=turns,
    )
