"""Stopping and restarting a clock, and agreeing on a date (domain.md, rules 4 and 8)."""

from dataclasses import replace
from datetime import date, timedelta

from provisions.domain import deadlines, dutch
from provisions.domain.case import Agreement, Case, Provision, ProvisionKey, Suspension
from provisions.domain.errors import InvalidInput, NotAllowed, Part
from provisions.domain.lifecycle.bounds import not_before
from provisions.domain.lifecycle.decision import (
    Decision,
    Draft,
    Moment,
    must_be_awake,
    must_be_open,
    must_be_open_case,
    provision_of,
    running_provision,
)
from provisions.domain.lifecycle.starting import note_term
from provisions.domain.lifecycle.telling import tell_new_day

LONGEST_SUSPENSION = timedelta(weeks=4)
LONGEST_APPROVED = timedelta(days=366)  # beyond it the year was mistyped


def suspend(case: Case, key: ProvisionKey, suspension: Suspension, moment: Moment, approved_by: str | None) -> Decision:
    """Stop the clock (domain.md, rule 4). Longer than four weeks on end needs a team lead (``approved_by``)."""
    must_be_open_case(case)
    must_be_awake(case, moment)
    provision = running_provision(case, key, moment)
    start, until = suspension.start, suspension.until
    not_before(
        f"De klok van '{key}' stilzetten",
        start,
        (provision.started_on, "de start"),
        (provision.reopened_on, "de heropening"),
    )
    if until <= start:
        raise InvalidInput(f"De einddatum {until.isoformat()} moet na de begindatum {start.isoformat()} liggen.")
    if until - start > LONGEST_APPROVED:
        raise InvalidInput(
            f"De einddatum {until.isoformat()} ligt meer dan een jaar na {start.isoformat()}. Controleer het jaartal."
        )
    if approved_by is None:
        _refuse_longer_than_four_weeks(provision, start, until)
    suspension = replace(suspension, resumed=_resumed_before(provision, suspension))
    if suspension.resumed is None and until <= moment.today:
        suspension = replace(suspension, resumed=until)
    draft = Draft(case, moment)
    draft.decided()
    was = deadlines.due(draft.situation(key))
    changed = replace(provision, suspensions=(*provision.suspensions, suspension))
    draft.change(changed)
    end = changed.stops[-1].end
    draft.note(
        "clock.suspended",
        f"klok stilgezet van {dutch.dutch_date(start)} tot {dutch.dutch_date(until)}: {dutch.REASON[suspension.reason]}"
        + (f"; de klok liep weer vanaf {dutch.dutch_date(end)}" if end < until else ""),
        key,
        reason=suspension.reason.value,
        on=start.isoformat(),
        until=until.isoformat(),
        resumed=suspension.resumed_by_hand.isoformat() if suspension.resumed_by_hand else None,
        approved_by=approved_by,
    )
    note_term(draft, key)
    tell_new_day(draft, key, was.due if was else None)
    return draft.done()


def _resumed_before(provision: Provision, suspension: Suspension) -> date | None:
    """The first day within ``suspension``, recorded only now, on which somebody had the clock run again."""
    days = [s.resumed_by_hand for s in provision.suspensions if s.resumed_by_hand is not None]
    return min((day for day in days if suspension.start < day < suspension.until), default=None)


def _refuse_longer_than_four_weeks(provision: Provision, start: date, until: date) -> None:
    """A stop that joins others may not be longer than four weeks on end with them, unless one of them covers it already."""
    if any(s.start <= start and until <= s.end for s in provision.stops):
        return
    first, last = start, until
    joined = True
    while joined:
        touching = [s for s in provision.stops if s.start <= last and first <= s.end]
        wider = min([first, *(s.start for s in touching)]), max([last, *(s.end for s in touching)])
        joined, (first, last) = wider != (first, last), wider
    if last - first > LONGEST_SUSPENSION:
        raise InvalidInput(
            f"De klok van '{provision.key}' zou langer dan vier weken aan een stuk stilstaan (van {first.isoformat()} tot "
            f"{last.isoformat()}). Kies een periode die eindigt op of voor {(first + LONGEST_SUSPENSION).isoformat()}, "
            f"of {Part.LONGER_STOP}."
        )


