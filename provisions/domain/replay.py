"""What the record says a case is: its lines carried out again, one after the other, and compared with what is stored.

The state of a case follows from its lines. What is stored and can't be explained by a line was changed by somebody who got
around this program, or by a fault of ours: both must be found. No rule of ``config/`` is asked, so that a change of the rules
makes no whole record look broken.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from provisions.domain.case import (
    UNKNOWN,
    VIA_DIRECTOR,
    Case,
    CaseFollowUp,
    FollowUp,
    Living,
    Provision,
    ProvisionKey,
    Reply,
    Suspension,
)
from provisions.domain.lifecycle.decision import SYSTEM
from provisions.domain.lifecycle.undo import UNDONE
from provisions.domain.lines import (
    BUDGET,
    FOLLOW_UPS,
    SAID,
    RecordedLine,
    after_line,
    budget_line,
    day,
    needed,
    places,
    rests,
)
from provisions.domain.rules import Brp

RECORDED_WITHIN = timedelta(minutes=10)  # between the moment of an outcome and that of its line lies one transaction


@dataclass(frozen=True)
class Difference:
    """Something that is stored differently from what the lines say. ``key``: the provision, ``None`` for the case itself.

    ``column``: a column, or a table of what belongs to a provision. ``line``: the number of the last line that is about it.
    """

    key: ProvisionKey | None
    column: str
    stored: str
    said: str
    line: int | None


@dataclass
class Replay:
    """A case as its lines say, so far."""

    case: dict[str, Any] = field(default_factory=dict)
    """Columns of the case that a line told, and what belongs to it; empty when no line says that it was opened."""
    provisions: dict[ProvisionKey, Provision] = field(default_factory=dict)
    lines: dict[tuple[ProvisionKey | None, str], int] = field(default_factory=dict)
    unreadable: list[int] = field(default_factory=list)
    """The numbers of lines that lack what a line of their kind says."""
    moved: set[ProvisionKey] = field(default_factory=set)
    """The provisions of which the promised day may have been moved by other rules or by a move, so that a breach was kept."""
    before: dict[int, "Replay"] = field(default_factory=dict)
    """By the number of the last line before an act that is taken back later: what the lines until then said."""

    def follow(self, lines: Iterable[RecordedLine]) -> "Replay":
        """Carry out ``lines``, which are of one case and in order."""
        lines = list(lines)
        acts = sorted({line.data["after"] for line in lines if line.what == UNDONE and "after" in line.data})
        for line in lines:
            while acts and acts[0] < line.id:
                self.before[acts.pop(0)] = replace(
                    self, case=dict(self.case), provisions=dict(self.provisions), moved=set(self.moved)
                )
            try:
                if line.what == UNDONE:
                    self._take_back(line)
                self._case_line(line)
                if line.key is not None:
                    self._provision_line(line, line.key)
            except (AttributeError, IndexError, KeyError, TypeError, ValueError):
                self.unreadable.append(line.id)
        return self

    def _take_back(self, line: RecordedLine) -> None:
        """The case is again what it was before the act; what no line told of then may not be there now."""
        earlier = self.before[line.data["after"]]
        told = {key for key, p in self.provisions.items() if earlier.provisions.get(key) != p}
        self.lines |= {(key, name): line.id for key in told for name in (*_COMPARED, "suspensions", "applied_on")}
        self.lines |= {(None, name): line.id for name in self.case if self.case[name] != earlier.case.get(name)}
        self.case, self.moved = dict(earlier.case), set(earlier.moved)
        self.provisions = dict(earlier.provisions)

    def _case_line(self, line: RecordedLine) -> None:
        data = line.data
        told: dict[str, Any]
        match line.what:
            case "case.opened":
                told = _opened(data)
            case "notes.kept":
                told = {"notes_kept_on": day(data["on"])}
            case "case.assigned":
                told = {"director": data.get("director")}  # the code goes when the case is forgotten
            case "case.transferred" if "on" not in data:  # by a version in which a move was one step
                told = {"municipality": data["municipality"], "own_number": None}
                self.moved |= set(self.provisions)
                self.provisions = {key: replace(p, their_number=None) for key, p in self.provisions.items()}
            case "case.handover":
                told = _handover(data["to"], data.get("director"), day(data["on"]))
            case "case.transferred":
                told = self._accepted(data)
            case "case.handover_declined":
                told = _handover(None, None, None)
            case "case.contact":
                told = {"contact": data["code"]}
            case "case.living":
                told = self._living(data)
            case "case.number":
                told = {"own_number": SAID if data["given"] else None}
            case "case.brp":
                told = {
                    "brp": Brp(data["brp"]),
                    "earlier_brp": {data["on"]: self.case["brp"].value} | self.case["earlier_brp"],
                }
            case "case.closed":
                told = {"closed": day(data["on"]), "end_reason": data.get("reason")}
            case "case.reopened":
                told = {"closed": None, "end_reason": None}
            case "provision.needed" if line.key is not None and data.get("again") is None:
                told = {"present": self.case.get("present", frozenset()) - {line.key.key}}
            case what if what in BUDGET:
                told = {"budget": (*self.case.get("budget", ()), budget_line(line))}
            case "case.rested" | "case.rest_extended" | "case.woken":
                told = {"rests": rests(self.case.get("rests", ()), line)}
            case "place.ends" | "place.kept" | "place.found":
                told = {"places": places(self.case.get("places", ()), line)}
            case what if what in FOLLOW_UPS and line.key is None:
                told = {"follow_ups": FOLLOW_UPS[what](self.case.get("follow_ups", ()), CaseFollowUp, line)}
            case _:
                return
        self.case |= told
        self.lines |= {(None, name): line.id for name in told}

    def _accepted(self, data: Mapping[str, Any]) -> dict[str, Any]:
        was, director = self.case["municipality"], self.case.get("director")
        for key, provision in self.provisions.items():
            self.provisions[key] = replace(provision, municipality=provision.municipality or was)
        return {
            "municipality": data["municipality"],
            "director": data.get("director"),
            "own_number": None,
            **_handover(was, director, day(data["on"]), day(data["accepted"])),
        }

    def _living(self, data: Mapping[str, Any]) -> dict[str, Any]:
        was = self.case
        before = Living(was["living"], was["losing_place"], was["wlz"], was["living_on"] or was["opened"])
        return {
            "living": data["living"],
            "losing_place": data.get("losing_place"),
            "wlz": data["wlz"],
            "living_on": day(data["on"]),
            "earlier_living": (*was["earlier_living"], before),
        }

    def _provision_line(self, line: RecordedLine, key: ProvisionKey) -> None:
        before = self.provisions.get(key)
        after = needed(line, key) if line.what == "provision.needed" else before and after_line(before, line)
        if after is None or after is before:
            return
        if line.what == "term.changed" and line.by == SYSTEM:
            self.moved.add(key)
        self.provisions[key] = after
        for name in (*_COMPARED, "suspensions", "applied_on"):
            if before is None or getattr(before, name) != getattr(after, name):
                self.lines[key, name] = line.id

    # --- comparing ---------------------------------------------------------------------------------------------------

    def differences(self, stored: Case, *, forgotten: bool = False, exact: bool = True) -> list[Difference]:
        """What is stored differently. ``forgotten``: what forgetting takes is not compared. ``exact``: moments are compared too
        (not in an example, whose lines are dated by another clock than its facts).
        """
        found = []
        for name in self.case:
            if forgotten and name in _FORGOTTEN:
                continue
            if (there := _of_case(stored, name)) != (expected := _of_case(self.case, name)):
                found.append(self._difference(None, name, there, expected))
        for key in sorted(stored.provisions.keys() - self.provisions.keys()):
            found.append(Difference(key, "provision", "er", "er niet", None))
        for key in sorted(self.provisions.keys() - stored.provisions.keys()):
            found.append(Difference(key, "provision", "er niet", "er", self.lines.get((key, "needed_on"))))
        for key in sorted(self.provisions.keys() & stored.provisions.keys()):
            found += self._of_provision(key, stored.provisions[key], forgotten=forgotten, exact=exact)
        return found

    def _of_provision(self, key: ProvisionKey, stored: Provision, *, forgotten: bool, exact: bool) -> list[Difference]:
        said = self.provisions[key]
        found = [
            self._difference(key, name, there, expected)
            for name, look in _COMPARED.items()
            if not (forgotten and name == "follow_ups")
            and not (name == "asked_on" and stored.asked_on is None)  # a way back to an older version does not keep it
            and (there := look(stored, forgotten)) != (expected := look(said, forgotten))
        ]
        if stored.applied_on not in ({said.applied_on} if said.applied_on else {None, said.needed_on}):
            found.append(self._difference(key, "applied_on", stored.applied_on, said.applied_on))
        if stored.breached_on is not None and key not in self.moved:
            found.append(self._difference(key, "breached_on", stored.breached_on, None))
        if not _same_stops(stored, said):
            found.append(self._difference(key, "suspensions", _stops(stored), _stops(said)))
        if exact and len(stored.outcomes) == len(said.outcomes):
            pairs = zip(stored.outcomes, said.outcomes, strict=True)
            found += [
                self._difference(key, "outcomes", there.recorded, line.recorded)
                for there, line in pairs
                if abs(there.recorded - line.recorded) > RECORDED_WITHIN
            ]
        return found

    def _difference(self, key: ProvisionKey | None, name: str, stored: object, said: object) -> Difference:
        line = self.lines.get((key, name), self.lines.get((key, "needed_on")))
        column = _COLUMNS.get(name, name) if key else _CASE_COLUMNS.get(name, name)
        return Difference(key, column, _text(stored), _text(said), line)


def _opened(data: Mapping[str, Any]) -> dict[str, Any]:
    """A case as it begins; lines of earlier versions say less."""
    return {
        "opened": day(data["opened"]),
        "municipality": data["municipality"],
        "brp": Brp(data["brp"]),
        "director": data.get("director"),
        "earlier_brp": {},
        "living": data.get("living", UNKNOWN),
        "losing_place": data.get("losing_place"),
        "wlz": data.get("wlz", UNKNOWN),
        "living_on": None,
        "earlier_living": (),
        "contact": data.get("contact", VIA_DIRECTOR),
        "own_number": None,
        "closed": None,
        **_handover(None, None, None),
        "present": frozenset(data.get("present", ())),
        "follow_ups": (),
        "notes_kept_on": None,
        "rests": (),
        "places": (),
        "budget": (),
    }


def _handover(
    municipality: str | None, director: str | None, since: date | None, accepted: date | None = None
) -> dict[str, Any]:
    return {
        "handover_with": municipality,
        "handover_director": director,
        "handover_since": since,
        "handover_accepted": accepted,
    }


# --- what is compared, and how it is said ------------------------------------------------------------------------------


def _with_answer(reply: Reply) -> tuple[object, ...]:
    """What goes when the case is forgotten."""
    return reply.amount, reply.purpose, reply.spent_on, reply.because, reply.checked


def _column(name: str) -> Callable[[Provision, bool], object]:
    return lambda p, _forgotten: getattr(p, name)


_COMPARED: Mapping[str, Callable[[Provision, bool], object]] = {
    **{
        name: _column(name)
        for name in (
            "status",
            "purpose",
            "again",
            "ended_on",
            "taken_over_by",
            "continues",
            "municipality",
            "needed_on", "urgent", "urgent_since", "urgent_because",
            "needed_from", "agreed", "agreed_on", "asked", "asked_on", "asked_at",
            "started_on", "reopened_on",
            "late_noted",
        )
    },
    "waivers": lambda p, _forgotten: sorted((w.dependency, w.on, w.code) for w in p.waivers),
    "rungs": lambda p, _forgotten: sorted(
        (r.name.value, r.due, str(r.message), r.answer, r.submitted, r.taken_over) for r in p.rungs
    ),
    "outcomes": lambda p, forgotten: [
        (o.name.value, o.on, {} if forgotten else dict(o.fields), o.undone) for o in p.outcomes
    ],
    "follow_ups": lambda p, _forgotten: _follow_up_columns(p.follow_ups),
    "warnings": lambda p, _forgotten: [
        (w.name, w.day, w.message and str(w.message), w.to_judge, w.submitted) for w in p.warnings
    ],
    "signals": lambda p, _forgotten: [(s.name, s.day, s.message and str(s.message)) for s in p.signals],
    "milestones": lambda p, _forgotten: sorted((m.name, m.on) for m in p.milestones),
    "their_number": lambda p, forgotten: None if forgotten else _given(p.their_number),
    "causes": lambda p, _forgotten: [(c.code, c.on) for c in p.causes],
    "replies": lambda p, forgotten: [
        (r.receiver, r.said.value, r.on, r.named, r.handled, r.reminded, *(() if forgotten else _with_answer(r)))
        for r in p.replies
    ],
    "earlier_needed": lambda p, _forgotten: [(n.day, n.until) for n in p.earlier_needed],
    "earlier_agreements": lambda p, _forgotten: [(a.day, a.on) for a in p.earlier_agreements],
}  # fmt: skip
_COLUMNS = {
    "waivers": "waiver",
    "rungs": "rung",
    "outcomes": "outcome",
    "follow_ups": "follow_up",
    "warnings": "warned",
    "signals": "signalled",
    "milestones": "milestone",
    "causes": "cause",
    "replies": "reply",
    "earlier_needed": "needed_from",
    "earlier_agreements": "agreement",
    "suspensions": "suspension",
}


_CASE_COLUMNS = {
    "follow_ups": "case_follow_up",
    "rests": "rest",
    "earlier_living": "living",
    "places": "place",
    "budget": "budget_line",
}
# What forgetting takes of a case itself.
_FORGOTTEN = frozenset({"director", "handover_director", "follow_ups", "own_number", "places"})


def _follow_up_columns(known: Iterable[FollowUp]) -> list[tuple[Any, ...]]:
    return sorted((f.name, f.due, f.done, f.lapsed, f.reminded, f.reminded_again) for f in known)


def _of_case(found: Case | Mapping[str, Any], name: str) -> object:
    """A column of a case, or what belongs to it as it is compared."""
    value = getattr(found, name) if isinstance(found, Case) else found[name]
    match name:
        case "follow_ups":
            return _follow_up_columns(value)
        case "rests":
            return [(r.start, r.reason, r.until, r.woken) for r in value]
        case "earlier_living":
            return [(one.situation, one.losing_place, one.wlz, one.on) for one in value]
        case "places":
            return [(p.ends, p.kind, p.because, p.on, p.state.value, p.settled_on, p.added) for p in value]
        case "budget":
            return [(b.number, b.kind.value, b.amount, b.on, b.year, b.municipality, b.why, b.what) for b in value]
        case "own_number":
            return _given(value)
        case _:
            return value


def _given(number: str | None) -> str | None:
    return SAID if number else None


def _stops(p: Provision) -> list[tuple[Any, ...]]:
    return [(s.start, s.until, s.reason.value, s.resumed) for s in p.suspensions]


def _same_stops(stored: Provision, said: Provision) -> bool:
    if len(stored.suspensions) != len(said.suspensions):
        return False
    return all(
        (there.start, there.until, there.reason) == (line.start, line.until, line.reason)
        and _same_end(there, line, stored)
        for there, line in zip(stored.suspensions, said.suspensions, strict=True)
    )


def _same_end(there: Suspension, line: Suspension, provision: Provision) -> bool:
    """Whether the clock ran again on the same day. That a stop reached its end may or may not be noted; one that was to begin
    after an outcome that stopped the clock for good was taken back by that outcome.
    """
    if there.resumed_by_hand == line.resumed_by_hand:
        return True
    return there.resumed == there.start and any(o.on < there.start for o in provision.outcomes)


def _text(value: object) -> str:
    if value is None or value in ((), [], frozenset()):
        return "leeg"
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, bool):
        return "ja" if value else "nee"
    if isinstance(value, tuple):
        return "/".join(_text(part) for part in value)
    if isinstance(value, list | frozenset):
        return ", ".join(_text(part) for part in (sorted(value) if isinstance(value, frozenset) else value))
    return str(value)
