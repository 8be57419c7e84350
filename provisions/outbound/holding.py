"""For whom a message is, as far as it matters when it leaves: a person who chose for themselves, or a table with an agenda."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Any

from provisions.catalogue import Config, Contact
from provisions.domain import holding
from provisions.domain.case import ProvisionKey
from provisions.domain.holding import AS_IT_WAS, Held, Pace, Preference
from provisions.domain.messages import MessageKind


class Holding:
    """Decides by what ``config/`` says of who is who."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._codes = _codes(config)
        self._tables = {
            (place.key, table): f"{place.key}/{rung.value}"
            for place in config.organisation.municipalities.values()
            for rung, table in place.tables.items()
            if rung in place.agendas
        }

    def of(
        self,
        row: Any,
        to: tuple[Contact, ...],
        key: ProvisionKey | None,
        now: datetime,
        *,
        chosen: Callable[[str], Preference],
        mine: Callable[[str], bool],
    ) -> Held | None:
        """Whether a message (its ``row`` in the outbox) that goes ``to`` these waits at ``now`` (aware). What goes to a program
        never does, and what goes to more than one only for a night's rest that all of them chose. Asked only where it matters:
        what somebody (a code) has ``chosen``, and whether the case is ``mine`` of that one.
        """
        if not to or any(one.webhook is not None for one in to):
            return None
        if len(to) > 1:
            return self._at_rest(to, now, chosen)
        catalogue, kind = self._config.catalogue, MessageKind(row.kind)
        overview_at = catalogue.calendar_of(row.municipality).next_working_moment(now, catalogue.overview_at)
        urgent = key is not None and catalogue.rule(key.key).same_day
        if (table := self._tables.get((row.municipality, to[0]))) is not None:
            return holding.for_table(table, kind, overview_at, urgent=urgent)
        code = self._codes.get(to[0].email)
        if code is None:
            return None
        preference = chosen(code)
        if preference == AS_IT_WAS:
            return None
        own = preference.pace is not Pace.MINE or mine(code)
        return holding.for_person(code, kind, preference, now, overview_at, mine=own, urgent=urgent)

    def _at_rest(self, to: tuple[Contact, ...], now: datetime, chosen: Callable[[str], Preference]) -> Held | None:
        codes = [self._codes.get(one.email) for one in to]
        quiet = all(code is not None and chosen(code).quiet for code in codes)
        return holding.for_the_night(now) if quiet else None

    def reaches(self, code: str) -> bool:
        """Whether this person has an address of their own, so that their choice counts."""
        return code in self._codes.values()

    def contact(self, overview: str, municipality: str) -> Contact | None:
        """Who gets an overview; ``None`` where ``config/`` knows nobody of that name any more."""
        whose, _, name = overview.partition("/")
        if whose == "table":
            return next((contact for (_, contact), table in self._tables.items() if table == name), None)
        leads = (one for one in self._config.organisation.municipalities[municipality].team_leads if one.code == name)
        contact = next(leads, None) or self._config.organisation.director(municipality, name)
        return contact if self._codes.get(contact.email) == name else None


def _codes(config: Config) -> dict[str, str]:
    """By address, the code of the one person who reads it: a mailbox that several share has no choice of its own."""
    places = config.organisation.municipalities.values()
    listed = {(contact.email, code) for place in places for code, contact in place.directors.items()}
    listed |= {(lead.email, lead.code) for place in places for lead in place.team_leads if lead.code}
    others = {
        contact.email for place in places for contact in (place.team, *place.counters.values(), *place.tables.values())
    }
    shared = Counter(email for email, _ in listed)
    return {email: code for email, code in listed if shared[email] == 1 and email not in others}
