"""What is to be done about a case as a whole: it belongs to no provision."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import date

from provisions.domain import dutch
from provisions.domain.case import Case, CaseFollowUp
from provisions.domain.errors import NotAllowed, NotFound
from provisions.domain.lifecycle.bounds import not_before
from provisions.domain.lifecycle.decision import Decision, Draft, Moment
from provisions.domain.lifecycle.reminding import reminded
from provisions.domain.lifecycle.telling import tell_of_follow_ups
from provisions.domain.messages import MessageKind
from provisions.domain.rules import CaseTrigger


def plan_for_case(draft: Draft, trigger: CaseTrigger, on: date) -> None:
    """Plan what has to be done after something that happened to the case on day ``on``."""
    calendar = draft.moment.catalogue.calendar_of(draft.case.municipality)
    for rule in draft.moment.catalogue.case_follow_ups:
        if rule.trigger is trigger:
            plan(draft, [CaseFollowUp(rule.name, term.after(on, calendar)) for term in rule.after])


def plan(draft: Draft, wanted: Iterable[CaseFollowUp]) -> None:
    """Plan these, each day once; one that lapsed and is planned again for the same day is that same one."""
    for new in wanted:
        known = {(f.name, f.due): f for f in draft.case.follow_ups}
        there = known.get((new.name, new.due))
        if there is None:
            draft.case = replace(draft.case, follow_ups=(*draft.case.follow_ups, new))
        elif there.lapsed:
            change(draft, [replace(there, lapsed=False)])
        else:
            continue
        draft.note(
            "follow_up.planned",
            f"vervolgactie op {dutch.dutch_date(new.due)}",
            name=new.name,
            due=new.due.isoformat(),
        )


def keep_asking(draft: Draft) -> None:
    """What is asked every so often for as long as the case is at rest: the next time is planned when the last has come."""
    lasting, today = draft.case.resting(draft.moment.today), draft.moment.today
    if lasting is None:
        return
    calendar = draft.moment.catalogue.calendar_of(draft.case.municipality)
    for rule in draft.moment.catalogue.case_follow_ups:
        if rule.trigger is not CaseTrigger.RESTED or rule.every is None:
            continue
        days = [f.due for f in draft.case.follow_ups if f.name == rule.name and f.due > lasting.start]
        while days and not _still_to_come(draft.case, rule.name, today):
            following = rule.every.after(max(days), calendar)
            if following >= lasting.until:
                break
            days.append(following)
            plan(draft, [CaseFollowUp(rule.name, following)])


def _still_to_come(case: Case, name: str, today: date) -> bool:
    return any(f.name == name and f.is_open and f.due > today for f in case.follow_ups)


def remind_of_case(draft: Draft) -> None:
    """The director hears of what fell due: one letter about all that is called the same."""
    calendar = draft.moment.catalogue.calendar_of(draft.case.municipality)
    told = [found for f in draft.case.follow_ups if (found := reminded(f, calendar, draft.moment.today))]
    if not told:
        return
    change(draft, told)
    tell_of_follow_ups(draft, MessageKind.CASE_FOLLOW_UP, None, told)


def lapse_for_case(draft: Draft, names: Collection[str], because: str) -> None:
    """What of these is open lapses, on record."""
    lapsing = [f for f in draft.case.follow_ups if f.is_open and f.name in names]
    change(draft, [replace(f, lapsed=True) for f in lapsing])
    for f in lapsing:
        draft.note("follow_up.lapsed", f"vervolgactie vervalt: {because}", name=f.name, due=f.due.isoformat())


def settle_for_case(case: Case, name: str, moment: Moment, on: date) -> Decision:
    """Something about the case is done on day ``on``: all that was asked under this name until then, or else the first."""
    known = [f for f in case.follow_ups if f.name == name]
    if not known:
        names = dutch.listed(sorted({f.name for f in case.follow_ups})) if case.follow_ups else "geen"
        raise NotFound(f"Traject {case.reference} heeft zelf geen vervolgactie '{name}'. Wel: {names}.")
    open_ = sorted((f for f in known if f.is_open), key=lambda f: f.due)
    if not open_:
        raise NotAllowed(f"De vervolgactie '{name}' van traject {case.reference} is al afgerond.")
    not_before(
        f"De vervolgactie '{name}' van traject {case.reference} afronden",
        on,
        (case.opened, "de start van het traject"),
        (max((f.done for f in known if f.done is not None and f.due < open_[0].due), default=None), "de vorige keer"),
    )
    draft = Draft(case, moment, at_rest=True)
    done = [f for f in open_ if f.due <= on] or open_[:1]
    change(draft, [replace(f, done=on) for f in done])
    for f in done:
        draft.note("follow_up.done", "vervolgactie afgerond", name=name, due=f.due.isoformat(), on=on.isoformat())
    keep_asking(draft)
    return draft.done()


def settle_asked(draft: Draft, names: Collection[str], on: date) -> None:
    """What of these is open is done on day ``on``, by what was recorded."""
    done = [replace(f, done=on) for f in draft.case.follow_ups if f.is_open and f.name in names]
    change(draft, done)
    for f in done:
        draft.note("follow_up.done", "vervolgactie afgerond", name=f.name, due=f.due.isoformat(), on=on.isoformat())


def change(draft: Draft, changed: Iterable[CaseFollowUp]) -> None:
    """Put these in the place of what is called so and is due on their days."""
    new = {(f.name, f.due): f for f in changed}
    kept = tuple(new.get((f.name, f.due), f) for f in draft.case.follow_ups)
    draft.case = replace(draft.case, follow_ups=kept)
