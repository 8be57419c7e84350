"""All runs together, as data: what ``simulate --json`` prints, and all that the table, the chart and the page are made of.

A figure is a spread: ``{"middle": 412, "lowest": 398, "highest": 430}``, the median of the runs and the range between them;
``null`` where no run has it (a median of fewer than five). A ``difference`` is taken within each run, where both have the
same clients and the same chance, and only then summarised: what chance does to both falls out of it.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any

from provisions.catalogue import Config
from provisions.domain.figures.history import DURATIONS, EVENTS, LEVELS, OF_MUNICIPALITY
from provisions.report.wording import Wording
from provisions.simulation.run import Counted, Variant
from provisions.simulation.what_if import WhatIf

FIGURES = (*EVENTS, *LEVELS, *DURATIONS, "submitted")
# What happens in a life besides; see ``provisions.simulation.counting.Turns``. ``asked`` and ``answered``: of counters, and by
# the link; ``days_until_known``: calendar days, on average, until what a counter did is on record.
IN_A_LIFE = (
    *("rounds", "rests", "at_rest", "warnings", "places_lost", "found_in_time", "nights_without_place"),
    *("asked", "answered", "days_until_known", "needless_rungs"),
)
OF_WEEK = ("breaches", "overdue")

Summary = dict[str, Any]
Spread = dict[str, float] | None
Rows = Sequence[Mapping[str, Any]]


def summarise(
    variants: Sequence[Variant],
    what_ifs: Sequence[WhatIf],
    counted: Sequence[Sequence[Counted]],
    seed: int,
    config: Config,
) -> Summary:
    """``variants``: the base and one for each of ``what_ifs``; ``counted``: for each run, each variant."""
    scenario = variants[0].scenario
    by_variant = [[run[position] for run in counted] for position in range(len(variants))]
    changes: list[Mapping[str, float]] = [{}, *(what_if.changes for what_if in what_ifs)]
    return {
        "scenario": scenario.name,
        "based_on": scenario.based_on,
        "from": scenario.first_week.monday.isoformat(),
        "until": scenario.last_week.sunday.isoformat(),
        "seed": seed,
        "runs": len(counted),
        "clients": spread([run[0].clients for run in counted]),
        "variants": [
            {
                "name": variant.name,
                "changes": dict(changed),
                **_figures(variant, runs, Wording(config)),
                "difference": None if runs is by_variant[0] else _difference(variant, runs, by_variant[0]),
            }
            for variant, changed, runs in zip(variants, changes, by_variant, strict=True)
        ],
    }


def spread(values: Sequence[float | None]) -> Spread:
    """The median and the range of what there is.

    >>> spread([3, 1, None, 7])
    {'middle': 3, 'lowest': 1, 'highest': 7}
    """
    found = [value for value in values if value is not None]
    return {"middle": median(found), "lowest": min(found), "highest": max(found)} if found else None


def _figures(variant: Variant, runs: Sequence[Counted], wording: Wording) -> dict[str, Any]:
    return {
        "totals": {
            **_spreads([run.totals for run in runs], FIGURES),
            "rungs": _counts([run.totals["rungs"] for run in runs]),
            "answers": _counts([run.totals["answers"] for run in runs]),
            "causes": _counts([sum(run.causes.values(), Counter()) for run in runs]),
        },
        "provisions": [
            {
                "key": key,
                "name": wording.provision(key),
                **_spreads([run.provisions[key] for run in runs], FIGURES),
                "rungs": _counts([run.provisions[key]["rungs"] for run in runs]),
                "blocked_on": _counts([run.provisions[key]["blocked_on"] for run in runs]),
                "causes": _counts([run.causes[key] for run in runs]),
            }
            for key in runs[0].provisions
        ],
        "places": [
            {"place": p.key, "name": p.name, **_spreads([run.places[p.key] for run in runs], OF_MUNICIPALITY)}
            for p in variant.scenario.places
        ],
        "in_a_life": _spreads([_in_a_life(run) for run in runs], IN_A_LIFE),
        "answered": _answered(runs),
        "weeks": [{"week": week, **_spreads([run.weeks[week] for run in runs], OF_WEEK)} for week in runs[0].weeks],
    }


def _difference(variant: Variant, runs: Sequence[Counted], base: Sequence[Counted]) -> dict[str, Any]:
    pairs = list(zip(runs, base, strict=True))
    return {
        "totals": _less([(run.totals, was.totals) for run, was in pairs], FIGURES),
        "provisions": [
            {"key": key, **_less([(run.provisions[key], was.provisions[key]) for run, was in pairs], FIGURES)}
            for key in base[0].provisions
        ],
        "places": [
            {"place": p.key, **_less([(run.places[p.key], was.places[p.key]) for run, was in pairs], OF_MUNICIPALITY)}
            for p in variant.scenario.places
        ],
        "in_a_life": _less([(_in_a_life(run), _in_a_life(was)) for run, was in pairs], IN_A_LIFE),
    }


def _in_a_life(run: Counted) -> dict[str, float | None]:
    turns = run.turns
    return {
        "rounds": turns.rounds,
        "rests": turns.rests,
        "at_rest": run.at_rest,
        "warnings": turns.warnings,
        "places_lost": turns.places_lost,
        "found_in_time": turns.found_in_time,
        "nights_without_place": turns.nights,
        "asked": sum(row["asked"] for row in run.answered),
        "answered": sum(row["answered"] for row in run.answered),
        "days_until_known": round(turns.unknown_days / turns.outcomes, 1) if turns.outcomes else None,
        "needless_rungs": turns.needless,
    }


def _answered(runs: Sequence[Counted]) -> list[dict[str, Any]]:
    """How each counter answered by the link: asked, answered, and the median of the days until then."""
    rows = [{row["counter"]: row for row in run.answered} for run in runs]
    nothing = {"asked": 0, "answered": 0, "median_days": None}
    return [
        {"counter": counter, **_spreads([run.get(counter, nothing) for run in rows], tuple(nothing))}
        for counter in sorted({counter for run in rows for counter in run})
    ]


def _less(pairs: Sequence[tuple[Mapping[str, Any], Mapping[str, Any]]], figures: Sequence[str]) -> dict[str, Spread]:
    """The spread of what each figure differs within one run."""
    return {figure: spread([_minus(row[figure], was[figure]) for row, was in pairs]) for figure in figures}


def _minus(value: float | None, was: float | None) -> float | None:
    return None if value is None or was is None else value - was


def _spreads(rows: Rows, figures: Sequence[str]) -> dict[str, Spread]:
    return {figure: spread([row[figure] for row in rows]) for figure in figures}


def _counts(rows: Sequence[Mapping[str, int]]) -> dict[str, Spread]:
    """Counts by name, the most first; what a run does not have, it has none of."""
    names = dict.fromkeys(name for row in rows for name in row)
    found = {name: spread([row.get(name, 0) for row in rows]) for name in names}
    return dict(sorted(found.items(), key=lambda item: (-item[1]["middle"] if item[1] else 0, item[0])))
