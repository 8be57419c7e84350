"""Park and wake: how a flow run waits without a process.

A provision's run waits in a PAUSED state with a name of our own ("Wacht op loket", "Te laat"), proposed by the flow
itself, without a timeout. Prefect's own ``suspend_flow_run`` fails the run at its timeout and fixes the name, which is
why it is not used. Written for Prefect 3.8.8; what it relies on is held by ``tests/flows/contract`` and ``test_waiting.py`` on
a real server.

The form of the Resume button is a registered schema; three inputs of the run belong to it:

- ``formulier-<hash>`` and ``toelichting-<hash>``: the schema and the text above the form, written once a run while both
  are the same (the key of each park holds the hash);
- ``antwoord-<key>``: what a person filled in. It is there when the run is executed again, until :func:`forget`.

Each call to Prefect's server costs it ten to thirty milliseconds, which is what limits the runs a second (docs/performance.md).
"""

import hashlib
import hmac
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, Never
from uuid import UUID, uuid4, uuid5

from prefect._internal.pydantic.v2_schema import create_v2_schema
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas import OrchestrationResult
from prefect.client.schemas.objects import FlowRun, State, StateDetails, StateType, TaskRun
from prefect.client.schemas.responses import SetStateStatus
from prefect.context import FlowRunContext
from prefect.exceptions import Pause, PrefectHTTPStatusError
from prefect.input import RunInput
from prefect.states import Completed, Running, Scheduled
from prefect.types import DateTime
from prefect.utilities.engine import emit_task_run_state_change_event, propose_state_sync

from flows.prefect.api import client_of_thread

SCHEMA, TEXT, ANSWER = "formulier-", "toelichting-", "antwoord-"
LINE = "regel"  # begins the key of a park
BY_ENGINE = "Wordt uitgevoerd door motor "
CONFLICT = 409
GONE = 404


@dataclass(frozen=True)
class Answer:
    """What a person filled in in the form of a waiting run."""

    key: str
    values: Mapping[str, Any]


def this_run() -> FlowRun:
    """The flow run that is being executed."""
    context = FlowRunContext.get()
    if context is None or context.flow_run is None:
        raise RuntimeError("Only a flow that is being run has a run.")
    return context.flow_run


@dataclass(frozen=True)
class ParkedForm:
    """The form of a parked run, and the text above it."""

    form: type[RunInput]
    introduction: str

    @property
    def schema(self) -> str:
        """The form as Prefect keeps it."""
        return _schema(self.form)

    @property
    def digest(self) -> str:
        """What stands in the keys of both."""
        return digest_of(self.schema, self.introduction)


def keyset_of(key: str, digest: str) -> dict[str, str]:
    """Where Prefect finds the form, the text and the answer of a park under ``key``."""
    return {"schema": SCHEMA + digest, "description": TEXT + digest, "response": ANSWER + key}


def digest_of(schema: str, introduction: str) -> str:
    """A digest of a form as Prefect keeps it and the text above it."""
    return hashlib.sha256(f"{schema}{introduction}".encode()).hexdigest()[:16]


def park(
    name: str,
    message: str,
    *,
    form: type[RunInput],
    introduction: str,
    line: int,
    seal: Callable[[str], str] = lambda _said: "",
) -> Never:
    """Let this run wait under ``name`` until it is woken or its form is filled in. Ends the execution.

    ``line`` is the last line of the record that was shown: the key says so (:func:`last_line`). The key never repeats,
    because Prefect refuses a pause whose key it has seen and would let the flow run on. It ends with the ``seal`` of what is
    said, by which it is known again (:func:`sealed`).
    """
    run = this_run()
    shown = ParkedForm(form, introduction)
    schema, digest = shown.schema, shown.digest
    key = f"{LINE}{line}-{digest}-{uuid4().hex[:12]}"
    key = "-".join(filter(None, (key, seal(_said(run.id, name, message, key)))))
    keyset = keyset_of(key, digest)
    client = client_of_thread()
    if not any(digest in earlier for earlier in _keys()):
        _put_once(client, run.id, keyset["schema"], schema)
        _put_once(client, run.id, keyset["description"], json.dumps(introduction))
    details = StateDetails(pause_reschedule=True, pause_key=key, run_input_keyset=keyset)
    state = State(type=StateType.PAUSED, name=name, message=message, state_details=details)
    # Raises Pause by itself when the run was paused meanwhile; a run that was woken meanwhile is Scheduled and
    # will be executed again. In each case this execution is over.
    state = propose_state_sync(client, state, flow_run_id=run.id)
    raise Pause(state=state)


