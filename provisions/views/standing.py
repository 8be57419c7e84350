"""A case and its provisions as they stand at one moment, as people and programs see them; everything is judged by the domain."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from provisions.domain import budget, deadlines, graph, ladder
from provisions.domain.calendar import day_of, utc_text
from provisions.domain.case import Case, FollowUp, Provision, ProvisionKey, Reply, Rest, Rung, Status
from provisions.domain.deadlines import Situation
from provisions.domain.ladder import RungDue
from provisions.domain.notices import Notice, notice_of
from provisions.domain.rules import Catalogue, Dependency, ProvisionRule
from provisions.domain.warnings import WarningDue, warnings_ahead
from provisions.views.zaken import ZaakView

SUSPENDED = "suspended"


@dataclass(frozen=True)
class ProvisionView:
    """One provision as it stands at one moment."""

    id: int
    case: Case
    provision: Provision
    situation: Situation
    status: str
    due: date | None
    statutory_due: date | None
    statutory_presumed: bool  # counted from the day we asked, for when it was received is not known
    overdue: bool
    days_overdue: int
    breached: bool
    suspended_days: int
    suspended_until: date | None
    blocked_by: tuple[str, ...]
    resting: Rest | None  # the case is at rest, so nothing of it runs
    waiting_days: int | None  # calendar days since the need, when blocked longer than the own target
    objection_until: date | None
    objection_presumed: bool  # counted from the refusal, for when it was announced is not known
    notice: Notice | None  # of default, where one was received
    lies_with: str | None
    next_rung: RungDue | None
    flow_run: UUID | None
    date_warnings: tuple[str, ...]  # a date beyond the last year of the calendar
    rules: Mapping[str, ProvisionRule]
    next_warnings: tuple[WarningDue, ...] = ()
    zaak: ZaakView | None = None  # the last one; read of one case and of what is late, and so is what follows
    asked: tuple[int, ...] = ()  # numbers of what a second person is to decide

    @property
    def name(self) -> str:
        """The Dutch name, with the round and what it is for: "identiteitsbewijs (2)", "bijzondere bijstand (kleding)"."""
        return self.situation.rule.called(self.provision.round, self.provision.purpose)

    def named(self, dependency: str) -> str:
        """The Dutch name of ``a`` or ``a|b``."""
        return Dependency.parse(dependency).called(lambda key: self.rules[key].name)

    def _warnings(self) -> list[dict[str, Any]]:
        """Those that were given or passed over, and those that are still to come; ``day`` is the one that is warned for."""
        given: list[dict[str, Any]] = [
            {"name": w.name, "day": w.day.isoformat(), "sent": utc_text(w.sent) if w.message else None, "due": None}
            | ({"submitted": w.submitted} if w.to_judge else {})
            for w in self.provision.warnings
        ]
        ahead = [
            {"name": w.rule.name, "day": w.day.isoformat(), "sent": None, "due": utc_text(w.at)}
            for w in self.next_warnings
        ]
        return given + ahead

    def as_json(self) -> dict[str, Any]:
        """The shape that ``cli.md`` promises, with more keys."""
        p = self.provision
        return {
            "key": p.key,
            "status": self.status,
            "started": _iso(p.started_on),
            "due": _iso(self.due),
            "closed": _iso(p.closed_on),
            "overdue": self.overdue,
            "breached": self.breached,
            "applied_on": _iso(p.applied_on),
            "statutory_due": _iso(self.statutory_due),
            "statutory_presumed": self.statutory_presumed,
            "milestones": {m.name: m.on.isoformat() for m in p.milestones},
            "blocked_by": list(self.blocked_by),
            "waived": [w.dependency for w in p.waivers],
            "suspended_days": self.suspended_days,
            "rungs": [_rung(r) for r in sorted(p.rungs, key=lambda r: (r.climbed, r.name.height))],
            "follow_ups": [_follow_up(f) for f in p.follow_ups],
            "cause": p.cause,
            "asked_on": _iso(p.asked_on),
            "round": p.round,
            "for": p.purpose,
            "again": p.again,
            "taken_over_by": p.taken_over_by,
            "continues": p.continues,
            "municipality": self.case.municipality_of(p.id),
            "flow_run": str(self.flow_run) if self.flow_run else None,
            "lies_with": self.lies_with,
            "name": self.name,
            "needed": p.needed_on.isoformat(),
            "urgent": p.urgent,
            "urgent_since": _iso(p.urgent_since),
            "agreed": _iso(p.agreed),
            "needed_from": _iso(p.needed_from),
            "days_overdue": self.days_overdue,
            "suspended_until": _iso(self.suspended_until),
            "objection_until": _iso(self.objection_until),
            "objection_presumed": self.objection_presumed,
            "notice_of_default": _notice(self.notice),
            "waivers": [{"dependency": w.dependency, "because": w.code, "on": w.on.isoformat()} for w in p.waivers],
            "date_warnings": list(self.date_warnings),
            "warnings": self._warnings(),
            "signals": [
                {"name": s.name, "day": s.day.isoformat(), "sent": utc_text(s.sent) if s.message else None}
                for s in p.signals
            ],
            "promised": _iso(p.promised),
            "answered": [reply_json(r) for r in p.replies],
            "their_number": p.their_number,
            "asked": [f"A-{number}" for number in self.asked],
            "zaak": self.zaak.as_json() if self.zaak else None,
            "next_rung": (
                {"rung": self.next_rung.name.value, "due": utc_text(self.next_rung.at)} if self.next_rung else None
            ),
        }


@dataclass(frozen=True)
class Note:
    """What somebody wrote down, about ``key`` or about the case as a whole; ``at`` is UTC."""

    at: datetime
    by: str
    key: ProvisionKey | None
    text: str

    def as_json(self) -> dict[str, Any]:
        """With ``round`` where it is about a provision."""
        key, number = self.key or (None, None)
        return {"at": utc_text(self.at), "by": self.by, "key": key, "round": number, "text": self.text}


@dataclass(frozen=True)
class CaseView:
    """A client's case as it stands at one moment. ``notes``: oldest first; read only where one case is looked at.
    ``deputy``: who acts for its director now, where that one is away. ``number``: its database id.
    ``place_ends``: the day, if it is to come, on which the client loses the place to sleep.
    """

    case: Case
    provisions: tuple[ProvisionView, ...]
    resting: Rest | None = None
    notes: tuple[Note, ...] = ()
    deputy: str | None = None
    number: int = 0
    place_ends: date | None = None

    def only(self, keys: Collection[ProvisionKey], *, director: str | None) -> "CaseView":
        """The same, for whoever sees these provisions and nothing else of the case."""
        case = Case(
            self.case.id,
            self.case.reference,
            self.case.municipality,
            self.case.route,
            self.case.brp,
            self.case.opened,
            director,
            provisions={key: found for key, found in self.case.provisions.items() if key in keys},
        )
        shown = tuple(replace(p, case=case) for p in self.provisions if p.provision.id in keys)
        return CaseView(case, shown, self.resting, number=self.number)

    def as_json(self) -> dict[str, Any]:
        """The shape that ``cli.md`` promises, with more keys."""
        case = self.case
        return {
            "reference": case.reference,
            "municipality": case.municipality,
            "route": case.route.value,
            "brp": case.brp.value,
            "opened": case.opened.isoformat(),
            "closed": _iso(case.closed),
            "end_reason": case.end_reason,
            "id": str(case.id),
            "living": case.living,
            "losing_place": case.losing_place,
            "wlz": case.wlz,
            "place_ends": _iso(self.place_ends),
            "contact": case.contact,
            "own_number": case.own_number,
            "director": case.director,
            "deputy": self.deputy,
            "handover": handover_json(case),
            "present": sorted(case.present),
            "notes": [note.as_json() for note in self.notes],
            "follow_ups": [_follow_up(f) for f in case.follow_ups],
            "resting": (
                {
                    "since": self.resting.start.isoformat(),
                    "reason": self.resting.reason,
                    "until": self.resting.until.isoformat(),
                }
                if self.resting
                else None
            ),
            "budget": [_booked(entry) for entry in budget.entries(case.budget).values()],
            "provisions": [p.as_json() for p in self.provisions],
        }


def provision_view(
    case: Case, key: ProvisionKey, provision_id: int, flow_run: UUID | None, catalogue: Catalogue, now: datetime
) -> ProvisionView:
    """A provision as it stands at ``now`` (aware). ``provision_id``: its database id, 0 where it is not recorded."""
    today = day_of(now)
    situation = Situation.of(case, key, catalogue)
    provision = situation.provision
    due = deadlines.due(situation, today=today)
    statutory = deadlines.last_statutory(situation)
    blocked, resting = provision.status is Status.BLOCKED, _resting(case, provision, today)
    return ProvisionView(
        id=provision_id,
        case=case,
        provision=provision,
        situation=situation,
        status=SUSPENDED if deadlines.is_suspended(provision, today) else provision.status.value,
        due=due.due if due and not resting else None,
        statutory_due=statutory.end.due if statutory else None,
        statutory_presumed=statutory is not None and statutory.presumed,
        overdue=deadlines.is_overdue(situation, now),
        days_overdue=deadlines.days_overdue(situation, now),
        breached=deadlines.is_breached(situation, now),
        suspended_days=due.suspended_days if due else 0,
        suspended_until=deadlines.suspended_until(provision, today),
        blocked_by=tuple(str(d) for d in graph.unmet(situation.rule, case, provision)) if blocked else (),
        resting=resting,
        waiting_days=None if resting else deadlines.blocked_too_long(situation, today),
        objection_until=(until := deadlines.objection_until(situation)),
        objection_presumed=until is not None
        and provision.outcome is not None
        and deadlines.announced_on(provision.outcome) is None,
        notice=notice_of(situation, catalogue.notice),
        lies_with=ladder.lies_with(situation),
        next_rung=ladder.next_rung_at(situation, catalogue, now),
        next_warnings=warnings_ahead(situation, catalogue),
        flow_run=flow_run,
        date_warnings=tuple(
            dict.fromkeys(w for end in (due, statutory and statutory.end) if end for w in end.warnings)
        ),
        rules=catalogue.provisions,
    )


def _resting(case: Case, provision: Provision, today: date) -> Rest | None:
    return case.resting(today) if provision.status.is_open else None


def _booked(entry: budget.Entry) -> dict[str, Any]:
    """What was asked of the customised budget, in euro cents."""
    return {
        "number": f"B-{entry.number}",
        "state": entry.state.value,
        "amount": entry.asked.amount,
        "spent": entry.spent,
        "returned": entry.returned,
        "why": entry.asked.why,
        "what": entry.asked.what,
        "key": entry.asked.key,
        "approval": f"A-{entry.asked.approval}",
    }


def _notice(notice: Notice | None) -> dict[str, Any] | None:
    if notice is None:
        return None
    return {
        "received": notice.received.isoformat(),
        "two_weeks_over": notice.two_weeks.due.isoformat(),
        "first": notice.first.isoformat(),
        "last": notice.last.isoformat(),
        "decided": _iso(notice.decided),
    }


def _rung(r: Rung) -> dict[str, Any]:
    return {
        "rung": r.name.value,
        "due": utc_text(r.due),
        "climbed": utc_text(r.climbed),
        "message": r.message,
        "answer": r.answer.value if r.answer else None,
        "submitted": r.submitted,
        "taken_over": r.taken_over,
    }


def _follow_up(f: FollowUp) -> dict[str, Any]:
    return {"name": f.name, "due": f.due.isoformat(), "done": _iso(f.done), "lapsed": f.lapsed}


def reply_json(reply: Reply) -> dict[str, Any]:
    """What somebody who was asked said. ``amount``: in euros, as text with two decimals."""
    return {
        "by": reply.receiver,
        "said": reply.said.value,
        "on": reply.on.isoformat(),
        "named": _iso(reply.named),
        "amount": None if reply.amount is None else f"{reply.amount / 100:.2f}",
        "purpose": reply.purpose,
        "spent_on": reply.spent_on,
        "because": reply.because,
        "register_checked": reply.checked,
        "handled": _iso(reply.handled),
    }


def handover_json(case: Case) -> dict[str, str | None] | None:
    """The last handover, as ``cli.md`` promises; ``None`` when there was none."""
    found = case.handover
    return found and {"to": found.to, "since": found.since.isoformat(), "accepted": _iso(found.accepted)}


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
