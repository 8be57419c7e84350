"""What those answer who were asked by a message: a counter, a table, whoever judges a submission (web.md, "Answering by link").

Each answer is a fact in itself, and often another fact as well: a milestone, an outcome, a cause, the answer of a
table. The same rules and refusals hold as for whoever types it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from provisions.domain import dutch
from provisions.domain.case import (
    AFTER_MOVE,
    Answer,
    Case,
    Provision,
    ProvisionKey,
    Reply,
    Said,
    Status,
)
from provisions.domain.errors import InvalidInput, NoLongerAsked, NotAllowed, Part
from provisions.domain.lifecycle.answers import answer, submit
from provisions.domain.lifecycle.bounds import planned
from provisions.domain.lifecycle.case_facts import known_code, note_number
from provisions.domain.lifecycle.causes import note_cause
from provisions.domain.lifecycle.decision import Decision, Draft, Moment, Via, provision_of
from provisions.domain.lifecycle.milestones import milestone
from provisions.domain.lifecycle.outcomes import record_outcome
from provisions.domain.lifecycle.telling import tell
from provisions.domain.lifecycle.undo import LastAct, Since, undo
from provisions.domain.messages import MessageKind
from provisions.domain.questions import receiver
from provisions.domain.rules import CodeList, OutcomeName
from provisions.domain.rungs import RungName

APPLIED, READY = "applied", "ready"  # milestones
_OUTCOMES = {Said.DELIVERED: OutcomeName.DELIVERED, Said.REFUSED: OutcomeName.REFUSED}
# What is said of these is a letter to the director by itself; outcomes and answers of tables have one of their own.
_TOLD = frozenset({Said.PROMISED, Said.READY, Said.OBSTACLE, Said.CALL_ME, Said.ASK_BACK})

# What changes nothing but that it was said.
_AT_REST = frozenset({Said.SEEN, Said.PROMISED, Said.OBSTACLE, Said.CALL_ME, Said.ASK_BACK})


@dataclass(frozen=True)
class FromCounter:
    """What a counter says. ``on``: the day that it names, or on which it happened; ``cause``: why it can't be, or why it is
    refused (a code); ``fields``: those of the provision with its outcome; ``number``: what it calls this; ``remark``: free text
    for the director's page.
    """

    said: Said
    on: date | None = None
    cause: str | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    number: str | None = None
    remark: str | None = None


@dataclass(frozen=True)
class FromTable:
    """What a table says. ``amount`` (euro cents), ``purpose`` and ``spent_on`` (codes): with a budget; ``cause``: why it is not
    there yet (a code); ``remark``: free text for the director's page.
    """

    said: Said
    cause: str | None = None
    amount: int | None = None
    purpose: str | None = None
    spent_on: str | None = None
    remark: str | None = None


@dataclass(frozen=True)
class FromOfficer:
    """What whoever judges says: whether it is submitted, why (a code), and whether the Maatwerkregister was looked at."""

    said: Said
    because: str
    checked: bool
    remark: str | None = None


# --- a counter -------------------------------------------------------------------------------------------------------


def reply_as_counter(case: Case, key: ProvisionKey, given: FromCounter, moment: Moment) -> Decision:
    """The counter answers. Raises ``NoLongerAsked`` when nothing is asked of it any more, and what the fact itself raises."""
    provision = _still_asked(case, key)
    if not provision.asked:
        raise NotAllowed(f"Over '{key}' is het loket nog niets gevraagd; er is nog niets om te antwoorden.")
    if given.said is Said.REFUSED and provision.status is Status.REFUSED:
        raise NoLongerAsked("Dit is al afgewezen. Is het toch geregeld, kies dan 'geregeld'.", NoLongerAsked.ANSWERED)
    named = _day_of(given, moment)
    rule = moment.catalogue.rule(key.key)
    today = named == moment.today
    _must_be_awake(case, given.said, moment)
    first = Reply(receiver(rule), given.said, moment.today, named, reminded=given.said is Said.PROMISED and today)
    noted = _noted(case, key, first, moment, given.remark, given.number)
    return noted.then(_what_it_is(noted.case, key, given, named or moment.today, moment))


def reply_after_moving(case: Case, key: ProvisionKey, given: FromCounter, moment: Moment) -> Decision:
    """The counter of the municipality that the client moved away from says that it does what was asked, or wants to be called.

    It changes nothing of the round, which is over there. Raises ``NoLongerAsked`` when the client is back, or the case is closed.
    """
    provision = provision_of(case, key)
    if case.closed is not None or provision.municipality in (None, case.municipality):
        raise NoLongerAsked(
            "Dit is niet meer nodig: er is intussen iets veranderd. U hoeft niets te doen.", NoLongerAsked.OVER
        )
    if given.said not in AFTER_MOVE:
        raise InvalidInput(
            "Dat kunt u hier niet antwoorden: de inwoner valt nu onder een andere gemeente. Kies iets anders."
        )
    first = Reply(receiver(moment.catalogue.rule(key.key)), given.said, moment.today)
    return _noted(case, key, first, moment, given.remark, given.number)


def _day_of(given: FromCounter, moment: Moment) -> date | None:
    """The day that is named with what a counter says, today where that is a day by itself."""
    match given.said:
        case Said.PROMISED:
            if given.on is None:
                raise InvalidInput("Op welke dag is het klaar? Vul de dag in.", about=Part.ON)
            if given.on < moment.today:
                raise InvalidInput(
                    f"De dag waarop het klaar is, kan niet {given.on.isoformat()} zijn: die is voorbij. Kies vandaag of later. "
                    "Is het al klaar, kies dan 'ligt klaar' of 'geregeld'.",
                    about=Part.ON,
                )
            return planned("de dag waarop het klaar is", given.on, moment.today)
        case Said.APPLIED | Said.READY | Said.DELIVERED | Said.REFUSED:
            return given.on or moment.today
    return None


def _what_it_is(case: Case, key: ProvisionKey, given: FromCounter, on: date, moment: Moment) -> Decision:
    """The other fact that a counter's answer is as well."""
    rule = moment.catalogue.rule(key.key)
    match given.said:
        case Said.APPLIED | Said.READY:
            name = APPLIED if given.said is Said.APPLIED else READY
            if rule.milestone(name) is not None:
                return milestone(case, key, name, moment, on)
            if given.said is Said.APPLIED:
                raise InvalidInput(f"Voor '{key}' is geen aanvraag nodig. Kies een ander antwoord.")
        case Said.DELIVERED | Said.REFUSED:
            if given.said is Said.REFUSED and given.cause is None:
                raise InvalidInput("Waarom wijst u het af? Kies een grond.", about=Part.CAUSE)
            name_ = _OUTCOMES[given.said]
            return record_outcome(case, key, name_, moment, on, given.fields, cause=given.cause)
        case Said.OBSTACLE:
            if given.cause is None:
                raise InvalidInput("Waarom lukt het niet? Kies een oorzaak.", about=Part.CAUSE)
            draft = Draft(case, moment, at_rest=True)
            note_cause(draft, key, given.cause)
            return draft.done()
    return Decision(case)


