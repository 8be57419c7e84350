"""What a page says after a form was sent: what was recorded, what starts because of it, who hears of it and when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from provisions.domain import dutch, messages
from provisions.domain.calendar import AMSTERDAM, day_of
from provisions.domain.delivery import MessageStatus
from provisions.views.messages import Message
from provisions.views.record import AuditEntry
from provisions.views.standing import CaseView
from provisions.web.house import written_day
from provisions.web.sending import receipt
from provisions.web.visits import Visit

_STARTED = "provision.started"
_LETTERS = 50  # the newest of the case: more do not follow from one act


@dataclass(frozen=True)
class Told:
    """Sentences, in Dutch. ``again``: the form had been sent before, and nothing was done anew; ``at``: when it was (UTC)."""

    at: datetime
    again: bool
    recorded: Sequence[str] = ()
    starts: Sequence[str] = ()
    hears: Sequence[str] = ()
    said: str = ""


def told(visit: Visit, view: CaseView) -> Told | None:
    """What there is to say of the form that led to this page of a case; ``None`` when none did."""
    found, again = receipt(visit)
    if found is None:
        return None
    if found.case != str(view.case.id):
        return Told(found.at, again, said=found.said) if found.said else None
    names = {p.provision.id: p.name for p in view.provisions}

    def about(line: AuditEntry) -> str:
        return names.get(line.of, "") if line.of else ""

    own = [line for line in found.lines if line.message is None and line.what != _STARTED]
    begun = [line for line in found.lines if line.what == _STARTED]
    ids = {line.message: about(line) for line in found.lines if line.message is not None}
    letters = visit.house.app.messages.found(reference=view.case.reference, limit=_LETTERS) if ids else []
    now = visit.house.app.clock()
    return Told(
        found.at,
        again,
        [_sentence(about(line), line.told) for line in own],
        [_sentence(about(line), line.told) for line in begun],
        [hears(letter, ids[letter.id], now) for letter in reversed(letters) if letter.id in ids],
        found.said,
    )


def _sentence(about: str, what: str) -> str:
    return f"{dutch.capitalised(f'{about}: {what}' if about else what)}."


def hears(letter: Message, about: str, now: datetime) -> str:
    """Which letter goes out because of it, and when."""
    what = dutch.capitalised(messages.label(letter.kind))
    of = f" ({about})" if about else ""
    if letter.status is MessageStatus.PENDING and letter.next_try is not None and letter.next_try > now:
        return f"{what}{of}: vertrekt {_moment(letter.next_try, now)}."
    when = {
        MessageStatus.PENDING: "vertrekt nu",
        MessageStatus.SENT: "is vertrokken",
        MessageStatus.VOID: "is niet meer nodig",
        MessageStatus.FAILED: "kwam niet aan",
    }
    return f"{what}{of}: {when[letter.status]}."


def _moment(at: datetime, now: datetime) -> str:
    """ "om 10.07 uur", with the day when it is another one."""
    time = f"om {at.astimezone(AMSTERDAM):%H.%M} uur"
    return time if day_of(at) == day_of(now) else f"{written_day(day_of(at))} {time}"
