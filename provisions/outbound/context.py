"""What a message may say about a case: dates, rungs and labels from closed lists, as Dutch text for the templates.

No free text and nothing that identifies a person is among these facts, so no template can leak it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from provisions.catalogue import Config
from provisions.domain import deadlines, dutch, graph
from provisions.domain.absences import NOBODY_AWAY, Absences
from provisions.domain.approvals import WORDS, Act
from provisions.domain.calendar import ONE_DAY, WorkingCalendar, day_of
from provisions.domain.case import VIA_DIRECTOR, Answer, Approval, Case, FollowUp, Provision, ProvisionKey, Status
from provisions.domain.deadlines import Situation
from provisions.domain.lifecycle.reminding import heard
from provisions.domain.lifecycle.replies import told as told_of
from provisions.domain.lifecycle.rest import Woken
from provisions.domain.messages import MEANT_FOR, MessageKind
from provisions.domain.questions import receiver
from provisions.domain.recipients import Recipient
from provisions.domain.rules import CodeList, Dependency, OutcomeName, Promise, ProvisionRule
from provisions.domain.rungs import RungName
from provisions.domain.terms import DueDate
from provisions.outbound import course, early, handovers, hours, whole_case
from provisions.outbound.course import Told

HURRY = "SPOED "
LINK_HERE = "[[hier komt de link]]"  # a paragraph of its own, which no letter that leaves or is kept has
_WARNINGS = (MessageKind.WARNING, MessageKind.WARNED, MessageKind.CENTRAL_SUBMISSION)
STATUTORY_NAMED = 10  # working days before its end


@dataclass(frozen=True)
class MessageFacts:
    """A message as it is in the outbox. ``detail``: the rung, or the name of the follow-up.

    ``told``: what counters, tables and desks were told of the provision before, oldest first. ``absences``: who is away.
    """

    id: str
    kind: str
    detail: str | None
    municipality: str
    created: datetime
    told: tuple[Told, ...] = ()
    absences: Absences = NOBODY_AWAY

    @property
    def last_told(self) -> MessageKind | None:
        """What the counter of this message's municipality was told last."""
        here = (told.kind for told in reversed(self.told) if told.municipality == self.municipality)
        return next((kind for kind in here if kind.letter.asks or kind.letter.ends), None)

    @property
    def was_submitted(self) -> bool:
        """Whether the desk that this message is for was asked."""
        to = MessageKind(self.kind).letter.to
        return any(told.kind.letter.submits and told.kind.letter.to is to for told in self.told)

    @property
    def was_settled(self) -> bool:
        """Whether the last thing that this receiver was told, of what tables are told, is that it is done."""
        to = MessageKind(self.kind).letter.to
        heard = (
            told.kind.letter
            for told in reversed(self.told)
            if told.kind.letter.to is to and (told.municipality, told.detail) == (self.municipality, self.detail)
        )
        return next((letter.settles for letter in heard if letter.settles or letter.unsettles), False)


@dataclass(frozen=True)
class Dependent:
    """A provision that waits for another one, and since when (Dutch)."""

    name: str
    waiting: str


