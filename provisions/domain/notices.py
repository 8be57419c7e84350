"""A notice of default (ingebrekestelling, Awb 4:17): recorded as a milestone, shown in days, never written by us.

Source: domain.md, "What happens in a life", rule 17.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from provisions.domain import deadlines, dutch
from provisions.domain.calendar import ONE_DAY
from provisions.domain.deadlines import Situation
from provisions.domain.rules import NoticeRule
from provisions.domain.terms import DueDate, due_date

MILESTONE, DECIDED, SETTLED = "notice_of_default", "decision_announced", "penalty_settled"


@dataclass(frozen=True)
class Notice:
    """A notice of default that was received on day ``received``.

    ``two_weeks``: the term within which there is still time to decide. Then it costs something a day, from ``first`` up to and
    including ``last`` at most. ``decided``: the day of the decision, ``None`` while there is none that is known.
    ``settled``: the day on which what it cost was settled. ``running``: the end of a statutory term that had not passed on the
    day of receipt, ``None`` when it had.
    """

    received: date
    two_weeks: DueDate
    first: date
    last: date
    decided: date | None
    running: date | None
    settled: date | None = None

    @property
    def is_open(self) -> bool:
        """Whether there is still something to decide, or to settle."""
        return self.decided is None and self.settled is None


def notice_of(situation: Situation, rule: NoticeRule) -> Notice | None:
    """The notice of a provision, ``None`` where none was recorded. The two weeks run from the day after receipt."""
    received = situation.provision.milestone(MILESTONE)
    if received is None:
        return None
    ends = due_date(rule.after, received, situation.calendar, roll=rule.roll)
    terms = [term for term in deadlines.statutory_terms(situation) if not term.presumed]
    announced = situation.provision.milestone(DECIDED)
    decisions = [outcome.on for outcome in situation.provision.outcomes if not outcome.undone]
    decisions += [announced] if announced else []
    running = max((term.end.due for term in terms if term.end.due >= received), default=None)
    last = ends.due + timedelta(days=rule.days)
    settled = situation.provision.milestone(SETTLED)
    return Notice(received, ends, ends.due + ONE_DAY, last, min(decisions, default=None), running, settled)


def standing(notice: Notice, today: date, rule: NoticeRule) -> str:
    """How it stands today, in few Dutch words: for lists."""
    day = dutch.dutch_date
    if notice.settled is not None:
        return f"afgehandeld op {day(notice.settled)}"
    if notice.decided is not None:
        return f"besloten op {day(notice.decided)}"
    if today < notice.two_weeks.due:
        left = dutch.days((notice.two_weeks.due - today).days)
        return f"nog {left} om te besluiten, tot en met {day(notice.two_weeks.due)}"
    if today == notice.two_weeks.due:
        return "vandaag is de laatste dag om te besluiten"
    if today <= notice.last:
        number = (today - notice.first).days + 1
        return f"nog geen besluit: dag {number} van {rule.days} van de dwangsom, tot en met {day(notice.last)}"
    return f"nog geen besluit: de {dutch.days(rule.days)} van de dwangsom waren om op {day(notice.last)}"


def in_words(notice: Notice, rule: NoticeRule) -> list[str]:
    """What it means, in Dutch sentences: for the case director and the team lead."""
    day = dutch.dutch_date
    told = [
        f"De ingebrekestelling is ontvangen op {day(notice.received)}. De {rule.after} daarna zijn om op "
        f"{day(notice.two_weeks.due)} ({rule.article})."
    ]
    told += [
        f"Die dag schoof naar {day(moved.date)}: {moved.because} ({moved.rule})." for moved in notice.two_weeks.steps
    ]
    told.append(
        f"Is er dan nog niet besloten, dan lopen de {dutch.days(rule.days)} van de dwangsom van {day(notice.first)} tot en met "
        f"{day(notice.last)}."
    )
    if notice.running is not None:
        told.append(
            f"Op de dag van ontvangst liep de wettelijke termijn nog, tot en met {day(notice.running)}: laat een jurist "
            "kijken of de ingebrekestelling geldt."
        )
    if notice.decided is not None:
        told.append(f"Er is besloten op {day(notice.decided)}.")
    if notice.settled is not None:
        told.append(f"De dwangsom is afgehandeld op {day(notice.settled)}.")
    if rule.steps:
        amounts = dutch.listed([f"{step.amount} per dag gedurende {dutch.days(step.days)}" for step in rule.steps])
        told.append(f"De dwangsom is {amounts} ({rule.year}, {rule.source}).")
    return told
