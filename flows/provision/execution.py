"""How the run of a provision is executed: the same for every process.

A run is a function of the row and the record. Each time it is executed it starts at the top: it takes in what was filled in,
climbs what is due, shows what was recorded since it was last parked, and ends under a name of its own or parks again. Nothing
is remembered in Prefect but the last line of the record that was shown, in the key of the park.
"""

import logging
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from prefect import Flow
from prefect.client.schemas.objects import State, StateType
from prefect.states import Completed
from pydantic import ValidationError

from flows import context
from flows.forms.fields import outcome_form, read_outcome
from flows.prefect import parking
from flows.prefect.flow import flow_of as make_flow
from flows.provision.process import ProvisionProcess
from provisions.domain.errors import NotFound, Refused, Unreachable
from provisions.domain.rules import Catalogue
from provisions.domain.tags import PROVISION
from provisions.views.refusals import for_people
from provisions.views.runs import TAKEN_BACK, RecordLine, RunView

logger = logging.getLogger(__name__)

RETRY_AFTER = 60  # seconds
NOT_RECORDED = "Niet vastgelegd: "  # begins the message of a run whose form was refused
NOT_OURS = (
    "Deze run is niet de run van deze voorziening. Wat hier is ingevuld, is niet vastgelegd. "
    "Zoek het traject op, en vul het daar in."
)
START_ELSEWHERE = (
    "Een voorziening start u niet hier, maar met het formulier 'Traject starten' of 'Voorziening toevoegen'. "
    "Er is niets veranderd."
)


def flow_of(process: ProvisionProcess, name: str) -> Flow[[int], State[Any]]:
    """The Prefect flow of ``process``, called ``name`` in the UI."""

    def execute(provision: int) -> State[Any]:
        return _guarded(process, provision)

    return make_flow(execute, name, process.description)


def made_by_the_engine() -> bool:
    """Whether the engine made this run, and not a person with the Run button of the deployment."""
    return bool(parking.this_run().idempotency_key)


def _guarded(process: ProvisionProcess, provision: int) -> State[Any]:
    try:
        if not made_by_the_engine():
            return State(type=StateType.CANCELLED, name="Niet gestart", message=START_ELSEWHERE)
        run = parking.this_run()
        if not context.app().runs.is_bound(provision, process.key, run.id, run.idempotency_key):
            return _turned_down(run.id)
        return _execute(process, provision)
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


def _turned_down(run: UUID) -> State[Any]:
    """Somebody changed in Prefect what this run is about, or made it: nothing is taken in, and the real run is put right."""
    for answer in parking.answers():
        parking.forget(answer)
    context.app().runs.show_elsewhere(run)
    logger.warning("Run %s is niet de run van de voorziening die hij noemt; niets is vastgelegd", run)
    return State(type=StateType.CANCELLED, name="Hoort hier niet", message=NOT_OURS)


def _execute(process: ProvisionProcess, provision: int) -> State[Any]:
    app = context.app()
    refusal = _take_in_answers(provision)
    app.time.tick()  # by the same call as the clock's, so that each rung is climbed once, whoever comes first
    shown_until = parking.last_line()
    with app.looking():
        view = app.run_views.of(provision)
        record = app.run_views.record(view, after=shown_until)
    _show_record(process, record.lines if shown_until is not None else _not_shown_before(record.lines))
    parking.show_tags((*view.tags, PROVISION))
    # Before the park, so that a change in between raises the generation above what is marked here.
    app.runs.observe(provision, view.generation, parking.this_run().id)
    if view.open:
        shown = form_of(process, view, app.config.catalogue)
        parking.park(
            view.state,
            f"{NOT_RECORDED}{refusal}\n\n{view.message}" if refusal else view.message,
            form=shown.form,
            introduction=shown.introduction,
            line=record.last,
            seal=app.runs.seal,
        )
    if view.taken_back:
        return State(type=StateType.CANCELLED, name=TAKEN_BACK, message=f"{view.state}.")
    return Completed(name=view.state, message=view.message)


def form_of(process: ProvisionProcess, view: RunView, catalogue: Catalogue) -> parking.ParkedForm:
    """The form of a run that waits, and the text above it."""
    advice = f"Dit is geregeld als {process.told.settled}. {process.told.advice}"
    return parking.ParkedForm(
        outcome_form(catalogue.rule(view.key), view.status), f"{view.run_name}\n\n{advice}".strip()
    )


def _show_record(process: ProvisionProcess, lines: Iterable[RecordLine]) -> None:
    """Show what was recorded since this run was last parked, each line once and with its own moment."""
    for line in lines:
        if caption := process.told.step(line.facts):
            parking.show_step(caption, at=line.at, line=line.id)


def _not_shown_before(lines: tuple[RecordLine, ...]) -> tuple[RecordLine, ...]:
    """What was recorded after the park of a run that the version before 0.2 parked. Goes with the release after 0.2.

    That version showed the request, each rung, and an outcome from the form. Its key says how many rungs. An outcome from
    the form was recorded before the park, and nothing else that it did not show may be lost: so the rest counts from when
    that execution began.
    """
    earlier = parking.parked_by_version_before()
    if earlier is None:
        return lines
    rungs = [line.id for line in lines if line.facts[0].what == "rung.climbed"]
    found = []
    for line in lines:
        match line.facts[0].what:
            case "rung.climbed":
                new = rungs.index(line.id) >= earlier.rungs
            case "provision.outcome":
                new = line.at > earlier.parked
            case _:
                new = line.at > earlier.began
        found += [line] if new else []
    return tuple(found)


def _take_in_answers(provision: int) -> str | None:
    """Record what was filled in since the last park; why the last of it was refused (Dutch), or ``None``.

    An answer that could not be taken out of Prefect is read again: what it led to is neither recorded nor refused twice.
    """
    refusal = None
    for answer in parking.answers():
        if not context.app().run_views.was_recorded_from(provision, answer.key):
            refusal = _record(provision, answer)
        parking.forget(answer)
    return refusal


def _record(provision: int, answer: parking.Answer) -> str | None:
    view = context.app().run_views.of(provision)
    rule = context.app().config.catalogue.rule(view.key)
    try:
        given = read_outcome(rule, outcome_form(rule, view.status).model_validate(answer.values))
    except ValidationError:
        return "het formulier is niet goed ingevuld, of het paste niet meer bij de stand. Vul het opnieuw in."
    try:
        context.app().cases.record_outcome(
            view.reference,
            view.which,
            given.outcome,
            by=context.ADMIN,
            on=given.on,
            fields=given.fields,
            note=None,
            form=answer.key,
        )
    except Unreachable:
        raise
    except Refused as refused:
        return for_people(refused, context.app().config.catalogue)
    return None
