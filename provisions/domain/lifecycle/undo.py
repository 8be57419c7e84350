"""Taking back (terugdraaien): the last act of a person, as if it had not been done (web.md, "Three clicks").

What it started goes with it, and so do the rungs that were climbed because of it. What the clock, or anybody else, did
since, and a letter that left, stand in its way: what others may know is not made undone. Both the act and its taking back
stay in the record.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from provisions.domain.calendar import AMSTERDAM
from provisions.domain.case import Case, ProvisionKey
from provisions.domain.errors import NotAllowed, Part
from provisions.domain.lifecycle.decision import SYSTEM, Decision, Draft, Moment
from provisions.domain.lifecycle.tick import next_at
from provisions.domain.rules import Catalogue

UNDO_WITHIN = timedelta(minutes=15)
UNDONE = "act.undone"

# What is never taken back: by the kind of a line, or the part of it before the dot; what it is, and what to do instead.
_NEVER = {
    "case.opened": ("een intake", "Is het traject een vergissing, beëindig het dan met die reden"),
    "case.transferred": ("een overdracht", "Draag het traject opnieuw over"),
    "case.handover": ("een overdracht", "Laat de nieuwe gemeente haar weigeren"),
    "case.handover_declined": ("het weigeren van een overdracht", "Draag het traject opnieuw over"),
    "place": ("wat over de plek is vastgelegd", "Leg vast wat er nu over de plek bekend is"),
    "budget": ("wat over het budget is vastgelegd", "Leg de correctie vast"),
    "approval": ("wat aan een ander is gevraagd, of waar een ander akkoord op gaf", "Leg vast wat er nu geldt"),
    "case.closed": ("het einde van een traject", "Heropen het traject"),
    "case.reopened": ("het heropenen van een traject", "Sluit het traject opnieuw af"),
    "zaak": ("welke zaak wij volgen", "Zeg welke zaak het wel is"),
    UNDONE: ("wat al is teruggedraaid", "Leg vast wat er nu geldt"),
}
# What the clock records of a provision, and nobody else.
_TICKED = frozenset(
    {
        *("clock.resumed", "provision.overdue", "rung.climbed", "rung.submitted", "follow_up.reminded"),
        *("message.requested", "warning.given", "warning.passed", "signal.given", "signal.passed"),
    }
)


@dataclass(frozen=True)
class LastAct:
    """The last thing that a person did with a case: ``by`` whom, ``at`` which moment (aware).

    ``before``: the case as it was; ``None`` for what is never taken back, and then ``never`` says what it was (as
    :func:`never_undone` does). ``after``: the number of the last line of the record before it.
    ``told``: what its own lines say (Dutch, without what was asked of letters).
    """

    by: str
    at: datetime
    before: Case | None
    never: str | None = None
    after: int = 0
    told: tuple[str, ...] = ()


@dataclass(frozen=True)
class SinceLine:
    """A line that was recorded after the act."""

    what: str
    by: str
    key: ProvisionKey | None


@dataclass(frozen=True)
class Since:
    """What happened since the act: the lines, but for those that tell what became of a letter. ``letter_left``: a letter about
    what it changed left, may have left, or is leaving.
    """

    lines: Sequence[SinceLine] = field(default=())
    letter_left: bool = False


def never_undone(decision: Decision, moment: Moment) -> str | None:
    """What of an act keeps it from ever being taken back (a word of the record); ``None`` when nothing does."""
    if moment.approved_by is not None or any(
        "approved_by" in line.data and line.data["approved_by"] for line in decision.audit
    ):
        return "approval"
    words = [word for line in decision.audit for word in (line.what, line.what.partition(".")[0]) if word in _NEVER]
    return words[0] if words else None


def undo(case: Case, last: LastAct | None, since: Since, moment: Moment) -> Decision:
    """Take back the last act, of whoever asks. Raises ``NotAllowed`` with what to do instead.

    The case becomes what it was, but for the number of the act: no id of a message is ever used again.
    """
    before = _may_be_undone(case, last, since, moment)
    assert last is not None  # noqa: S101 - else it was refused
    draft = Draft(case, moment, at_rest=True)
    draft.case = replace(before, act=draft.case.act)
    changed = [key for key, p in case.provisions.items() if before.provisions.get(key) != p]
    days = [case.provisions[key].needed_on for key in changed]
    what = f" ({'; '.join(last.told)})" if last.told else ""
    draft.note(
        UNDONE,
        f"teruggedraaid: wat om {_time(last.at)} uur is vastgelegd{what}",
        after=last.after,
        on=min(days, default=moment.today).isoformat(),
    )
    for key in changed:
        known = before.provisions.get(key)
        draft.note(
            "provision.undone",
            "teruggedraaid; het staat weer zoals het was" if known else "teruggedraaid; het was nog niet gevraagd",
            key,
            reopens=True if known and known.status.is_open and not case.provisions[key].status.is_open else None,
        )
        if known is not None and known.started_on is not None:
            draft.visible.add(key)
    if replace(before, provisions={}, act=0) != replace(case, provisions={}, act=0):
        # What holds for the whole case, such as rest, shows in each run.
        draft.visible |= {key for key, p in before.provisions.items() if p.status.is_open and p.started_on is not None}
    return draft.done()


def _may_be_undone(case: Case, last: LastAct | None, since: Since, moment: Moment) -> Case:
    """The case as it was. Raises ``NotAllowed`` when the act stays."""
    instead = f"Leg vast wat er nu geldt. Was een uitkomst een vergissing: {Part.REOPEN_ONE.of(case.reference)}."
    if last is None:
        raise NotAllowed(f"In traject {case.reference} is er niets om terug te draaien. {instead}")
    if last.by != moment.by:
        raise NotAllowed(
            f"Wat het laatst in traject {case.reference} is vastgelegd, is van een ander ('{last.by}', {_time(last.at)} uur). "
            f"Alleen wie het vastlegde, kan het terugdraaien. {instead}"
        )
    if last.before is None:
        what, do = _NEVER[last.never or UNDONE]
        raise NotAllowed(f"Terugdraaien kan niet bij {what} (traject {case.reference}). {do}.")
    if not timedelta() <= moment.now - last.at <= UNDO_WITHIN:
        raise NotAllowed(
            f"Terugdraaien kan tot een kwartier na het vastleggen; in traject {case.reference} was dat om "
            f"{_time(last.at)} uur, en het is nu {_time(moment.now)} uur. {instead}"
        )
    if _another(case, last.before, since):
        raise NotAllowed(
            f"In traject {case.reference} is sindsdien nog iets vastgelegd. Terugdraaien kan daarom niet meer. {instead}"
        )
    if since.lines and _clock_had_work(last.before, last.at, moment.now, moment.catalogue):
        raise NotAllowed(
            f"In traject {case.reference} heeft de klok sindsdien iets vastgelegd, zoals een escalatiestap. Terugdraaien kan "
            f"daarom niet meer. {instead}"
        )
    if since.letter_left:
        raise NotAllowed(
            f"Over wat het laatst in traject {case.reference} is vastgelegd, is al een bericht vertrokken (of het vertrekt nu). "
            f"Terugdraaien kan daarom niet meer. {instead}"
        )
    return last.before


def _another(case: Case, before: Case, since: Since) -> bool:
    """Whether anybody but the clock recorded something, or the clock something about what the act had not touched."""
    return any(
        line.by != SYSTEM
        or line.what not in _TICKED
        or line.key is None
        or before.provisions.get(line.key) == case.provisions.get(line.key)
        for line in since.lines
    )


def _clock_had_work(before: Case, at: datetime, now: datetime, catalogue: Catalogue) -> bool:
    """Whether something would have fallen due by ``now`` without the act. If not, all that the clock did is because of it."""
    then = Moment(at, SYSTEM, catalogue)
    moments = (next_at(before, key, then) for key in before.provisions)
    return any(moment is not None and moment <= now for moment in moments)


def _time(moment: datetime) -> str:
    return f"{moment.astimezone(AMSTERDAM):%H.%M}"
