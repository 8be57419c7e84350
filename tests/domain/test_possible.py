"""What can be done now: a trial goes as far as what would refuse, and finds what deciding on it all finds."""

import pytest

from provisions.domain import possible
from provisions.domain.lifecycle.decision import Draft, Moment
from tests.builders import CATALOGUE, KEYS
from tests.domain.test_sweep import STATES, State

TOWNS = ("voorbeeldstad", "havenmeer")


def found(state: State, key: str) -> list[object]:
    client = state(key)
    case, moment = client.case, Moment(client.now, "regisseur-1", CATALOGUE)
    return [
        possible.with_case(case, moment, TOWNS),
        possible.endings(case, moment),
        *(
            (
                possible.with_provision(case, one, moment),
                possible.outcomes(case, one, moment),
                possible.dependencies(case, one, moment),
                possible.tables(case, one, moment),
            )
            for one in case.provisions
        ),
    ]


@pytest.mark.parametrize("state", STATES, ids=lambda s: s.__name__)
def test_a_trial_finds_what_deciding_on_all_of_it_finds(state: State, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = ("id_document", "emergency_shelter", "housing") if state.__name__ != "blocked" else KEYS[:1]
    tried = [found(state, key) for key in keys]
    monkeypatch.setattr(Draft, "decided", lambda _draft: None)
    assert tried == [found(state, key) for key in keys]
    assert any(whole for whole, *_ in tried), "in each state something can be done with the case"
