"""What became of a provision, and what follows from it (domain.md, rule 5)."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from provisions.domain import deadlines, dutch, graph
from provisions.domain.calendar import day_of
from provisions.domain.case import Case, Outcome, Provision, ProvisionKey, Status
from provisions.domain.errors import InvalidInput, NotAllowed, Part
from provisions.domain.lapses import ENDED
from provisions.domain.lifecycle.bounds import happened, not_before, planned
from provisions.domain.lifecycle.causes import note_cause
from provisions.domain.lifecycle.decision import (
    Decision,
    Draft,
    Moment,
    must_be_open,
    must_be_open_case,
    provision_of,
)
from provisions.domain.lifecycle.follow_ups import (
    lapse_follow_ups,
    lapse_own_follow_ups,
    plan_again,
    plan_all_again,
    plan_follow_ups,
)
from provisions.domain.lifecycle.known_later import ask_again
from provisions.domain.lifecycle.starting import start_what_is_ready
from provisions.domain.lifecycle.telling import (
    tell,
    tell_director_of_another,
    tell_of_end,
    tell_of_reopening,
    tell_refusal,
    tell_standby_when_due,
)
from provisions.domain.lifecycle.waivers import decided_by_counter, offer_waivers
from provisions.domain.messages import MessageKind
from provisions.domain.rules import FieldRule, OutcomeName, ProvisionRule


def record_outcome(
    case: Case,
    key: ProvisionKey,
    name: OutcomeName,
    moment: Moment,
    on: date,
    fields: Mapping[str, str],
    note: str | None = None,
    cause: str | None = None,
) -> Decision:
    """Record what became of a provision, dated ``on``. Ends a suspension and starts what waited for it.

    ``cause``: why it was not there (in time), a code. What was applied for and still waits may be decided by the counter all
    the same: it starts and ends that day. Raises
    ``NotAllowed`` for what else is blocked (except withdrawing) or closed, ``InvalidInput`` for a wrong day or field.
    """
    must_be_open_case(case)
    provision = provision_of(case, key)
    draft = Draft(case, moment)
    rule = draft.rule(key)
    _outcome_allowed(draft, provision, name)
    _outcome_day_allowed(provision, on)
    fields = _checked_fields(rule, name, fields, moment.today)
    draft.decided()
    if provision.status is Status.BLOCKED and name is not OutcomeName.WITHDRAWN:
        provision = decided_by_counter(draft, key, on)
    status = {
        OutcomeName.DELIVERED: Status.DELIVERED,
        OutcomeName.REFUSED: Status.REFUSED,
        OutcomeName.WITHDRAWN: Status.WITHDRAWN,
    }[name]
    outside = any(c.without_place for f in rule.fields for c in f.choices if fields.get(f.name) == c.value)
    outcome = Outcome(name, on, moment.now, fields, without_place=outside)
    draft.change(replace(provision, status=status, outcomes=(*provision.outcomes, outcome)))
    _end_stops(draft, key, on)
    if provision.started_on is None:
        draft.visible.discard(key)
    draft.note(
        "provision.outcome",
        f"uitkomst: {dutch.OUTCOME[name]}, op {dutch.dutch_date(on)}",
        key,
        note=note,
        outcome=name.value,
        on=on.isoformat(),
        fields=dict(fields),
        form=moment.form,
        without_place=outside or None,
    )
    note_cause(draft, key, cause)
    _tell_about_outcome(draft, provision, name)
    lapse_own_follow_ups(draft, key, f"er is een nieuwe uitkomst: {dutch.OUTCOME[name]}")
    plan_follow_ups(draft, key)
    lapse_follow_ups(draft, key)
    start_what_is_ready(draft)
    ask_again(draft, case)
    return draft.done()


def _end_stops(draft: Draft, key: ProvisionKey, on: date) -> None:
    """What an outcome of day ``on`` ends besides the stops that began on an earlier day (``Provision.stops``): one that
    began on that day and was recorded before it; and where the clock stopped for good, those that were to begin later.
    """
    provision = draft.case.provisions[key]
    for_good = deadlines.clock_stopped_for_good(draft.situation(key))
    stood_still = tuple(
        replace(s, resumed=s.start) if s.start == on or (for_good and s.start > on) else s
        for s in provision.suspensions
    )
    draft.case = draft.case.with_provision(replace(provision, suspensions=stood_still))


def _outcome_allowed(draft: Draft, provision: Provision, name: OutcomeName) -> None:
    key, case = provision.id, draft.case
    if provision.status is Status.BLOCKED and name is not OutcomeName.WITHDRAWN and not provision.asked:
        waits = dutch.listed([str(d) for d in graph.unmet(draft.rule(key), case, provision)])
        raise NotAllowed(
            f"'{key}' in traject {case.reference} is nog niet gestart: het wacht op {waits}. Leg eerst die uitkomst vast, "
            f"of {Part.START_WITHOUT.of(case.reference, key)}."
        )
    must_be_open(case, provision)
    if provision.status is Status.REFUSED and name is OutcomeName.REFUSED:
        raise NotAllowed(
            f"'{key}' in traject {case.reference} is al afgewezen. Daarna kan alleen 'delivered' of 'withdrawn'."
        )


def _outcome_day_allowed(provision: Provision, on: date) -> None:
    earlier = provision.outcome
    not_before(
        f"De uitkomst van '{provision.key}'",
        on,
        (provision.started_on or provision.needed_on, "de start"),
        (provision.reopened_on, "de heropening"),
        (earlier.on if earlier else None, "de afwijzing"),
    )


def _checked_fields(
    rule: ProvisionRule, name: OutcomeName, fields: Mapping[str, str], today: date
) -> Mapping[str, str]:
    known = {f.name: f for f in rule.fields}
    checked: dict[str, str] = {}
    for field_name, value in fields.items():
        f = known.get(field_name)
        if f is None:
            names = dutch.listed(sorted(known)) if known else "geen"
            raise InvalidInput(f"'{rule.key}' heeft geen veld '{field_name}'. Bekende velden: {names}.")
        if not value:
            continue
        if name not in f.outcomes:
            raise InvalidInput(
                f"Het veld '{field_name}' ({f.title}) hoort niet bij de uitkomst '{name.value}'. Laat het weg."
            )
        checked[field_name] = _checked_value(rule, f, value, today)
        if reason := f.refuse.get(checked[field_name]):
            raise InvalidInput(reason)
    for f in rule.fields:
        if name in f.required_for and f.name not in checked:
            options = f" Kies uit: {', '.join(c.value for c in f.choices)}." if f.choices else ""
            raise InvalidInput(
                f"Bij de uitkomst '{name.value}' van '{rule.key}' hoort het veld '{f.title}': "
                f"{Part.VALUE.of(f.name, f.title)}.{options}"
            )
    return checked


def _checked_value(rule: ProvisionRule, field: FieldRule, value: str, today: date) -> str:
    name = field.name
    match field.kind:
        case "choice":
            allowed = [choice.value for choice in field.choices]
        case "yes_no":
            allowed = ["yes", "no"]
        case _:
            try:
                day = date.fromisoformat(value)
            except ValueError:
                raise InvalidInput(
                    f"'{value}' is geen datum voor het veld '{name}' van '{rule.key}'. Verwacht: JJJJ-MM-DD."
                ) from None
            within = happened if field.past else planned
            return within(f"het veld '{name}' van '{rule.key}'", day, today).isoformat()
    if value not in allowed:
        raise InvalidInput(
            f"'{value}' is geen waarde voor het veld '{name}' van '{rule.key}'. Kies uit: {', '.join(allowed)}."
        )
    return value


def _tell_about_outcome(draft: Draft, before: Provision, name: OutcomeName) -> None:
    rule, occasion = draft.rule(before.id), str(len(before.outcomes))
    if name is OutcomeName.DELIVERED and rule.tells_director:
        tell(draft, MessageKind.READY, before.id, "regisseur laten weten dat het klaar is", occasion=occasion)
    if name is OutcomeName.WITHDRAWN and before.asked:
        tell(draft, MessageKind.CANCELLED, before.id, "loket laten weten dat het niet meer nodig is", occasion=occasion)
    if name is OutcomeName.REFUSED:
        tell_refusal(draft, before.id)
        offer_waivers(draft, before.id)
        return
    tell_of_end(draft, before, name)
    if not (name is OutcomeName.DELIVERED and rule.tells_director):
        tell_director_of_another(draft, before.id, name.value)


def _tell_about_reopening(draft: Draft, before: Provision) -> None:
    """The counter hears one word, if it may believe that nothing is asked any more.

    It was written to when the client did without, and when it ended with its case. Of a delivery it was told nothing:
    recorded by mistake and undone on the same day, nothing has changed for it; later it may have laid aside what it had done.
    """
    told, outcome = "loket laten weten dat het verzoek weer geldt", before.outcome
    tell_standby_when_due(draft, before.id, str(len(before.outcomes)))
    if before.status is Status.ENDED:
        tell(draft, MessageKind.AGAIN, before.id, told, ENDED)
        return
    if outcome is None or (outcome.name is OutcomeName.DELIVERED and day_of(outcome.recorded) == draft.moment.today):
        return
    occasion = str(len(before.outcomes))
    tell(draft, MessageKind.AGAIN, before.id, told, outcome.name.value, occasion=occasion)


def _refuse_of_another_municipality(case: Case, provision: Provision) -> None:
    """What the municipality before settled or handed over stays as it was: here it is a round of its own."""
    if provision.municipality in (None, case.municipality):
        return
    raise NotAllowed(
        f"'{provision.id}' in traject {case.reference} hoort bij {provision.municipality}, waar de cliënt eerst woonde; "
        f"heropenen kan niet meer. Is het in {case.municipality} nodig en loopt er nog geen ronde: "
        f"{Part.AGAIN.of(case.reference, provision.key)}."
    )


def reopen(case: Case, key: ProvisionKey, moment: Moment, on: date, reason: str) -> Decision:
    """Reopen a closed provision: its old start and clock run on; what started because of it stays started."""
    provision = provision_of(case, key)
    if provision.status.is_open:
        raise NotAllowed(
            f"'{key}' in traject {case.reference} is niet afgesloten (stand: {dutch.STATUS[provision.status]}); "
            "heropenen hoeft niet."
        )
    _refuse_of_another_municipality(case, provision)
    not_before(f"Heropenen van '{key}'", on, (provision.closed_on, "de uitkomst"))
    draft = Draft(replace(case, closed=None, end_reason=None), moment)
    if case.closed is not None:
        draft.note("case.reopened", "traject weer open, want een voorziening is heropend")
    started = provision.started_on is not None
    draft.change(
        replace(
            provision,
            status=Status.WAITING if started else Status.BLOCKED,
            reopened_on=on,
            ended_on=None,
            taken_over_by=None,
            outcomes=tuple(replace(o, undone=True) for o in provision.outcomes),
        )
    )
    draft.note(
        "provision.reopened",
        f"heropend op {dutch.dutch_date(on)}; de klok loopt door vanaf de oude start",
        key,
        note=reason,
        on=on.isoformat(),
        **({"ended": True} if provision.status is Status.ENDED else {}),
    )
    lapse_own_follow_ups(draft, key, "de uitkomst geldt niet meer: de voorziening is heropend")
    end = moment.catalogue.ends.get(case.end_reason or "")
    for other in draft.case.provisions.values() if end and end.ends_open else ():
        if other.status is not Status.ENDED and other.id != key:
            plan_all_again(draft, other.id)  # the case goes on, and what lapsed with it
    plan_all_again(draft, key)
    plan_again(draft, key)
    if not started:
        draft.visible.discard(key)
    if provision.asked:
        _tell_about_reopening(draft, provision)
    tell_of_reopening(draft, key, provision.outcome.name if provision.outcome else None)
    start_what_is_ready(draft)
    return draft.done()
