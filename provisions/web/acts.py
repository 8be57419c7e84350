"""An act on a page: what it needs to be possible and allowed, the form in which it is asked, and what is then done.

``acts_of_provision`` and ``acts_of_case`` declare them. To add one: declare it there; what can be done now comes from the domain
(``provisions.domain.possible``), whether somebody may from the list of rights.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from provisions import inputs
from provisions.access import Actor, Subject, UseCase
from provisions.access.subjects import subject_of
from provisions.catalogue import Config
from provisions.domain import dutch, possible
from provisions.domain.case import Answer, Case, Desk, Said
from provisions.domain.errors import Part
from provisions.domain.lifecycle import Moment, Via
from provisions.domain.possible import Can
from provisions.domain.rules import CodeList
from provisions.usecases.cases import Cases
from provisions.usecases.replies import LONGEST_REMARK
from provisions.usecases.seeing import Seeing
from provisions.views.standing import CaseView, ProvisionView
from provisions.web.forms import Field, Filled, Form, Kind
from provisions.web.visits import Visit

REMARK = "remark"
NO_PERSON = "Schrijf geen naam, nummer of adres op."
YES, NO = "yes", "no"
YES_NO = ((YES, "Ja"), (NO, "Nee"))
# Whether something goes to the national desk, in the words in which every form and letter asks it.
JUDGEMENTS = ((Said.SUBMITTED.value, "Wel indienen"), (Said.NOT_SUBMITTED.value, "Niet indienen"))


@dataclass(frozen=True)
class Scene:
    """What an act is about: a case, and one of its provisions where it is about one."""

    visit: Visit
    view: CaseView
    provision: ProvisionView | None = None

    @property
    def case(self) -> Case:
        return self.view.case

    @property
    def reference(self) -> str:
        return self.case.reference

    @property
    def config(self) -> Config:
        return self.visit.house.app.config

    @property
    def seen(self) -> Seeing:
        return self.visit.seen

    @property
    def by(self) -> Actor:
        return self.visit.actor

    @property
    def of(self) -> ProvisionView:
        """The provision, of an act that is about one."""
        assert self.provision is not None, "an act of a provision"  # noqa: S101 - declared so
        return self.provision

    @property
    def key(self) -> str:
        """The provision as use cases are told which: with its round."""
        return f"{self.of.provision.key}#{self.of.provision.round}"

    @cached_property
    def moment(self) -> Moment:
        """Now, by whoever looks."""
        return Moment(self.visit.house.app.clock(), self.by.code, self.config.catalogue, Via.WEB)

    @cached_property
    def can(self) -> frozenset[Can]:
        """What is possible now."""
        if self.provision is not None:
            return possible.with_provision(self.case, self.provision.provision.id, self.moment)
        return possible.with_case(self.case, self.moment, self.config.organisation.municipalities)

    @property
    def subject(self) -> Subject:
        """What rights are asked about."""
        if self.provision is None:
            return Subject(self.case.municipality)
        return subject_of(self.case, self.provision.provision, self.provision.lies_with)

    @property
    def taking_over(self) -> Subject:
        """The same for the municipality to which the case goes."""
        pending = self.case.handover_pending
        return Subject(pending.to if pending else self.case.municipality)


@dataclass(frozen=True)
class Act:
    """An act. ``name``: of its form; ``can``: what must be possible, ``None`` when it always is; ``right``: what somebody needs.

    ``does`` gives what there is to say besides what was recorded. ``asks``: of whom it is asked whether it is allowed.
    """

    name: str
    can: Can | None
    right: UseCase
    form: Callable[[Scene], Form]
    does: Callable[[Cases, Scene, Filled], str | None]
    asks: Callable[[Scene], Subject] = lambda scene: scene.subject

    def is_allowed(self, scene: Scene) -> bool:
        """Whether whoever looks may do this."""
        return scene.seen.may(self.right, self.asks(scene))

    def is_possible(self, scene: Scene) -> bool:
        """Whether it can be done now."""
        return self.can is None or self.can in scene.can


def offered(acts: Iterable[Act], scene: Scene) -> list[Act]:
    """What whoever looks can do now, in order."""
    return [act for act in acts if act.is_allowed(scene) and act.is_possible(scene)]


# --- fields that come back ----------------------------------------------------------------------------------------------


def on_day(scene: Scene, label: str = "Op welke dag was dat?", *, name: str = "on") -> Field:
    """The day on which it happened; today at first."""
    today = scene.moment.today.isoformat()
    return Field(name, label, Kind.DAY, required=True, given=(today,), parts=(Part.ON,))


def codes(scene: Scene, of: CodeList) -> list[tuple[str, str]]:
    """The choices of a list of codes."""
    return labelled(scene.config.catalogue.codes[of])


def labelled(labels: Mapping[Any, str]) -> list[tuple[str, str]]:
    """Codes with their labels, as choices."""
    return [(str(code), dutch.capitalised(label)) for code, label in labels.items()]


def only_one(choices: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    """What stands there at first: the one choice, where there is but one."""
    return (choices[0][0],) if len(choices) == 1 else ()


def cause(scene: Scene, label: str = "Wat staat in de weg?") -> Field:
    """Why it is not there yet; need not be said."""
    return cause_of(scene.config, label)


def cause_of(config: Config, label: str = "Wat staat in de weg?") -> Field:
    """The same, where no case is at hand."""
    choices = labelled(config.catalogue.codes[CodeList.CAUSE])
    return Field("cause", label, Kind.LIST, choices, parts=(Part.CAUSE,), empty="Niet gezegd")


def of_budget(config: Config) -> list[Field]:
    """What goes with a table's answer that it is the customised budget: an amount, with what purpose, and for what."""
    lists = config.catalogue.codes
    why, what = labelled(lists[CodeList.BUDGET_WHY]), labelled(lists[CodeList.BUDGET_WHAT])
    budget = (Answer.CUSTOMISED_BUDGET.value,)
    return [
        Field("amount", "Welk bedrag, in euro's?", Kind.LINE, required=True, only_for=budget, parts=(Part.AMOUNT,)),
        Field("purpose", "Met welk doel?", Kind.LIST, why, True, only_for=budget, parts=(Part.BUDGET_WHY,)),
        Field("spent_on", "Waarvoor is het?", Kind.LIST, what, only_for=budget, empty="Niet gezegd"),
    ]


