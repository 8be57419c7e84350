"""Everything that one person sees, as one thing to ask: each part lives in a file by what it is about."""

from provisions.usecases.ledgers import SeeingBudgets
from provisions.usecases.lists import Lists
from provisions.usecases.monitoring import SeeingQuarter
from provisions.usecases.nights import Nights
from provisions.usecases.own_days import OwnDays
from provisions.usecases.second_looks import SecondLooks
from provisions.usecases.tables import Tables
from provisions.usecases.workday import Workday


class Sight(Workday, SecondLooks, OwnDays, Lists, Tables, Nights, SeeingBudgets, SeeingQuarter):
    """What somebody sees, and nothing else: the day, the lists, what others ask, what lies with a table, the budgets,
    and what is to be said anew each quarter.
    """
