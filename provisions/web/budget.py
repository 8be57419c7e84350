"""Maatwerkbudget: how it stands, what was asked and spent, and the account of the year."""

import re
from collections.abc import Mapping

from starlette.responses import Response

from provisions.domain import dutch
from provisions.domain.rules import CodeList
from provisions.inputs import no_such_page
from provisions.views.budgets import MOST_YEARS_AGO, Ledger
from provisions.web.pages import Page
from provisions.web.taking_away import as_csv
from provisions.web.visits import Visit

HIDDEN = "niet te zien"  # one to four, or what would tell of such a one; which of the two is not said


def ledgers(visit: Visit) -> Response:
    """The ledgers of one's municipalities."""
    year = _year(visit)
    codes = visit.house.app.config.catalogue.codes
    return visit.house.page(
        visit,
        "budget.html.j2",
        title=f"Maatwerkbudget {year}",
        year=year,
        years=[(str(one), str(one)) for one in _years(visit)],
        ledgers=visit.seen.budgets(year),
        whats=codes[CodeList.BUDGET_WHAT],
        whys=codes[CodeList.BUDGET_WHY],
        states=dutch.BUDGET,
        euros=dutch.euros,
        hidden=HIDDEN,
    )


def account(visit: Visit) -> Response:
    """The account of the year by purpose, without references, as CSV."""
    year = _year(visit)
    whats = visit.house.app.config.catalogue.codes[CodeList.BUDGET_WHAT]
    rows = [row for one in visit.seen.budgets(year) for row in _account(one, whats)]
    return as_csv(f"maatwerkbudget-{year}", ("Gemeente", "Jaar", "Waarvoor", "Aantal", "Bedrag in euro"), rows)


def _account(ledger: Ledger, whats: Mapping[str, str]) -> list[tuple[object, ...]]:
    place, year = ledger.municipality, ledger.balance.year
    rows: list[tuple[object, ...]] = [
        (
            place,
            year,
            whats.get(p.what, p.what),
            HIDDEN if p.times is None else p.times,
            "" if p.taken is None else _plain(p.taken),
        )
        for p in ledger.account
    ]
    if ledger.whole is not None:
        rows.append((place, year, "samen", ledger.whole[0], _plain(ledger.whole[1])))
    return rows


def _plain(cents: int) -> str:
    return f"{cents // 100},{cents % 100:02d}"


def _year(visit: Visit) -> int:
    asked = visit.query.get("jaar", "")
    if not asked:
        return visit.house.today().year
    if not re.fullmatch(r"20[0-9]{2}", asked) or int(asked) not in _years(visit):
        raise no_such_page()
    return int(asked)


def _years(visit: Visit) -> list[int]:
    """This one, and those before it, newest first."""
    this = visit.house.today().year
    return list(range(this, this - MOST_YEARS_AGO, -1))


PAGES = (Page("/maatwerkbudget", ledgers), Page("/maatwerkbudget/verantwoording.csv", account))
