"""How the customised budget of a municipality stands, for whoever decides on it."""

from sqlalchemy import Connection

from provisions.domain import budget as figures
from provisions.domain.budget import Balance
from provisions.domain.lifecycle import Moment
from provisions.store import budget as kept


def held_balance(connection: Connection, municipality: str, moment: Moment) -> Balance:
    """How the budget of this year stands; nobody else changes that until the transaction ends."""
    kept.hold(connection, municipality)
    found = figures.entries(kept.lines(connection, municipality)).values()
    rule, year = moment.catalogue.budgets.get(municipality), moment.today.year
    return figures.balance(found, year, rule.of(year) if rule else None)
