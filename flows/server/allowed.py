"""What may be asked of Prefect from outside, call by call: matched whole, limited to one municipality for whoever sees a part.

Recorded from Prefect's first UI (3.8.8): with all else denied its pages work (docs/decisions/0072). Read this before Prefect is
upgraded. Pure: what to do with a call, not doing it.
"""

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

_ID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_NAME = r"[A-Za-z0-9_.-]{1,120}"


class How(Enum):
    """What is done with a call."""

    PASS = auto()
    """As it is: there is nothing of a case in it."""
    OF_RUN = auto()
    """The run in the address must be this person's."""
    OF_TASK_RUN = auto()
    """The run of the task run must be."""
    OF_ARTIFACT = auto()
    """The run of the artifact must be."""
    LIMITED = auto()
    """The municipality's tag is put into the filter of runs."""
    LIMITED_IF_RUNS = auto()
    """So, when the filter is about runs; otherwise it holds no case."""
    EVENTS = auto()
    """The municipality's tag is put into the related resources."""
    NEXT_EVENTS = auto()
    """The token of the next page must hold that tag."""
    COUNTS_BY_RUN = auto()
    """Only of runs that are this person's."""
    NULLS = auto()
    """Can't be limited: answered with nothing for each."""
    NOTHING = auto()
    """Can't be limited, or nobody's but the administrator's: an empty list."""
    ZERO = auto()
    CSRF = auto()
    SETTINGS = auto()
    VALIDATE = auto()
    RESUME = auto()
    START = auto()


@dataclass(frozen=True)
class Call:
    """A call that is known. ``path`` is below ``/api/``."""

    method: str
    path: re.Pattern[str]
    how: How


def _call(method: str, path: str, how: How) -> Call:
    return Call(method, re.compile(path), how)


CALLS = (
    _call("GET", "health|ready|admin/version", How.PASS),
    _call("GET", f"(?:flows|deployments)/{_ID}", How.PASS),
    _call("GET", "csrf-token", How.CSRF),
    _call("GET", "admin/settings", How.SETTINGS),
    _call("GET", f"flow_runs/(?P<id>{_ID})(?:/graph-v2|/input/(?:formulier|toelichting)-{_NAME})?", How.OF_RUN),
    _call("GET", f"(?:ui/)?task_runs/(?P<id>{_ID})", How.OF_TASK_RUN),
    _call("GET", f"artifacts/(?:{_ID}|{_NAME}/latest)", How.OF_ARTIFACT),
    _call("GET", f"automations/related-to/{_NAME}", How.NOTHING),
    _call("GET", "events/filter/next", How.NEXT_EVENTS),
    _call("POST", "(?:flow_runs|task_runs)/(?:filter|count|paginate|history)", How.LIMITED),
    _call("POST", "ui/flow_runs/history|ui/task_runs/count|ui/task_runs/dashboard/counts", How.LIMITED),
    _call("POST", "(?:flows|deployments)/(?:filter|count|paginate)", How.LIMITED_IF_RUNS),
    _call("POST", "artifacts/(?:latest/)?(?:filter|count)", How.LIMITED),
    _call("POST", "ui/flow_runs/count-task-runs", How.COUNTS_BY_RUN),
    _call("POST", "ui/flows/next-runs", How.NULLS),
    _call("POST", "ui/flows/count-deployments|saved_searches/filter", How.PASS),
    _call("POST", "events/filter|events/count-by/(?:event|time)", How.EVENTS),
    _call("POST", "logs/filter", How.NOTHING),
    _call(
        "POST",
        "(?:work_pools|work_queues|block_documents|block_types|block_schemas|variables|automations|v2/concurrency_limits)/filter",
        How.NOTHING,
    ),
    _call("POST", "(?:block_documents|variables|automations)/count", How.ZERO),
    _call("POST", "ui/schemas/validate", How.VALIDATE),
    _call("POST", f"flow_runs/(?P<id>{_ID})/resume", How.RESUME),
    _call("POST", f"deployments/(?P<id>{_ID})/create_flow_run", How.START),
)

