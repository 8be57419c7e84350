"""Scenarios for tests: the shipped one made small, with what a test changes; and a client of whom everything is known."""

import copy
from datetime import date
from typing import Any

from provisions.catalogue import PROJECT
from provisions.domain.case import Answer, Reason
from provisions.domain.rules import Brp, OutcomeName
from provisions.domain.rungs import RungName
from provisions.simulation.file import read
from provisions.simulation.life import Life
from provisions.simulation.plans import ClientPlan, NeedPlan, TablePlan
from provisions.simulation.scenario import Scenario, read_scenario
from tests.builders import CATALOGUE, CONFIG

CONFIG_FOLDER = PROJECT / "config"
COUNTRY = read(CONFIG_FOLDER / "simulation" / "country.toml", CONFIG_FOLDER).values
SILENT = TablePlan(wait=500, answer=Answer.UNRESOLVED, faster=1.0, submitted=False)


def values(**changed: Any) -> dict[str, Any]:
    """The values of the shipped scenario, eight weeks of it, with other values by place (``counter__id_document__speed=2``)."""
    found = copy.deepcopy(dict(COUNTRY)) | {"weeks": 8, "clients": [12, 12], "runs": 1}
    for place, value in changed.items():
        *path, last = place.split("__")
        table = found
        for step in path:
            table = table[step]
        table[last] = value
    return found


def scenario(**changed: Any) -> Scenario:
    return read_scenario(values(**changed), "test.toml", CONFIG)


def need(key: str, wait: int, **more: Any) -> NeedPlan:
    """A provision that is delivered after ``wait`` working days, without tables that answer."""
    plan = NeedPlan(
        key=key,
        needed_on=None,
        agreed_after=None,
        urgent=False,
        wait=wait,
        outcome=OutcomeName.DELIVERED,
        after_refusal=None,
        after_refusal_wait=1,
        stops_after=None,
        stopped_days=14,
        stop_reason=Reason.CLIENT_DOCUMENTS,
        waived_after=None,
        tables=dict.fromkeys(RungName.tables(), SILENT),
    )
    return plan._replace(**more)


def lives(
    opened: date, *needs: NeedPlan, place: str = "voorbeeldstad", present: frozenset[str] = frozenset(), **more: Any
) -> Life:
    """One client of the region, up to the end of March 2027; ``more``: what is in store besides (``ClientPlan``)."""
    plan = ClientPlan(1, place, opened, Brp.UNKNOWN, present, needs, **more)
    return Life(plan, CATALOGUE, scenario(weeks=12).end).live()