def facts(message: MessageFacts, case: Case, provision: Provision, config: Config, now: datetime) -> dict[str, object]:
    """Everything the templates may use, by name. ``now`` is aware."""
    situation = Situation.of(case, provision.id, config.catalogue)
    rule = situation.rule
    municipality = config.organisation.municipalities[message.municipality]
    place = case.municipality_of(provision.id)
    here = config.organisation.municipalities[place]
    submitted = provision.rung(RungName.MAATWERKLOKET)
    calendar = config.catalogue.calendar_of(case.municipality)
    return {
        "link_here": _link_here(message),
        "reference": case.reference,
        "provision": _named(provision, rule),
        **_of_rule(rule),
        "urgent": provision.urgent,
        "application": provision.started_on is None,
        "applied_on": _dutch(provision.applied_on),
        "started_on": _dutch(provision.started_on),
        "needed_from": _later(provision.needed_from, day_of(now)),
        "municipality": municipality.name,
        "new_municipality": config.organisation.municipalities[case.municipality].name,
        "moved_away": municipality.key != case.municipality,
        "counter": municipality.counters[rule.counter],
        "director": config.organisation.director(place, message.absences.acting(case.director_in(place), day_of(now))),
        "team": here.team,
        "customisation_officer": municipality.customisation_officer,
        "contact": contact_goes(config, case),
        **_numbers(message, case, provision),
        "answers": [dutch.ANSWER[answer] for answer in Answer],
        "submitted": bool(submitted and submitted.submitted) and message.kind != MessageKind.UNSETTLED_CENTRAL,
        "settled": _settled(provision, case, config),
        "told": message.last_told is not None,
        "told_on": dutch.day_and_month(day_of(message.created), now),
        "told_on_date": _dutch(day_of(message.created)),
        "purpose": provision.purpose,
        "costs_known": provision.purpose not in (None, "other"),
        "undone": message.detail == OutcomeName.DELIVERED.value,
        "waived": _starts_without(provision),
        "outcome_fields": _fields(provision, rule),
        "recorded": message.detail if message.kind == MessageKind.RECORDED else "",
        "ended_names": dutch.listed(
            [_named(p, config.catalogue.rule(p.key)) for p in case.provisions.values() if p.status is Status.ENDED]
        ),
        **_answer(message, case, provision, config),
        **_reply(message, provision, now),
        **_new_day(situation, now),
        **(early.facts(message.detail, municipality, situation, config, now) if message.kind in _WARNINGS else {}),
        **hours.facts(message.detail, situation, config, now),
        **_course(message, situation, config, now),
        **_handover(message, case, config, now),
        **_deadline(situation, now),
        **_statutory(situation, now),
        "there_now": _there_now(situation, config),
        **_refusal(situation, now),
        **_dependents(case, provision.id, config, now),
        **_reminder(message, provision.follow_ups, {f.name: f.title for f in rule.follow_ups}, calendar, now),
    }


def _of_rule(rule: ProvisionRule) -> dict[str, object]:
    return {
        "provision_name": rule.name,
        "provision_capitalised": dutch.capitalised(rule.name),
        "guide": rule.guide,
        "promise_text": rule.promise_text,
        "municipal": rule.municipal,
        "promises_decision": rule.promise is Promise.DECISION,
    }


def contact_goes(config: Config, case: Case) -> str:
    """How contact with the client goes, as it stands in each request; as usual where the code is no longer known."""
    codes = config.catalogue.codes[CodeList.CONTACT]
    return codes.get(case.contact, codes[VIA_DIRECTOR])


def _numbers(message: MessageFacts, case: Case, provision: Provision) -> dict[str, object]:
    """The numbers by which the receiver knows it: the counter's own for the counter, the municipality's for its own people."""
    kind, here = MessageKind(message.kind), message.municipality == case.municipality
    to, rung = kind.letter.to, kind.rung(message.detail)
    its_own = message.municipality == case.municipality_of(provision.id)
    desks = (Recipient.NATIONAL_DESK, Recipient.CENTRAL_DESK)
    outside = to is not Recipient.CASE_DIRECTOR and rung is not None and rung.kind.outside
    elsewhere = to in desks or outside
    return {
        "their_number": provision.their_number if its_own and to is Recipient.COUNTER else None,
        "own_number": case.own_number if here and not elsewhere else None,
    }


def _link_here(message: MessageFacts) -> str:
    letter = MessageKind(message.kind).letter
    return LINK_HERE if letter.answered or letter.taken_up else ""


def _named(provision: Provision, rule: ProvisionRule) -> str:
    """Which one it is, with what it is for: several may be open at once."""
    found = rule.purpose(provision.purpose)
    return f"{rule.name} ({found.label})" if found else rule.name


