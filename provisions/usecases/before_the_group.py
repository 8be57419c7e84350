"""What is brought before the steering group, for whoever has something to do with it."""

from dataclasses import dataclass

from provisions.access import Subject, UseCase
from provisions.domain import brought_in as rules
from provisions.domain import dutch
from provisions.domain.brought_in import IN_DUTCH, BroughtIn, Standing
from provisions.domain.calendar import day_of
from provisions.store import brought_in as kept
from provisions.usecases.own_work import MOST, Kind, Part, Task
from provisions.usecases.seeing import Seeing


@dataclass(frozen=True)
class ForMe:
    """What somebody may look at as the second person, and what waits for a decision of the steering group; oldest first."""

    to_see: tuple[BroughtIn, ...] = ()
    to_decide: tuple[BroughtIn, ...] = ()


class SeeingGroup(Seeing):
    """What waits for a second person, and for the group."""

    def of_the_group(self) -> ForMe:
        """What waits for this person."""
        decides = self.may(UseCase.DECIDE)
        if not decides and not self.may(UseCase.BRING_IN):
            return ForMe()
        with self._read() as rows:
            found = kept.open_ones(rows)
        to_see = tuple(one for one in found if self.may_be_second(one))
        to_decide = tuple(one for one in found if rules.for_the_group(one, day_of(self._clock()))) if decides else ()
        return ForMe(to_see, to_decide)

    def may_be_second(self, one: BroughtIn) -> bool:
        """Whether this person may agree that it is brought in, or not."""
        if one.state is not Standing.ASKED or one.asked_by == self.actor.code:
            return False
        places = self._config.organisation.places_of_seconds(one.municipality)
        return any(self.may(UseCase.BRING_IN, Subject(place)) for place in places)

    def _of_the_group(self) -> tuple[Part, ...]:
        """What is to be brought before the steering group, or is before it, and waits for this person."""
        found = self.of_the_group()
        tasks = [self._before_the_group(one, "Meekijken", f"/meekijken#S-{one.number}") for one in found.to_see]
        tasks += [
            self._before_the_group(one, "Besluit vastleggen", f"/ingebracht#S-{one.number}") for one in found.to_decide
        ]
        return (Part(Kind.GROUP, tuple(tasks[:MOST]), len(tasks)),) if tasks else ()

    def _before_the_group(self, one: BroughtIn, action: str, at: str) -> Task:
        rule = self._config.catalogue.provisions.get(one.about)
        words = dutch.capitalised(IN_DUTCH[one.state])
        due = f"; {one.owner}, uiterlijk {dutch.dutch_date(one.due)}" if one.state is Standing.ADOPTED else ""
        name = rule.name if rule else "iets anders"
        return Task(None, f"S-{one.number}", None, one.municipality, None, name, f"{words}{due}", action, at)
