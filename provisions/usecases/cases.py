"""The use cases. Each loads, lets the domain decide, and commits state, audit, messages and the runs to renew in one transaction.

Every text is checked here, in Dutch; every method raises ``provisions.domain.errors.Refused`` when something is not
allowed, and then nothing has changed. Days are Amsterdam's.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property

from sqlalchemy import Connection, Engine, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from provisions import inputs
from provisions.catalogue import Config
from provisions.catalogue.fingerprint import fingerprint
from provisions.clock import utc_now
from provisions.database.connect import pooled
from provisions.domain import lifecycle
from provisions.domain.case import Answer, Case, Reason, Suspension
from provisions.domain.errors import InvalidConfig, InvalidInput, NotAllowed, Refused, SeveralRefused
from provisions.domain.lifecycle import Decision, Moment, Need
from provisions.domain.privacy import refuse_identifying
from provisions.domain.rules import Brp, OutcomeName, Route
from provisions.domain.rungs import RungName
from provisions.store import loading, lookahead
from provisions.store import tables as t
from provisions.store.loading import Stored
from provisions.store.runs import Runs
from provisions.store.writing import Change, write
from provisions.views.cases import Views
from provisions.views.runs import RunViews

EVERYTHING = "all"
RULES = "rules"
FORESIGHT = timedelta(hours=26)  # a day, and some time to get it done
FORESEEN_AT_ONCE = 1000  # provisions in one transaction


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
    director: str | None = None
    on: date | None = None


@dataclass(frozen=True)
class OutcomeReport:
    """What became of one provision, as a counter says it. Key and outcome are still text; the day is parsed."""

    reference: str
    key: str
    outcome: str
    on: date | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    note: str | None = None


class Steps:
    """All use cases on one database. ``clock`` gives the moment (aware); tests travel in time with it."""

    def __init__(self, engine: Engine, config: Config, clock: Callable[[], datetime] = utc_now) -> None:
        self.engine = engine
        self.config = config
        self.clock = clock
        self.views = Views(pooled(engine), config, clock)
        self.runs = Runs(engine)
        self.run_views = RunViews(pooled(engine), self.views)
        self._catalogue = config.catalogue

    @cached_property
    def _rules(self) -> str:
        return fingerprint(self._catalogue)

    # --- what people do ----------------------------------------------------------------------------------------------

    def intake(self, request: IntakeRequest, *, by: str) -> Case:
        """Start a client's case. Raises ``NotAllowed`` when the reference exists already."""
        return self.intake_many([request], by=by)[0]

    def intake_many(self, requests: Sequence[IntakeRequest], *, by: str) -> list[Case]:
        """Start many cases, all or none."""
        moment = self._moment(by)
        changes = [Change(None, self._intake(request, moment), moment) for request in requests]
        twice = _first_repeated(request.reference for request in requests)
        if twice is not None:
            raise NotAllowed(f"De referentie '{twice}' komt twee keer voor. Elk traject heeft een eigen referentie.")
        try:
            with self.engine.begin() as connection:
                write(connection, changes)
        except IntegrityError as error:
            if "client_case_reference" not in str(error.orig):
                raise
            with self.engine.connect() as connection:
                self._refuse_existing(connection, [request.reference for request in requests])
            raise
        return [change.decision.case for change in changes]

    def check_intake(self, request: IntakeRequest, *, by: str) -> None:
        """Raise what ``intake`` would raise for this request alone; nothing is written."""
        self._intake(request, self._moment(by))
        with self.engine.connect() as connection:
            self._refuse_existing(connection, [request.reference])

    def add(
        self,
        reference: str,
        keys: Sequence[str],
        *,
        by: str,
        agreed: Mapping[str, date] | None = None,
        needed_from: Mapping[str, date] | None = None,
        waive: Mapping[tuple[str, str], str] | None = None,
        urgent: Sequence[str] = (),
        on: date | None = None,
    ) -> Case:
        """One or more provisions needed besides those of the intake."""
        moment = self._moment(by)
        day = self._on(on, moment)
        needs = self._needs(
            list(dict.fromkeys(self._key(k) for k in keys)), agreed or {}, needed_from or {}, waive or {}, urgent
        )
        return self._decide(reference, moment, lambda case: lifecycle.add(case, needs, moment, day))

    def record_outcome(
        self,
        reference: str,
        key: str,
        outcome: str,
        *,
        by: str,
        on: date | None = None,
        fields: Mapping[str, str] | None = None,
        note: str | None = None,
    ) -> Case:
        """Record what became of a provision."""
        moment = self._moment(by)
        decide = self._outcome(OutcomeReport(reference, key, outcome, on, fields or {}, note), moment)
        return self._decide(reference, moment, decide)

    def record_outcomes(self, reports: Sequence[OutcomeReport], *, by: str) -> list[Case]:
        """Record what became of many provisions, in this order, all or none. Returns the cases as they become.

        Raises ``SeveralRefused`` with every report that is not allowed.
        """
        moment = self._moment(by)
        faults: list[tuple[int, Refused]] = []
        with self.engine.begin() as connection:
            references = sorted(set(_references(reports)))
            stored = loading.load_by_reference(connection, references)
            decided: dict[str, Decision] = {}
            for place, report in enumerate(reports):
                try:
                    reference, decide = inputs.existing_reference(report.reference), self._outcome(report, moment)
                    if reference not in stored:
                        raise inputs.no_such_case(reference, self.config.organisation.reference_pattern)
                    before = decided.get(reference, Decision(stored[reference].case))
                    decided[reference] = before.then(decide(before.case))
                except Refused as fault:
                    faults.append((place, fault))
            if faults:
                raise SeveralRefused(faults)
            write(connection, [Change(stored[reference], decision, moment) for reference, decision in decided.items()])
        return [decision.case for decision in decided.values()]

    def _outcome(self, report: OutcomeReport, moment: Moment) -> Callable[[Case], Decision]:
        name = inputs.choice(OutcomeName, report.outcome, "uitkomst")
        key, day = self._key(report.key), self._on(report.on, moment)
        text = inputs.free_text(report.note, "de notitie") if report.note is not None else None
        values = {
            refuse_identifying(field, "een veld"): refuse_identifying(value, "een veld")
            for field, value in report.fields.items()
        }
        return lambda case: lifecycle.record_outcome(case, key, name, moment, day, values, text)

    def suspend(
        self,
        reference: str,
        key: str,
        *,
        reason: str,
        until: date,
        by: str,
        on: date | None = None,
        approved_by: str | None = None,
    ) -> Case:
        """Stop the clock until day ``until``, when it runs again by itself."""
        moment = self._moment(by)
        try:
            why = inputs.choice(Reason, reason, "reden")
        except InvalidInput:
            raise InvalidInput(
                f"'{inputs.shown(reason)}' is geen reden om de klok stil te zetten. Kies uit: {', '.join(Reason)}. "
                "Een wachtlijst, geen plek, niet verschijnen of geen contact zijn nooit een reden."
            ) from None
        approved_by = inputs.code(approved_by, "akkoord van") if approved_by is not None else None
        key, until = self._key(key), inputs.possible(until, "--until")
        suspension = Suspension(self._on(on, moment), until, why)
        return self._decide(
            reference, moment, lambda case: lifecycle.suspend(case, key, suspension, moment, approved_by)
        )

    def resume(self, reference: str, key: str, *, by: str, on: date | None = None) -> Case:
        """Let the clock run again."""
        moment = self._moment(by)
        key, day = self._key(key), self._on(on, moment)
        return self._decide(reference, moment, lambda case: lifecycle.resume(case, key, moment, day))

    def waive(self, reference: str, key: str, dependency: str, *, ground: str, by: str, on: date | None = None) -> Case:
        """Start a provision without one of its dependencies ("afwijking")."""
        moment = self._moment(by)
        ground = inputs.free_text(ground, "de grond van de afwijking")
        dependency = self._dependency(dependency)
        key, day = self._key(key), self._on(on, moment)
        return self._decide(reference, moment, lambda case: lifecycle.waive(case, key, dependency, ground, moment, day))

    def answer(self, reference: str, key: str, rung: str, answer: str, *, by: str) -> Case:
        """What a table answered."""
        moment = self._moment(by)
        key, name = self._key(key), inputs.choice(RungName, rung, "escalatiestap")
        given = inputs.choice(Answer, answer, "soort antwoord")
        return self._decide(reference, moment, lambda case: lifecycle.answer(case, key, name, given, moment))

    def submit(self, reference: str, key: str, decision: str, *, reason: str, by: str) -> Case:
        """Whether a provision goes to the national desk (``submitted``) or not (``not_submitted``)."""
        moment = self._moment(by)
        key = self._key(key)
        submitted = inputs.known(decision, ("submitted", "not_submitted"), "beslissing") == "submitted"
        text = inputs.free_text(reason, "de reden")
        return self._decide(reference, moment, lambda case: lifecycle.submit(case, key, submitted, text, moment))

    def agree(self, reference: str, key: str, day: date, *, by: str) -> Case:
        """A (new) agreed date."""
        moment = self._moment(by)
        key, day = self._key(key), inputs.possible(day, "de afspraak")
        return self._decide(reference, moment, lambda case: lifecycle.agree(case, key, day, moment))

    def transfer(self, reference: str, municipality: str, *, by: str) -> Case:
        """The client moved to another municipality of the region."""
        moment = self._moment(by)
        to = inputs.known(municipality, self.config.organisation.municipalities, "gemeente")
        return self._decide(reference, moment, lambda case: lifecycle.transfer(case, to, moment))

    def settle_follow_up(self, reference: str, key: str, name: str, *, by: str, on: date | None = None) -> Case:
        """A follow-up is done."""
        moment = self._moment(by)
        key, day = self._key(key), self._on(on, moment)
        name = refuse_identifying(name, "de vervolgactie")
        return self._decide(reference, moment, lambda case: lifecycle.settle_follow_up(case, key, name, moment, day))

    def reopen(self, reference: str, key: str, *, reason: str, by: str, on: date | None = None) -> Case:
        """Reopen a closed provision; its old clock runs on."""
        moment = self._moment(by)
        text = inputs.free_text(reason, "de reden")
        key, day = self._key(key), self._on(on, moment)
        return self._decide(reference, moment, lambda case: lifecycle.reopen(case, key, moment, day, text))

    def close(self, reference: str, *, by: str) -> Case:
        """End a case."""
        moment = self._moment(by)
        return self._decide(reference, moment, lambda case: lifecycle.close(case, moment))

    # --- what time does ----------------------------------------------------------------------------------------------

    def tick(self, limit: int = 500) -> int:
        """Everything that is due now, for at most ``limit`` provisions, in one transaction. Returns how many.

        Whoever else ticks at the same time takes other rows.
        """
        now = self.clock()
        if recorded := self._record_foreseen(now):
            return recorded
        moment = Moment(now, lifecycle.SYSTEM, self._catalogue)
        with self.engine.begin() as connection:
            due = loading.due_provisions(connection, now, limit)
            if not due:
                return 0
            cases = loading.load_cases(connection, sorted({case_id for _, case_id in due}))
            changes = []
            for provision_id, case_id in due:
                stored = cases[case_id]
                key = stored.key_of(provision_id)
                decision = lifecycle.tick(stored.case, key, moment)
                changes.append(Change(stored, decision, moment, frozenset({key})))
            write(connection, changes)
        return len(due)

    def tick_all(self) -> int:
        """Tick until nothing is due. Returns how many provisions were handled."""
        total = 0
        while handled := self.tick():
            total += handled
        return total

    def _record_foreseen(self, now: datetime) -> int:
        with self.engine.begin() as connection:
            return lookahead.record(connection, now, self._rules, FORESEEN_AT_ONCE)

    def foresee(self, limit: int = 100) -> int:
        """Decide ahead what falls due within ``FORESIGHT``, for at most ``limit`` provisions. Returns how many.

        Worth doing, never needed: what was not foreseen is decided when it falls due.
        """
        now = self.clock()
        with self.engine.begin() as connection:
            due = lookahead.to_keep(connection, now, now + FORESIGHT, self._rules, limit)
            cases = loading.load_cases(connection, sorted({one.case_id for one in due})) if due else {}
            found = [
                (one, stored, lifecycle.foresee(stored.case, stored.key_of(one.provision_id), one.at, self._catalogue))
                for one in due
                if (stored := cases.get(one.case_id)) is not None
            ]
            if found:
                lookahead.keep(connection, self._rules, found)
        return len(found)

    def follow_rules(self, batch: int = 200) -> int:
        """After a change in ``config/``: compute the derived columns of every open case again. Returns how many cases.

        What was accrued (starts, suspensions, rungs, breaches of agreed dates) is kept. Nothing is done when the rules are
        those of the last time. Raises ``InvalidConfig`` when the rules no longer know something that a case has.
        """
        rules = self._rules
        with self.engine.begin() as connection:
            known = connection.execute(select(t.setting.c.value).where(t.setting.c.name == RULES)).scalar()
            if known == rules:
                return 0
            self._refuse_orphans(connection)
            query = select(t.case.c.id).where(t.case.c.closed.is_(None)).order_by(t.case.c.id)
            case_ids = list(connection.execute(query).scalars()) if known is not None else []
        for first in range(0, len(case_ids), batch):
            self._follow_rules(case_ids[first : first + batch])
        with self.engine.begin() as connection:
            statement = insert(t.setting).values(name=RULES, value=rules)
            connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_={"value": rules}))
            lookahead.forget_all(connection)
        return len(case_ids)

    def _refuse_orphans(self, connection: Connection) -> None:
        """Nobody falls between two chairs because an entry was taken out of ``config/``."""
        keys = set(connection.execute(select(t.provision.c.key).distinct()).scalars())
        places = set(connection.execute(select(t.case.c.municipality).distinct()).scalars())
        undated = select(t.provision.c.key).where(t.provision.c.agreed.is_(None)).distinct()
        must_be_dated = {key for key, rule in self._catalogue.provisions.items() if rule.needs_agreed_date}
        faults = [
            f"config/provisions.toml: voorziening '{key}' ontbreekt, maar er zijn trajecten die haar hebben. Zet haar terug."
            for key in sorted(keys - set(self._catalogue.provisions))
        ]
        faults += [
            f"config/organisation.toml: gemeente '{place}' ontbreekt, maar er zijn trajecten van die gemeente. Zet haar terug, "
            "of draag de trajecten eerst over (provisions transfer)."
            for place in sorted(places - set(self.config.organisation.municipalities))
        ]
        faults += [
            f"config/provisions.toml: '{key}' vraagt nu een afgesproken datum, maar er zijn trajecten zonder. "
            "Geef de voorziening een streeftermijn (target)."
            for key in sorted(set(connection.execute(undated).scalars()) & must_be_dated)
        ]
        if faults:
            raise InvalidConfig(*faults)

    def _follow_rules(self, case_ids: Sequence[int]) -> None:
        moment = Moment(self.clock(), lifecycle.SYSTEM, self._catalogue)
        with self.engine.begin() as connection:
            cases = loading.load_cases(connection, case_ids, lock=True)
            changes = [
                Change(
                    stored,
                    lifecycle.follow_rules(stored.case, stored.last("due"), stored.last("breach_day"), moment),
                    moment,
                )
                for stored in cases.values()
            ]
            write(connection, changes)

    def next_moment(self) -> datetime | None:
        """When anything happens next (UTC)."""
        with self.engine.connect() as connection:
            return loading.next_moment(connection)

    # --- shared ------------------------------------------------------------------------------------------------------

    def _moment(self, by: str) -> Moment:
        return Moment(self.clock(), inputs.code(by, "wie dit doet (--by)"), self._catalogue)

    def _on(self, on: date | None, moment: Moment) -> date:
        return moment.today if on is None else inputs.not_in_future(on, moment.today, "--on")

    def _key(self, key: str) -> str:
        rules = self._catalogue.provisions
        return inputs.known(key, rules, "voorziening", {rule.key: rule.name for rule in rules.values()})

    def _by_key(self, typed: Mapping[str, date]) -> dict[str, date]:
        return {self._key(key): day for key, day in typed.items()}

    def _dependency(self, text: str) -> str:
        """A dependency as it was typed: by its key, by its Dutch name, or ``a|b`` when either will do."""
        refuse_identifying(text, "de voorwaarde")
        rules = self._catalogue.provisions
        by_name = {rule.name.lower(): rule.key for rule in rules.values()}
        return by_name.get(text.strip().lower(), text)

    def _reference(self, reference: str) -> str:
        return inputs.reference(reference, self.config.organisation.reference_pattern)

    def _decide(self, reference: str, moment: Moment, decide: Callable[[Case], Decision]) -> Case:
        """Load the case under lock, decide, write. Two people at the same moment wait for each other."""
        reference = inputs.existing_reference(reference)
        with self.engine.begin() as connection:
            stored = self._stored(connection, reference)
            decision = decide(stored.case)
            write(connection, [Change(stored, decision, moment)])
        return decision.case

    def _stored(self, connection: Connection, reference: str) -> Stored:
        stored = loading.load_case(connection, reference, lock=True)
        if stored is None:
            raise inputs.no_such_case(reference, self.config.organisation.reference_pattern)
        return stored

    def _intake(self, request: IntakeRequest, moment: Moment) -> Decision:
        organisation = self.config.organisation
        municipality = request.municipality or next(iter(organisation.municipalities))
        present = frozenset(self._key(key) for key in request.present)
        case = Case(
            reference=self._reference(request.reference),
            municipality=inputs.known(municipality, organisation.municipalities, "gemeente"),
            route=inputs.choice(Route, request.route, "route"),
            brp=inputs.choice(Brp, request.brp, "BRP-stand"),
            opened=self._on(request.on, moment),
            director=inputs.code(request.director, "de regisseur (--director)") if request.director else None,
            present=present,
        )
        keys = self._needed_keys(request, present)
        needs = self._needs(keys, request.agreed, request.needed_from, request.waive, request.urgent)
        return lifecycle.open_case(case, needs, moment)

    def _needed_keys(self, request: IntakeRequest, present: frozenset[str]) -> list[str]:
        if not request.needs:
            raise InvalidInput("Geef ten minste een voorziening die nodig is: --need KEY (of --need all).")
        named = list(dict.fromkeys(self._key(key) for key in request.needs if key != EVERYTHING))
        if EVERYTHING not in request.needs:
            return named
        agreed = self._by_key(request.agreed)
        return [
            rule.key
            for rule in self._catalogue.provisions.values()
            if rule.key in named or (rule.key not in present and (not rule.needs_agreed_date or rule.key in agreed))
        ]

    def _needs(
        self,
        keys: Sequence[str],
        agreed: Mapping[str, date],
        needed_from: Mapping[str, date],
        waive: Mapping[tuple[str, str], str],
        urgent: Sequence[str],
    ) -> tuple[Need, ...]:
        agreed, needed_from = self._by_key(agreed), self._by_key(needed_from)
        waive = {(self._key(key), self._dependency(on)): ground for (key, on), ground in waive.items()}
        urgent = [self._key(key) for key in urgent]
        named = {
            "--agreed": set(agreed),
            "--needed-from": set(needed_from),
            "--waive": {key for key, _ in waive},
            "--urgent": set(urgent),
        }
        for option, mentioned in named.items():
            for key in sorted(mentioned):
                if self._key(key) not in keys:
                    raise InvalidInput(
                        f"{option} noemt '{key}', maar die voorziening staat niet bij wat nodig is. "
                        f"Voeg haar toe of laat {option} voor '{key}' weg."
                    )
        for day in (*agreed.values(), *needed_from.values()):
            inputs.possible(day, "--agreed of --needed-from")
        grounds = {
            (key, dependency): inputs.free_text(text, "de grond van de afwijking")
            for (key, dependency), text in waive.items()
        }
        return tuple(
            Need(
                key,
                agreed.get(key),
                needed_from.get(key),
                key in urgent,
                {dependency: ground for (waived, dependency), ground in grounds.items() if waived == key},
            )
            for key in keys
        )

    def _refuse_existing(self, connection: Connection, references: Sequence[str]) -> None:
        query = select(t.case.c.reference).where(t.case.c.reference.in_(references)).limit(5)
        existing = list(connection.execute(query).scalars())
        if existing:
            raise NotAllowed(
                f"De referentie {', '.join(existing)} bestaat al. Kies een andere, of voeg een voorziening toe met "
                "'provisions add'."
            )


def _references(reports: Iterable[OutcomeReport]) -> Iterator[str]:
    """The references that can be looked up; the others are refused with what else is wrong."""
    for report in reports:
        with suppress(InvalidInput):
            yield inputs.existing_reference(report.reference)


def _first_repeated(references: Iterable[str]) -> str | None:
    seen: set[str] = set()
    for reference in references:
        if reference in seen:
            return reference
        seen.add(reference)
    return None
