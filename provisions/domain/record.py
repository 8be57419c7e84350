"""What a line of the record is about, as far as words for people depend on it.

A line has a kind (``what``) and data for programs. For most kinds one datum says which of the kind it is: the rung that was
climbed, the follow-up that was planned. Kind and datum together are a :class:`Fact`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

_WHICH = {
    "message.requested": "kind",
    "rung.climbed": "rung",
    "rung.answered": "rung",
    "rung.submitted": "submitted",
    "desk.submitted": "submitted",
    "provision.outcome": "outcome",
    "follow_up.planned": "name",
    "follow_up.reminded": "name",
    "follow_up.done": "name",
    "follow_up.lapsed": "name",
}


@dataclass(frozen=True, order=True)
class Fact:
    """One kind of thing that is recorded, such as ``Fact("rung.climbed", "doorbraaktafel")``."""

    what: str
    which: str = ""


OTHERS_STARTED = Fact("others.started")
"""What waited for this provision was started by its outcome: recorded in the lines of those others."""

NEEDED_AGAIN = Fact("provision.again")
"""The provision was needed before: this is another round. Recorded in the line of the need; why is left out, because a reason
such as a release tells where somebody stayed."""


def field_given(name: str) -> Fact:
    """A field of the outcome form was filled in."""
    return Fact("outcome.field", name)


def facts_of(what: str, data: Mapping[str, object] | None) -> tuple[Fact, ...]:
    """The facts of one line: what it is about, then that it is another round, and each field that was filled in with an outcome.

    >>> facts_of("provision.outcome", {"outcome": "delivered", "fields": {"paid_by": "free"}})
    (Fact(what='provision.outcome', which='delivered'), Fact(what='outcome.field', which='paid_by'))
    """
    data = data or {}
    which = data.get(_WHICH.get(what, ""), "")
    fields = data.get("fields")
    given = fields if isinstance(fields, Mapping) else {}
    word = {True: "yes", False: "no"}.get(which, which) if isinstance(which, bool) else which
    again = (NEEDED_AGAIN,) if what == "provision.needed" and data.get("again") else ()
    return (Fact(what, str(word)), *again, *(field_given(name) for name in given))