# --- a table ---------------------------------------------------------------------------------------------------------


def reply_as_table(case: Case, key: ProvisionKey, rung: RungName, given: FromTable, moment: Moment) -> Decision:
    """A table answers, once. A question back is no answer: it keeps the provision."""
    provision = _still_asked(case, key)
    climbed = provision.rung(rung)
    if not rung.kind.is_table or rung.kind.is_judged or climbed is None:
        raise NotAllowed(f"Over '{key}' is aan deze tafel niets gevraagd. Kies een tafel die is gevraagd.")
    if climbed.answer is not None:
        raise NoLongerAsked(f"Deze vraag is al beantwoord: {dutch.ANSWER[climbed.answer]}.", NoLongerAsked.ANSWERED)
    _must_be_awake(case, given.said, moment)
    with_budget = given.said is Said.CUSTOMISED_BUDGET
    _check_budget(given, moment, with_budget)
    first = Reply(receiver(moment.catalogue.rule(key.key), rung), given.said, moment.today)
    if with_budget:
        first = replace(first, amount=given.amount, purpose=given.purpose, spent_on=given.spent_on)
    noted = _noted(case, key, first, moment, given.remark)
    if given.said is Said.ASK_BACK:
        return noted
    return noted.then(answer(noted.case, key, rung, Answer(given.said.value), moment, given.cause))


