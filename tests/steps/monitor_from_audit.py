"""The monitor a second time: counted from nothing but the lines of the record, and what may be shown of it judged by the
sentences of ``docs/decisions/0097-monitor.md`` instead of by the code.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Engine, text

QUESTIONS = ("living", "losing_place", "wlz")
TENDER = {
    "living": {"detention"},
    "losing_place": set[str](),
    "wlz": {"applied", "ggz", "vg", "other"},
}


@dataclass
class Known:
    """A client, as the lines say."""

    opened: date
    where: list[tuple[date, str]]
    said: list[tuple[date, tuple[str, str, str]]] = field(default_factory=list)
    closed: date | None = None
    counts: bool = True

    def is_there(self, on: date) -> bool:
        return self.counts and self.opened <= on and (self.closed is None or self.closed > on)

    def place(self, on: date) -> str:
        return [place for since, place in self.where if since <= on or since == self.opened][-1]

    def answers(self, on: date) -> tuple[str, str, str]:
        return [answers for since, answers in self.said if since <= on][-1]


def clients(engine: Engine) -> list[Known]:
    """All that were ever taken in."""
    known: dict[int, Known] = {}
    query = "SELECT case_id, what, data FROM audit WHERE case_id IS NOT NULL AND what LIKE 'case.%' ORDER BY id"
    with engine.connect() as connection:
        for case_id, what, data in connection.execute(text(query)):
            if what == "case.opened":
                opened = date.fromisoformat(data["opened"])
                known[case_id] = Known(opened, [(opened, data["municipality"])])
            one = known[case_id]
            if what in ("case.opened", "case.living"):
                losing = {None: "unknown", True: "yes", False: "no"}[data.get("losing_place")]
                since = date.fromisoformat(data.get("on") or data["opened"])
                one.said.append((since, (data.get("living", "unknown"), losing, data.get("wlz", "unknown"))))
            if what == "case.transferred":
                one.where.append((date.fromisoformat(data["on"]), data["municipality"]))
            if what == "case.closed":
                one.closed, one.counts = (
                    date.fromisoformat(data["on"]),
                    data["reason"] not in ("mistake", "duplicate"),
                )
            if what == "case.reopened":
                one.closed, one.counts = None, True
    return list(known.values())


def counted(found: Iterable[Known], on: date, place: str | None = None) -> dict[str, Any]:
    """The figures of a day, of the region or of one municipality, with nothing hidden."""
    own = [one for one in found if place is None or one.place(on) == place]
    first = on.replace(day=1, month=on.month - (on.month - 1) % 3)
    there = [one for one in own if one.is_there(on)]
    return {
        "included": len(there),
        "new": sum(one.counts and first <= one.opened <= on for one in own),
        "ended": sum(one.counts and one.closed is not None and first <= one.closed <= on for one in own),
        **{name: Counter(one.answers(on)[n] for one in there) for n, name in enumerate(QUESTIONS)},
    }


def judge_region(shown: Mapping[str, Any], raw: Mapping[str, Any]) -> None:
    """What is shown of the region is what the record says, and no few Wlz or detention is shown or follows."""
    assert {name: shown[name] for name in ("included", "new", "ended")} == {
        name: raw[name] for name in ("included", "new", "ended")
    }
    for name in QUESTIONS:
        few = {code for code, number in raw[name].items() if code in TENDER[name] and number < 5}
        if shown[name] is None:
            assert few
            continue
        marks: Mapping[str, Any] = shown[name]
        assert set(marks) == set(raw[name])
        hidden = {code for code, mark in marks.items() if mark == "x"}
        assert all(marks[code] == raw[name][code] for code in set(marks) - hidden), name
        assert few <= hidden
        assert bool(few) == bool(hidden)
        if hidden:
            together = sum(raw[name][code] for code in hidden)
            assert len(hidden) > 1
            assert together >= 9 or hidden == set(marks)


def judge_places(shown: Mapping[str, Mapping[str, Any]], raw: Mapping[str, Mapping[str, Any]]) -> None:
    """What is shown of municipalities is what the record says; a few is shown of none, and follows of none."""
    for name in ("included", "new", "ended"):
        marks, numbers = {p: shown[p][name] for p in shown}, {p: raw[p][name] for p in shown}
        for place, mark in marks.items():
            assert mark in ("<5", "x") or mark == numbers[place], (place, name)
            assert not 0 < numbers[place] < 5 or mark == "<5", (place, name)
            assert mark != "<5" or 0 < numbers[place] < 5, (place, name)
        hidden = [place for place, mark in marks.items() if not isinstance(mark, int)]
        assert len(hidden) != 1, name  # it would be the region less the others
    for name in QUESTIONS:
        seen = {place for place in shown if shown[place][name] is not None}
        for place in seen:
            assert dict(shown[place][name]) == dict(raw[place][name])
            assert all(number >= 5 for number in raw[place][name].values())
            assert isinstance(shown[place]["included"], int)
        rest: Counter[str] = sum((Counter(raw[place][name]) for place in shown if place not in seen), Counter())
        left = [place for place in shown if place not in seen and raw[place][name]]
        if seen and left:
            assert len(left) > 1
            assert len(rest) > 1
            assert min(rest.values()) >= 5


def judge_half_years(shown: Iterable[Mapping[str, Any]], found: list[Known], today: date) -> None:
    """Today, then the last day of each half year, newest first, back to the first client; each what the record says."""
    lines, ends, day = list(shown), [today], today
    first = min(one.opened for one in found)
    while (day := date(day.year, 6, 30) if day > date(day.year, 6, 30) else date(day.year - 1, 12, 31)) >= first:
        ends.append(day)
        day -= timedelta(days=1)
    assert [line["day"] for line in lines] == [end.isoformat() for end in ends]
    for line, end in zip(lines, ends, strict=True):
        raw = counted(found, end)
        wlz = raw["wlz"]["ggz"] + raw["wlz"]["vg"]
        assert line["included"] == raw["included"]
        assert line["losing_place"] == raw["losing_place"]["yes"]
        assert line["homeless"] in (raw["living"]["homeless"], "x")
        assert line["wlz_ggz_vg"] in ("x", "<5" if 0 < wlz < 5 else wlz)
