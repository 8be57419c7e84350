"""What people do with zaken: say which one the counter made."""

import re

from provisions import inputs
from provisions.access import Actor, UseCase
from provisions.domain import lifecycle
from provisions.domain.case import Case
from provisions.domain.errors import InvalidInput, NotAllowed
from provisions.domain.privacy import refuse_identifying
from provisions.domain.zaken import AT_MOST
from provisions.store import zaken as store
from provisions.store.writing import Change, write
from provisions.usecases.again import tried_again
from provisions.usecases.deciding import Deciding

_NUMBER = re.compile(rf"[A-Za-z0-9-]{{1,{AT_MOST}}}")


class Zaken(Deciding):
    """Zaken that counters made."""

    @tried_again
    def follow_zaak(self, reference: str, key: str, number: str, *, by: Actor) -> Case:
        """Follow the zaak with this number: what the counter decides there is recorded here.

        It takes the place of another one that was followed, as long as nothing came of that, and comes after one that is over.
        Raises ``InvalidInput`` for what is no zaaknummer, ``NotAllowed`` where the municipality has no case system for this, or
        the round has an open zaak already.
        """
        doing = self._doing(by, UseCase.NUMBER)
        number = refuse_identifying(number, "het zaaknummer").strip()
        if not _NUMBER.fullmatch(number):
            raise InvalidInput(f"Dit is geen zaaknummer. Gebruik letters, cijfers en streepjes, hoogstens {AT_MOST}.")
        asked, reference = self._asked(key), inputs.existing_reference(reference)
        with self._transaction(doing) as connection:
            stored = self._stored(connection, reference)
            self._entitle(doing, stored, asked)
            found = asked.of(stored.case)
            decision = lifecycle.follow_zaak(stored.case, found, doing)
            place, provision = stored.case.municipality_of(found), stored.ids[found]
            store.let_go(connection, provision)
            if store.is_taken(connection, provision, place, number):
                raise NotAllowed(
                    f"'{found}' in traject {reference} heeft al een open zaak, of dit zaaknummer hoort bij een andere "
                    "voorziening. "
                    "Kijk op het plan welke."
                )
            store.follow(connection, provision, place, number, doing.now)
            write(connection, [Change(stored, decision, doing)])
        return decision.case
