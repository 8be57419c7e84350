"""A case in short Dutch phrases, as a row of a table has room for: where it stands, until when, what comes next."""

from collections.abc import Iterable
from datetime import date, datetime

from provisions.catalogue import Config
from provisions.domain import dutch
from provisions.domain.calendar import AMSTERDAM, day_of
from provisions.domain.case import UNKNOWN, Case, FollowUp, Status
from provisions.domain.lifecycle import proposals
from provisions.domain.notices import standing
from provisions.domain.rules import CodeList, Dependency
from provisions.domain.signals import has_arrived
from provisions.domain.warnings import waits_for_desk
from provisions.views import replied
from provisions.views.listing import CaseLine
from provisions.views.places import of_case, proposed
from provisions.views.standing import SUSPENDED, ProvisionView

TO_JUDGE = "beoordeel indiening Maatwerkloket"  # the rung itself sends nothing to the national desk


class Wording:
    """Phrases as read on the day ``today`` (Amsterdam's)."""

    def __init__(self, config: Config, today: date) -> None:
        self._config = config
        self._today = today

    def standing(self, p: ProvisionView) -> str:
        """Where a provision stands and with whom it lies."""
        if p.resting:
            return f"{dutch.AT_REST} sinds {self.day(p.resting.start)}"
        if p.status == SUSPENDED:
            return f"{dutch.SUSPENDED} tot {self.day(p.suspended_until)}" if p.suspended_until else dutch.SUSPENDED
        if p.provision.status is Status.BLOCKED:
            since = f" (al {dutch.days(p.waiting_days)})" if p.waiting_days else ""
            return f"wacht op {dutch.listed(self.names(p.blocked_by))}{since}"
        if not p.provision.status.is_open:
            return f"{dutch.STATUS[p.provision.status]}, {self.day(p.provision.closed_on)}"
        parts = [dutch.STATUS[p.provision.status]] if p.provision.status is Status.REFUSED else []
        parts += [f"ligt bij {dutch.holder(p.lies_with)}"] if p.lies_with else []
        if p.statutory_presumed and p.statutory_due:
            parts.append(f"wettelijke termijn vermoedelijk t/m {self.day(p.statutory_due)}")
        if p.objection_until:
            presumed = " (vermoedelijk)" if p.objection_presumed else ""
            parts.append(f"bezwaar kan t/m {self.day(p.objection_until)}{presumed}")
        return "; ".join(parts)

    def waits(self, p: ProvisionView) -> str:
        """ "al 9 dagen op identiteitsbewijs"."""
        return f"al {dutch.days(p.waiting_days or 0)} op {dutch.listed(self.names(p.blocked_by))}"

    def what_next(self, p: ProvisionView) -> list[str]:
        """What is to be decided, the next rung, and the follow-ups that are open; each with its day."""
        found = []
        if p.provision.their_number:
            found.append(f"nummer van het loket: {p.provision.their_number}")
        if p.provision.cause and p.provision.status.is_open:
            causes = self._config.catalogue.codes[CodeList.CAUSE]
            found.append(f"waarom nog niet: {causes.get(p.provision.cause, p.provision.cause)}")
        if said := replied.course(p.provision):
            found.append(f"antwoorden: {said}")
        known = p.situation.rule
        for reached in sorted(p.provision.milestones, key=lambda m: m.on):
            rule = known.milestone(reached.name)
            found.append(f"{rule.title if rule else reached.name}: {self.day(reached.on)}")
        if p.notice is not None and p.notice.is_open:
            stands = standing(p.notice, self._today, self._config.catalogue.notice)
            found.append(
                f"ingebrekestelling: {stands} (twee weken om op "
                f"{self.day(p.notice.two_weeks.due)}; dagen daarna tot en met {self.day(p.notice.last)})"
            )
        to_judge = [r for r in p.provision.rungs if r.name.kind.is_judged and r.submitted is None]
        if to_judge and p.provision.status.is_open:
            found.append(f"nu: {TO_JUDGE}")
        if waits_for_desk(p.provision):
            found.append("nu: beoordeel indiening centraal loket")
        if p.next_rung:
            name, day = p.next_rung.name, day_of(p.next_rung.at)
            what = TO_JUDGE if name.kind.is_judged else name.label
            # Recorded late: the engine climbs it as soon as it runs.
            found.append(f"{'nu' if day <= self._today else self.day(day)}: {what}")
        for warning in p.next_warnings[:1]:
            found.append(f"{self.day(day_of(warning.at))}: voorwaarschuwing: {warning.rule.title}")
        told = any(s.name in self._config.catalogue.nights for s in p.provision.signals)
        if told and p.overdue and not has_arrived(p.provision):
            found.append(f"nacht {p.days_overdue} zonder plek")
        due = sorted((f for f in p.provision.follow_ups if f.is_open), key=lambda f: f.due)
        return found + [f"{self.day(f.due)}: {self._title(p, f)} ({f.name})" for f in due]

    def _title(self, p: ProvisionView, follow_up: FollowUp) -> str:
        return next((r.title for r in p.situation.rule.follow_ups if r.name == follow_up.name), follow_up.name)

    def due(self, p: ProvisionView) -> str:
        """The last day on time, and how it was kept or agreed."""
        if p.due is None:
            return f"{self.day(p.provision.agreed)} (afgesproken)" if p.provision.agreed else ""
        if p.overdue:
            return f"{self.day(p.due)} ({dutch.days(p.days_overdue)} {dutch.OVERDUE})"
        return f"{self.day(p.due)} (overschreden)" if p.breached else self.day(p.due)

    def day(self, day: date | None) -> str:
        """``9 nov``, with the year when it is not this one."""
        if day is None:
            return ""
        short = dutch.short_day(day)
        return short if day.year == self._today.year else f"{short} {day.year}"

    def moment(self, moment: datetime) -> str:
        """``9 nov 14:05``, in Amsterdam."""
        here = moment.astimezone(AMSTERDAM)
        return f"{self.day(here.date())} {here:%H:%M}"

    def municipality(self, key: str) -> str:
        """The name of a municipality; its key when it is not configured any more."""
        found = self._config.organisation.municipalities.get(key)
        return found.name if found else key

    def names(self, keys: Iterable[str]) -> list[str]:
        """Dutch names for keys; ``a|b`` becomes "a of b"."""
        return [self._config.catalogue.named(Dependency.parse(key)) for key in keys]

    def situation(self, case: Case) -> str:
        """How contact goes, and where somebody lives as far as that is known. For the screen only."""
        codes, parts = self._config.catalogue.codes, []
        if case.living != UNKNOWN:
            parts.append(f"verblijf: {codes[CodeList.LIVING].get(case.living, case.living)}")
        if case.losing_place is not None:
            parts.append("die plek is binnen drie maanden weg" if case.losing_place else "die plek blijft")
        if case.wlz != UNKNOWN:
            parts.append(codes[CodeList.WLZ].get(case.wlz, case.wlz))
        said = codes[CodeList.CONTACT].get(case.contact, case.contact)
        return dutch.capitalised("; ".join([*parts, said]))

    def losing(self, case: Case) -> str:
        """ "raakt plek kwijt op 12 december (nog 11 werkdagen)"; empty when no place is to be lost."""
        return of_case(case, self._today, self._config.catalogue)

    def proposed(self, case: Case) -> list[str]:
        """What else may be needed because of that, with the key to ask for it."""
        catalogue = self._config.catalogue
        return [f"{proposed(one, catalogue)} ({one.key})" for one in proposals(case, catalogue, self._today)]

    def case_stands(self, line: CaseLine) -> str:
        """How many of its provisions are open, and what is to be known about that."""
        if line.closed:
            return f"afgesloten, {self.day(line.closed)}"
        still = f"{line.open} open" if line.open else "niets open"
        if line.rest:
            return f"{still}, {dutch.AT_REST} sinds {self.day(line.rest)}"
        return f"{still}, {line.late} {dutch.OVERDUE}" if line.late else still