def _starts_without(provision: Provision) -> bool:
    """Whether it started though something that comes first was not there: by a waiver, or because it is urgent."""
    day = provision.started_on
    return any(waiver.on == day for waiver in provision.waivers) or (day is not None and provision.urgent_since == day)


def _fields(provision: Provision, rule: ProvisionRule) -> list[str]:
    """What the outcome's own fields say: choices and days, never free text."""
    given = provision.outcome.fields if provision.outcome else {}
    lines = []
    for field in rule.fields:
        if value := given.get(field.name):
            labels = {choice.value: choice.label for choice in field.choices} | {"yes": "ja", "no": "nee"}
            said = _dutch(date.fromisoformat(value)) if field.kind == "date" else labels.get(value, value)
            lines.append(f"{field.title}{'' if field.title.endswith('?') else ':'} {said}")
    return lines


def _answer(message: MessageFacts, case: Case, provision: Provision, config: Config) -> dict[str, object]:
    """What a table answered, where the message is about that. ``money``: whether with a budget an amount was named, and asked."""
    rung = next((r for r in provision.rungs if r.name.value == message.detail and r.answer), None)
    money = ""
    if rung and rung.answer is Answer.CUSTOMISED_BUDGET:
        said = receiver(config.catalogue.rule(provision.key), rung.name)
        named = any(r.amount is not None for r in provision.replies if r.receiver == said)
        has_budget = case.municipality in config.catalogue.budgets
        money = ("asked" if has_budget else "named") if named else "to_ask" if has_budget else ""
    return {
        "money": money,
        "table": rung.name.label if rung else "",
        "answer": dutch.ANSWER[rung.answer] if rung and rung.answer else "",
        "answer_asks": dutch.ANSWER_ASKS[rung.answer] if rung and rung.answer else "",
    }


def _reply(message: MessageFacts, provision: Provision, now: datetime) -> dict[str, object]:
    """What somebody who was asked said, where the message is about that, and the day that the counter promised. Never why it is
    not there: that is for the page of the case.
    """
    about = message.kind == MessageKind.REPLIED
    said = next((r for r in reversed(provision.replies) if about and r.said == message.detail), None)
    promised = provision.promised
    return {
        "replied": told_of(said) if said else "",
        "reply": said.said.value if said else "",
        "replied_by": said.receiver.replace("-", " ") if said else "",
        "promised": _dutch(promised),
        "promised_short": dutch.day_and_month(promised, now) if promised else "",
        "promised_today": promised == day_of(now),
    }


def _new_day(situation: Situation, now: datetime) -> dict[str, object]:
    """D as it will be when an open stop runs to its end, which is the day to work towards."""
    end = deadlines.due(situation)
    until = deadlines.suspended_until(situation.provision, day_of(now))
    return {
        "day_now": _dutch(end.due if end else None),
        "day_now_short": dutch.day_and_month(end.due, now) if end else "",
        "still_until": _dutch(until),
    }


def _course(message: MessageFacts, situation: Situation, config: Config, now: datetime) -> dict[str, object]:
    own = MessageKind(message.kind).rung(message.detail)
    known: dict[str, object] = {
        "tried": course.tried(message.told, own, situation, config),
        "tables_so_far": course.tables_so_far(own, situation.provision),
        "outside": own is None or own.kind.outside,
        "moved_from": "",
    }
    if own is None or not own.kind.is_table:
        return known
    to_come = course.ahead(own, situation, config, now)
    return known | {
        "rung_label": own.label,
        "rung_contact": config.organisation.municipalities[message.municipality].tables.get(own),
        "moved_from": handovers.moved_from(situation, config, now),
        "asked_first_on": _dutch(
            handovers.rounds_before(situation)[0].started_on if situation.provision.continues else None
        ),
        "answer_by": _dutch(to_come.answer_by),
        "next_step": to_come.next,
        "next_step_on": _dutch(to_come.next_on),
        "also_with": dutch.listed(list(to_come.also)),
    }


