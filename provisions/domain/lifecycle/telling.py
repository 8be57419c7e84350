"""Who hears what of an event, besides the counter that is asked (domain.md, "Who hears what")."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from provisions.domain import deadlines, dutch, ladder
from provisions.domain.case import FollowUp, Provision, ProvisionKey, Status
from provisions.domain.lapses import NEW_DAY
from provisions.domain.lifecycle.decision import SYSTEM, Draft
from provisions.domain.messages import MessageKind
from provisions.domain.rules import OutcomeName
from provisions.domain.rungs import RungName
from provisions.domain.signals import has_arrived
from provisions.domain.warnings import with_desk

SOON = 5  # working days: a new day this near is told at once, the others in the overview of the day


def tell(
    draft: Draft,
    kind: MessageKind,
    key: ProvisionKey,
    because: str,
    detail: str | None = None,
    *,
    occasion: str = "",
    to: str | None = None,
    **more: Any,
) -> None:
    """Ask for a message (``Draft.send``), on record with why (Dutch) and what ``more`` is known."""
    message = draft.send(kind, key, detail, occasion=occasion, to=to)
    draft.note("message.requested", because, key, message=message, kind=kind.value, **more)


def tell_of_follow_ups(draft: Draft, kind: MessageKind, key: ProvisionKey | None, reminded: Sequence[FollowUp]) -> None:
    """The director hears of what fell due, or was not done since, about a provision or (``None``) the case: one letter about all
    that is called the same. Each is on record.
    """
    letters: dict[str, str] = {}
    for f in sorted(reminded, key=lambda f: f.due, reverse=True):
        if f.name not in letters:
            occasion = f"{f.due.isoformat()}{'/again' if f.reminded_again else ''}"
            letters[f.name] = draft.send(kind, key, f.name, occasion=occasion)
    for f in reminded:
        draft.note(
            "follow_up.reminded",
            f"regisseur {'nog eens ' if f.reminded_again else ''}herinnerd aan een vervolgactie",
            key,
            message=letters[f.name],
            name=f.name,
            due=f.due.isoformat(),
            again=f.reminded_again,
        )


def done_by_another(draft: Draft) -> bool:
    """Whether somebody did this other than who acts as case director now: the director, or the deputy of one who is away. Where
    no director is named there is no other.
    """
    director, moment = draft.case.director, draft.moment
    return director is not None and moment.by not in (moment.absences.acting(director, moment.today), SYSTEM)


def tell_director_of_another(draft: Draft, key: ProvisionKey, what: str) -> None:
    """The case director hears what somebody else recorded (``what``: an outcome, or a change that has a name)."""
    if done_by_another(draft):
        tell(draft, MessageKind.RECORDED, key, "regisseur laten weten wat een ander vastlegde", what)


def tell_of_end(draft: Draft, before: Provision, name: OutcomeName | None) -> None:
    """Those who were asked for help hear that it is over: after a delivery each table and desk, else the one that has it."""
    at_work = ladder.table_at_work(before)
    for rung in before.rungs:
        if rung.name.kind.is_table and (name is OutcomeName.DELIVERED or rung.name is at_work):
            tell(
                draft,
                MessageKind.SETTLED,
                before.id,
                f"{rung.name.label} laten weten dat het klaar is",
                rung.name.value,
            )
    submission = before.rung(RungName.MAATWERKLOKET)
    if submission is not None and submission.submitted:
        tell(draft, MessageKind.SETTLED_DESK, before.id, "landelijk Maatwerkloket laten weten dat het klaar is")
    if with_desk(before):
        tell(draft, MessageKind.SETTLED_CENTRAL, before.id, "centraal loket laten weten dat het klaar is")


def tell_of_reopening(draft: Draft, key: ProvisionKey, name: OutcomeName | None) -> None:
    """Those who heard that it was over (:func:`tell_of_end`) hear that it is not; who got no such letter gets none now."""
    provision = draft.case.provisions[key]
    at_work = ladder.table_at_work(provision)
    for rung in provision.rungs:
        if rung.name.kind.is_table and (name is OutcomeName.DELIVERED or rung.name is at_work):
            told = f"{rung.name.label} laten weten dat het weer open is"
            tell(draft, MessageKind.UNSETTLED, key, told, rung.name.value)
    submission = provision.rung(RungName.MAATWERKLOKET)
    if submission is not None and submission.submitted:
        tell(draft, MessageKind.UNSETTLED_DESK, key, "landelijk Maatwerkloket laten weten dat het weer open is")
    if with_desk(provision):
        tell(draft, MessageKind.UNSETTLED_CENTRAL, key, "centraal loket laten weten dat het weer open is")


def tell_new_day(draft: Draft, key: ProvisionKey, was: date | None, *, director: bool = True) -> None:
    """D is another one than ``was``, or its clock stands still: those who work on it hear the new day; the director too when
    somebody else did it, unless he hears it otherwise (``director``).
    """
    provision, end = draft.case.provisions[key], deadlines.due(draft.situation(key))
    if end is None or end.due == was or not provision.status.is_open:
        return
    if provision.asked:
        kind = MessageKind.NEW_DAY if _at_once(draft, key, end.due, was) else MessageKind.NEW_DAY_LISTED
        how = "" if kind is MessageKind.NEW_DAY else ", in het overzicht van de dag"
        tell(draft, kind, key, f"loket laten weten wat de uiterste datum nu is{how}", was.isoformat() if was else None)
    table = ladder.table_at_work(provision)
    if table is not None:
        told = f"{table.label} laten weten wat de uiterste datum nu is"
        tell(draft, MessageKind.NEW_DAY_TABLE, key, told, table.value)
    if with_desk(provision):
        told = "centraal loket laten weten wat de uiterste datum nu is"
        tell(draft, MessageKind.NEW_DAY_CENTRAL, key, told, was.isoformat() if was else None)
    if director:
        tell_director_of_another(draft, key, NEW_DAY)


def _at_once(draft: Draft, key: ProvisionKey, due: date, was: date | None) -> bool:
    """Shelter, and what is or was due within five working days."""
    if draft.rule(key).same_day:
        return True
    calendar = draft.moment.catalogue.calendar_of(draft.case.municipality_of(key))
    near = calendar.add_working_days(draft.moment.today, SOON)
    return min(due, was or due) <= near


def tell_standby(draft: Draft, key: ProvisionKey, occasion: str = "") -> None:
    """Outside office hours who is on duty hears of what can't wait until there is somebody at the counter. A client who sleeps
    inside by now needs no bed tonight, whatever became of the promise.
    """
    moment, municipality = draft.moment, draft.case.municipality
    if not draft.rule(key).standby or moment.catalogue.at_the_office(municipality, moment.now):
        return
    if has_arrived(draft.case.provisions[key]):
        return
    told = "bereikbaarheidsdienst laten weten dat dit niet kan wachten: het is buiten kantooruren"
    tell(draft, MessageKind.STANDBY, key, told, occasion=occasion)


def tell_standby_when_due(draft: Draft, key: ProvisionKey, occasion: str = "") -> None:
    """The same, unless it is needed from a later day only."""
    end = deadlines.due(draft.situation(key))
    if end is not None and end.due <= draft.moment.today:
        tell_standby(draft, key, occasion)


def tell_answer(draft: Draft, provision: Provision, rung: RungName) -> None:
    """The counter hears what was decided and what it must do now; the director the answer."""
    if provision.asked and provision.status.is_open:
        tell(draft, MessageKind.DECIDED, provision.id, "loket laten weten wat er is besloten", rung.value)
    tell(draft, MessageKind.ANSWER, provision.id, f"regisseur het antwoord van {rung.label} laten weten", rung.value)


def tell_refusal(draft: Draft, key: ProvisionKey) -> None:
    """The director hears a refusal the same minute, with the last day to object."""
    until = deadlines.objection_until(draft.situation(key))
    last = f"; bezwaar kan tot en met {dutch.dutch_date(until)}" if until else ""
    tell(draft, MessageKind.REFUSED, key, f"regisseur laten weten dat het is afgewezen{last}")


def tell_of_climb(draft: Draft, key: ProvisionKey, rung: RungName) -> None:
    """The director hears what went to a table, unless the table's letter is hers too; of a refusal her letter of the same minute
    says that the doorbraaktafel has it.
    """
    refused_now = rung is RungName.DOORBRAAKTAFEL and draft.case.provisions[key].status is Status.REFUSED
    if rung.kind.reaches_director or refused_now:
        return
    tell(draft, MessageKind.CLIMBED, key, f"regisseur laten weten dat het bij de {rung.label} ligt", rung.value)
