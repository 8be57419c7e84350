"""Taking a client in: the case and what is needed, and what turns out later to be needed as well."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import uuid4

from sqlalchemy import Connection

from provisions import inputs
from provisions.access import Actor, Subject, UseCase
from provisions.domain import lifecycle
from provisions.domain.case import UNKNOWN, VIA_DIRECTOR, Case
from provisions.domain.errors import InvalidInput, NotAllowed, Part
from provisions.domain.lifecycle import Decision, Moment, Need, bounds, waivers
from provisions.domain.privacy import refuse_identifying
from provisions.domain.rules import Brp, CodeList, ProvisionRule, Route
from provisions.store import loading
from provisions.store.writing import Change, ReferenceTaken, write
from provisions.usecases.again import tried_again
from provisions.usecases.deciding import OWN_NUMBER, Deciding, Doing

EVERYTHING = "all"


@dataclass(frozen=True)
class IntakeRequest:
    """What a case director says at intake. Keys, codes and choices are still text; days are parsed.

    ``waive`` maps (provision, dependency) to the ground.
    """

    reference: str
    route: str
    needs: Sequence[str]
    municipality: str | None = None
    brp: str = Brp.UNKNOWN
    present: Sequence[str] = ()
    agreed: Mapping[str, date] = field(default_factory=dict)
    needed_from: Mapping[str, date] = field(default_factory=dict)
    waive: Mapping[tuple[str, str], str] = field(default_factory=dict)
    urgent: Sequence[str] = ()
    purposes: Mapping[str, str] = field(default_factory=dict)
    living: str | None = None
    losing_place: bool | None = None
    wlz: str | None = None
    contact: str | None = None
    own_number: str | None = None
    director: str | None = None
    on: date | None = None


class Intake(Deciding):
    """Cases and needs that are new."""

    def intake(self, request: IntakeRequest, *, by: Actor) -> Case:
        """Start a client's case. Raises ``NotAllowed`` when the reference exists already."""
        return self.intake_many([request], by=by)[0]

    @tried_again
    def intake_many(self, requests: Sequence[IntakeRequest], *, by: Actor) -> list[Case]:
        """Start many cases, all or none."""
        moment = self._doing(by, UseCase.INTAKE)
        with self._entitlement.noted(by, moment.use_case):
            changes = [Change(None, self._intake(request, moment), moment) for request in requests]
        references = [change.decision.case.reference for change in changes]  # as recorded, however they were typed
        twice = _first_repeated(references)
        if twice is not None:
            raise NotAllowed(f"De referentie '{twice}' komt twee keer voor. Elk traject heeft een eigen referentie.")
        try:
            with self._engine.begin() as connection:
                # In order of reference: two people who take in the same cases wait for each other, and never in a circle.
                write(connection, sorted(changes, key=lambda change: change.decision.case.reference))
        except ReferenceTaken:
            with self._engine.begin() as connection:
                self._refuse_existing(connection, references)
            raise
        return [change.decision.case for change in changes]

    def check_intake(self, request: IntakeRequest, *, by: Actor) -> None:
        """Raise what ``intake`` would raise for this request alone; nothing is written."""
        moment = self._doing(by, UseCase.INTAKE)
        with self._entitlement.noted(by, moment.use_case):
            decision = self._intake(request, moment)
        with self._engine.begin() as connection:
            self._refuse_existing(connection, [decision.case.reference])

    def foresee_intake(self, request: IntakeRequest, *, by: Actor) -> Decision:
        """What ``intake`` would decide, with what the clock does at once because it is recorded late; nothing is written.

        Raises what ``intake`` would raise for this request alone.
        """
        moment = self._doing(by, UseCase.INTAKE)
        with self._entitlement.noted(by, moment.use_case):
            decision = self._intake(request, moment)
        with self._engine.begin() as connection:
            self._refuse_existing(connection, [decision.case.reference])
        clock = Moment(moment.now, lifecycle.SYSTEM, moment.catalogue, absences=moment.absences)
        for key in decision.case.provisions:
            decision = decision.then(lifecycle.tick(decision.case, key, clock))
        return decision

    def add(
        self,
        reference: str,
        keys: Sequence[str],
        *,
        by: Actor,
        agreed: Mapping[str, date] | None = None,
        needed_from: Mapping[str, date] | None = None,
        waive: Mapping[tuple[str, str], str] | None = None,
        urgent: Sequence[str] = (),
        purposes: Mapping[str, str] | None = None,
        on: date | None = None,
    ) -> Case:
        """One or more provisions are needed besides those of the intake."""
        moment = self._doing(by, UseCase.ADD)
        day = self._on(on, moment)
        needs = self._needs(
            list(dict.fromkeys(self._key(k) for k in keys)),
            agreed or {},
            needed_from or {},
            waive or {},
            urgent,
            purposes or {},
            moment.today,
        )
        return self._decide(reference, moment, lambda case: lifecycle.add(case, needs, moment, day))

    def _intake(self, request: IntakeRequest, moment: Doing) -> Decision:
        organisation = self._config.organisation
        municipality = request.municipality or next(iter(organisation.municipalities))
        present = frozenset(self._key(key) for key in request.present)
        place = inputs.known(municipality, organisation.municipalities, "gemeente")
        self._entitlement.must(moment.actor, moment.use_case, Subject(place))
        director = inputs.code(request.director, f"{Part.DIRECTOR}") if request.director else None
        case = Case(
            id=uuid4(),
            reference=self._reference(request.reference),
            municipality=place,
            route=inputs.choice(Route, request.route, "route"),
            brp=inputs.choice(Brp, request.brp, "BRP-stand"),
            opened=self._on(request.on, moment),
            director=self._may_direct(self._directory(), director, place) if director else None,
            living=self._coded(CodeList.LIVING, request.living, "waar de cliënt verblijft") or UNKNOWN,
            losing_place=request.losing_place,
            wlz=self._coded(CodeList.WLZ, request.wlz, "de Wlz") or UNKNOWN,
            contact=self._coded(CodeList.CONTACT, request.contact, "hoe het contact loopt") or VIA_DIRECTOR,
            own_number=inputs.number(request.own_number, OWN_NUMBER) if request.own_number else None,
            present=present,
        )
        keys = self._needed_keys(request, present)
        needs = self._needs(
            keys, request.agreed, request.needed_from, request.waive, request.urgent, request.purposes, moment.today
        )
        return lifecycle.open_case(case, needs, moment)

    def _needed_keys(self, request: IntakeRequest, present: frozenset[str]) -> list[str]:
        if not request.needs:
            raise InvalidInput(f"Geef ten minste een voorziening op bij {Part.NEED}.")
        named = list(dict.fromkeys(self._key(key) for key in request.needs if key != EVERYTHING))
        if EVERYTHING not in request.needs:
            return named
        agreed, purposes = self._by_key(request.agreed), self._by_key(request.purposes)

        def is_dated(rule: ProvisionRule) -> bool:
            purpose = rule.purpose(purposes.get(rule.key))
            by_purpose = purpose is not None and purpose.agreed_after is not None
            return not rule.needs_agreed_date or rule.key in agreed or by_purpose

        rules = self._config.catalogue.provisions.values()
        return [rule.key for rule in rules if rule.key in named or (rule.key not in present and is_dated(rule))]

    def _needs(
        self,
        keys: Sequence[str],
        agreed: Mapping[str, date],
        needed_from: Mapping[str, date],
        waive: Mapping[tuple[str, str], str],
        urgent: Sequence[str],
        purposes: Mapping[str, str],
        today: date,
    ) -> tuple[Need, ...]:
        agreed, needed_from = self._by_key(agreed), self._by_key(needed_from)
        waive = self._waivers(waive)
        urgent = [self._key(key) for key in urgent]
        purposes = {key: refuse_identifying(code, "waarvoor") for key, code in self._by_key(purposes).items()}
        named = {
            Part.AGREED: set(agreed),
            Part.NEEDED_FROM: set(needed_from),
            Part.WAIVE: {key for key, _ in waive},
            Part.URGENT: set(urgent),
            Part.PURPOSE: set(purposes),
        }
        for part, mentioned in named.items():
            for key in sorted(mentioned):
                if self._key(key) not in keys:
                    raise InvalidInput(
                        f"Bij {part} staat '{key}', maar die voorziening staat niet bij wat nodig is. "
                        f"Voeg haar toe of laat {part} voor '{key}' weg."
                    )
        for day in (*agreed.values(), *needed_from.values()):
            bounds.planned(f"{Part.AGREED} of {Part.NEEDED_FROM}", day, today)
        grounds = {
            (key, dependency): inputs.free_text(text, "de grond van de afwijking")
            for (key, dependency), text in waive.items()
        }
        told = {
            named: _with_code(text, self._config.catalogue.codes[CodeList.WAIVER]) for named, text in grounds.items()
        }
        grounds = {named: ground for named, (ground, _) in told.items()}
        codes = {named: code for named, (_, code) in told.items()}
        return tuple(
            Need(
                key,
                agreed.get(key),
                needed_from.get(key),
                key in urgent,
                {dependency: ground for (waived, dependency), ground in grounds.items() if waived == key},
                {dependency: code for (waived, dependency), code in codes.items() if waived == key},
                purpose=purposes.get(key),
            )
            for key in keys
        )

    def _waivers(self, typed: Mapping[tuple[str, str], str]) -> dict[tuple[str, str], str]:
        """Grounds by provision and dependency, each in our own words."""
        found: dict[tuple[str, str], str] = {}
        for (key, on), ground in typed.items():
            named = self._key(key), self._dependency(on)
            if named in found:
                raise InvalidInput(waivers.twice(*named))
            found[named] = ground
        return found

    def _refuse_existing(self, connection: Connection, references: Sequence[str]) -> None:
        existing = loading.existing_references(connection, references, limit=5)
        if existing:
            raise NotAllowed(f"De referentie {', '.join(existing)} bestaat al. Kies een andere, of {Part.ADD}.")


_CODE_AFTER = re.compile(r"(?P<ground>.*\S)\s*(?P<bracket>[\[(])(?P<code>[a-z][a-z0-9_]*)[\])]", re.DOTALL)


def _with_code(text: str, codes: Collection[str]) -> tuple[str, str]:
    """A ground and the code behind it in brackets; a word between brackets that is no code belongs to the ground."""
    found = _CODE_AFTER.fullmatch(text)
    if found is None:
        return text, waivers.OTHER
    code = found["code"]
    meant = code in codes or found["bracket"] == "[" or "_" in code
    return (found["ground"], code) if meant else (text, waivers.OTHER)


def _first_repeated(references: Iterable[str]) -> str | None:
    seen: set[str] = set()
    for reference in references:
        if reference in seen:
            return reference
        seen.add(reference)
    return None
