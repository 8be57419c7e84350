"""Four eyes: what is asked of somebody, shown so that it can be decided on."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from provisions.access import UseCase
from provisions.domain import dutch
from provisions.domain.approvals import BUDGETS, WORDS, Act
from provisions.domain.case import Asked, ProvisionKey, Reason
from provisions.domain.errors import NotFound
from provisions.domain.rules import CodeList
from provisions.store import tabled
from provisions.usecases.approvals import number_of
from provisions.usecases.asked_by_others import AskedByOthers
from provisions.usecases.came_in import NEWS
from provisions.usecases.own_work import MOST
from provisions.views.lines import provision_name


@dataclass(frozen=True)
class AskedFor:
    """Something that one person asked and another decides on. ``number``: "A-17"; ``name``: the provision, empty for the case;
    ``key``: how a row and an address name that; ``what``: what is asked, in Dutch; ``details``: from when, until when, why.
    Moments are UTC. ``state``: empty while it is asked.
    """

    number: str
    address: UUID
    reference: str
    municipality: str
    name: str
    what: str
    details: tuple[str, ...]
    by: str
    at: datetime
    state: str = ""
    decided_by: str = ""
    decided_at: datetime | None = None
    key: str = ""


class SecondLooks(AskedByOthers):
    """What somebody is asked to look at with a colleague."""

    def asked_of_me(self) -> list[AskedFor]:
        """What this person may decide on, oldest first. Raises ``NotFound`` for whoever decides on nothing."""
        if not any(map(self.may, _DECIDING)):
            self.must(UseCase.APPROVE)
        with self._read() as rows:
            return [self._asked_for(row, row.at) for row in self._asked(rows)]

    def asked_before(self) -> list[AskedFor]:
        """What this person asked, and decided on in the past four weeks, newest first."""
        with self._read() as rows:
            found = tabled.asked_or_decided(rows, self.actor.code, self._clock() - NEWS, MOST)
        return [self._asked_for(row, row.asked_at) for row in found]

    def must_be_mine_to_decide(self, number: str) -> None:
        """Raise ``NotFound`` for what is asked in a municipality in which this person decides on nothing."""
        with self._read() as rows:
            found = tabled.approval(rows, number_of(number))
        if found is None or not self._may_decide(Act(found.act), found.municipality):
            raise NotFound("Dit is niet aan u gevraagd.")

    def _asked_for(self, row: Any, at: datetime) -> AskedFor:
        act, state = Act(row.act), getattr(row, "state", Asked.ASKED.value)
        return AskedFor(
            number=f"A-{row.number}",
            address=row.address,
            reference=row.reference,
            municipality=row.municipality,
            name=provision_name(self._config, row.key, row.round or 1, row.purpose) if row.key else "",
            what=WORDS[act],
            details=tuple(self._details(act, row.data) if act not in BUDGETS else self._of_budget(row.data)),
            by=row.asked_by,
            at=at,
            state="" if state == Asked.ASKED else dutch.ASKED[Asked(state)],
            decided_by=getattr(row, "decided_by", None) or "",
            decided_at=getattr(row, "decided_at", None),
            key=ProvisionKey(row.key, row.round or 1).in_address if row.key else "",
        )

    def _details(self, act: Act, data: Mapping[str, str]) -> list[str]:
        """Days and reasons, in Dutch."""
        said = [f"{word} {dutch.dutch_date(date.fromisoformat(data[name]))}" for name, word in _DAYS if name in data]
        return said + ([why] if (why := self._why(act, data.get("reason"))) else [])

    def _of_budget(self, data: Mapping[str, str]) -> list[str]:
        """How much, for what, for which provision, and until when it must be seen."""
        codes, rules = self._config.catalogue.codes, self._config.catalogue.provisions
        key = data.get("of", "").partition("#")[0]
        said = [
            f"B-{data['budget']}: {dutch.euros(int(data['amount']))}",
            codes[CodeList.BUDGET_WHAT].get(data["purpose"], data["purpose"]),
            codes[CodeList.BUDGET_WHY].get(data["reason"], data["reason"]),
        ]
        said += [f"voor {rules[key].name}"] if key in rules else []
        if "seen_by" in data:
            day = dutch.dutch_date(date.fromisoformat(data["seen_by"]))
            said.append(f"buiten kantooruren eerst uitgegeven; kijk mee uiterlijk {day}")
        return said

    def _why(self, act: Act, code: str | None) -> str:
        catalogue = self._config.catalogue
        if code is None:
            return ""
        match act:
            case Act.LONGER_STOP:
                return dutch.REASON[Reason(code)]
            case Act.END:
                return catalogue.ends[code].label if code in catalogue.ends else code
            case Act.REST:
                return catalogue.codes[CodeList.REST].get(code, code)
        return ""


_DECIDING = (UseCase.APPROVE, UseCase.APPROVE_SMALL_BUDGET)
_DAYS = (("start", "vanaf"), ("on", "met ingang van"), ("until", "tot"))
