"""What all provision flows share: ask, wait (and escalate), finish.

A provision's flow is a function of its row. Each time its run is executed it starts at the top: it reads the row, does
what is still to be done, and ends under a name of its own or parks again. Nothing is remembered in Prefect.

Steps call the use cases and show in the UI as task runs under the name the provision's own file gives them.
They are not Prefect tasks, which cost more than all the rest: see :func:`flows.prefect.parking.show_step`.
"""

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from typing import Any, TypeVar

from prefect import Flow
from prefect.client.schemas.objects import State, StateType
from prefect.states import Completed
from pydantic import ValidationError

from flows import context
from flows.forms.fields import outcome_form, read_outcome
from flows.prefect import parking
from flows.prefect.tags import PROVISION_TAG
from provisions.domain.case import Status
from provisions.domain.errors import NotFound, Refused, Unreachable
from provisions.views.runs import RunView

logger = logging.getLogger(__name__)

RETRY_AFTER = 60  # seconds
Process = Callable[[int], State[Any]]
Result = TypeVar("Result")


def provision_flow(name: str) -> Callable[[Process], Flow[[int], State[Any]]]:
    """Make a process a Prefect flow that is called ``name`` (Dutch) in the UI; its docstring is its description."""

    def make(process: Process) -> Flow[[int], State[Any]]:
        @wraps(process)
        def execute(provision: int) -> State[Any]:
            try:
                if not made_by_the_engine():
                    return State(type=StateType.CANCELLED, name="Niet gestart", message=START_ELSEWHERE)
                return process(provision)
            except NotFound:
                return State(type=StateType.CANCELLED, name="Onbekend", message="Deze voorziening bestaat niet (meer).")
            except Exception as fault:
                # E.g. the database is away: the run must not be lost. Only its kind: the text of an exception may hold
                # data, and Prefect would keep it.
                logger.warning("Voorziening %s: stap mislukt (%s)", provision, type(fault).__name__)
                logger.debug("Voorziening %s", provision, exc_info=fault)
                parking.try_again_later(
                    "Wordt opnieuw geprobeerd", "Een onderdeel was even niet bereikbaar.", seconds=RETRY_AFTER
                )

        return Flow(execute, name=name, validate_parameters=False, persist_result=False)

    return make


START_ELSEWHERE = (
    "Een voorziening start u niet hier, maar met het formulier 'Traject starten' of 'Voorziening toevoegen'. "
    "Er is niets veranderd."
)


def made_by_the_engine() -> bool:
    """Whether the engine made this run, and not a person with the Run button of the deployment."""
    return bool(parking.this_run().idempotency_key)


def ask(provision: int, step: str) -> None:
    """The counter is asked; shown once, at the first execution."""
    if parking.rungs_shown() is None:
        _run(step, lambda: context.steps().ensure_asked(provision))


def wait(provision: int, *, settled: str, remark: str = "") -> None:
    """Take in what was filled in, climb what is due, and park unless the provision is settled.

    ``settled`` completes "Dit is geregeld als …" above the form; ``remark`` is the guide's advice there.
    """
    refusal = take_in_answers(provision)
    view = escalate(provision)
    if not view.open:
        return
    rule = context.config().catalogue.rule(view.key)
    advice = f"Dit is geregeld als {settled}. {remark}"
    parking.show_tags((*view.tags, PROVISION_TAG))
    # Before the park, so that a change in between raises generation above what is marked here.
    context.steps().runs.observe(provision, view.generation, parking.this_run().id)
    parking.park(
        view.state,
        f"Niet vastgelegd: {refusal}\n\n{view.message}" if refusal else view.message,
        form=outcome_form(rule, view.status),
        introduction=f"{view.run_name}\n\n{advice}".strip(),
        generation=view.generation,
        rungs=len(view.rungs),
    )


def escalate(provision: int) -> RunView:
    """Climb what is due, by the same call as the clock's, so that each rung is climbed once, whoever comes first.

    What was climbed for this provision since its run was last parked shows as a step with the table's Dutch name.
    """
    context.steps().tick()
    view = context.steps().run_views.of(provision)
    for rung in view.rungs[parking.rungs_shown() or 0 :]:
        _run(f"Escalatie: {rung}", lambda: None)
    return view


def finish(provision: int, step: str) -> State[Any]:
    """End the run under the name of the outcome, its tags without ``te-laat``."""
    view = context.steps().run_views.of(provision)

    def show_the_end() -> None:
        parking.show_tags((*view.tags, PROVISION_TAG))
        context.steps().runs.observe(provision, view.generation, parking.this_run().id)

    _run(step if view.status == Status.DELIVERED else "Afsluiten", show_the_end)
    return Completed(name=view.state, message=view.message)


def take_in_answers(provision: int) -> str | None:
    """Record what was filled in since the last park; why the last of it was refused (Dutch), or ``None``."""
    refusal = None
    for answer in parking.answers():
        refusal = _record(provision, answer)
        parking.forget(answer)
    return refusal


def _record(provision: int, answer: parking.Answer) -> str | None:
    view = context.steps().run_views.of(provision)
    rule = context.config().catalogue.rule(view.key)
    try:
        given = read_outcome(rule, outcome_form(rule, view.status).model_validate(answer.values))
    except ValidationError:
        return "het formulier is niet goed ingevuld, of het paste niet meer bij de stand. Vul het opnieuw in."

    def record() -> str | None:
        try:
            context.steps().record_outcome(
                view.reference, view.key, given.outcome, by=given.by, on=given.on, fields=given.fields, note=None
            )
        except Unreachable:
            raise
        except Refused as refused:
            return str(refused)
        return None

    return _run("Uitkomst vastleggen", record, again=True)


def _run(step: str, action: Callable[[], Result], *, again: bool = False) -> Result:
    """Do ``action`` as a step called ``step``. Of a fault only its kind is shown, because its text may hold data."""
    began = datetime.now(UTC)
    try:
        result = action()
    except Exception as fault:
        parking.show_step(step, began=began, fault=type(fault).__name__, again=True)
        raise
    parking.show_step(step, began=began, again=again)
    return result