def sealed(run: UUID, name: str, message: str, key: str, seal: Callable[[str], str]) -> bool:
    """Whether a park of ``run`` under ``key`` was made with ``seal`` and said this."""
    bare, _, mark = key.rpartition("-")
    return hmac.compare_digest(mark.encode(), seal(_said(run, name, message, bare)).encode())


def _said(run: UUID, name: str, message: str, key: str) -> str:
    return json.dumps([str(run), name, message, key])


def write_form(client: SyncPrefectClient, run: UUID, form: ParkedForm) -> None:
    """Write the form of a parked run anew, and the text above it."""
    for key, value in ((SCHEMA, form.schema), (TEXT, json.dumps(form.introduction))):
        try:
            client.delete_flow_run_input(run, key + form.digest)
        except PrefectHTTPStatusError as refused:
            if refused.response.status_code != GONE:
                raise
        _put_once(client, run, key + form.digest, value)


def last_line() -> int | None:
    """The last line of the record that this run had shown when it was last parked; ``None`` when no park says so."""
    lines = [key.removeprefix(LINE).split("-")[0] for key in _keys() if key.startswith(LINE)]
    return max((int(line) for line in lines if line.isdigit()), default=None)


@dataclass(frozen=True)
class EarlierPark:
    """How the version before 0.2 left this run: how many rungs it had shown, and from when to when it was last executed."""

    rungs: int
    began: datetime
    parked: datetime


def parked_by_version_before() -> EarlierPark | None:
    """The park of the version before 0.2, whose keys are ``v3-r2-…``; ``None`` when there is none.

    Goes with the release after 0.2.
    """
    counts = [int(found[1]) for key in _keys() if (found := re.match(r"v\d+-r(\d+)-", key))]
    if not counts:
        return None
    states = client_of_thread().read_flow_run_states(this_run().id)
    moments = sorted((state.timestamp, state.type) for state in states)
    parks = [at for at, kind in moments if kind is StateType.PAUSED]
    parked = parks[-1] if parks else moments[0][0]
    began = [at for at, kind in moments if kind is StateType.RUNNING and at < parked]
    return EarlierPark(max(counts), began[-1] if began else parked, parked)


def _keys() -> Sequence[str]:
    """The keys of the parks of this run, in no order."""
    return tuple(this_run().empirical_policy.pause_keys or ())


@lru_cache(maxsize=256)
def _schema(form: type[RunInput]) -> str:
    return json.dumps(create_v2_schema(form.__name__, model_base=form), sort_keys=True)


def show_step(name: str, *, at: datetime, line: int) -> None:
    """Show a ``line`` of the record as a task run called ``name``, done at that moment. The same line shows once a run.

    One event and not Prefect's task engine, whose three events and their recording cost as much as a whole park.
    """
    # The event itself happens now, and not ``at``: of two events of one step with the same moment Prefect's recorder can keep
    # neither (a unique key), and drops all that it would have written with them.
    emit_task_run_state_change_event(step_of(this_run(), name, at=at, line=line), None, Completed())