def _handover(message: MessageFacts, case: Case, config: Config, now: datetime) -> dict[str, object]:
    """What both directors read of a handover: the whole plan in words, and what ends by moving."""
    kinds = (MessageKind.HANDOVER_PLAN, MessageKind.HANDOVER_ACCEPTED, MessageKind.HANDOVER_DECLINED)
    names = {key: municipality.name for key, municipality in config.organisation.municipalities.items()}
    handover = case.handover
    declined = config.catalogue.codes[CodeList.DECLINE].get((message.detail or "").partition(MEANT_FOR)[0], "")
    known: dict[str, object] = {"declined_because": declined}
    if message.kind not in kinds or handover is None:
        return known
    return known | {
        "handover_short": dutch.day_and_month(handover.since, now),
        "handover_on": _dutch(handover.since),
        "handover_from": names.get(handover.was, handover.was),
        "handover_to": names.get(handover.to, handover.to),
        "takes_over": message.municipality == handover.to,
        **_across(message, case, handover.was if message.municipality == handover.to else handover.to, config, now),
        "plan": handovers.plan(case, config, now),
        "ends_by_moving": handovers.end_by_moving(case, config, now),
    }


def _across(message: MessageFacts, case: Case, other: str, config: Config, now: datetime) -> Mapping[str, object]:
    """Whom to call in the other municipality of a handover; in one's own where that one is no longer known."""
    place = other if other in config.organisation.municipalities else message.municipality
    acting = message.absences.acting(case.director_in(place), day_of(now))
    return {
        "other_director": config.organisation.director(place, acting),
        "other_team": config.organisation.municipalities[place].team,
    }


def _dutch(day: date | None) -> str:
    return dutch.dutch_date(day) if day else ""


def _later(day: date | None, today: date) -> str:
    return _dutch(day) if day and day > today else ""


def _deadline(situation: Situation, now: datetime) -> dict[str, object]:
    target = deadlines.target(situation.rule, urgent=situation.provision.urgent)
    end = deadlines.due(situation, today=day_of(now))
    overdue = deadlines.is_overdue(situation, now)
    same_day = target is not None and target.count == 0
    return {
        "hurry": HURRY if situation.provision.urgent or same_day else "",
        "by": _by(situation, end, now),
        "target": str(target) if target else "",
        "agreed": target is None,
        "same_day": same_day,
        "due": _dutch(end.due) if end else "",
        "due_explained": _explained(end) if end else [],
        "overdue_since": _dutch(end.due + ONE_DAY) if end and overdue else "",
        "days_overdue": dutch.days(deadlines.days_overdue(situation, now)),
    }


def _by(situation: Situation, end: DueDate | None, now: datetime) -> str:
    """The day that a subject names: until when, or since when it is late or refused; of an application when it counts from."""
    outcome, provision = situation.provision.outcome, situation.provision
    if outcome is not None and provision.status is Status.REFUSED:
        return f"afgewezen op {dutch.day_and_month(outcome.on, now)}"
    if end is None:
        return f"telt vanaf {dutch.day_and_month(provision.applied_on or provision.needed_on, now)}"
    if deadlines.is_overdue(situation, now):
        return f"te laat sinds {dutch.day_and_month(end.due + ONE_DAY, now)}"
    return f"uiterlijk {dutch.day_and_month(end.due, now)}"


def _explained(end: DueDate) -> list[str]:
    """How a date was computed; empty when it speaks for itself."""
    if not end.steps and not end.skipped:
        return []
    parts = [f"Zo komen wij op die datum: {end.text} vanaf {_dutch(end.event)} loopt tot en met {_dutch(end.raw)}."]
    if end.text == "afgesproken datum":
        parts = [f"Zo komen wij op die datum: afgesproken was {_dutch(end.raw)}."]
    if end.skipped:
        days = dutch.listed([f"{skipped.because} ({_dutch(skipped.date)})" for skipped in end.skipped])
        parts.append(f"Niet meegeteld: {days}.")
    parts += [f"{dutch.capitalised(step.because)}, dus {_dutch(step.date)} ({step.rule})." for step in end.steps]
    return [" ".join(parts)]


