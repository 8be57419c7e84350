"""``../shared/cases/follow-up-before-its-outcome``: every fact has a first day that is possible, and a last one: today."""

from collections.abc import Callable

import pytest

from provisions.domain.errors import InvalidInput
from provisions.domain.lifecycle import Need
from tests.builders import Client, a_client, day, refusal


def a_case() -> Client:
    client = a_client("2026-11-20 09:00").needs("wmo_indication", "advance_payment", "id_document", "postal_address")
    client.travels_to("2026-11-23 10:00")
    client.gets("wmo_indication")
    client.gets("advance_payment")
    return client


@pytest.mark.parametrize(("key", "name"), [("wmo_indication", "support_started"), ("advance_payment", "next_advance")])
@pytest.mark.parametrize("on", ["2020-01-01", "2026-11-22"])
def test_a_follow_up_is_not_done_before_its_outcome(key: str, name: str, on: str) -> None:
    client = a_case()
    before = client.case
    refused = refusal(lambda: client.settles(key, name, on=on))
    assert isinstance(refused, InvalidInput)
    assert "2026-11-23" in str(refused)
    assert client.case == before
    client.settles(key, name, on="2026-11-23")


def test_the_next_one_is_not_done_before_the_one_before_it() -> None:
    client = a_case().travels_to("2026-12-30 10:00")
    client.settles("advance_payment", "next_advance", on="2026-12-21")
    assert isinstance(refusal(lambda: client.settles("advance_payment", "next_advance", on="2026-12-20")), InvalidInput)
    client.settles("advance_payment", "next_advance", on="2026-12-22")
    assert client.provision("advance_payment").follow_ups[-1].due == day("2027-01-19")


FACTS: dict[str, tuple[Callable[[Client, str], object], str]] = {
    "an outcome before the start": (lambda c, on: c.gets("id_document", on=on), "2026-11-20"),
    "a waiver before the need": (lambda c, on: c.starts_without("postal_address", "id_document", on=on), "2026-11-20"),
    "a stop before the start": (lambda c, on: c.stops_the_clock("id_document", on=on, until="2026-11-30"), "2026-11-20"),
    "a need before the case": (lambda c, on: c.also_needs(Need("special_assistance"), on=on), "2026-11-20"),
    "a reopening before the outcome": (lambda c, on: c.reopens("wmo_indication", on=on), "2026-11-23"),
    "an agreement before the need": (
        lambda c, on: (c.also_needs(Need("social_network", agreed=day("2026-12-10")), on="2026-11-21"),
                       c.agrees("social_network", "2026-12-01", on=on)), "2026-11-21",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", FACTS)
def test_every_fact_has_its_first_day_and_the_same_sentence(what: str) -> None:
    record, first = FACTS[what]
    client = a_case()
    eve = f"{day(first).replace(day=day(first).day - 1)}"
    refused = refusal(lambda: record(client, eve))
    assert isinstance(refused, InvalidInput)
    assert f"kan niet op {eve}: dat is voor " in str(refused)
    assert str(refused).endswith(f"({first}). Kies {first} of een latere dag.")
    record(a_case(), first)


@pytest.mark.parametrize("year", ["1952", "2014", "2126"])
def test_a_planned_day_of_another_century_is_a_slip(year: str) -> None:
    refused = refusal(lambda: a_case().gets("id_document") and a_client().needs("wmo_indication").gets(
        "wmo_indication", support_starts_on=f"{year}-11-25"
    ))  # fmt: skip
    assert isinstance(refused, InvalidInput)
    assert f"{year}-11-25" in str(refused)
