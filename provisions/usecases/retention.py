"""Forgetting: at once, or when the term for keeping is over.

What is forgotten is reduced to what the report's figures need: days, provisions, municipality, and what happened; under
a number instead of the reference. The audit's lines stay (they hold no free text and no reference) without the codes of the
people in them, and so does the chain.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, Engine

from provisions import inputs
from provisions.access import Actor, UseCase
from provisions.catalogue import Config
from provisions.domain import lifecycle
from provisions.domain.calendar import day_of
from provisions.domain.errors import NotAllowed, Part
from provisions.domain.keeping import RENEWED, REVIEWED_BEFORE, REVIEWS_APART, SHORT_ENDS, KeepTerm
from provisions.domain.lifecycle import SYSTEM, Moment
from provisions.domain.lifecycle.undo import UNDO_WITHIN
from provisions.store import absences, access_log, acts, audit, brought_in, loading
from provisions.store import retention as stored
from provisions.store.audit import FORGOTTEN, TEXTS_FORGOTTEN, Line
from provisions.store.retention import Erasure
from provisions.store.writing import Change, write
from provisions.usecases.entitled import Entitlement, Known, no_such

BATCH = 50
MANY = 500  # texts at a time


@dataclass(frozen=True)
class Forgotten:
    """The number under which what is left is kept, its messages (gone), and how many of those were never sent."""

    case_id: int
    messages: tuple[UUID, ...]
    unsent: int


class Retention:
    """How long cases are kept. ``clock`` gives the moment (aware)."""

    def __init__(self, engine: Engine, config: Config, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self._config = config
        self._clock = clock
        self._entitlement = Entitlement(engine, config, clock)

    def forget(self, reference: str, *, by: Actor) -> Forgotten:
        """Forget a closed case at once; messages that were still to be sent are not.

        Raises ``NotFound``, and ``NotAllowed`` for a case that is not closed.
        """
        who, named = inputs.code(by.code, f"{Part.BY}"), inputs.existing_reference(reference)
        with self._entitlement.transaction(by, UseCase.FORGET) as connection:
            found, unknown = loading.load_case(connection, named, lock=True), no_such(named, self._config)
            if found is None:
                raise unknown
            self._entitlement.must_with(by, UseCase.FORGET, Known(found.case_id, found.case, unknown))
            case_id = found.case_id
            if found.case.closed is None:
                raise NotAllowed(f"Traject {named} is niet afgesloten. Dat moet eerst: {Part.CLOSE.of(named)}.")
            count = stored.count_unsent(connection, case_id)
            also = f"; niet meer verzonden: {count}" if count else ""
            self._forget(connection, [case_id], who, f"traject vergeten op verzoek{also}")
            messages = next((e.messages for e in stored.erasures(connection, 1, case_id)), ())
        return Forgotten(case_id, messages, count)

    def forget_expired(self) -> int:
        """Forget what was closed longer ago than the configured term, and who looked and was away. Returns how many cases."""
        with self._engine.begin() as connection:
            access_log.clear(connection, day_of(self._clock()))
        keeping = self._config.organisation.keeping
        self._forget_absences(keeping.absences)
        return self._forget_after(keeping.short) + self._forget_after(keeping.lines, without=True)

    def _forget_absences(self, term: KeepTerm) -> None:
        """Forget who was away longer ago than ``term``, and who acted then."""
        because = f"afwezigheid vergeten: de bewaartermijn van {term} is voorbij"
        with self._engine.begin() as connection:
            if numbers := absences.forget(connection, term.before(day_of(self._clock()))):
                audit.append(connection, [Line(SYSTEM, absences.FORGOTTEN, because, data={"numbers": numbers})])

    def _forget_after(self, term: KeepTerm, *, without: bool = False) -> int:
        """Forget what ended longer ago than ``term``: for the reasons of a short one, or ``without`` these."""
        because = f"traject vergeten: de bewaartermijn van {term} na afsluiten is voorbij"
        before, total = term.before(day_of(self._clock())), 0
        while True:
            with self._engine.begin() as connection:
                case_ids = stored.lock_expired(connection, before, BATCH, reasons=SHORT_ENDS, without=without)
                if not case_ids:
                    return total
                self._forget(connection, case_ids, SYSTEM, because, term.data)
            total += len(case_ids)

    def forget_texts(self, remove: Callable[[Sequence[UUID]], None]) -> int:
        """Forget what was written about rounds that were settled long enough ago: the texts of messages, notes and grounds.

        ``remove`` takes away what was written of messages outside the database, and may be called again. Returns how many texts.
        """
        keeping, today = self._config.organisation.keeping, day_of(self._clock())
        because = f"notities en gronden vergeten: de bewaartermijn van {keeping.notes} is voorbij"
        of_remarks = f"opmerkingen bij antwoorden vergeten: de bewaartermijn van {keeping.messages} is voorbij"
        total = 0
        with self._engine.begin() as connection:
            brought_in.forget_reasons(connection, keeping.notes.before(today))
        while True:
            with self._engine.begin() as connection:
                messages = stored.expired_messages(connection, keeping.messages.before(today), MANY)
                remove(messages)
                stored.clear_messages(connection, messages)
                remarks = stored.remove_remarks(connection, keeping.messages.before(today), MANY)
                texts = stored.remove_texts(connection, keeping.notes.before(today), today - RENEWED, MANY)
                lines = [
                    Line(SYSTEM, TEXTS_FORGOTTEN, why, case_id, data={"texts": numbers})
                    for why, gone in ((of_remarks, remarks), (because, texts))
                    for case_id, numbers in gone.items()
                ]
                audit.append(connection, lines)
            handled = len(messages) + sum(map(len, [*remarks.values(), *texts.values()]))
            total += handled
            if not handled:
                return total

    def review_notes(self) -> int:
        """Have directors asked whether notes and grounds are still needed that are forgotten soon (the yearly review), and nobody
        where none are any more; of how many cases.
        """
        names = lifecycle.reviews(self._config.catalogue)
        soon = day_of(self._clock()) + REVIEWED_BEFORE
        days = (self._config.organisation.keeping.notes.before(soon), soon - RENEWED, names)
        if not names:
            return 0
        with self._engine.connect() as connection:
            asked = stored.to_review(connection, *days, day_of(self._clock()) - REVIEWS_APART, BATCH)
            over = stored.reviewed_for_nothing(connection, *days, BATCH)
        decided = {**dict.fromkeys(asked, lifecycle.review), **dict.fromkeys(over, lifecycle.end_review)}
        for reference, decide in decided.items():
            moment = Moment(self._clock(), SYSTEM, self._config.catalogue)
            with self._engine.begin() as connection:
                if (found := loading.load_case(connection, reference, lock=True)) is not None:
                    write(connection, [Change(found, decide(found.case, moment), moment)])
        return len(asked) + len(over)

    def _forget(
        self,
        connection: Connection,
        case_ids: Sequence[int],
        by: str,
        because: str,
        data: Mapping[str, object] | None = None,
    ) -> None:
        """Reduce these cases, which are locked."""
        stored.reduce(connection, case_ids, day_of(self._clock()))
        audit.append(connection, [Line(by, FORGOTTEN, because, case_id, data=data) for case_id in case_ids])

    def drop_last_acts(self) -> None:
        """What can't be taken back any more is not kept twice."""
        with self._engine.begin() as connection:
            acts.drop(connection, self._clock() - UNDO_WITHIN)

    # --- outside our database ----------------------------------------------------------------------------------------

    def erasures(self, limit: int = 100) -> list[Erasure]:
        """What is still to be erased elsewhere, oldest first."""
        with self._engine.connect() as connection:
            return stored.erasures(connection, limit)

    def erased(self, case_id: int) -> None:
        """It is gone everywhere, so the reference is not needed any more."""
        with self._engine.begin() as connection:
            stored.erased(connection, case_id)