def _check_budget(given: FromTable, moment: Moment, with_budget: bool) -> None:
    """Raise ``InvalidInput`` for a budget without what goes with it, and for what goes with none."""
    said = (given.amount, given.purpose, given.spent_on)
    if not with_budget and any(one is not None for one in said):
        raise InvalidInput(
            "Een bedrag hoort alleen bij het antwoord 'maatwerkbudget'. Laat het weg.", about=Part.AMOUNT
        )
    if not with_budget:
        return
    if given.amount is None or given.amount <= 0:
        raise InvalidInput(
            "Welk bedrag mag ervoor worden gebruikt? Vul het bedrag in; het is een aantal euro's.", about=Part.AMOUNT
        )
    if given.purpose is None:
        raise InvalidInput("Waarvoor is het budget? Kies een doel.", about=Part.BUDGET_WHY)
    known_code(given.purpose, CodeList.BUDGET_WHY, "doel van een budget", moment)
    if given.spent_on is not None:
        known_code(given.spent_on, CodeList.BUDGET_WHAT, "besteding van een budget", moment)


# --- whoever judges --------------------------------------------------------------------------------------------------


def reply_as_officer(case: Case, key: ProvisionKey, given: FromOfficer, moment: Moment) -> Decision:
    """Whoever judges says whether it is submitted, once, for a reason that is a code."""
    provision, rung = _still_asked(case, key), RungName.MAATWERKLOKET
    climbed = provision.rung(rung)
    if climbed is None:
        raise NotAllowed(f"Over '{key}' is nog geen indiening te beoordelen.")
    # Whoever judges within the municipality may come back on what was not submitted; by a link a question is answered once.
    if climbed.submitted or (climbed.submitted is not None and moment.via is Via.LINK):
        done = "ingediend" if climbed.submitted else "niet ingediend"
        raise NoLongerAsked(f"Dit is al beoordeeld: {done}.", NoLongerAsked.ANSWERED)
    _must_be_awake(case, given.said, moment)
    reason = known_code(given.because, CodeList.JUDGED, "reden bij een indiening", moment)
    told = receiver(moment.catalogue.rule(key.key), rung)
    first = Reply(told, given.said, moment.today, because=given.because, checked=given.checked)
    noted = _noted(case, key, first, moment, given.remark)
    return noted.then(submit(noted.case, key, given.said is Said.SUBMITTED, reason, moment))


# --- what all have in common -----------------------------------------------------------------------------------------


def _still_asked(case: Case, key: ProvisionKey) -> Provision:
    """The provision, when the question about it stands. The refusals name no case: they are read outside the municipality."""
    provision = provision_of(case, key)
    if provision.status is Status.HANDED_OVER or provision.municipality not in (None, case.municipality):
        raise NoLongerAsked(
            "Dit wordt nu door een andere gemeente gevolgd. U hoeft niets meer te doen.", NoLongerAsked.HANDED_OVER
        )
    if case.closed is not None or not provision.status.is_open:
        when = f" op {dutch.dutch_date(provision.closed_on)}" if provision.closed_on else ""
        raise NoLongerAsked(
            f"Deze vraag is al afgerond: {dutch.STATUS[provision.status]}{when}. U hoeft niets meer te doen.",
            NoLongerAsked.OVER,
        )
    return provision


def _must_be_awake(case: Case, said: Said, moment: Moment) -> None:
    """While a case is at rest nothing of it changes. Why it is at rest is no business of those who are asked something."""
    if case.resting(moment.today) is not None and said not in _AT_REST:
        raise NotAllowed(
            "Dit antwoord kan nu niet worden vastgelegd: de klok van dit traject staat stil. Bel de regisseur, of antwoord "
            f"'{dutch.SAID[Said.CALL_ME]}'."
        )


