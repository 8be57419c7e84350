"""Whether the record is whole: each line fits the line before it, and the state of every case follows from its lines.

Reads one snapshot and changes nothing. What is found is told in Dutch, one sentence each, naming the line or the column.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC
from typing import Any

from sqlalchemy import Connection, Row, and_, func, select, text

from provisions.domain import dutch
from provisions.domain.rules import Catalogue
from provisions.store import tables as t
from provisions.store.audit import (
    FORGOTTEN,
    RECHAINED,
    START,
    TEXTS_FORGOTTEN,
    Anchor,
    Line,
    digest_of,
    encoded,
    link,
    note_digest,
    staff_digest,
    stamp,
)
from provisions.store.explained import other_rules, unexplained

MOST_FAULTS = 50
_PAGE = 5000


@dataclass
class Verdict:
    """What ``verify`` found. ``faults`` are Dutch sentences, at most fifty about lines and fifty about the state.

    ``more``: how many others there are.
    """

    lines: int = 0
    anchor: Anchor = field(default_factory=lambda: Anchor(0, START.hex()))
    faults: list[str] = field(default_factory=list)
    more: int = 0
    known_as: Anchor | None = None
    """What the anchor that was given is called now: it was noted before the chain was computed anew, and is right."""

    derived: bool = True
    """Whether the derived columns were compared: not while the rules in force are others than those that were given."""

    @property
    def whole(self) -> bool:
        """Whether nothing was changed, removed, added or put elsewhere."""
        return not self.faults

    @property
    def told(self) -> list[str]:
        """What is wrong, and how much more of it there is."""
        return [*self.faults, *([f"En nog {dutch.counted(self.more, 'fout', 'fouten')}."] if self.more else [])]

    def note(self, fault: str, most: int = MOST_FAULTS) -> None:
        """Keep a fault, or count it when there are ``most`` already."""
        if len(self.faults) < most:
            self.faults.append(fault)
        else:
            self.more += 1


def verify(
    connection: Connection,
    known: Anchor | None = None,
    progress: Callable[[int], None] = lambda _lines: None,
    catalogue: Catalogue | None = None,
) -> Verdict:
    """Compare every line with the chain, the head, and ``known``, and the state of every case with its lines.

    Reads one snapshot, in pages; changes nothing. ``connection`` must not have begun a transaction. ``progress`` gets the number
    of lines read so far now and then. ``catalogue``: the rules by which the derived columns are computed anew; without, or
    when others are in force, they are not compared.
    """
    connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
    return compare(connection, known, progress, catalogue)


def compare(
    connection: Connection,
    known: Anchor | None = None,
    progress: Callable[[int], None] = lambda _lines: None,
    catalogue: Catalogue | None = None,
) -> Verdict:
    """As :func:`verify`, of what the transaction of ``connection`` sees."""
    verdict = Verdict()
    if not _read_lines(connection, verdict, known, progress) and known is not None:
        verdict.faults.append(_other_anchor(connection, known))
    verdict.faults += _faults_at_the_end(connection, verdict)
    verdict.derived = catalogue is None or not other_rules(connection, catalogue)
    most = len(verdict.faults) + MOST_FAULTS
    for fault in unexplained(connection, catalogue if verdict.derived else None):
        verdict.note(fault, most)
    return verdict


def _read_lines(
    connection: Connection, verdict: Verdict, known: Anchor | None, progress: Callable[[int], None]
) -> bool:
    """Compare every line with the one before it. Returns whether ``known`` was met on the way."""
    gone = _texts_forgotten(connection)
    forgotten = set(connection.execute(select(t.audit.c.case_id).where(t.audit.c.what == FORGOTTEN)).scalars())
    previous, last = START, 0
    met_known = known is None or known.line == 0
    earlier = [START] * len(_EARLIER_LINKS)
    for row in _lines(connection):
        if fault := _fault(row, previous, last, forgotten, gone):
            verdict.note(fault)
        previous, last = bytes(row.hash), row.id
        verdict.lines += 1
        if known and row.id <= known.line:
            earlier = [link_then(before, row) for link_then, before in zip(_EARLIER_LINKS, earlier, strict=True)]
        if known and row.id == known.line:
            met_known = previous.hex() == known.hash
            if not met_known and known.hash in {before.hex() for before in earlier}:
                met_known, verdict.known_as = True, Anchor(row.id, previous.hex())
        if verdict.lines % _PAGE == 0:
            progress(verdict.lines)
    verdict.anchor = Anchor(last, previous.hex())
    return met_known


def _other_anchor(connection: Connection, known: Anchor) -> str:
    said = f"Regel {known.line} is niet meer die van het anker dat u opgaf."
    rechained = select(t.audit.c.id).where(t.audit.c.what == RECHAINED, t.audit.c.id > known.line).limit(1)
    emptied = select(t.audit.c.id).where(t.audit.c.id <= known.line, t.audit.c.by == "").limit(1)
    if connection.execute(rechained).scalar() is None or connection.execute(emptied).scalar() is None:
        return said
    return (
        f"{said} Is het van voor een nieuwe versie van het schema, dan is het niet meer na te rekenen: sindsdien zijn codes van "
        "medewerkers vergeten. Gebruik een nieuwer anker."
    )


def _link_of_0005(previous: bytes, row: Row[Any]) -> bytes:
    """The hash of a line as it was until schema 0006, which computed all of them anew."""
    said = (
        row.id,
        stamp(row.at).decode(),
        row.by,
        row.case_id,
        row.key,
        row.what,
        row.because,
        None if row.data is None else encoded(row.data),
        row.message and str(row.message),
        row.free_text_id,
        row.note_digest and bytes(row.note_digest).hex(),
    )
    return hashlib.sha256(previous + encoded(said).encode()).digest()


def _link_of_0006(previous: bytes, row: Row[Any]) -> bytes:
    """As it was from schema 0006 until codes of people got a digest."""
    return link(previous, row.id, stamp(row.at), digest_of(_said(row), row.free_text_id, _bytes(row.note_digest)))


# By these an anchor from before an upgrade is still proof of what it was proof of: computed again from what the lines say now,
# and not believed because a line says so, which whoever writes lines could add.
_EARLIER_LINKS: Sequence[Callable[[bytes, Row[Any]], bytes]] = (_link_of_0005, _link_of_0006)


def _lines(connection: Connection) -> Iterator[Row[Any]]:
    """Every line with its free text, in order, a page at a time."""
    last = 0
    while True:
        query = (
            select(
                t.audit,
                t.free_text.c.body,
                t.free_text.c.salt,
                func.coalesce(t.case.c.salt, t.absence.c.salt).label("own_salt"),
            )
            .outerjoin(t.free_text, t.free_text.c.id == t.audit.c.free_text_id)
            .outerjoin(t.case, t.case.c.id == t.audit.c.case_id)
            .outerjoin(
                t.absence,
                and_(t.audit.c.what.like("absence.%"), t.absence.c.number == t.audit.c.data["number"].as_integer()),
            )
            .where(t.audit.c.id > last)
            .order_by(t.audit.c.id)
            .limit(_PAGE)
        )
        page = connection.execute(query).all()
        if not page:
            return
        yield from page
        last = page[-1].id


def _texts_forgotten(connection: Connection) -> set[int]:
    """The free texts of which a line says that they were forgotten."""
    told = connection.execute(select(t.audit.c.data).where(t.audit.c.what == TEXTS_FORGOTTEN)).scalars()
    return {number for data in told for number in (data or {}).get("texts", ())}


def _fault(row: Row[Any], previous: bytes, last: int, forgotten: set[int | None], gone: set[int]) -> str | None:
    staff, line = _bytes(row.staff_digest), _said(row)
    said = digest_of(line, row.free_text_id, _bytes(row.note_digest), staff)
    expected = link(previous, row.id, stamp(row.at), said)
    where = f"Regel {row.id} ({row.at.astimezone(UTC):%Y-%m-%d %H:%M:%S}Z, {row.what})"
    if expected != bytes(row.hash):
        return f"{where} past niet op regel {last}: gewijzigd, of er is tussen deze twee iets weggehaald of bijgezet."
    # That of an absence goes with it, and whether that was forgotten is for ``unexplained``.
    if staff is not None and row.own_salt is None and row.case_id is not None and row.case_id not in forgotten:
        return f"{where}: het zout van de codes van medewerkers erin is weggehaald."
    if (
        staff is not None
        and row.own_salt is not None
        and staff != staff_digest(bytes(row.own_salt), line.by, line.data)
    ):
        return f"{where}: een code van een medewerker erin is gewijzigd of weggehaald."
    if row.free_text_id is None:
        return None
    if row.body is None:
        return (
            None
            if row.case_id in forgotten or row.free_text_id in gone
            else f"{where}: de vrije tekst erbij is weggehaald."
        )
    if note_digest(bytes(row.salt), row.body) != bytes(row.note_digest):
        return f"{where}: de vrije tekst erbij is gewijzigd."
    return None


def _said(row: Row[Any]) -> Line:
    return Line(row.by, row.what, row.because, row.case_id, row.key, row.data, row.message)


def _bytes(value: Any) -> bytes | None:
    return None if value is None else bytes(value)


def _faults_at_the_end(connection: Connection, verdict: Verdict) -> list[str]:
    row = connection.execute(select(t.audit_head)).one_or_none()
    if row is None:
        return ["De kop van de keten ontbreekt."]
    if (row.lines, row.last_line, bytes(row.hash).hex()) == (verdict.lines, verdict.anchor.line, verdict.anchor.hash):
        return []
    return [
        f"Het einde klopt niet: volgens de kop zijn er {dutch.counted(row.lines, 'regel', 'regels')} "
        f"tot en met nummer {row.last_line}; "
        f"er staan er {verdict.lines}, tot en met nummer {verdict.anchor.line}."
    ]
