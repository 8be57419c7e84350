"""Runs, and what becomes of them: the same again, only what was changed, and figures that add up."""

from collections.abc import Sequence
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provisions.simulation import run
from provisions.simulation.draw import Draw, Stream
from provisions.simulation.reading import Days
from provisions.simulation.run import Counted, Variant, clients_of, simulate
from provisions.simulation.summary import spread, summarise
from provisions.simulation.what_if import WhatIf, changed
from tests.builders import CONFIG, KEYS
from tests.simulation.scenarios import scenario, values

TWICE = WhatIf("twee keer zo snel", {"counter.id_document.speed": 2})


def variants(**more: object) -> list[Variant]:
    found = values(**more)
    return [Variant("Nu", scenario(**more)), Variant(TWICE.name, changed(found, "test", TWICE, CONFIG))]


def done(these: Sequence[Variant], seed: int = 1, runs: int = 2) -> list[list[Counted]]:
    return simulate(these, seed, runs, lambda _: None)


def test_the_same_seed_gives_the_same_year_and_another_does_not() -> None:
    assert done(variants(), seed=3) == done(variants(), seed=3)
    assert done(variants(), seed=3) != done(variants(), seed=4)


def test_more_processors_give_the_same_year(monkeypatch: pytest.MonkeyPatch) -> None:
    """Enough clients for processes of their own: what each counts alone is what they count together."""
    monkeypatch.setattr(run, "WORTH_A_PROCESS", 40)
    many = variants(clients=[2 * run.WORTH_A_PROCESS, 2 * run.WORTH_A_PROCESS], weeks=2)
    told: list[int] = []
    together = simulate(many, 1, 1, told.append)
    assert sum(told) == 2 * run.WORTH_A_PROCESS
    chunks = map(partial(run._live_through, many), run._chunks(1, 0, 2 * run.WORTH_A_PROCESS))
    assert together == [run._run(many, 2 * run.WORTH_A_PROCESS, chunks, lambda _: None)]


def test_a_what_if_changes_nothing_of_what_does_not_depend_on_it() -> None:
    [[base, twice]] = done(variants(clients=[150, 150], weeks=20), runs=1)
    assert base.clients == twice.clients
    assert twice.provisions["id_document"]["breaches"] < base.provisions["id_document"]["breaches"]
    for key in ("wmo_indication", "advance_payment", "emergency_shelter", "day_activity", "special_assistance"):
        assert twice.provisions[key] == base.provisions[key], key


def test_places_and_provisions_add_up_to_the_whole() -> None:
    for counted in done(variants(clients=[80, 80], weeks=12), runs=1)[0]:
        for figure in ("started", "delivered", "breaches", "overdue"):
            assert counted.totals[figure] == sum(row[figure] for row in counted.provisions.values())
            assert counted.totals[figure] == sum(row[figure] for row in counted.places.values())
        assert counted.totals["breaches"] == sum(week["breaches"] for week in counted.weeks.values())
        assert counted.totals["overdue"] == list(counted.weeks.values())[-1]["overdue"]
        assert counted.totals["breaches"] == sum(sum(causes.values()) for causes in counted.causes.values())
        assert len(counted.weeks) == 12


def test_clients_are_as_many_as_the_scenario_says_and_a_third_is_homeless() -> None:
    found = scenario(clients=[1500, 2000], weeks=52)
    counts = clients_of([Variant("Nu", found)], 1, 20)
    assert all(1500 <= count <= 2000 for count in counts)
    assert len(set(counts)) > 10
    clients = [Draw(found, "1/0").client(number) for number in range(1500)]
    sheltered = sum(any(n.key == "emergency_shelter" and n.needed_on is None for n in c.needs) for c in clients)
    assert 450 <= sheltered <= 550
    assert {c.opened.weekday() for c in clients} == {0, 1, 2, 3, 4}


@given(
    median=st.floats(0.1, 200),
    factor=st.floats(1, 20),
    share=st.floats(0.001, 0.999),
    speeds=st.tuples(*[st.floats(0.01, 100)] * 2),
)
def test_a_distribution_is_what_it_says(
    median: float, factor: float, share: float, speeds: tuple[float, float]
) -> None:
    days = Days(median, median * factor)
    assert days.at(0.5) == pytest.approx(median)
    assert days.at(0.9) == pytest.approx(median * factor)
    slow, fast = sorted(speeds)
    assert Stream("x", share).whole_days(days, fast) <= Stream("x", share).whole_days(days, slow)


@given(weights=st.dictionaries(st.sampled_from(KEYS), st.floats(0.01, 10), min_size=1), purpose=st.integers())
@settings(max_examples=50)
def test_a_pick_is_one_of_them(weights: dict[str, float], purpose: int) -> None:
    assert Stream(purpose).pick(weights) in weights


def test_a_pick_keeps_the_proportion() -> None:
    picked = [Stream("pick", n).pick({"a": 3, "b": 1}) for n in range(4000)]
    assert 2850 <= picked.count("a") <= 3150


# --- summary ---------------------------------------------------------------------------------------------------------


def test_a_difference_is_taken_within_a_run() -> None:
    these = variants(clients=[20, 60])
    counted = done(these, runs=5)
    summary = summarise(these, [TWICE], counted, 1, CONFIG)
    base, twice = summary["variants"]
    per_run = [
        twice_.provisions["id_document"]["breaches"] - base_.provisions["id_document"]["breaches"]
        for base_, twice_ in counted
    ]
    row = next(r for r in twice["difference"]["provisions"] if r["key"] == "id_document")
    assert row["breaches"] == spread(per_run)
    assert base["difference"] is None
    assert twice["changes"] == TWICE.changes
    assert [r["key"] for r in base["provisions"]] == list(KEYS)


def test_a_figure_that_no_run_has_is_null() -> None:
    these: list[Variant] = [Variant("Nu", scenario(clients=[1, 1], weeks=1))]
    summary = summarise(these, [], done(these, runs=1), 1, CONFIG)
    assert summary["variants"][0]["totals"]["median_days"] is None
