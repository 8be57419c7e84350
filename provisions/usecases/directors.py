"""Whose case it is, and who acts for a director who is away."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from provisions import inputs
from provisions.access import Actor, Directory, Role, Subject, UseCase, must_hold
from provisions.domain import lifecycle
from provisions.domain.absences import Absence
from provisions.domain.calendar import day_of
from provisions.domain.case import Case
from provisions.domain.errors import InvalidInput, Part
from provisions.domain.lifecycle import Moment
from provisions.domain.lifecycle import absence as rules
from provisions.store import absences as kept
from provisions.store import audit, channel, loading
from provisions.store.audit import Line
from provisions.store.writing import Change, write
from provisions.usecases.again import tried_again
from provisions.usecases.deciding import Deciding, Doing
from provisions.usecases.entitled import no_such


@dataclass(frozen=True)
class Away:
    """An absence as it is on record, and of how many open cases it is about."""

    absence: Absence
    cases: int


class Directors(Deciding):
    """Case directors, for good and for a time."""

    @tried_again
    def assign(self, references: Sequence[str], director: str, *, by: Actor) -> list[Case]:
        """These cases are ``director``'s from now on: all of them, or none. In the order in which they were named.

        Raises ``NotFound`` for a case that does not exist, and what ``lifecycle.assign`` raises.
        """
        moment = self._doing(by, UseCase.ASSIGN)
        director = inputs.code(director, f"{Part.DIRECTOR}")
        named = list(dict.fromkeys(inputs.existing_reference(reference) for reference in references))
        if not named:
            raise InvalidInput("Noem ten minste een traject dat een andere regisseur krijgt.")
        known = self._directory()
        with self._transaction(moment) as connection:
            stored = loading.load_by_reference(connection, named)
            changes = []
            for reference in named:
                if reference not in stored:
                    raise no_such(reference, self._config)
                self._entitle(moment, stored[reference])
                case = stored[reference].case
                self._may_direct(known, director, case.municipality)
                changes.append(Change(stored[reference], lifecycle.assign(case, director, moment), moment))
            write(connection, changes)
        return [change.decision.case for change in changes]

    @tried_again
    def away(self, code: str, *, start: date, until: date, deputy: str, by: Actor) -> Away:
        """``code`` is away from day ``start`` up to and including ``until``; ``deputy`` acts meanwhile, and gets what goes to the
        director. Named again with the same first day it is a correction.

        Raises what ``lifecycle.absence.plan`` raises, and refuses who is not listed as a case director where people are listed.
        """
        moment = self._doing(by, UseCase.AWAY)
        director = inputs.code(code, f"{Part.DIRECTOR}")
        deputy = inputs.code(deputy, f"{Part.DEPUTY}")
        known = self._directory()
        with self._transaction(moment) as connection:
            kept.lock(connection)
            places = kept.open_cases(connection, director)
            self._may_replace(moment, places)
            self._may_deputise(known, director, deputy, list(places))
            others = kept.current(connection, moment.today)
            planned = rules.plan(others, Absence(director, deputy, start, until), moment.today)
            stored = kept.keep(connection, planned)
            what, because = (
                ("recorded", "afwezigheid vastgelegd") if not planned.number else ("changed", "afwezigheid veranderd")
            )
            self._note_absence(connection, f"absence.{what}", because, stored, moment)
        return Away(stored, sum(map(len, places.values())))

    @tried_again
    def back(self, code: str, *, by: Actor, on: date | None = None) -> Away:
        """``code`` is back from day ``on``, which is today unless said otherwise: the absence of that day ends before it; when
        none holds then, the next one is called off.

        Raises ``NotAllowed`` when ``code`` is not away.
        """
        moment = self._doing(by, UseCase.AWAY)
        director = inputs.code(code, f"{Part.DIRECTOR}")
        day = moment.today if on is None else on
        with self._transaction(moment) as connection:
            kept.lock(connection)
            places = kept.open_cases(connection, director)
            self._may_replace(moment, places)
            mine = [one for one in kept.current(connection, moment.today) if one.director == director]
            ended = rules.back(mine, director, day, moment.today)
            kept.keep(connection, ended)
            self._note_absence(connection, "absence.ended", "afwezigheid eerder geëindigd", ended, moment)
        return Away(ended, sum(map(len, places.values())))

    def absences(self, *, by: Actor) -> list[Away]:
        """Who is away now or will be, in the order of the first day, and of how many open cases that ``by`` sees it is about.

        Of whom there is none of these is not told, unless it is ``by`` who is away or acts.
        """
        today = day_of(self._clock())
        with self._engine.begin() as connection:
            found = sorted(kept.current(connection, today), key=lambda one: (one.start, one.number))
            cases = {one.director: kept.open_cases(connection, one.director) for one in found}
        seen = {
            director: sum(len(some) for place, some in places.items() if self._sees_cases(by, place))
            for director, places in cases.items()
        }
        return [
            Away(one, seen[one.director])
            for one in found
            if by.has_the_machine or seen[one.director] or by.code in (one.director, one.deputy)
        ]

    def _sees_cases(self, by: Actor, municipality: str) -> bool:
        return self._entitlement.sees(by, UseCase.SEE_CASE, [municipality])

    def _may_replace(self, doing: Doing, places: Iterable[str]) -> None:
        """Raise what keeps whoever records it from saying who acts for a director: that is for each municipality with open cases
        of that director. Which these are is not told.
        """
        subjects: list[Subject | None] = [Subject(place) for place in places]
        for subject in subjects or [None]:
            self._entitlement.must(doing.actor, doing.use_case, subject)

    def _may_deputise(self, known: Directory, director: str, deputy: str, places: Sequence[str]) -> None:
        """Where people are listed both are case directors, and the deputy is one wherever the director has cases."""
        everywhere = tuple(self._config.organisation.municipalities)
        must_hold(known, director, (Role.CASE_DIRECTOR,), everywhere, "als regisseur afwezig zijn")
        for where in ([place] for place in places) if places else (everywhere,):
            must_hold(known, deputy, (Role.CASE_DIRECTOR,), where, f"'{director}' vervangen")

    def _note_absence(self, connection: Connection, what: str, because: str, absence: Absence, moment: Moment) -> None:
        """On record, which belongs to no case; the plans of those cases name the deputy."""
        loading.want_plans(connection, kept.open_case_ids(connection, absence.director))
        channel.notify(connection)
        data = {
            "number": absence.number,
            "director": absence.director,
            "deputy": absence.deputy,
            "from": absence.start.isoformat(),
            "until": absence.until.isoformat(),
        }
        salt = kept.salt_of(connection, absence.number)
        audit.append(connection, [Line(moment.by, what, because, data=data, salt=salt)])