def _noted(
    case: Case, key: ProvisionKey, reply: Reply, moment: Moment, remark: str | None, number: str | None = None
) -> Decision:
    """The answer itself, on record; and the number by which a counter calls this, when that is not the number already known."""
    draft = Draft(case, moment, at_rest=True)
    provision = case.provisions[key]
    draft.case = draft.case.with_provision(replace(provision, replies=(*provision.replies, reply)))
    if provision.started_on is not None:
        draft.visible.add(key)
    draft.note(
        "provision.replied",
        f"antwoord van {reply.receiver}: {told(reply)}",
        key,
        note=remark,
        **_data(reply),
    )
    if number is not None and number != provision.their_number:
        draft.case = draft.case.with_provision(replace(draft.case.provisions[key], their_number=number))
        note_number(draft, key, number)
    if reply.said in _TOLD and not _is_director(draft):  # who types what was said by telephone knows it
        occasion = str(len(provision.replies))
        tell(
            draft,
            MessageKind.REPLIED,
            key,
            f"regisseur laten weten wat er is geantwoord: {told(reply)}",
            reply.said.value,
            occasion=occasion,
        )
    return draft.done()


def _is_director(draft: Draft) -> bool:
    director, moment = draft.case.director, draft.moment
    return director is not None and moment.by == moment.absences.acting(director, moment.today)


def told(reply: Reply) -> str:
    """What was said, in Dutch, without the reason: "klaar op 9 november 2026"."""
    if reply.named is None:
        return dutch.SAID[reply.said]
    day = dutch.dutch_date(reply.named)
    return f"{dutch.SAID[reply.said]} {day}" if reply.said is Said.PROMISED else f"{dutch.SAID[reply.said]}, {day}"


def _data(reply: Reply) -> dict[str, object]:
    """What is known of an answer, for its line: what is not there is left out."""
    row: dict[str, object] = {
        "receiver": reply.receiver,
        "said": reply.said.value,
        "on": reply.on.isoformat(),
        "named": reply.named.isoformat() if reply.named else None,
        "amount": reply.amount,
        "purpose": reply.purpose,
        "spent_on": reply.spent_on,
        "reason": reply.because,
        "checked": reply.checked,
        "reminded": reply.reminded or None,
    }
    return {name: value for name, value in row.items() if value is not None}


# --- afterwards ------------------------------------------------------------------------------------------------------


def take_up(case: Case, key: ProvisionKey, moment: Moment) -> Decision:
    """Whoever was asked something by an answer ("bel mij") did it: all of them about this provision.

    Raises ``NotAllowed`` when there is none.
    """
    provision = provision_of(case, key)
    if not any(reply.is_open for reply in provision.replies):
        raise NotAllowed(f"Bij '{key}' in traject {case.reference} staat geen antwoord meer open.")
    draft = Draft(case, moment, at_rest=True)
    draft.case = draft.case.with_provision(with_taken_up(provision, moment.today))
    draft.note("reply.handled", "antwoord opgepakt", key, on=moment.today.isoformat())
    return draft.done()


def with_taken_up(provision: Provision, on: date) -> Provision:
    """``provision`` with every answer that waited for its director taken up on day ``on``."""
    replies = tuple(replace(reply, handled=on) if reply.is_open else reply for reply in provision.replies)
    return replace(provision, replies=replies)


def take_back(case: Case, key: ProvisionKey, last: LastAct | None, since: Since, moment: Moment) -> Decision:
    """The last answer about this provision is taken back by whoever gave it; see ``undo``, which checks who that is: the receiver
    when only the link was used, the person when somebody signed in there.
    """
    before = last.before.provisions.get(key) if last is not None and last.before is not None else None
    replies = case.provisions[key].replies if key in case.provisions else ()
    if before is not None and len(before.replies) < len(replies):
        try:
            return undo(case, last, since, moment)
        except NotAllowed:  # its reasons name who did what since: that is not for everybody who was asked
            pass
    raise NotAllowed(
        "Uw antwoord kan niet meer worden teruggedraaid: dat kan een kwartier lang, zolang er niets anders is vastgelegd en er "
        "geen bericht over is vertrokken. Klopt het niet, bel dan de regisseur."
    )
