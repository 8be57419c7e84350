"""Which people there are, and what each holds, as far as that is known ("What happens in a life", rules 7 and 14).

Who answers is a port (:class:`Directory`): the codes that an organisation lists (:class:`Listed`), and whatever else comes to
know people. Where nobody lists codes, who types is believed.
"""

import difflib
from collections.abc import Collection, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Protocol

from provisions.access.roles import Grant, Role
from provisions.domain.errors import InvalidInput, NotAllowed


class Directory(Protocol):
    """Who knows people."""

    @property
    def is_complete(self) -> bool:
        """Whether a code that is not known here is nobody's. Where it is not, such a code is believed."""

    def grants(self, code: str) -> frozenset[Grant] | None:
        """What somebody holds; ``None`` for a code that is not known."""

    def codes(self) -> Collection[str]:
        """Every code that is known."""


@dataclass(frozen=True)
class Listed:
    """The people that an organisation lists: by code what each holds. Where it lists none it is complete in nothing."""

    people: Mapping[str, frozenset[Grant]] = field(default_factory=dict)

    @property
    def is_complete(self) -> bool:
        """Whether codes are listed at all."""
        return bool(self.people)

    def grants(self, code: str) -> frozenset[Grant] | None:
        """What somebody holds; ``None`` for a code that is not listed."""
        return self.people.get(code)

    def codes(self) -> AbstractSet[str]:
        """Every code that is listed."""
        return self.people.keys()


NOBODY_LISTED = Listed()


@dataclass(frozen=True)
class WithAccounts:
    """The people that an organisation lists, and those who have an account: by code what each holds. Of somebody of both the
    account says what that is; who is blocked holds nothing.
    """

    listed: Listed
    accounts: Mapping[str, frozenset[Grant]] = field(default_factory=dict)
    blocked: frozenset[str] = frozenset()

    @property
    def is_complete(self) -> bool:
        """Whether codes are listed: accounts alone are not all that there are."""
        return self.listed.is_complete

    def grants(self, code: str) -> frozenset[Grant] | None:
        """What somebody holds; ``None`` for a code that is neither listed nor has an account that says so."""
        if code in self.blocked:
            return frozenset()
        held = self.accounts.get(code)
        return self.listed.grants(code) if held is None else held

    def codes(self) -> Collection[str]:
        """Every code that is known."""
        return self.listed.codes() | self.accounts.keys()


def must_hold(
    directory: Directory, code: str, roles: Collection[Role], municipalities: Iterable[str], what: str
) -> None:
    """Raise what keeps ``code`` from doing ``what`` (Dutch: "beslissen over A-17"), for which one of ``roles`` is needed in
    one of ``municipalities``.

    ``InvalidInput`` for a code that is nobody's, ``NotAllowed`` for somebody who holds no such role there. A code that is not
    known where not all are, is believed.
    """
    held, places = directory.grants(code), tuple(municipalities)
    if held is None:
        if directory.is_complete:
            raise InvalidInput(_unknown(directory, code))
        return
    if not any(grant.role in roles and grant.covers(place) for grant in held for place in places):
        needed = " of ".join(role.called for role in roles)
        raise NotAllowed(f"'{code}' kan niet {what}: daarvoor is een {needed} van {' of '.join(places)} nodig.")


def _unknown(directory: Directory, code: str) -> str:
    near = difflib.get_close_matches(code, list(directory.codes()), 1)
    hint = f" Bedoelt u '{near[0]}'?" if near else ""
    return (
        f"De code '{code}' staat niet op de lijst van mensen van deze organisatie.{hint} Kies een code die erop staat."
    )


def holding(directory: Directory, role: Role, municipality: str) -> frozenset[str]:
    """The codes of those who are known to hold a role in a municipality."""
    held = {code: directory.grants(code) or frozenset() for code in directory.codes()}
    return frozenset(
        code for code, grants in held.items() if any(g.role is role and g.covers(municipality) for g in grants)
    )


def is_assigned(directory: Directory, director: str | None, municipality: str) -> bool:
    """Whether a case there has a case director: named, and where codes are listed still one of them ("zonder regisseur")."""
    if director is None:
        return False
    held = directory.grants(director)
    if held is None:
        return not directory.is_complete
    return any(grant.role is Role.CASE_DIRECTOR and grant.covers(municipality) for grant in held)