# What a program with the administrator's password may read besides: all of it, whole.
_READS = re.compile(
    rf"(?:flows|deployments|task_runs|artifacts)/{_ID}|flow_runs/{_ID}(?:/graph|/graph-v2)?|(?:flows|deployments)/name/.{{1,300}}|"
    rf"artifacts/{_NAME}/latest|flow_run_states/|metrics|admin/version|events/filter/next"
)
_LISTS = re.compile(r"[a-z0-9_/]{1,60}/(?:filter|count|paginate|history)|events/count-by/(?:event|time)")


def find(method: str, path: str) -> tuple[Call, str] | None:
    """The call that ``path`` (decoded, below ``/api/``) is, and what it is about; ``None`` when it is none of ours."""
    for call in CALLS:
        if call.method == method and (match := call.path.fullmatch(path)):
            return call, match.groupdict().get("id") or ""
    return None


def is_read(method: str, path: str) -> bool:
    """Whether a program may read this."""
    if ".." in path or "antwoord-" in path:  # what was typed into a form is nobody's
        return False
    return bool((_READS if method == "GET" else _LISTS if method == "POST" else _NONE).fullmatch(path))


_NONE = re.compile(r"(?!)")


class NotLimitable(Exception):  # noqa: N818 - said of a question, and no error of the program
    """A filter that would undo ours."""


def limited(body: Mapping[str, Any], municipality: str) -> dict[str, Any]:
    """``body`` so that its runs are this municipality's. Raises ``NotLimitable``."""
    runs = _and(body.get("flow_runs"))
    tags = _and(runs.get("tags"))
    theirs = tags.get("all_") or []
    if not isinstance(theirs, list):
        raise NotLimitable
    return {**body, "flow_runs": {**runs, "tags": {**tags, "all_": [*theirs, municipality]}}}


def is_about_runs(body: Mapping[str, Any]) -> bool:
    """Whether a filter of flows or deployments asks by runs."""
    return bool(body.get("flow_runs") or body.get("task_runs"))


def events_limited(body: Mapping[str, Any], municipality: str) -> dict[str, Any]:
    """``body`` so that its events are of this municipality's runs. Raises ``NotLimitable``."""
    asked = body.get("filter") or {}
    if not isinstance(asked, dict):
        raise NotLimitable
    related = asked.get("related") or []
    related = related if isinstance(related, list) else [related]
    return {**body, "filter": {**asked, "related": [*related, related_of(municipality)]}}


def related_of(municipality: str) -> dict[str, list[str]]:
    """The related resource that events of this municipality's runs have."""
    return {"id": [f"prefect.tag.{municipality}"], "role": ["tag"]}


def holds_our_limit(page_token: str, municipality: str) -> bool:
    """Whether the token of a next page, which anybody can forge, asks within the limit."""
    try:
        said = json.loads(base64.b64decode(base64.b64decode(page_token)))
        related = said["filter"]["related"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return False
    return isinstance(related, list) and related_of(municipality) in [
        {name: one.get(name) for name in ("id", "role")} for one in related if isinstance(one, dict)
    ]


def has_template(value: Any) -> bool:
    """Whether something in what was filled in would be rendered by the server."""
    if isinstance(value, dict):
        return "__prefect_kind" in value or any(has_template(one) for one in value.values())
    return isinstance(value, list) and any(has_template(one) for one in value)


def resumed(body: Mapping[str, Any], by: str) -> dict[str, Any]:
    """A resume made anew: what was filled in, by whom. Raises ``NotLimitable`` for anything else."""
    filled = body.get("run_input")
    if not isinstance(filled, dict) or has_template(filled):
        raise NotLimitable
    return {"run_input": {**filled, "by": by}}


def started(body: Mapping[str, Any], by: str, form_tag: str) -> dict[str, Any]:
    """A run of a form made anew: what was filled in, by whom; no name, tags, schedule, variables or work queue of theirs."""
    given = body.get("parameters")
    filled = given.get("formulier") if isinstance(given, dict) else None
    if not isinstance(filled, dict) or has_template(filled):
        raise NotLimitable
    return {
        "parameters": {"formulier": {**filled, "by": by}},
        "tags": [form_tag],
        "state": {"type": "SCHEDULED"},
        "enforce_parameter_schema": True,
    }


def _and(value: Any) -> dict[str, Any]:
    found = {} if value is None else value
    if not isinstance(found, dict) or found.get("operator", "and_") not in ("and_", None):
        raise NotLimitable
    return found
