"""Before a case is started: where one may, who can direct it, and what would start, wait and leave. Nothing is written."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine

from provisions.access import Actor, Reach, Role, Subject, UseCase, holding
from provisions.catalogue import Config
from provisions.domain.calendar import day_of
from provisions.domain.case import Status
from provisions.domain.lifecycle import Decision, MessageIntent
from provisions.domain.messages import MessageKind, label
from provisions.outbound.context import MessageFacts
from provisions.outbound.render import Lapsed, Rendered, render, render_for_case
from provisions.store import absences, people
from provisions.usecases.cases import Cases
from provisions.usecases.intake import IntakeRequest
from provisions.usecases.looks import Looks
from provisions.views.cases import Views
from provisions.views.standing import CaseView, ProvisionView


@dataclass(frozen=True)
class Leaving:
    """A letter that would leave. ``what`` is Dutch, ``about`` the name of the provision; ``at`` is aware."""

    what: str
    about: str
    to: tuple[str, ...]
    subject: str
    at: datetime


@dataclass(frozen=True)
class Preview:
    """What would follow from starting a case. ``letters`` in the order in which they would leave."""

    view: CaseView
    letters: tuple[Leaving, ...]
    now: datetime

    @property
    def starts(self) -> list[ProvisionView]:
        """What starts at once."""
        return [p for p in self.view.provisions if p.provision.status is not Status.BLOCKED]

    @property
    def waits(self) -> list[ProvisionView]:
        """What waits for something else."""
        return [p for p in self.view.provisions if p.provision.status is Status.BLOCKED]


class Starting:
    """What there is to choose, and to see beforehand. ``clock`` gives the moment (aware)."""

    def __init__(
        self, engine: Engine, config: Config, cases: Cases, views: Views, looks: Looks, clock: Callable[[], datetime]
    ) -> None:
        self._engine = engine
        self._config = config
        self._cases = cases
        self._views = views
        self._looks = looks
        self._clock = clock

    def municipalities(self, actor: Actor) -> tuple[str, ...]:
        """Those in which ``actor`` may start a case. Raises ``NotFound`` when there is none."""
        every = self._config.organisation.municipalities
        found = self._config.rights.reaches(actor, UseCase.INTAKE, every).get(Reach.MUNICIPALITY, ())
        if not found:
            self._looks.refuse(actor, UseCase.INTAKE)
        return found

    def directors(self, actor: Actor) -> tuple[str, ...]:
        """The codes of those who are known to be case director where ``actor`` may start a case; the own one first."""
        towns = self.municipalities(actor)
        with self._engine.begin() as connection:
            directory = people.directory(connection, self._config.organisation.people)
        known = {code for town in towns for code in holding(directory, Role.CASE_DIRECTOR, town)}
        if not directory.is_complete:
            known |= {code for town in towns for code in self._config.organisation.municipalities[town].directors}
        if any(actor.holds(Role.CASE_DIRECTOR, town) for town in towns):
            known.add(actor.code)
        return tuple(sorted(known, key=lambda code: (code != actor.code, code)))

    def preview(self, actor: Actor, request: IntakeRequest) -> Preview:
        """What would follow. Raises what starting would raise, and ``NotFound`` for a municipality that is another's."""
        self.must(actor, request)
        decision, now = self._cases.foresee_intake(request, by=actor), self._clock()
        with self._engine.begin() as connection:
            away = absences.away(connection, day_of(now))
        letters = []
        for intent in decision.messages:
            message = MessageFacts(
                intent.id, intent.kind, intent.detail, intent.municipality, now, told=(), absences=away
            )
            written = self._written(message, decision, intent, now)
            if not isinstance(written, Lapsed):
                letters.append(self._leaving(intent, decision, written, now))
        letters.sort(key=lambda letter: letter.at)
        return Preview(self._views.imagined(decision.case), tuple(letters), now)

    def must(self, actor: Actor, request: IntakeRequest) -> None:
        """Raise ``NotFound`` when ``actor`` may not start a case in the municipality that was named."""
        self._looks.must(actor, UseCase.INTAKE, Subject(request.municipality or ""))

    def _written(
        self, message: MessageFacts, decision: Decision, intent: MessageIntent, now: datetime
    ) -> Rendered | Lapsed:
        if intent.key is None:
            return render_for_case(message, decision.case, self._config, now)
        return render(message, decision.case, decision.case.provisions[intent.key], self._config, now)

    def _leaving(self, intent: MessageIntent, decision: Decision, written: Rendered, now: datetime) -> Leaving:
        about = ""
        if intent.key is not None:
            provision = decision.case.provisions[intent.key]
            about = self._config.catalogue.rule(provision.key).called(provision.round, provision.purpose)
        rung = MessageKind(intent.kind).rung(intent.detail)
        what = rung.label if rung is not None else label(intent.kind)
        to = tuple(dict.fromkeys(contact.name for contact in written.recipients))
        return Leaving(what, about, to, written.subject, now + intent.wait)