def step_of(run: FlowRun, name: str, *, at: datetime, line: int) -> TaskRun:
    """The task run of ``run`` that :func:`show_step` shows. The same line gives the same."""
    moment = DateTime.instance(at)
    return TaskRun(
        id=uuid5(run.id, str(line)),
        name=name,
        flow_run_id=run.id,
        task_key="vastgelegd",
        dynamic_key=str(line),
        expected_start_time=moment,
        start_time=moment,
        end_time=moment,
        total_run_time=timedelta(0),
        run_count=1,
    )


def try_again_later(name: str, message: str, *, seconds: int) -> Never:
    """Let this run be executed again in ``seconds``. Ends the execution."""
    moment = datetime.now(UTC) + timedelta(seconds=seconds)
    state: State[Any] = Scheduled(name=name, message=message, scheduled_time=moment)
    raise Pause(state=propose_state_sync(client_of_thread(), state, flow_run_id=this_run().id))


def answers() -> Sequence[Answer]:
    """What people filled in since this run was parked, oldest first."""
    run = this_run()
    if not _keys():
        return ()
    inputs = client_of_thread().filter_flow_run_input(run.id, ANSWER, limit=20, exclude_keys=set())
    return [Answer(found.key, found.decoded_value) for found in inputs]


def forget(answer: Answer) -> None:
    """Remove an answer from Prefect, once it was dealt with."""
    client_of_thread().delete_flow_run_input(this_run().id, answer.key)


def show_tags(tags: Sequence[str]) -> None:
    """Give this run exactly these tags."""
    run = this_run()
    if set(run.tags) != set(tags):
        client_of_thread().update_flow_run(run.id, tags=list(tags)).raise_for_status()


def show_done(name: str | None, tags: Sequence[str], parameters: Mapping[str, Any]) -> None:
    """Give this run a name that a person recognises in the list (``None``: the one it has), exactly these tags, and these
    parameters in place of what was filled in.
    """
    run = this_run()
    client = client_of_thread()
    client.update_flow_run(run.id, name=name, tags=list(tags), parameters=dict(parameters)).raise_for_status()


def wake(client: SyncPrefectClient, run: UUID, name: str = "Wordt bijgewerkt") -> bool:
    """Have a run executed again now; ``False`` when Prefect does not accept it.

    Forced, because a run that waits for input can't be resumed without it, and the run of a dead executor stays
    RUNNING for ever. A run that is being executed right now is executed once more afterwards, which harms nothing.
    """
    result: OrchestrationResult[Any] = client.set_flow_run_state(run, Scheduled(name=name), force=True)
    return result.status is SetStateStatus.ACCEPT


def claim(client: SyncPrefectClient, run: UUID, by: int | None = None) -> bool:
    """Take a parked run to execute it now; ``False`` when Prefect does not accept it. ``by``: the number of the engine."""
    result: OrchestrationResult[Any] = client.set_flow_run_state(run, Running(message=executed_by(by)))
    return result.status is SetStateStatus.ACCEPT


def executed_by(engine: int | None) -> str | None:
    """What the state of a run says while an engine executes it, so that others know whose it was when that engine is gone."""
    return None if engine is None else f"{BY_ENGINE}{engine}"


def executing(state: State[Any] | None) -> int | None:
    """The number of the engine that executes, as :func:`executed_by` wrote it."""
    number = (state.message or "").removeprefix(BY_ENGINE) if state else ""
    return int(number) if number.isdigit() else None


def resume(client: SyncPrefectClient, run: UUID, values: Mapping[str, Any]) -> str | None:
    """Fill in the form of a waiting run, as its Resume button does. ``None``, or why Prefect refused.

    A run that is not parked answers ABORT without an exception: that is a refusal here.
    """
    result = client.resume_flow_run(run, run_input=dict(values))
    if result.status is SetStateStatus.ACCEPT:
        return None
    return str(getattr(result.details, "reason", result.status.value))


def _put_once(client: SyncPrefectClient, run: UUID, key: str, value: str) -> None:
    try:
        client.create_flow_run_input(run, key, value)
    except PrefectHTTPStatusError as refused:
        if refused.response.status_code != CONFLICT:
            raise
