"""The monitor (kengetallen) as people and programs see it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from provisions.catalogue import Config
from provisions.domain import dutch
from provisions.domain.calendar import day_of
from provisions.domain.case import UNKNOWN
from provisions.domain.errors import InvalidInput, Part
from provisions.domain.monitor import HIDDEN, NO, YES, HalfYear, Mark, Monitor, Question, Shown, half_years, monitor
from provisions.domain.rules import CodeList
from provisions.store import monitor as kept
from provisions.store.looking import Reader

QUESTIONS: Mapping[Question, str] = {
    Question.LIVING: "Waar cliënten slapen",
    Question.LOSING: "Verliest die plek binnen drie maanden",
    Question.WLZ: "Langdurige zorg (Wlz)",
}
_LOSING = {YES: "ja", NO: "nee", UNKNOWN: "onbekend"}
NOT_SHOWN = "niet te zien"


@dataclass(frozen=True)
class Monitored:
    """The monitor of a day, and the table of half years."""

    found: Monitor
    half_years: tuple[HalfYear, ...]

    def as_json(self) -> dict[str, Any]:
        """For programs: a count, ``"<5"``, ``"x"`` for what is hidden, ``null`` for a question that is not shown."""
        one = self.found
        return {
            "day": one.day.isoformat(),
            "region": _shown(one.region),
            "quarter_before": _shown(one.region_before),
            "municipalities": [{"municipality": key, **_shown(shown)} for key, shown in one.municipalities.items()],
            "municipalities_quarter_before": [
                {"municipality": key, **_shown(shown)} for key, shown in one.municipalities_before.items()
            ],
            "half_years": [
                {
                    "day": line.day.isoformat(),
                    "included": line.included,
                    "homeless": line.homeless,
                    "losing_place": line.losing,
                    "wlz_ggz_vg": line.wlz,
                }
                for line in self.half_years
            ],
        }


def _shown(one: Shown) -> dict[str, Any]:
    return {
        "day": one.day.isoformat(),
        "included": one.included,
        "new": one.new,
        "ended": one.ended,
        **{question.value: None if marks is None else dict(marks) for question, marks in one.answers.items()},
    }


class Monitors:
    """Counting. ``clock`` gives the moment (aware)."""

    def __init__(self, read: Reader, config: Config, clock: Callable[[], datetime]) -> None:
        self._read = read
        self._config = config
        self._clock = clock

    def of(self, on: date | None = None) -> Monitored:
        """The monitor of day ``on`` (today). Raises ``InvalidInput`` for a day to come."""
        today = day_of(self._clock())
        day = today if on is None else on
        if day > today:
            raise InvalidInput(
                f"De dag {day.isoformat()} voor de monitor ligt in de toekomst. Kies vandaag of een eerdere dag.",
                about=Part.ON,
            )
        with self._read() as rows:
            clients = kept.clients(rows, sorted(self._config.catalogue.uncounted))
        places = tuple(self._config.organisation.municipalities)
        return Monitored(monitor(clients, day, places), half_years(clients, day))


def labels(config: Config, question: Question) -> Mapping[str, str]:
    """The answers to a question with their words, in order."""
    match question:
        case Question.LIVING:
            return config.catalogue.codes[CodeList.LIVING]
        case Question.WLZ:
            return config.catalogue.codes[CodeList.WLZ]
        case _:
            return _LOSING


def said(mark: Mark | None) -> str:
    """A figure as people read it."""
    return NOT_SHOWN if mark is None or mark == HIDDEN else str(mark)


def share(mark: Mark | None, whole: Mark) -> str:
    """How many of a hundred; empty where either is hidden."""
    if not isinstance(mark, int) or not isinstance(whole, int) or not whole:
        return ""
    return f"{round(100 * mark / whole)}%"


def lines(config: Config, found: Monitored) -> Iterator[tuple[str, str, str, str, str, str, str]]:
    """The whole as rows: where, what, which answer, how many, share, and the same of the quarter before."""
    one, towns = found.found, config.organisation.municipalities
    yield from _rows(config, config.organisation.region, one.region, one.region_before)
    for key, shown in one.municipalities.items():
        yield from _rows(config, towns[key].name, shown, one.municipalities_before[key])


HEADS = ("Waar", "Wat", "Antwoord", "Aantal", "Deel", "Kwartaal ervoor", "Deel kwartaal ervoor")


def _rows(config: Config, where: str, now: Shown, before: Shown) -> Iterator[tuple[str, str, str, str, str, str, str]]:
    for name, mark, was in (
        ("Cliënten in de aanpak", now.included, before.included),
        ("Nieuw in het kwartaal", now.new, before.new),
        ("Gestopt in het kwartaal", now.ended, before.ended),
    ):
        yield where, name, "", said(mark), "", said(was), ""
    for question, title in QUESTIONS.items():
        marks, were = now.answers[question], before.answers[question]
        for code, label in labels(config, question).items():
            count = None if marks is None else marks.get(code, 0)
            earlier = None if were is None else were.get(code, 0)
            yield (
                where,
                title,
                dutch.capitalised(label),
                said(count),
                share(count, now.included),
                said(earlier),
                share(earlier, before.included),
            )