def _statutory(situation: Situation, now: datetime) -> dict[str, object]:
    """Named from ten working days before its end: earlier it would invite people to wait (domain.md, "The law in the
    letters"). What is presumed is told to nobody.
    """
    last = deadlines.last_statutory(situation)
    known = last is not None and not last.presumed and course.near(last.end.due, situation, now, STATUTORY_NAMED)
    return {
        "statutory_due": _dutch(last.end.due) if last and known else "",
        "statutory_article": last.rule.article if last and known else "",
        "cak_letter": _dutch(situation.provision.milestone("cak_letter")),
        "fine": next((r.fine for r in deadlines.statutory_rules(situation.rule, urgent=False) if r.fine), None),
        "statutory_exceeded": bool(last and known and last.ended_on is None and last.end.overdue_from <= now),
    }


def _refusal(situation: Situation, now: datetime) -> dict[str, object]:
    outcome = situation.provision.outcome
    until = deadlines.objection_until(situation)
    refused = outcome is not None and situation.provision.status is Status.REFUSED
    return {
        "refused_on": _dutch(outcome.on) if outcome and refused else "",
        "objection_until": _dutch(until),
        "objection_short": dutch.day_and_month(until, now) if until else "",
    }


def _there_now(situation: Situation, config: Config) -> str:
    there = graph.refused_too_early(situation.rule, situation.case, situation.provision)
    return dutch.listed([config.catalogue.named(d) for d in there]) if there else ""


def _settled(provision: Provision, case: Case, config: Config) -> str:
    if provision.status is Status.HANDED_OVER:
        there = config.organisation.municipalities[case.municipality].name
        return f"overgenomen door gemeente {there} op {_dutch(provision.closed_on)}"
    if provision.status is Status.DELIVERED:
        return f"geregeld op {_dutch(provision.closed_on)}"
    return f"niet meer nodig sinds {_dutch(provision.closed_on)}" if not provision.status.is_open else ""


def _dependents(case: Case, key: ProvisionKey, config: Config, now: datetime) -> dict[str, object]:
    rules = config.catalogue.provisions
    blocked = []
    for other_key in graph.dependents(key.key, case, rules):
        other = case.provisions[other_key]
        unmet = graph.unmet(rules[other.key], case, other)
        dependency = next(d for d in unmet if key.key in d.alternatives)
        waiting = f"al {dutch.days((day_of(now) - other.needed_on).days)}"
        if len(unmet) > 1:
            names = [config.catalogue.named(d) for d in unmet if d != dependency]
            waiting += f", ook op {dutch.listed(names)}"
        blocked.append(Dependent(rules[other.key].name, waiting))
    delivered = case.provisions[key].closed_on
    started = [
        rules[other.key].name
        for other in case.provisions.values()
        if delivered is not None
        and other.started_on == delivered
        and other.needed_on <= delivered
        and not any(key.key in Dependency.parse(waiver.dependency).alternatives for waiver in other.waivers)
        and any(key.key in d.alternatives for d in graph.needed(rules[other.key], case, other))
    ]
    return {
        "dependents": blocked,
        "started_dependents": dutch.listed(started) if started else "",
        "delivered_on": _dutch(delivered),
        "delivered_short": dutch.day_and_month(delivered, now) if delivered else "",
    }


_WITH_OPEN = (MessageKind.ASSIGNED, MessageKind.WOKEN)  # the letters that say what is open


