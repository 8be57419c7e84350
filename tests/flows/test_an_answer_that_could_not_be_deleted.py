"""An answer that was recorded and could not be taken out of Prefect is read again: it is neither recorded nor refused twice."""

import pytest

from flows.prefect import parking
from tests.flows.conftest import World

REFUSED = {"outcome": "Afgewezen", "by": "regisseur-03"}


@pytest.fixture
def deleting_fails_once(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Prefect is away at the moment that an answer that was recorded is to be taken out."""
    failed: list[str] = []
    forget = parking.forget

    def fails_once(answer: parking.Answer) -> None:
        if not failed:
            failed.append(answer.key)
            raise ConnectionError
        forget(answer)

    monkeypatch.setattr(parking, "forget", fails_once)
    return failed


def test_a_refusal_by_the_counter_is_not_told_as_not_recorded(world: World, deleting_fails_once: list[str]) -> None:
    world.intake("emergency_shelter")
    world.settle()
    run = world.run("emergency_shelter").id
    assert parking.resume(world.client, run, REFUSED) is None
    world.run_due()
    assert deleting_fails_once
    assert world.state("emergency_shelter")[0] == "Wordt opnieuw geprobeerd"
    assert world.provision("emergency_shelter")["status"] == "refused"
    assert parking.wake(world.client, run)
    world.settle()
    state = world.run("emergency_shelter").state
    assert state is not None
    assert "Niet vastgelegd" not in (state.message or "")
    outcomes = [entry for entry in world.app.views.audit(world.reference) if entry.what == "provision.outcome"]
    assert len(outcomes) == 1
    assert world.client.filter_flow_run_input(run, "antwoord-", limit=5, exclude_keys=set()) == []