def of_judgement(config: Config) -> list[Field]:
    """What goes with a judgement on submission, wherever it is given: why, as a code, and whether the register was looked at."""
    reasons = labelled(config.catalogue.codes[CodeList.JUDGED])
    return [
        Field("because", "Waarom?", Kind.LIST, reasons, required=True),
        Field("checked", "Ik heb gekeken of deze zaak al in het Maatwerkregister staat", Kind.TICK),
    ]


def judgement(config: Config, desk: Desk) -> list[Field]:
    """A judgement on submission at a desk by whoever is signed in. The register and a remark belong to the national one."""
    answer = Field("answer", f"Gaat dit naar het {dutch.DESK[desk]}?", Kind.ONE, JUDGEMENTS, required=True)
    because, *more = of_judgement(config)
    return [answer, because] if desk is Desk.CENTRAL else [answer, because, *more, remark()]


def remark(hint: str = "Alleen de regisseur leest dit.") -> Field:
    """What those who answer may add for the case director."""
    told = f"{hint} Hoogstens {LONGEST_REMARK} tekens. Schrijf geen naam, nummer of adres van de inwoner op."
    return Field(REMARK, "Opmerking", Kind.LINE, hint=told)


def judge(cases: Cases, reference: str, key: str, filled: Filled, by: Actor) -> None:
    """Record the judgement of a form with ``answer``, the fields of :func:`of_judgement` and a remark."""
    cases.reply_as_officer(
        reference,
        key,
        filled.one("answer"),
        because=filled.one("because"),
        checked=filled.ticked("checked"),
        by=by,
        remark=filled.text(REMARK),
    )


def judge_at(desk: Desk, cases: Cases, config: Config, reference: str, key: str, filled: Filled, by: Actor) -> None:
    """Record the judgement of a form with the fields of :func:`judgement`."""
    if desk is Desk.MAATWERKLOKET:
        judge(cases, reference, key, filled, by)
        return
    because = filled.one("because")
    reason = config.catalogue.codes[CodeList.JUDGED].get(because, because)
    cases.submit(reference, key, filled.one("answer"), reason=reason, by=by, desk=desk)


def amount(typed: str | None) -> int | None:
    """An amount that was typed, in euro cents; none when nothing was. Raises ``InvalidInput``."""
    return None if typed is None else inputs.euros(typed, "het maatwerkbudget")
