"""What every use case about a case does: check what was said, load under lock, let the domain decide, write it all at once."""

import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from copy import copy
from dataclasses import dataclass
from datetime import date, datetime
from typing import Self, TypeVar

from sqlalchemy import Connection, Engine

from provisions import inputs
from provisions.access import Actor, Directory, Role, UseCase, must_hold
from provisions.access.rights import OF_ACT
from provisions.catalogue import Config
from provisions.database.connect import glance
from provisions.domain import lifecycle
from provisions.domain.approvals import Act
from provisions.domain.calendar import day_of
from provisions.domain.case import Case, ProvisionKey, Reason
from provisions.domain.errors import InvalidInput, Part
from provisions.domain.lifecycle import Decision, Ending, Moment, Sent, bounds
from provisions.domain.privacy import refuse_identifying
from provisions.domain.rules import CodeList
from provisions.store import absences, loading, people
from provisions.store.loading import Stored
from provisions.store.writing import Change, write
from provisions.usecases.again import tried_again
from provisions.usecases.entitled import Entitlement, Known, no_such

OWN_NUMBER, THEIR_NUMBER = "het zaaknummer van de gemeente", "het nummer van het loket"
K = TypeVar("K")
T = TypeVar("T")

_ROUND = re.compile(r"[1-9][0-9]{0,3}")


@dataclass(frozen=True)
class Asked:
    """A provision as somebody named it, and its round where that was said too."""

    key: str
    round: int | None = None

    def of(self, case: Case) -> ProvisionKey:
        """Which one of ``case`` is meant. Raises what ``lifecycle.round_of`` raises."""
        return lifecycle.round_of(case, self.key, self.round)


@dataclass(frozen=True, kw_only=True)
class Doing(Moment):
    """A moment at which somebody does something: who, and which right it takes."""

    actor: Actor
    use_case: UseCase


def _once(said: Iterable[tuple[K, T]]) -> dict[K, T]:
    found: dict[K, T] = {}
    for name, value in said:
        if found.setdefault(name, value) != value:
            raise InvalidInput(f"Over '{name}' staat er twee keer iets, en niet hetzelfde. Geef één waarde.")
    return found


