"""Forms of pages: each is carried out once, its reader is shown what was recorded meanwhile, and what was typed is not lost."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine

from provisions.database.connect import glance
from provisions.domain.answering import CODE_LASTS
from provisions.domain.case import ProvisionKey
from provisions.store import asked, submissions
from provisions.store.submissions import Submission, Unseen
from provisions.views.cases import Views
from provisions.views.record import AuditEntry

KEPT = timedelta(days=1)
TYPED_LASTS = timedelta(minutes=30)


@dataclass(frozen=True)
class Receipt:
    """What a form did. ``at`` is UTC; ``lines``: what was recorded of the case, in order; ``said``: what else there is to say.

    ``onward``: where to go; empty for the page of ``case`` (its random id).
    """

    number: str
    at: datetime
    case: str
    lines: tuple[AuditEntry, ...]
    onward: str
    said: str


class Submissions:
    """What is kept of forms. ``clock`` gives the moment (aware)."""

    def __init__(self, engine: Engine, views: Views, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self._views = views
        self._clock = clock

    def receipt(self, number: str, by: str) -> Receipt | None:
        """What this form did, for whoever sent it; ``None`` for anybody else, and when it did nothing."""
        found = self._found(number, by)
        if found is None:
            return None
        lines = self._views.lines(found.case_id, found.after, found.lines) if found.case_id and found.lines else []
        case = str(found.case) if found.case else ""
        return Receipt(found.number, found.at, case, tuple(lines), found.onward, found.said)

    def is_done(self, number: str, by: str) -> bool:
        """Whether ``by`` sent this form before, and it was carried out."""
        return self._found(number, by) is not None

    def note(self, number: str, by: str, *, onward: str = "", said: str = "") -> None:
        """Keep where whoever sent this form goes on, and what there is to say."""
        with self._engine.begin() as connection:
            submissions.note(connection, number, by, self._clock(), onward, said)

    def seen(self) -> int:
        """The last line of the whole record: whoever looks at a case from now on can see what it says of that case so far."""
        with glance(self._engine) as connection:
            return submissions.head(connection)

    def unseen(self, case_id: int, seen: int, about: ProvisionKey | None) -> list[Unseen]:
        """What people recorded about a provision, or the case as a whole, since line ``seen``; oldest first."""
        with glance(self._engine) as connection:
            return submissions.unseen(connection, case_id, seen, about)

    def keep_typed(self, person: str, page: str, sealed: bytes) -> None:
        """Keep what was typed on a page when the session had ended, for half an hour."""
        with self._engine.begin() as connection:
            submissions.keep(connection, person, page, sealed, self._clock() + TYPED_LASTS)

    def typed(self, person: str, page: str) -> bytes | None:
        """What this person typed there, and could not send."""
        with glance(self._engine) as connection:
            return submissions.kept(connection, person, page, self._clock())

    def forget_typed(self, person: str, page: str) -> None:
        """It was sent after all."""
        with self._engine.begin() as connection:
            submissions.forget(connection, person, page)

    def clear(self) -> None:
        """Take away what was kept long enough."""
        now = self._clock()
        with self._engine.begin() as connection:
            submissions.clear(connection, now - KEPT, now)
            asked.clear(connection, now - CODE_LASTS)

    def _found(self, number: str, by: str) -> Submission | None:
        with glance(self._engine) as connection:
            found = submissions.find(connection, number) if number else None
        return found if found is not None and found.by == by else None
