"""The commands of the command line, as the example names them: most are use cases by another name, some need a little more."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from provisions.access import Actor
from provisions.app import App
from provisions.domain import lifecycle
from provisions.domain.case import Case
from provisions.domain.questions import Question
from provisions.usecases.intake import IntakeRequest

Command = Callable[..., object]


def commands(app: App) -> Mapping[str, Command]:
    """All of them, by name."""
    cases, special = app.cases, _Special(app)
    return {
        "intake": special.intake,
        "add": cases.add,
        "outcome": cases.record_outcome,
        "suspend": cases.suspend,
        "resume": cases.resume,
        "waive": cases.waive,
        "answer": cases.answer,
        "submit": cases.submit,
        "agree": cases.agree,
        "transfer": cases.transfer,
        "place_ends": cases.place_ends,
        "accept": cases.accept,
        "decline": cases.decline,
        "followup": cases.settle_follow_up,
        "reopen": cases.reopen,
        "milestone": cases.milestone,
        "move": cases.move,
        "urgent": cases.urgent,
        "again": cases.again,
        "close": cases.close,
        "ask_stop": cases.ask_stop,
        "ask_rest": cases.ask_rest,
        "approve": special.approve,
        "deny": special.deny,
        "ask_budget": cases.ask_budget,
        "budget_spent": special.of_budget(cases.budget_spent),
        "budget_correct": special.of_budget(cases.budget_correct),
        "budget_returned": special.of_budget(cases.budget_returned),
        "rest": cases.rest,
        "wake": cases.wake,
        "assign": special.assign,
        "away": cases.away,
        "brp": cases.brp,
        "why": cases.why,
        "note": cases.note,
        "reply": special.reply,
        "bring_in": special.bring_in,
        "see": special.see,
        "decide": special.decide,
    }


class _Special:
    """What takes more than its arguments: a number that depends on the day of loading, or on what is on record already."""

    def __init__(self, app: App) -> None:
        self._app = app

    def intake(
        self,
        reference: str,
        *,
        by: Actor,
        need: list[str],
        waive: Mapping[str, Mapping[str, str]] | None = None,
        **more: Any,
    ) -> Case:
        grounds = {(key, name): ground for key, names in (waive or {}).items() for name, ground in names.items()}
        return self._app.cases.intake(IntakeRequest(reference, needs=need, waive=grounds, **more), by=by)

    def reply(self, reference: str, *, by: Actor, key: str, **more: Any) -> Case:  # noqa: ARG002 - the counter does
        """By the link in its letter."""
        case = self._app.views.case(reference).case
        question = Question(case.id, lifecycle.round_of(case, key, None))
        link = Actor.by_link(self._app.cases.receiver(question.key), question)
        return self._app.cases.reply(reference, key, by=link, **more)

    def assign(self, reference: str, *, by: Actor, director: str) -> object:
        return self._app.cases.assign([reference], director, by=by)

    def approve(self, reference: str, *, by: Actor) -> Case:
        """What is asked of this case: its number depends on what else was asked before, and so on the day of loading."""
        return self._app.cases.approve(self._asked_of(reference, by), by=by)

    def deny(self, reference: str, *, by: Actor, because: str) -> Case:
        return self._app.cases.deny(self._asked_of(reference, by), by=by, because=because)

    def _asked_of(self, reference: str, by: Actor) -> str:
        (asked,) = (waiting.number for waiting in self._app.cases.waiting(by=by) if waiting.reference == reference)
        return str(asked)

    def bring_in(self, *, by: Actor, decision: str, **said: Any) -> object:
        """Once: loading may have been broken off after it."""
        known = [one for one in self._app.bringing.every(by) if one.decision == decision]
        return known or self._app.bringing.bring_in(decision=decision, by=by, **said)

    def _group_number(self, text: str, by: Actor) -> str:
        """What is brought in has a number that depends on what else was, and so on the day of loading."""
        return next(f"S-{one.number}" for one in self._app.bringing.every(by) if one.decision == text)

    def see(self, *, text: str, by: Actor, agreed: bool) -> object:
        return self._app.bringing.see(self._group_number(text, by), agreed=agreed, by=by)

    def decide(self, *, text: str, by: Actor, answer: str, until: date | None = None) -> object:
        return self._app.bringing.decide(self._group_number(text, by), answer, until=until, by=by)

    def of_budget(self, act: Callable[..., Case]) -> Callable[..., Case]:
        """Of what was asked last for a case."""
        return lambda reference, **said: act(f"B-{self._app.views.case(reference).case.budget[-1].number}", **said)