class Deciding:
    """The base of the use cases on one database. ``clock`` gives the moment (aware); tests travel in time with it.

    Every text is checked, in Dutch; every use case raises ``provisions.domain.errors.Refused`` when something is not
    allowed, and then nothing has changed. Days are Amsterdam's.
    """

    def __init__(self, engine: Engine, config: Config, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self._config = config
        self._clock = clock
        self._entitlement = Entitlement(engine, config, clock)
        self._sent: Sent | None = None

    def by_form(self, sent: Sent) -> Self:
        """The same, for what comes in by a form of a page: done once, and not past what its reader had not seen.

        Then a use case may raise ``DoneBefore`` or ``ChangedMeanwhile`` besides.
        """
        other = copy(self)
        other._sent = sent
        return other

    def _doing(self, by: Actor, use_case: UseCase) -> Doing:
        """Now, by ``by``. ``use_case``: the right that it takes, which is declared here and nowhere else."""
        now, code = self._clock(), inputs.code(by.code, f"{Part.BY}")
        with glance(self._engine) as connection:
            away = absences.away(connection, day_of(now))
        return Doing(
            now, code, self._config.catalogue, by.via, absences=away, actor=by, use_case=use_case, sent=self._sent
        )

    def _transaction(self, doing: Doing) -> AbstractContextManager[Connection]:
        """In which it is done; who has no right to it is written down after it was rolled back."""
        return self._entitlement.transaction(doing.actor, doing.use_case)

    def _on(self, on: date | None, moment: Moment) -> date:
        return moment.today if on is None else bounds.happened(f"{Part.ON}", on, moment.today)

    def _directory(self) -> Directory:
        """Who is known now: those who are listed, and those who have an account. Asked before a transaction begins."""
        with self._engine.begin() as connection:
            return people.directory(connection, self._config.organisation.people)

    def _may_be_second(self, known: Directory, code: str, act: Act, case: Case, what: str) -> None:
        """Raise what keeps ``code`` from deciding on ``act`` as the second person (four eyes). ``what`` is Dutch."""
        right = self._config.rights.of(OF_ACT[act])
        places = self._config.organisation.places_of_seconds(case.municipality)
        must_hold(known, code, tuple(right.roles) if right else (), places, what)

    def _may_direct(self, known: Directory, code: str, municipality: str) -> str:
        """The code of somebody who may be case director there. Raises ``InvalidInput`` or ``NotAllowed``."""
        must_hold(known, code, (Role.CASE_DIRECTOR,), (municipality,), "regisseur zijn")
        return code

    def _may_take_over(self, known: Directory, by: Actor, case: Case, what: str) -> None:
        """Raise what keeps a code that was typed from deciding on the handover of ``case``, where people are listed."""
        pending, right = case.handover_pending, self._config.rights.of(UseCase.ACCEPT)
        if pending is not None and by.has_the_machine:
            must_hold(known, by.code, tuple(right.roles) if right else (), (pending.to,), what)

    def _key(self, key: str) -> str:
        rules = self._config.catalogue.provisions
        return inputs.known(key, rules, "voorziening", {rule.key: rule.name for rule in rules.values()})

    def _by_key(self, typed: Mapping[str, T]) -> dict[str, T]:
        """What was said of each provision. Raises ``InvalidInput`` when one was named twice, in other words."""
        return _once((self._key(key), said) for key, said in typed.items())

    def _dependency(self, text: str) -> str:
        """A dependency as it was typed: by its key, by its Dutch name, or ``a|b`` when either will do."""
        refuse_identifying(text, "de voorwaarde")
        rules = self._config.catalogue.provisions
        by_name = {rule.name.lower(): rule.key for rule in rules.values()}
        return by_name.get(text.strip().lower(), text)

    def _asked(self, key: str) -> Asked:
        """A provision as somebody named it: ``key``, or ``key#2`` for one of its rounds."""
        name, mark, number = key.partition("#")
        if not mark:
            return Asked(self._key(key))
        if not _ROUND.fullmatch(number):
            raise InvalidInput(
                f"'{inputs.shown(key)}' is geen ronde. Schrijf de voorziening, een # en een nummer, zoals {name}#2."
            )
        return Asked(self._key(name), int(number))

    def _ending(self, reason: str, takeovers: Mapping[str, str] | None, on: date) -> Callable[[Case], Ending]:
        """An end as it was typed, for the case that it is about."""
        ends = self._config.catalogue.ends.values()
        why = inputs.known(
            reason, [end.name for end in ends], "reden van het einde", {end.name: end.label for end in ends}
        )
        named = [
            (self._asked(key), refuse_identifying(code, "wie het overneemt")) for key, code in (takeovers or {}).items()
        ]
        return lambda case: Ending(why, on, _once((asked.of(case), code) for asked, code in named))

    def _cause(self, text: str) -> str:
        """Why something is not there yet, by its code or in Dutch."""
        return self._coded(CodeList.CAUSE, text, "de oorzaak") or ""

    def _coded(self, of: CodeList, text: str | None, what: str) -> str | None:
        """A code as it was typed, or in its Dutch words; what is no code of the list is for the decision to refuse."""
        if text is None:
            return None
        said = refuse_identifying(text, what).strip().lower()
        return next((code for code, label in self._config.catalogue.codes[of].items() if said == label.lower()), said)

    def _rest_reason(self, text: str) -> str:
        """Why a case is at rest, by its code or in Dutch."""
        return self._coded(CodeList.REST, text, "de reden") or ""

    def _stop_reason(self, text: str) -> Reason:
        try:
            return inputs.choice(Reason, text, "reden")
        except InvalidInput:
            raise InvalidInput(
                f"'{inputs.shown(text)}' is geen reden om de klok stil te zetten. Kies uit: {', '.join(Reason)}. "
                "Een wachtlijst, geen plek, niet verschijnen of geen contact zijn nooit een reden."
            ) from None

    def _reference(self, reference: str) -> str:
        return inputs.reference(reference, self._config.organisation.reference_pattern)

    @tried_again
    def _decide(
        self, reference: str, doing: Doing, decide: Callable[[Case], Decision], *, about: Asked | None = None
    ) -> Case:
        """Load the case under lock, see whether it is allowed, decide, write. Two people at the same moment wait for each other.

        ``about``: the provision that it is about, where there is one.
        """
        reference = inputs.existing_reference(reference)
        with self._transaction(doing) as connection:
            stored = self._stored(connection, reference)
            self._entitle(doing, stored, about)
            decision = decide(stored.case)
            write(connection, [Change(stored, decision, doing)])
        return decision.case

    def _stored(self, connection: Connection, reference: str) -> Stored:
        stored = loading.load_case(connection, reference, lock=True)
        if stored is None:
            raise no_such(reference, self._config)
        return stored

    def _entitle(self, doing: Doing, stored: Stored, about: Asked | None = None) -> None:
        """Raise what keeps whoever does it from doing it with this case."""
        places: tuple[str, ...] = ()
        unknown = no_such(stored.case.reference, self._config)
        pending = stored.case.handover_pending
        if doing.use_case is UseCase.ACCEPT and pending is not None:
            places = (pending.to,)  # that is for the municipality that it goes to
        known = Known(stored.case_id, stored.case, unknown, places, about)
        self._entitlement.must_with(doing.actor, doing.use_case, known)
