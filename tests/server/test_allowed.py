"""What may be asked of Prefect from outside: the calls that its UI makes, each limited, and nothing else."""

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.server import allowed
from flows.server.allowed import How, NotLimitable

RUN = "d240e0af-482e-4ca7-9279-01551cfcac40"
TOWN = "havenmeer"


@pytest.mark.parametrize(
    ("method", "path", "how"),
    [
        ("GET", "health", How.PASS),
        ("GET", f"flow_runs/{RUN}", How.OF_RUN),
        ("GET", f"flow_runs/{RUN}/graph-v2", How.OF_RUN),
        ("GET", f"flow_runs/{RUN}/input/formulier-ab12", How.OF_RUN),
        ("GET", "artifacts/te-laat/latest", How.OF_ARTIFACT),
        ("POST", "flow_runs/paginate", How.LIMITED),
        ("POST", "ui/task_runs/dashboard/counts", How.LIMITED),
        ("POST", "deployments/filter", How.LIMITED_IF_RUNS),
        ("POST", "logs/filter", How.NOTHING),
        ("POST", f"flow_runs/{RUN}/resume", How.RESUME),
        ("POST", f"deployments/{RUN}/create_flow_run", How.START),
    ],
)
def test_a_call_of_the_ui_is_known(method: str, path: str, how: How) -> None:
    found = allowed.find(method, path)
    assert found is not None
    assert found[0].how is how
    assert found[1] in (RUN, "")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", f"flow_runs/{RUN}/set_state"),
        ("DELETE", f"flow_runs/{RUN}"),
        ("PATCH", f"flow_runs/{RUN}"),
        ("POST", "flow_runs/"),
        ("GET", f"flow_runs/{RUN}/input/antwoord-1"),
        ("POST", f"flow_runs/{RUN}/input/filter"),
        ("POST", "deployments/"),
        ("PATCH", f"deployments/{RUN}"),
        ("POST", "block_documents/"),
        ("POST", "automations/"),
        ("POST", "variables/"),
        ("POST", "events"),
        ("POST", "task_runs/"),
        ("POST", "work_pools/"),
        ("POST", "work_pools/x/get_scheduled_flow_runs"),
        ("POST", "logs/"),
        ("GET", "logs/download"),
        ("GET", "admin/settings/../../x"),
        ("GET", f"flow_runs/{RUN}/graph-v2/../../filter"),
        ("GET", f"flow_runs/{RUN}\n"),
        ("GET", f"flow_runs/{RUN.upper()}x"),
        ("GET", "admin/database/clear"),
        ("POST", "admin/database/clear"),
        ("GET", ""),
    ],
)
def test_everything_else_is_nobodys(method: str, path: str) -> None:
    assert allowed.find(method, path) is None
    assert not allowed.is_read(method, path)


def test_what_was_typed_into_a_form_is_not_read_by_a_program_either() -> None:
    assert not allowed.is_read("GET", f"flow_runs/{RUN}/input/antwoord-1")
    assert not allowed.is_read("POST", "flow_runs/../input/filter")
    assert allowed.is_read("POST", "artifacts/latest/filter")
    assert allowed.is_read("GET", f"flow_runs/{RUN}")


@pytest.mark.parametrize(
    "body",
    [
        {"flow_runs": {"operator": "or_"}},
        {"flow_runs": {"tags": {"operator": "or_", "all_": ["x"]}}},
        {"flow_runs": {"tags": {"all_": "x"}}},
        {"flow_runs": {"tags": []}},
        {"flow_runs": []},
        {"flow_runs": {"operator": ["and_"]}},
    ],
)
def test_a_filter_that_would_undo_ours_is_refused(body: dict[str, Any]) -> None:
    with pytest.raises(NotLimitable):
        allowed.limited(body, TOWN)


_TAGS = st.fixed_dictionaries({}, optional={"all_": st.lists(st.text()), "any_": st.lists(st.text())})


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "flow_runs": st.fixed_dictionaries(
                {},
                optional={
                    "tags": st.fixed_dictionaries(
                        {}, optional={"all_": st.lists(st.text()), "any_": st.lists(st.text())}
                    )
                },
            ),
            "limit": st.integers(),
        },
    )
)
def test_every_limited_filter_asks_for_the_municipality_and_keeps_what_was_asked(body: dict[str, Any]) -> None:
    made = allowed.limited(body, TOWN)
    tags = made["flow_runs"]["tags"]
    assert tags["all_"][-1] == TOWN
    assert tags["all_"][:-1] == body.get("flow_runs", {}).get("tags", {}).get("all_", [])
    assert {name: value for name, value in made.items() if name != "flow_runs"} == {
        name: value for name, value in body.items() if name != "flow_runs"
    }


def test_events_are_of_the_municipality_and_a_forged_page_is_not() -> None:
    made = allowed.events_limited({"filter": {"event": {"prefix": ["prefect."]}}, "limit": 5}, TOWN)
    assert made["filter"]["related"] == [{"id": ["prefect.tag.havenmeer"], "role": ["tag"]}]

    def token(said: object) -> str:
        return base64.b64encode(base64.b64encode(json.dumps(said).encode())).decode()

    assert allowed.holds_our_limit(token(made), TOWN)
    assert not allowed.holds_our_limit(token(made), "duinrade")
    for forged in (
        token({"filter": {}}),
        token({"filter": {"related": "x"}}),
        token([]),
        "",
        "geen base64!",
        token(None),
    ):
        assert not allowed.holds_our_limit(forged, TOWN)


def test_a_form_is_made_anew_from_what_was_filled_in() -> None:
    theirs = {
        "parameters": {"formulier": {"traject": "TR-2026-0001", "by": "iemand"}, "meer": 1},
        "name": "vrij",
        "tags": ["duinrade"],
        "job_variables": {"env": {"X": "1"}},
        "work_queue_name": "x",
        "state": {"type": "RUNNING"},
        "enforce_parameter_schema": False,
        "idempotency_key": "x",
    }
    assert allowed.started(theirs, "admin", "formulier") == {
        "parameters": {"formulier": {"traject": "TR-2026-0001", "by": "admin"}},
        "tags": ["formulier"],
        "state": {"type": "SCHEDULED"},
        "enforce_parameter_schema": True,
    }
    assert allowed.resumed({"run_input": {"outcome": "geregeld", "by": "iemand"}, "x": 1}, "admin") == {
        "run_input": {"outcome": "geregeld", "by": "admin"}
    }


@pytest.mark.parametrize(
    "value", [{"__prefect_kind": "jinja"}, {"a": [{"b": {"__prefect_kind": "json", "value": "1"}}]}, "x", None, []]
)
def test_a_template_is_no_form(value: object) -> None:
    with pytest.raises(NotLimitable):
        allowed.started({"parameters": {"formulier": value}}, "admin", "formulier")
    with pytest.raises(NotLimitable):
        allowed.resumed({"run_input": value}, "admin")
