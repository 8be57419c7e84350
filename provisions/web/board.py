"""The board, and the lists behind its numbers."""

from dataclasses import replace
from urllib.parse import urlencode

from starlette.responses import Response

from provisions.domain import dutch
from provisions.domain.errors import InvalidInput
from provisions.domain.figures.facts import FEWEST
from provisions.domain.figures.happened import Figure
from provisions.domain.weeks import Week, number_in_year
from provisions.inputs import no_such_page
from provisions.report.page import WHERE, week_words
from provisions.usecases.boards import NOBODY, Asked, Board, Opened, WeekLine
from provisions.web.charts import Chart, chart
from provisions.web.pages import Page
from provisions.web.visits import Visit

FILTERS = {"gemeente": "municipality", "voorziening": "provision", "loket": "counter"}
OF_LISTS = {**FILTERS, "ligt-bij": "holder", "regisseur": "director"}
HAPPENED = {"overschrijdingen": Figure.BREACHES, "geregeld": Figure.DELIVERED, "op-tijd": Figure.ON_TIME}
NOW = {"te-laat": True, "open": False}
TITLES = {
    "overschrijdingen": "Overschrijdingen",
    "geregeld": "Geregeld",
    "op-tijd": "Op tijd geregeld",
    "te-laat": "Nu te laat",
    "open": "Nu open",
}
CASES = "trajecten"
MOST_TYPED = 60


def board(visit: Visit) -> Response:
    """26 weeks in numbers, of the municipalities in which this person may see it."""
    boards, asked = visit.house.app.boards, replace(_asked(visit), holder="", director="")
    found = boards.board(visit.actor, asked)
    config = visit.house.app.config
    choices = {
        "gemeente": [(key, config.organisation.municipalities[key].name) for key in boards.municipalities(visit.actor)],
        "voorziening": [(rule.key, rule.name) for rule in config.catalogue.provisions.values()],
        "loket": [(counter, name) for counter, name in boards.counters(visit.actor).items()],
    }
    return visit.house.page(
        visit,
        "board.html.j2",
        title="Bord",
        board=found,
        charts=_charts(found) if found.has_curves else (),
        went=_went(found),
        lies=[
            (_held(holder), replace(asked, holder=holder or NOBODY), opened, late)
            for holder, (opened, late) in found.lies.items()
        ],
        loads=[(load, Asked(asked.municipality, director=load.director or NOBODY)) for load in found.loads or ()],
        choices=choices,
        chosen={name: getattr(asked, field) for name, field in FILTERS.items()},
        opens=lambda what, asked, week="": _address("/bord/lijst", asked, wat=what, week=week),
        alone=lambda asked: _address("/bord", asked),
    )


def listed(visit: Visit) -> Response:
    """The list behind one number of the board."""
    what, week = visit.query.get("wat", ""), visit.query.get("week", "")
    if what == CASES and not week:
        return _cases(visit)
    found, asked = _opened(visit, what, week), _asked(visit)
    whose = [_held("" if asked.holder == NOBODY else asked.holder)] if asked.holder else []
    whose += ["zonder regisseur" if asked.director == NOBODY else f"van {asked.director}"] if asked.director else []
    title = TITLES[what] + (f", {week_words(week)} van {week[:4]}" if week else "")
    back = _address("/bord", replace(asked, holder="", director=""))
    title = ": ".join([title, ", ".join(whose)]) if whose else title
    return visit.house.page(visit, "board_list.html.j2", title=title, listed=found, back=back, now=what in NOW)


def _cases(visit: Visit) -> Response:
    """The cases behind a number: those that the board is about, or those in which a director has something open."""
    asked = _asked(visit)
    found = visit.house.app.boards.cases(visit.actor, asked)
    whose = "" if not asked.director else " zonder regisseur" if asked.director == NOBODY else f" van {asked.director}"
    title = f"Trajecten{whose} waarin iets openstaat" if whose else "Trajecten van de afgelopen 26 weken"
    back = _address("/bord", replace(asked, director=""))
    return visit.house.page(visit, "board_cases.html.j2", title=title, listed=found, back=back)


def _opened(visit: Visit, what: str, week: str) -> Opened:
    boards, asked = visit.house.app.boards, _asked(visit)
    try:
        of_week = Week.parse(week) if week else None
    except InvalidInput:
        raise no_such_page() from None
    if what in NOW and of_week is None:
        return boards.now(visit.actor, asked, late=NOW[what])
    if what not in HAPPENED:
        raise no_such_page()
    return boards.happened(visit.actor, asked, HAPPENED[what], of_week)


def _asked(visit: Visit) -> Asked:
    return Asked(**{field: visit.query.get(name, "")[:MOST_TYPED] for name, field in OF_LISTS.items()})


def _address(path: str, asked: Asked, **more: str) -> str:
    chosen = {name: getattr(asked, field) for name, field in OF_LISTS.items()}
    query = urlencode({name: value for name, value in {**more, **chosen}.items() if value})
    return f"{path}?{query}" if query else path


def _charts(found: Board) -> tuple[Chart, Chart]:
    return (
        chart(
            "Overschrijdingen per week. De tabel hieronder heeft dezelfde cijfers.",
            [(_number(line), line.breaches) for line in found.weeks],
        ),
        chart(
            f"Op tijd per week, in procenten van wat geregeld is; weken met minder dan {FEWEST} zijn overgeslagen. "
            "De tabel hieronder heeft dezelfde cijfers.",
            [(_number(line), _share(line) if line.delivered >= FEWEST else None) for line in found.weeks],
            most=100,
            unit="%",
        ),
    )


def _number(line: WeekLine) -> str:
    return str(number_in_year(str(line.week)))


def _share(line: WeekLine) -> int:
    return round(100 * line.on_time / line.delivered)


def _went(found: Board) -> list[tuple[str, int, int]]:
    """(where, days, in hundredths of all days), the most first."""
    if not found.went:
        return []
    whole = sum(found.went.values())
    kinds: dict[str, int] = {}
    for cause, days in found.went.items():
        kind = WHERE[cause.partition(":")[0]]
        kinds[kind] = kinds.get(kind, 0) + days
    return [(name, days, round(100 * days / whole)) for name, days in sorted(kinds.items(), key=lambda item: -item[1])]


def _held(holder: str) -> str:
    return dutch.capitalised(dutch.holder(holder)) if holder else "Niemand: wacht op iets anders"


PAGES = (
    Page("/bord", board),
    Page("/bord/lijst", listed),
)
