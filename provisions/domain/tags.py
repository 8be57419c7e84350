"""By which names what is ours is found in Prefect: the tags of runs, of which the key of its municipality is one, and the keys of
the lists there.
"""

from collections.abc import Iterable

from provisions.domain import dutch
from provisions.domain.rungs import RungName

PROVISION = "voorziening"
FORM = "formulier"
LATE = "te-laat"
NOT_DELIVERED = "niet-bezorgd"
LATE_LIST, WEEK_LIST = "te-laat", "deze-week"


def tag(name: str) -> str:
    """
    >>> tag("dagbesteding, scholing, (vrijwilligers)werk"), tag("regionale tafel")
    ('dagbesteding', 'regionale-tafel')
    """
    return name.split(",")[0].lower().replace(" ", "-")


def not_of_a_municipality(provisions: Iterable[str]) -> frozenset[str]:
    """The tags that say something else than a municipality, ``provisions`` being the Dutch names: none of them can be its key."""
    tables = (dutch.holder(rung.value) for rung in RungName.tables())
    return frozenset({PROVISION, FORM, LATE, NOT_DELIVERED, *map(tag, provisions), *map(tag, tables)})
