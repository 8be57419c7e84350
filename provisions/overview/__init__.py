"""What case directors and team leads see at a glance: the plan of a client, what is late, what falls due this week.

``lists`` asks the database, ``timeline`` draws, ``pages`` writes. Read only, except for the book-keeping of which plan is
shown. Nothing here is free text, and no route: it all may be shown in Prefect.
"""

from provisions.overview.absences import AbsenceEnds
from provisions.overview.lists import LatePage, Overviews, Undelivered, WeekPage
from provisions.overview.morning import Mornings
from provisions.overview.pages import Form, Links, Page, Pages

__all__ = [
    "AbsenceEnds",
    "Form",
    "LatePage",
    "Links",
    "Mornings",
    "Overviews",
    "Page",
    "Pages",
    "Undelivered",
    "WeekPage",
]
