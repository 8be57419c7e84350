"""Looking without a standing right: with a reason from the list, for some hours, in one's own municipality, and on record first.

What is seen so is declared in ``provisions.access.rights`` (``ON_A_REASON``); the reasons stand in ``config/rights.toml``. A
reason that is given is a line of the log of the door, and is read back from there: nothing else opens anything.
"""

from collections.abc import Mapping

from provisions.access import Given, Reason, Subject, UseCase
from provisions.access.rights import ON_A_REASON
from provisions.domain.errors import InvalidInput
from provisions.usecases.looks import Look
from provisions.usecases.seeing import Seeing


class WithReason(Seeing):
    """Giving a reason, what that opens, and who gave one."""

    def places_with_reason(self, use_case: UseCase) -> tuple[str, ...]:
        """Where this person sees this with a reason only."""
        towns = self._config.organisation.municipalities
        standing = ON_A_REASON[use_case]
        return tuple(key for key in towns if self.may(use_case, Subject(key)) and not self.may(standing, Subject(key)))

    def reasons(self, use_case: UseCase) -> Mapping[str, Reason]:
        """For which reasons somebody sees this, by their code."""
        return self._config.rights.reasons(use_case)

    def open_reasons(self, use_case: UseCase) -> Mapping[str, Given]:
        """By municipality the reason that this person gave to see this and that still counts: the one that lasts longest."""
        places = self.places_with_reason(use_case)
        if not places:
            return {}
        found = sorted(self._looks.reasons_of(self.actor.code), key=lambda given: given.until)
        return {given.municipality: given for given in found if given.municipality in places}

    def give_reason(self, use_case: UseCase, municipality: str, reason: str, page: str, form: str = "") -> Given:
        """Write down why this person looks; from then on ``page`` is open, for as long as that reason lasts. ``form``: the
        number of the form that asks it; one that did raises ``DoneBefore``.

        Raises ``NotFound`` for whoever may not see this with any reason, and ``InvalidInput`` for a municipality that is not one
        of this person's, or a reason that is not in the list.
        """
        self.must(use_case)
        places, reasons = self.places_with_reason(use_case), self.reasons(use_case)
        if municipality not in places:
            raise InvalidInput("Kies een gemeente waar u werkt. U ziet nog niets.")
        if reason not in reasons:
            raise InvalidInput("Kies een reden uit de lijst. U ziet nog niets.")
        now = self._clock()
        given = Given(self.actor.code, municipality, reason, now, reasons[reason].until(now))
        self._looks.note_reason(given, via=self.actor.via, page=page, form=form)
        return given

    def reasons_given(self) -> list[Look]:
        """Who gave a reason to look, in the municipalities of which this person answers for that; newest first.

        Nothing for whoever may not know.
        """
        towns = self._config.organisation.municipalities
        places = [key for key in towns if self.may(UseCase.SEE_REASONS, Subject(key))]
        return self._looks.reasons_in(places) if places else []
