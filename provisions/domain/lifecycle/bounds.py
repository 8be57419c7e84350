"""Which days a fact can have: one rule and one sentence for all of them."""

from datetime import date, timedelta

from provisions.domain.errors import InvalidInput, Part

EARLIEST = date(2015, 1, 1)  # the Wmo 2015 and the Participatiewet: no case of this kind is older
YEARS_AHEAD = 10  # what is planned further ahead is a slip of the pen, such as 2062 for 2026
# The last day that can be planned, and a term of a year after it.
LONGEST_WAIT = timedelta(days=366 * (YEARS_AHEAD + 2))


def not_before(what: str, on: date, *limits: tuple[date | None, str]) -> None:
    """Raise ``InvalidInput`` when a fact of day ``on`` lies before one of ``limits``: (first day possible, what that was).

    ``what`` begins the Dutch sentence: "De uitkomst van 'housing'". A limit without a day is none.
    """
    for first, why in limits:
        if first is not None and on < first:
            raise InvalidInput(
                f"{what} kan niet op {on.isoformat()}: dat is voor {why} ({first.isoformat()}). "
                f"Kies {first.isoformat()} of een latere dag.",
                about=Part.ON,
            )


def happened(what: str, on: date, today: date) -> date:
    """A day on which something happened. Raises ``InvalidInput`` when it is still to come, or no such case is that old."""
    if on > today:
        raise InvalidInput(
            f"De datum {on.isoformat()} voor {what} ligt in de toekomst (vandaag is {today.isoformat()}). "
            "Kies vandaag of een eerdere dag."
        )
    if on < EARLIEST:
        raise InvalidInput(
            f"De datum {on.isoformat()} voor {what} ligt te ver terug; kies {EARLIEST.isoformat()} of later."
        )
    return on


def planned(what: str, day: date, today: date) -> date:
    """A day that may be past or to come. Raises ``InvalidInput`` for what can only be a slip of the pen."""
    if day < EARLIEST or day.year > today.year + YEARS_AHEAD:
        raise InvalidInput(
            f"De datum {day.isoformat()} voor {what} ligt buiten wat mogelijk is "
            f"({EARLIEST.isoformat()} tot en met {today.year + YEARS_AHEAD}-12-31). Controleer het jaartal."
        )
    return day
