"""One week's report as data: what ``report --json`` prints, what is frozen, and all that the page and the CSV are made of."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from provisions.catalogue import Config
from provisions.domain import suppression
from provisions.domain.brought_in import IN_DUTCH, OTHER, BroughtIn
from provisions.domain.calendar import utc_text
from provisions.domain.figures.history import OF_MUNICIPALITY, SCALARS, History
from provisions.domain.rules import CodeList
from provisions.domain.suppression import Earlier
from provisions.domain.weeks import Week
from provisions.report.wording import Wording

WINDOW = 13  # weeks
LOOK_BACK = 2 * WINDOW  # the oldest report whose weeks overlap with these looks back so far

Report = dict[str, Any]


def build(
    history: History,
    week: Week,
    config: Config,
    made: datetime,
    frozen: Mapping[Week, Report],
    brought_in: Sequence[BroughtIn] = (),
) -> Report:
    """The report of ``week``, not frozen yet. ``frozen``: what was sent of earlier weeks; ``made`` is aware. ``brought_in``: what
    is before the steering group, and what it adopted and is not done.
    """
    wording = Wording(config)
    window = last_weeks(week)
    rows = [_row(history, key, week) for key in history.keys]
    before = {key: _row(history, key, week.plus(-1)) for key in history.keys}
    earlier = {w: report for w, report in frozen.items() if w < week}
    return {
        "week": str(week),
        "from": week.monday.isoformat(),
        "until": min(week.sunday, history.today).isoformat(),
        "complete": history.today > week.sunday,
        "made": utc_text(made, "seconds"),
        "frozen": False,
        "region": config.organisation.region,
        "corrections": corrections(history, earlier),
        "provisions": [{**row, "name": wording.provision(row["key"])} for row in rows],
        "totals": _totals(history, week, rows),
        "previous_totals": _totals(history, week.plus(-1), list(before.values())),
        "municipalities": _municipalities(history, window, config, earlier),
        "weeks": [
            {
                "week": str(w),
                **{
                    f: history.total(f, w) for f in ("started", "delivered", "delivered_on_time", "breaches", "overdue")
                },
            }
            for w in window
        ],
        "without": history.without(week),
        "previous_without": history.without(week.plus(-1)),
        "answers": _together(history.answers(w) for w in window),
        "rungs": _together(history.rungs(w) for w in window),
        "causes": (causes := _together(history.causes(key, w) for w in window for key in history.keys)),
        "cause_names": {wording.cause(cause): count for cause, count in causes.items()},
        "answered": history.answered.rows(window),
        "submitted": sum(history.submitted(w) for w in window),
        "taken_out": history.taken_out(week),
        "at_rest": history.at_rest(week),
        "nights_without_place": history.nights_without_place(week),
        "previous_nights_without_place": history.nights_without_place(week.plus(-1)),
        "since_intake": history.where_days_went(window),
        "brought_in": [_brought_in(one, wording, config) for one in brought_in],
        "headlines": wording.headlines(rows, before),
        "decisions": wording.decisions(_causes(history, window)),
    }


def _brought_in(one: BroughtIn, wording: Wording, config: Config) -> dict[str, Any]:
    """As it leaves: a text that two people saw, about no client."""
    towns, causes = config.organisation.municipalities, config.catalogue.codes[CodeList.CAUSE]
    return {
        "number": f"S-{one.number}",
        "municipality": one.municipality,
        "municipality_name": towns[one.municipality].name if one.municipality in towns else one.municipality,
        "about": one.about,
        "about_name": "iets anders" if one.about == OTHER else wording.provision(one.about),
        "cause": one.cause,
        "cause_name": causes.get(one.cause, one.cause),
        "cases": one.shown_cases,
        "decision": one.decision,
        "owner": one.owner,
        "due": one.due.isoformat(),
        "state": one.state.value,
        "state_name": IN_DUTCH[one.state],
        "until": one.until.isoformat() if one.until else None,
        "deferred": one.deferred,
    }


def last_weeks(week: Week) -> tuple[Week, ...]:
    """The thirteen weeks up to and including ``week``, oldest first."""
    return tuple(week.plus(-n) for n in range(WINDOW - 1, -1, -1))


def _row(history: History, key: str, week: Week) -> dict[str, Any]:
    return {"key": key, **history.row([key], week), "causes": history.causes(key, week)}


def _totals(history: History, week: Week, rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {**history.row(history.keys, week), "causes": _together(row["causes"] for row in rows)}


def _together(counts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    found: Counter[str] = Counter()
    for count in counts:
        found.update(count)
    return dict(found.most_common())


def _causes(history: History, window: Sequence[Week]) -> dict[tuple[str, str], list[int]]:
    found: dict[tuple[str, str], list[int]] = {}
    for position, week in enumerate(window):
        for key in history.keys:
            for cause, count in history.causes(key, week).items():
                found.setdefault((key, cause), [0] * len(window))[position] = count
    return found


# --- municipalities --------------------------------------------------------------------------------------------------


def _municipalities(
    history: History, window: Sequence[Week], config: Config, frozen: Mapping[Week, Report]
) -> list[dict[str, Any]]:
    """All provisions of a municipality together over the window, so that no small count can be worked out."""
    names = {key: m.name for key, m in config.organisation.municipalities.items()}
    keys = [*names, *(m for m in history.municipalities if m not in names)]
    counts = {key: history.of_municipality(key, window) for key in keys}
    totals = {f: sum(row[f] for row in counts.values()) for f in OF_MUNICIPALITY}
    earlier = [_earlier(history, window, w, frozen[w]) for w in window[:-1] if w in frozen]
    marks = suppression.suppress(counts, totals, earlier)
    return [{"municipality": key, "name": names.get(key, key), "weeks": WINDOW, **marks[key]} for key in keys]


def _earlier(history: History, window: Sequence[Week], sent: Week, report: Report) -> Earlier:
    """What a report that was sent showed, with what the region as a whole gained and lost since."""
    now = window[-1]
    came = [w for w in window if sent < w]
    left = [w for w in last_weeks(sent) if w < window[0]]
    gained = {f: sum(history.total(f, w) for w in came) for f in OF_MUNICIPALITY if f != "overdue"}
    lost = {f: sum(history.total(f, w) for w in left) for f in OF_MUNICIPALITY if f != "overdue"}
    # What is overdue now and was not then has been breached in between; what was overdue then may have been settled.
    gained["overdue"] = min(gained["breaches"], history.total("overdue", now))
    lost["overdue"] = history.total("overdue", sent)
    marks = {row["municipality"]: {f: row[f] for f in OF_MUNICIPALITY} for row in report["municipalities"]}
    return Earlier(marks, gained, lost)


# --- corrections -----------------------------------------------------------------------------------------------------


def corrections(history: History, frozen: Mapping[Week, Report]) -> list[dict[str, Any]]:
    """What has changed in figures that were sent: against the frozen figure, or against its last correction.

    Nothing was recorded about weeks before ``history.since``, so nothing has changed in them. A figure that the report did
    not have yet, or that is too few to be shown now, is no correction.
    """
    found = []
    for week in sorted(w for w in frozen if w >= history.since):
        later = [frozen[w]["corrections"] for w in sorted(frozen) if w > week]
        corrected = {(c["key"], c["figure"]): c["is"] for lines in later for c in lines if c["week"] == str(week)}
        for row in frozen[week]["provisions"]:
            key = row["key"]
            if key not in history.keys:
                continue
            now = history.row([key], week)
            for figure in SCALARS:
                if (figure not in row and (key, figure) not in corrected) or (
                    figure == "longest_overdue_days" and now[figure] is None
                ):
                    continue  # sent by a version that did not count it, or of too few to be told
                was = corrected.get((key, figure), row.get(figure))
                if was != now[figure]:
                    found.append({"week": str(week), "key": key, "figure": figure, "was": was, "is": now[figure]})
    return found


def past_week(today: date) -> Week:
    """The last week that is over on ``today``."""
    return Week.of(today).plus(-1)
