"""How a figure is measured and shown: interleaved rounds, medians, aims; a table on standard error, JSON on standard output."""

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.host import load

Contestant = Callable[[int], Mapping[str, float]]


@dataclass(frozen=True)
class Aim:
    """What is asked of a figure. ``measured`` is ``None`` when it could not be measured in this run."""

    what: str
    measured: float | None
    limit: float
    at_least: bool = True

    @property
    def reached(self) -> bool | None:
        """Whether; ``None`` when it was not measured."""
        if self.measured is None:
            return None
        return self.measured >= self.limit if self.at_least else self.measured <= self.limit


def options(doc: str | None, *, rounds: int = 3) -> argparse.ArgumentParser:
    """The options that every figure has."""
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=rounds)
    parser.add_argument("--results", type=Path, metavar="FOLDER", help="also write the JSON to a file in this folder")
    return parser


@contextmanager
def stopwatch() -> Iterator[dict[str, float]]:
    """Fills in ``seconds``, and ``cpu``: seconds of this process."""
    took: dict[str, float] = {}
    began, cpu = time.perf_counter(), time.process_time()
    yield took
    took["seconds"], took["cpu"] = time.perf_counter() - began, time.process_time() - cpu


def interleaved(contestants: Mapping[str, Contestant], rounds: int) -> dict[str, dict[str, Any]]:
    """Each contestant once a round, in turn, because the machine is never equally quiet. Medians, and each round's values.

    A contestant is called with the number of the round. What every round adds is said on standard error.
    """
    found: dict[str, list[Mapping[str, float]]] = {name: [] for name in contestants}
    for number in range(rounds):
        for name, measure in contestants.items():
            values = measure(number)
            found[name].append(values)
            said = "  ".join(f"{key} {value:,.3g}" for key, value in values.items())
            sys.stderr.write(f"round {number + 1}  {name:36}{said}\n")
            sys.stderr.flush()
    return {name: summary(values) for name, values in found.items()}


def always(action: Callable[..., Mapping[str, float]], *arguments: object) -> Contestant:
    """A contestant that does the same in every round."""
    return lambda _turn: action(*arguments)


def summary(values: Sequence[Mapping[str, float]]) -> dict[str, Any]:
    """The median of each value, and under ``rounds`` all of them."""
    medians = {key: significant(statistics.median(one[key] for one in values)) for key in values[0]}
    return medians | {"rounds": [{key: significant(value) for key, value in one.items()} for one in values]}


def significant(value: float) -> float:
    """Four significant digits: more would pretend."""
    return float(f"{value:.4g}")


def ratio(value: float | None, other: float | None) -> float | None:
    """``None`` when either is missing."""
    return round(value / other, 3) if value is not None and other else None


def publish(
    figure: str,
    *,
    on: Mapping[str, Any],
    settings: Mapping[str, Any],
    found: Mapping[str, Any],
    aims: Sequence[Aim] = (),
    folder: Path | None = None,
) -> None:
    """Show it. ``folder``: also write ``<figure>.json`` there."""
    result = {
        "figure": figure,
        "machine": {**on, "load_after": load()},
        "settings": dict(settings),
        "found": dict(found),
        "aims": [
            {"what": aim.what, "measured": aim.measured, "limit": aim.limit, "reached": aim.reached} for aim in aims
        ],
    }
    sys.stderr.write("\n".join(_table(figure, result, aims)) + "\n")
    text = json.dumps(result, indent=1, default=str)
    sys.stdout.write(text + "\n")
    if folder:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{figure}.json").write_text(text + "\n")


def _table(figure: str, result: Mapping[str, Any], aims: Sequence[Aim]) -> list[str]:
    on = result["machine"]
    lines = [
        "",
        f"{figure} · {on['cores']} cores {on['processor']}, {on['memory_gb']} GB, {on['kernel']}, Python {on['python']}, "
        f"PostgreSQL {on['postgresql']}, load {on['load_before']} → {on['load_after']}",
    ]
    for name, values in result["found"].items():
        if isinstance(values, Mapping):
            shown = "  ".join(f"{key} {_short(value)}" for key, value in values.items() if key != "rounds")
        else:
            shown = _short(values)
        lines.append(f"  {name:36}{shown}")
    for aim in aims:
        verdict = {True: "reached", False: "NOT reached", None: "not measured"}[aim.reached]
        sign = "≥" if aim.at_least else "≤"
        measured = "–" if aim.measured is None else _short(aim.measured)
        lines.append(f"  {aim.what:50}{measured:>12}  {sign} {_short(aim.limit)}  {verdict}")
    return lines


def _short(value: object) -> str:
    return f"{value:,.4g}" if isinstance(value, float) else f"{value:,}" if isinstance(value, int) else str(value)
