"""Who somebody is: a staff code, and the roles that person holds, each in a municipality or in the region."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from provisions.domain.lifecycle import Via
from provisions.domain.lifecycle.decision import SYSTEM
from provisions.domain.questions import Question


class Role(StrEnum):
    """What somebody works as (``web.md``, "Roles")."""

    CASE_DIRECTOR = "case_director"
    TEAM_LEAD = "team_lead"
    TABLE = "table"
    CUSTOMISATION_OFFICER = "customisation_officer"
    STEERING_GROUP = "steering_group"
    PRIVACY_OFFICER = "privacy_officer"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"

    @property
    def called(self) -> str:
        """In Dutch."""
        return CALLED[self]


CALLED: Mapping[Role, str] = {
    Role.CASE_DIRECTOR: "regisseur",
    Role.TEAM_LEAD: "teamleider",
    Role.TABLE: "tafel",
    Role.CUSTOMISATION_OFFICER: "maatwerkfunctionaris",
    Role.STEERING_GROUP: "stuurgroep",
    Role.PRIVACY_OFFICER: "functionaris gegevensbescherming",
    Role.AUDITOR: "auditor",
    Role.ADMINISTRATOR: "beheerder",
}


@dataclass(frozen=True, order=True)
class Grant:
    """A role in one municipality; ``municipality`` is empty for the region, with all that are in it."""

    role: Role
    municipality: str = ""

    def covers(self, municipality: str) -> bool:
        """Whether it holds in this municipality."""
        return self.municipality in ("", municipality)


@dataclass(frozen=True)
class Actor:
    """Who does or asks something, with what right, and by which door it came in.

    ``question``: the one that is answered by its link; whoever does so has no role, and a right to that and nothing else.
    """

    code: str
    grants: frozenset[Grant]
    via: Via = Via.WEB
    question: Question | None = None

    @classmethod
    def of(cls, code: str, roles: Iterable[Role], municipalities: Iterable[str] = (), via: Via = Via.WEB) -> "Actor":
        """Somebody with each of these roles in each of these municipalities; in the region when none is named."""
        return cls(code, grants_of(roles, municipalities), via)

    @classmethod
    def typed(cls, code: str) -> "Actor":
        """Whoever types ``code`` in the shell: who has the shell has the machine, so no right is asked for."""
        return cls(code, frozenset(), Via.SHELL)

    @classmethod
    def by_link(cls, code: str, question: Question) -> "Actor":
        """Whoever was asked, by the link in that message; ``code``: see ``provisions.domain.questions.receiver``."""
        return cls(code, frozenset(), Via.LINK, question)

    @property
    def has_the_machine(self) -> bool:
        """Whether no right is asked for: at the shell, and of the program itself."""
        return self.via in (Via.SHELL, Via.SYSTEM)

    @property
    def roles(self) -> frozenset[Role]:
        """What the person works as, wherever that is."""
        return frozenset(grant.role for grant in self.grants)

    def holds(self, role: Role, municipality: str) -> bool:
        """Whether the person has this role in this municipality."""
        return any(grant.role is role and grant.covers(municipality) for grant in self.grants)

    def municipalities(self, every: Iterable[str], roles: Iterable[Role]) -> tuple[str, ...]:
        """In which of ``every`` municipality the person holds one of ``roles``, in their order."""
        wanted = frozenset(roles)
        return tuple(key for key in every if any(g.role in wanted and g.covers(key) for g in self.grants))


# The program itself, and whoever looks from the shell without saying who.
MACHINE = Actor.typed(SYSTEM)


def grants_of(roles: Iterable[Role], municipalities: Iterable[str] = ()) -> frozenset[Grant]:
    """Each role in each municipality; in the region when no municipality is named."""
    places = tuple(municipalities) or ("",)
    return frozenset(Grant(role, place) for role in roles for place in places)