def resumed(provision: Provision, on: date) -> Provision | None:
    """The clock runs again from day ``on``, of every stop that lasted on that day; ``None`` when none did."""
    stops = list(zip(provision.suspensions, provision.stops, strict=True))
    running = [s for s, stop in stops if stop.start <= on < stop.end and s.resumed_by_hand is None]
    if not running:
        return None
    ended = tuple(replace(s, resumed=on) if s in running else s for s in provision.suspensions)
    return replace(provision, suspensions=ended)


def resume(case: Case, key: ProvisionKey, moment: Moment, on: date) -> Decision:
    """Let the clock run again, from day ``on``: of every stop that lasted on that day, also when it has ended since."""
    provision = provision_of(case, key)
    changed = resumed(provision, on)
    later = [stop.start for stop in provision.stops if stop.start > on and stop.start <= moment.today < stop.end]
    if provision.status.is_open and changed is None and later:
        not_before(f"De klok van '{key}' hervatten", on, (min(later), "de dag waarop hij is stilgezet"))
    if not provision.status.is_open or changed is None:
        raise NotAllowed(f"De klok van '{key}' in traject {case.reference} staat niet stil; hervatten kan dus niet.")
    draft = Draft(case, moment)
    was = deadlines.due(draft.situation(key))
    draft.change(changed)
    draft.note("clock.resumed", f"klok loopt weer vanaf {dutch.dutch_date(on)}", key, on=on.isoformat())
    note_term(draft, key)
    tell_new_day(draft, key, was.due if was else None)
    return draft.done()


def agree(case: Case, key: ProvisionKey, day: date, moment: Moment, on: date) -> Decision:
    """The date ``day``, agreed on day ``on``. A breach of the date before it stays a breach.

    An agreement that is recorded after a later one holds until that one; the later one stays in force.
    """
    must_be_open_case(case)
    provision = provision_of(case, key)
    draft = Draft(case, moment)
    was = deadlines.due(draft.situation(key))
    rule = draft.rule(key)
    if not rule.needs_agreed_date:
        raise InvalidInput(f"'{key}' heeft een streeftermijn ({rule.target}); een afgesproken datum kan daar niet.")
    must_be_open(case, provision)
    not_before(f"Een afspraak over '{key}'", on, (provision.needed_on, "de dag waarop het nodig werd"))
    if day < on:
        when = (
            "in het verleden. Kies vandaag of later." if on == moment.today else f"voor de dag van de afspraak ({on})."
        )
        raise InvalidInput(f"De afgesproken datum {day.isoformat()} ligt {when}")
    draft.change(with_agreement(provision, Agreement(day, on)))
    draft.note(
        "term.agreed",
        f"afgesproken datum: {dutch.dutch_date(day)}"
        + ("" if on == moment.today else f", afgesproken op {dutch.dutch_date(on)}"),
        key,
        on=on.isoformat(),
        agreed=day.isoformat(),
        was=provision.agreed.isoformat() if provision.agreed else None,
    )
    note_term(draft, key)
    tell_new_day(draft, key, was.due if was else None)
    return draft.done()


def with_agreement(provision: Provision, new: Agreement) -> Provision:
    """``provision`` with this agreement: it is in force, or is one of the past where a later one was recorded before it."""
    if provision.agreed is None:
        return replace(provision, agreed=new.day, agreed_on=new.on)
    holds = Agreement(provision.agreed, provision.agreed_on or provision.needed_on)
    if new.on < holds.on:
        return replace(provision, earlier_agreements=(*provision.earlier_agreements, new))
    earlier = (*provision.earlier_agreements, holds)
    return replace(provision, agreed=new.day, agreed_on=new.on, earlier_agreements=earlier)
