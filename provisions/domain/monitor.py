"""The monitor (kengetallen): how many clients are included on a day, where they sleep, whether they lose that place, and Wlz.

Source: domain.md, "Figures besides the weekly report"; the advice report of 2024, paragraph 2.2.1. Nothing is crossed with
anything: a client is counted once under each question. Days are Amsterdam's.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from provisions.domain.calendar import ONE_DAY
from provisions.domain.case import UNKNOWN, Living, lived_on
from provisions.domain.suppression import suppress

FEWEST = 5
HIDDEN = "x"  # what is not shown: it is one to four, or would tell of another that is
DETENTION, NO_WLZ = "detention", "none"
YES, NO = "yes", "no"
HOMELESS = "homeless"
WLZ_OF_REPORT = frozenset({"ggz", "vg"})  # what the advice report counts
HALF_YEARS = 6
_ENOUGH = 2 * FEWEST - 1  # of so many together, any one of two may be five or more

Mark = int | str
Tender = Callable[[str], bool]


class Question(StrEnum):
    """What is asked of each client, at intake and each quarter."""

    LIVING = "living"
    LOSING = "losing_place"
    WLZ = "wlz"


@dataclass(frozen=True)
class Client:
    """What the monitor knows of a case: no reference. ``lived``: what was said, each from a day on, in order.

    ``places``: of a case that moved, the municipality that had it from which day on, in order, the first from the beginning.
    """

    municipality: str
    opened: date
    closed: date | None
    lived: tuple[Living, ...]
    places: tuple[tuple[date, str], ...] = ()

    def is_included(self, day: date) -> bool:
        """Whether it is open at the end of ``day``."""
        return self.opened <= day and (self.closed is None or self.closed > day)

    def place(self, day: date) -> str:
        """The municipality that had it on ``day``."""
        return next((place for since, place in reversed(self.places) if since <= day), self.municipality)

    def answer(self, question: Question, day: date) -> str:
        """What was known on ``day``: a code, ``yes``, ``no`` or ``unknown``."""
        said = lived_on(self.lived, day)
        if said is None:
            return UNKNOWN
        match question:
            case Question.LIVING:
                return said.situation
            case Question.WLZ:
                return said.wlz
            case _:
                return UNKNOWN if said.losing_place is None else YES if said.losing_place else NO


@dataclass(frozen=True)
class Counted:
    """The figures of a day, as they are. ``new`` and ``ended``: since the first day of its quarter."""

    day: date
    included: int
    new: int
    ended: int
    answers: Mapping[Question, Mapping[str, int]]


def first_of_quarter(day: date) -> date:
    """The first day of the quarter that ``day`` is in."""
    return date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)


def quarter_before(day: date) -> date:
    """The last day of the quarter before."""
    return first_of_quarter(day) - ONE_DAY


def count(clients: Iterable[Client], day: date) -> Counted:
    """What is so on ``day``, without anything hidden."""
    known, first = list(clients), first_of_quarter(day)
    there = [client for client in known if client.is_included(day)]
    answers: dict[Question, dict[str, int]] = {question: {} for question in Question}
    for client in there:
        for question in Question:
            said = client.answer(question, day)
            answers[question][said] = answers[question].get(said, 0) + 1
    return Counted(
        day,
        len(there),
        new=sum(first <= client.opened <= day for client in known),
        ended=sum(client.closed is not None and first <= client.closed <= day for client in known),
        answers=answers,
    )


@dataclass(frozen=True)
class Shown:
    """The same as it may be shown: a count, ``"<5"``, or ``"x"``. ``answers``: ``None`` where a question is not shown at all."""

    day: date
    included: Mark
    new: Mark
    ended: Mark
    answers: Mapping[Question, Mapping[str, Mark] | None]


@dataclass(frozen=True)
class Monitor:
    """A day: the region and each municipality, with the last day of the quarter before beside it."""

    day: date
    region: Shown
    region_before: Shown
    municipalities: Mapping[str, Shown]
    municipalities_before: Mapping[str, Shown]


@dataclass(frozen=True)
class HalfYear:
    """A line of the table of the advice report, 2.2.1: how many are included, and how many of these sleep nowhere, lose their
    place soon, and have Wlz ggz or vg (``"<5"`` for one to four). Hidden is what would tell, beside the monitor of that day, what
    that hides.
    """

    day: date
    included: int
    homeless: Mark
    losing: Mark
    wlz: Mark


def monitor(clients: Sequence[Client], day: date, municipalities: Sequence[str]) -> Monitor:
    """The monitor of ``day``."""
    before = quarter_before(day)
    return Monitor(
        day,
        _region(count(clients, day)),
        _region(count(clients, before)),
        _places(clients, day, municipalities),
        _places(clients, before, municipalities),
    )


def half_years(clients: Sequence[Client], day: date) -> tuple[HalfYear, ...]:
    """The last day of each half year that is over, newest first, and ``day`` on top; from the first client on."""
    first = min((client.opened for client in clients), default=None)
    days, end = [day], _half_year_before(day)
    while first is not None and end >= first and len(days) <= HALF_YEARS:
        days.append(end)
        end = _half_year_before(end)
    return tuple(_half_year(count(clients, one)) for one in days)


def _half_year_before(day: date) -> date:
    return date(day.year, 6, 30) if day > date(day.year, 6, 30) else date(day.year - 1, 12, 31)


def _half_year(found: Counted) -> HalfYear:
    shown = _region(found).answers
    living, losing, wlz = shown[Question.LIVING], shown[Question.LOSING], shown[Question.WLZ]
    return HalfYear(
        found.day,
        found.included,
        HIDDEN if living is None else living.get(HOMELESS, 0),
        HIDDEN if losing is None else losing.get(YES, 0),
        HIDDEN if wlz is None else _together(found.answers[Question.WLZ], wlz),
    )


def _together(counts: Mapping[str, int], shown: Mapping[str, Mark]) -> Mark:
    """How many have one of ``WLZ_OF_REPORT``, unless what is hidden would follow from that and what is shown."""
    number = sum(counts.get(code, 0) for code in WLZ_OF_REPORT)
    if 0 < number < FEWEST:
        return f"<{FEWEST}"
    hidden = {code for code, mark in shown.items() if mark == HIDDEN}
    parts = [part for part in (hidden & WLZ_OF_REPORT, hidden - WLZ_OF_REPORT) if part]
    if len(parts) > 1 and not all(_stays_hidden(counts, part) for part in parts):
        return HIDDEN
    return number


def _stays_hidden(counts: Mapping[str, int], part: Collection[str]) -> bool:
    """Whether nobody knows which of ``part`` is tender and few, also who knows what they come to together."""
    tender = _tender(Question.WLZ)
    few = any(tender(code) and counts[code] < FEWEST for code in part)
    return not few or (len(part) > 1 and sum(counts[code] for code in part) >= _ENOUGH)


# --- what may be shown --------------------------------------------------------------------------------------------------


def _region(found: Counted) -> Shown:
    answers = {
        question: hide(found.answers[question], _tender(question), _REPORTED.get(question, ())) for question in Question
    }
    return Shown(found.day, found.included, found.new, found.ended, answers)


_REPORTED = {Question.LIVING: frozenset({HOMELESS}), Question.WLZ: WLZ_OF_REPORT}


def _tender(question: Question) -> Tender:
    """Which answers are hidden in the region too, when few gave them."""
    match question:
        case Question.LIVING:
            return lambda code: code == DETENTION
        case Question.WLZ:
            return lambda code: code not in (NO_WLZ, UNKNOWN)
        case _:
            return lambda _code: False


def hide(counts: Mapping[str, int], tender: Tender, reported: Collection[str] = ()) -> Mapping[str, Mark] | None:
    """The counts of one question with what is tender and few hidden: so many others that, with the total known, none of these
    follows. Everything that is hidden looks alike. ``None`` where that can't be brought about. ``reported``: those that are told
    together elsewhere; rather these are hidden as well, where one of them is few, and rather not where none is.
    """
    few = [code for code, number in counts.items() if tender(code) and 0 < number < FEWEST]
    if not few:
        return dict(counts)
    hidden, last = set(few), not set(few) & set(reported)
    others = sorted(
        ((code in reported) is last, number, code)
        for code, number in counts.items()
        if code not in hidden and number > 0
    )
    while others and (len(hidden) < 2 or sum(counts[code] for code in hidden) < _ENOUGH):
        # Rather one that is no secret to begin with: of another that is few it would be known that it is.
        other = next((one for one in others if one[1] >= FEWEST), others[-1])
        others.remove(other)
        hidden.add(other[2])
    if len(hidden) < 2 or sum(counts[code] for code in hidden) == len(hidden):
        return None
    return {code: HIDDEN if code in hidden else number for code, number in counts.items()}


def _places(clients: Sequence[Client], day: date, municipalities: Sequence[str]) -> dict[str, Shown]:
    own = {place: [client for client in clients if client.place(day) == place] for place in municipalities}
    found = {place: count(own[place], day) for place in municipalities}
    whole = count(clients, day)
    totals = {name: getattr(whole, name) for name in ("included", "new", "ended")}
    marks = suppress({place: {name: getattr(one, name) for name in totals} for place, one in found.items()}, totals)
    shown: dict[str, dict[Question, Mapping[str, Mark] | None]] = {place: {} for place in municipalities}
    for question in Question:
        open_to_see = {place for place in municipalities if isinstance(marks[place]["included"], int)}
        rows = {place: found[place].answers[question] for place in municipalities}
        seen = may_be_shown(rows, open_to_see)
        for place in municipalities:
            shown[place][question] = dict(rows[place]) if place in seen else None
    return {place: Shown(day, **marks[place], answers=shown[place]) for place in municipalities}


def may_be_shown(rows: Mapping[str, Mapping[str, int]], candidates: Iterable[str]) -> frozenset[str]:
    """Of which municipalities the answers to one question may be shown: none of them is one to four, and what is left when these
    are taken from the region tells of no few either, nor that all who are left gave one answer.
    """
    safe = {place for place in candidates if all(number == 0 or number >= FEWEST for number in rows[place].values())}
    by_size = sorted(safe, key=lambda place: (sum(rows[place].values()), place))
    while safe and not _rest_is_safe([row for place, row in rows.items() if place not in safe]):
        safe.discard(by_size.pop(0))
    return frozenset(safe)


def _rest_is_safe(rest: Sequence[Mapping[str, int]]) -> bool:
    """Whether what the hidden rows come to together tells nothing of one of them."""
    filled = [row for row in rest if sum(row.values())]
    if not filled:
        return True
    together: dict[str, int] = {}
    for row in filled:
        for code, number in row.items():
            together[code] = together.get(code, 0) + number
    some = [number for number in together.values() if number]
    return len(filled) > 1 and len(some) > 1 and min(some) >= FEWEST