def case_facts(message: MessageFacts, case: Case, config: Config, now: datetime) -> dict[str, object]:
    """Everything that the templates of messages about a case as a whole may use, by name. ``now`` is aware."""
    present = config.organisation.municipalities[case.municipality]
    titles = {rule.name: rule.title for rule in config.catalogue.case_follow_ups}
    calendar = config.catalogue.calendar_of(case.municipality)
    return {
        "link_here": _link_here(message),
        "reference": case.reference,
        "municipality": config.organisation.municipalities[message.municipality].name,
        "new_municipality": present.name,
        "director": config.organisation.director(
            case.municipality, message.absences.acting(case.director, day_of(now))
        ),
        "team": present.team,
        "their_number": None,
        "own_number": case.own_number if message.municipality == case.municipality else None,
        "open_lines": whole_case.open_lines(case, config, now) if message.kind in _WITH_OPEN else [],
        "told_on": dutch.day_and_month(day_of(message.created), now),
        "told_on_date": _dutch(day_of(message.created)),
        **_rest(message, case, now),
        **_reminder(message, case.follow_ups, titles, calendar, now),
        **_asked(message, case, config),
    }


def asked_by(message: MessageFacts, case: Case) -> str | None:
    """The code of whoever asked for what the message is about, where it is about such a thing. For a table, which named an amount
    with its answer, that is the case director: it is she who goes on with it.
    """
    approval = _approval(message, case)
    if approval is None:
        return None
    return case.director if _is_of_table(approval, case) else approval.asked_by


def _is_of_table(approval: Approval, case: Case) -> bool:
    """Whether an amount was asked because a table named it for what it is asked for."""
    amount, on, of = approval.data.get("amount"), day_of(approval.asked_at), approval.data.get("of")
    named = (r for p in case.provisions.values() if str(p.id) == of for r in p.replies if r.amount is not None)
    return any(str(r.amount) == amount and r.on == on for r in named)


def _approval(message: MessageFacts, case: Case) -> Approval | None:
    return next((a for a in case.approvals if str(a.number) == message.detail), None)


def _asked(message: MessageFacts, case: Case, config: Config) -> dict[str, object]:
    """What a second person is asked, where the message is about that: never why."""
    approval = _approval(message, case)
    if approval is None:
        return {}
    until = approval.data.get("until")
    return {
        "asked_number": f"A-{approval.number}",
        "asked_what": WORDS[Act(approval.act)],
        "asked_of": config.catalogue.rule(approval.key).name if approval.key else "",
        "asked_until": _dutch(date.fromisoformat(until)) if until else "",
        "asked_seen_by": _dutch(date.fromisoformat(approval.data["seen_by"])) if "seen_by" in approval.data else "",
        "asked_amount": "amount" in approval.data,
        "asked_by": config.organisation.director(case.municipality, approval.asked_by),
        "asked_again": approval.asked_again,
        "asked_state": dutch.ASKED[approval.state],
    }


def _rest(message: MessageFacts, case: Case, now: datetime) -> dict[str, object]:
    """The last time that the case was at rest: since when, until when, and what ended it."""
    last = case.rests[-1] if case.rests else None
    because = Woken(message.detail).words if message.kind == MessageKind.WOKEN and message.detail else ""
    return {
        "rest_since": _dutch(last.start if last else None),
        "rest_since_short": dutch.day_and_month(last.start, now) if last else "",
        "rest_until": _dutch(last.end if last else None),
        "rest_until_short": dutch.day_and_month(last.end, now) if last else "",
        "rest_ended_by": because,
    }


def _reminder(
    message: MessageFacts,
    follow_ups: Iterable[FollowUp],
    titles: Mapping[str, str],
    calendar: WorkingCalendar,
    now: datetime,
) -> dict[str, object]:
    """The follow-up that this message reminds of; empty texts when it is none of these or was settled meanwhile."""
    found = heard(follow_ups, message.detail, calendar, day_of(message.created))
    return {
        "follow_up_title": titles.get(message.detail or "", message.detail) if found else "",
        "follow_up_due": _dutch(found.due) if found else "",
        "follow_up_short": dutch.day_and_month(found.due, now) if found else "",
        "follow_up_again": found is not None and found.again,
    }
