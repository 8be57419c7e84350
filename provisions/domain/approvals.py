"""Four eyes: what one person asks and another approves (domain.md, "What happens in a life", rule 14).

Asking changes nothing but the record. What is asked is judged anew when it is approved.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from provisions.domain.case import Case, ProvisionKey, Reason, Suspension
from provisions.domain.errors import NotAllowed
from provisions.domain.lifecycle import Decision, Ending, Moment, close, suspend
from provisions.domain.lifecycle.decision import Draft


class Act(StrEnum):
    """What may be asked."""

    LONGER_STOP = "longer_stop"
    END = "end"


class State(StrEnum):
    """What became of it."""

    ASKED = "asked"
    APPROVED = "approved"
    DENIED = "denied"
    LAPSED = "lapsed"


WORDS = {Act.LONGER_STOP: "de klok langer stilzetten", Act.END: "het traject beëindigen"}


@dataclass(frozen=True)
class Request:
    """What is asked of a case: ``key`` where it is about one provision; ``data``: days (ISO) and codes, never free text."""

    act: Act
    key: ProvisionKey | None
    data: Mapping[str, str]


def for_stop(key: ProvisionKey, suspension: Suspension) -> Request:
    """Asking to stop a clock for longer than four weeks."""
    said = {
        "start": suspension.start.isoformat(),
        "until": suspension.until.isoformat(),
        "reason": suspension.reason.value,
    }
    return Request(Act.LONGER_STOP, key, said)


def for_end(ending: Ending) -> Request:
    """Asking to end a case for a reason that two people must see."""
    takeovers = {f"to:{key.key}#{key.round}": code for key, code in ending.takeovers.items()}
    return Request(Act.END, None, {"reason": ending.reason, "on": ending.on.isoformat(), **takeovers})


def ask(case: Case, request: Request, moment: Moment) -> Decision:
    """Ask for it. Raises what carrying it out would raise now; nothing else changes."""
    carry_out(case, request, moment, approved_by="-")
    draft = Draft(case, moment)
    draft.note(
        "approval.asked", f"akkoord gevraagd: {WORDS[request.act]}", request.key, act=request.act.value, **request.data
    )
    return draft.done()


def carry_out(case: Case, request: Request, moment: Moment, *, approved_by: str) -> Decision:
    """What was asked, as the case is now. Raises ``Refused`` when it is not possible any more."""
    data = request.data
    match request.act:
        case Act.LONGER_STOP:
            assert request.key is not None  # noqa: S101 - for_stop made it
            start, until = (date.fromisoformat(data[name]) for name in ("start", "until"))
            stop = Suspension(start, until, Reason(data["reason"]))
            return suspend(case, request.key, stop, moment, approved_by)
        case Act.END:
            takeovers = {_key(name): code for name, code in data.items() if name.startswith("to:")}
            return close(case, Ending(data["reason"], date.fromisoformat(data["on"]), takeovers), moment)


def refuse_to_decide(state: State, asked_by: str, by: str, number: int) -> None:
    """Raise ``NotAllowed`` when ``by`` may not approve or deny: it is their own, or it was decided already."""
    if state is not State.ASKED:
        became = {State.APPROVED: "goedgekeurd", State.DENIED: "afgewezen", State.LAPSED: "vervallen"}[state]
        raise NotAllowed(f"A-{number} wordt niet meer gevraagd: het is al {became}.")
    if asked_by == by:
        raise NotAllowed(f"A-{number} is door '{by}' zelf gevraagd. Een ander moet erover beslissen.")


def _key(name: str) -> ProvisionKey:
    key, _, number = name.removeprefix("to:").partition("#")
    return ProvisionKey(key, int(number))
