"""The example's events carried out again, each at its own moment, with what time does in between."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import Engine

from provisions.access import Actor
from provisions.app import App
from provisions.caseload.script import Event
from provisions.catalogue import Config
from provisions.domain import lifecycle
from provisions.domain.case import Case
from provisions.domain.questions import Question
from provisions.outbound.days import DaysOverviews
from provisions.outbound.links import Links
from provisions.outbound.outbox import Outbox
from provisions.outbound.transports import Transport
from provisions.store.audit import RECORDED_AT
from provisions.usecases.intake import IntakeRequest


class Replay:
    """Carries out events from ``start`` (aware) on. The clock only moves forward. Without ``links`` letters hold no link."""

    def __init__(
        self, engine: Engine, config: Config, transport: Transport, start: datetime, links: Links | None = None
    ) -> None:
        self.now = start
        engine = engine.execution_options(**{RECORDED_AT: self._clock})
        self.app = App(engine, config, self._clock)
        self._days = DaysOverviews(engine, config, self._clock)
        self._outbox = Outbox(engine, config, transport, self._clock, links=links)

    def carry_out(self, happened: Event) -> None:
        """One event, after everything that fell due before it. Raises ``Refused`` like the use case itself."""
        self.travel_to(happened.moment)
        command = _commands(self.app)[happened.command]
        about = {"reference": happened.reference} if happened.reference else {}
        command(**about, by=Actor.typed(happened.by), **happened.arguments)
        self._deliver()

    def travel_to(self, moment: datetime) -> None:
        """Let time pass until ``moment``: everything due in between is recorded and sent when it is due."""
        while (due := self.app.time.next_moment()) is not None and due <= moment:
            self.now = max(self.now, due)
            self.app.time.tick_all()
            self._deliver()
        self.now = max(self.now, moment)
        self._deliver()

    def _clock(self) -> datetime:
        return self.now

    def _deliver(self) -> None:
        self._days.tell()
        self._outbox.deliver_due()


def _commands(app: App) -> Mapping[str, Callable[..., object]]:
    """The commands of the command line, as the example names them."""

    def intake(
        reference: str,
        *,
        by: Actor,
        need: list[str],
        waive: Mapping[str, Mapping[str, str]] | None = None,
        **more: Any,
    ) -> Case:
        grounds = {(key, name): ground for key, names in (waive or {}).items() for name, ground in names.items()}
        return app.cases.intake(IntakeRequest(reference, needs=need, waive=grounds, **more), by=by)

    def reply(reference: str, *, by: Actor, key: str, **more: Any) -> Case:  # noqa: ARG001 - the counter does, by its link
        case = app.views.case(reference).case
        question = Question(case.id, lifecycle.round_of(case, key, None))
        link = Actor.by_link(app.cases.receiver(question.key), question)
        return app.cases.reply(reference, key, by=link, **more)

    def assign(reference: str, *, by: Actor, director: str) -> object:
        return app.cases.assign([reference], director, by=by)

    def approve(reference: str, *, by: Actor) -> Case:
        """What is asked of this case: its number depends on what else was asked before, and so on the day of loading."""
        return app.cases.approve(asked_of(reference, by), by=by)

    def deny(reference: str, *, by: Actor, because: str) -> Case:
        return app.cases.deny(asked_of(reference, by), by=by, because=because)

    def asked_of(reference: str, by: Actor) -> str:
        (asked,) = (waiting.number for waiting in app.cases.waiting(by=by) if waiting.reference == reference)
        return str(asked)

    def bring_in(*, by: Actor, decision: str, **said: Any) -> object:
        known = [one for one in app.bringing.every(by) if one.decision == decision]  # loading was broken off after it
        return known or app.bringing.bring_in(decision=decision, by=by, **said)

    def group_number(text: str, by: Actor) -> str:
        """What is brought in has a number that depends on what else was, and so on the day of loading."""
        return next(f"S-{one.number}" for one in app.bringing.every(by) if one.decision == text)

    def see(*, text: str, by: Actor, agreed: bool) -> object:
        return app.bringing.see(group_number(text, by), agreed=agreed, by=by)

    def decide(*, text: str, by: Actor, answer: str, until: date | None = None) -> object:
        return app.bringing.decide(group_number(text, by), answer, until=until, by=by)

    def of_budget(act: Callable[..., Case]) -> Callable[..., Case]:
        """Of what was asked last for a case."""
        return lambda reference, **said: act(f"B-{app.views.case(reference).case.budget[-1].number}", **said)

    return {
        "intake": intake,
        "add": app.cases.add,
        "outcome": app.cases.record_outcome,
        "suspend": app.cases.suspend,
        "resume": app.cases.resume,
        "waive": app.cases.waive,
        "answer": app.cases.answer,
        "submit": app.cases.submit,
        "agree": app.cases.agree,
        "transfer": app.cases.transfer,
        "place_ends": app.cases.place_ends,
        "accept": app.cases.accept,
        "decline": app.cases.decline,
        "followup": app.cases.settle_follow_up,
        "reopen": app.cases.reopen,
        "milestone": app.cases.milestone,
        "move": app.cases.move,
        "urgent": app.cases.urgent,
        "again": app.cases.again,
        "close": app.cases.close,
        "ask_stop": app.cases.ask_stop,
        "ask_rest": app.cases.ask_rest,
        "approve": approve,
        "deny": deny,
        "ask_budget": app.cases.ask_budget,
        "budget_spent": of_budget(app.cases.budget_spent),
        "budget_correct": of_budget(app.cases.budget_correct),
        "budget_returned": of_budget(app.cases.budget_returned),
        "rest": app.cases.rest,
        "wake": app.cases.wake,
        "assign": assign,
        "away": app.cases.away,
        "brp": app.cases.brp,
        "why": app.cases.why,
        "note": app.cases.note,
        "reply": reply,
        "bring_in": bring_in,
        "see": see,
        "decide": decide,
    }
