"""Stopping and restarting a clock, and agreeing on a date (domain.md, rules 4 and 8)."""

from dataclasses import replace
from datetime import date, timedelta

from provisions.domain import dutch
from provisions.domain.case import Case, Provision, Suspension
from provisions.domain.errors import InvalidInput, NotAllowed
from provisions.domain.lifecycle.decision import (
    Decision,
    Draft,
    Moment,
    already_closed,
    must_be_open_case,
    provision_of,
    running_provision,
)
from provisions.domain.lifecycle.starting import note_term

LONGEST_SUSPENSION = timedelta(weeks=4)
LONGEST_APPROVED = timedelta(days=366)  # beyond it the year was mistyped


def suspend(case: Case, key: str, suspension: Suspension, moment: Moment, approved_by: str | None) -> Decision:
    """Stop the clock (domain.md, rule 4). Longer than four weeks on end needs a team lead (``approved_by``)."""
    must_be_open_case(case)
    provision = running_provision(case, key, moment)
    start, until = suspension.start, suspension.until
    started = provision.started_on
    if started is not None and start < started:
        raise InvalidInput(
            f"De klok van '{key}' liep nog niet op {start.isoformat()}: gestart op {started.isoformat()}."
        )
    if provision.reopened_on is not None and start < provision.reopened_on:
        raise InvalidInput(
            f"De klok kan niet stilstaan vanaf {start.isoformat()}: '{key}' is heropend op {provision.reopened_on.isoformat()}."
        )
    if until <= start:
        raise InvalidInput(f"De einddatum {until.isoformat()} moet na de begindatum {start.isoformat()} liggen.")
    if start == moment.today and until <= moment.today:
        raise InvalidInput(f"De einddatum {until.isoformat()} moet na vandaag liggen.")
    if until - start > LONGEST_APPROVED:
        raise InvalidInput(
            f"De einddatum {until.isoformat()} ligt meer dan een jaar na {start.isoformat()}. Controleer het jaartal."
        )
    if approved_by is None:
        _refuse_longer_than_four_weeks(provision, start, until)
    if until <= moment.today:
        suspension = replace(suspension, resumed=until)
    draft = Draft(case, moment)
    draft.change(replace(provision, suspensions=(*provision.suspensions, suspension)))
    draft.note(
        "clock.suspended",
        f"klok stilgezet van {dutch.dutch_date(start)} tot {dutch.dutch_date(until)}: {dutch.REASON[suspension.reason]}",
        key,
        reason=suspension.reason.value,
        on=start.isoformat(),
        until=until.isoformat(),
        approved_by=approved_by,
    )
    note_term(draft, key)
    return draft.done()


def _refuse_longer_than_four_weeks(provision: Provision, start: date, until: date) -> None:
    """A stop that joins others may not be longer than four weeks on end with them, unless one of them covers it already."""
    if any(s.start <= start and until <= s.end for s in provision.suspensions):
        return
    first, last = start, until
    joined = True
    while joined:
        touching = [s for s in provision.suspensions if s.start <= last and first <= s.end]
        wider = min([first, *(s.start for s in touching)]), max([last, *(s.end for s in touching)])
        joined, (first, last) = wider != (first, last), wider
    if last - first > LONGEST_SUSPENSION:
        raise InvalidInput(
            f"De klok van '{provision.key}' zou langer dan vier weken aan een stuk stilstaan (van {first.isoformat()} tot "
            f"{last.isoformat()}). Kies een periode die eindigt op of voor {(first + LONGEST_SUSPENSION).isoformat()}, "
            "of laat een teamleider akkoord geven: --approved-by CODE."
        )


def resume(case: Case, key: str, moment: Moment, on: date) -> Decision:
    """Let the clock run again, from day ``on``."""
    provision = provision_of(case, key)
    running = [s for s in provision.suspensions if s.resumed is None and s.until > moment.today]
    if not provision.status.is_open or not running:
        raise NotAllowed(f"De klok van '{key}' in traject {case.reference} staat niet stil; hervatten kan dus niet.")
    first = min(s.start for s in running)
    if on < first:
        raise InvalidInput(
            f"De klok van '{key}' stond nog niet stil op {on.isoformat()}: stilgezet op {first.isoformat()}."
        )
    draft = Draft(case, moment)
    draft.change(
        replace(
            provision,
            suspensions=tuple(
                replace(s, resumed=max(s.start, on)) if s in running else s for s in provision.suspensions
            ),
        )
    )
    draft.note("clock.resumed", f"klok loopt weer vanaf {dutch.dutch_date(on)}", key, on=on.isoformat())
    note_term(draft, key)
    return draft.done()


def agree(case: Case, key: str, day: date, moment: Moment) -> Decision:
    """A (new) agreed date. A breach of the old one stays a breach."""
    must_be_open_case(case)
    provision = provision_of(case, key)
    draft = Draft(case, moment)
    rule = draft.rule(key)
    if not rule.needs_agreed_date:
        raise InvalidInput(f"'{key}' heeft een streeftermijn ({rule.target}); een afgesproken datum kan daar niet.")
    if not provision.status.is_open:
        raise NotAllowed(already_closed(case, provision))
    if day < moment.today:
        raise InvalidInput(f"De afgesproken datum {day.isoformat()} ligt in het verleden. Kies vandaag of later.")
    kept = draft.with_breach_kept(provision)
    draft.change(replace(kept, agreed=day, agreed_on=moment.today))
    draft.note(
        "term.agreed",
        f"afgesproken datum: {dutch.dutch_date(day)}",
        key,
        agreed=day.isoformat(),
        was=provision.agreed.isoformat() if provision.agreed else None,
    )
    note_term(draft, key)
    return draft.done()
