"""What is asked about cases: read only, and judged at one moment (``standing.py``)."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from provisions import inputs
from provisions.catalogue import Config
from provisions.domain import deadlines
from provisions.domain.absences import Absences
from provisions.domain.calendar import day_of
from provisions.domain.case import Case, ProvisionKey
from provisions.store import listing, looking, zaken_seen
from provisions.store.looking import Found, Patience, Reader, Rows
from provisions.views.follow_ups import OverdueFollowUp, overdue
from provisions.views.post import Post
from provisions.views.record import AuditEntry
from provisions.views.standing import CaseView, Note, ProvisionView, provision_view
from provisions.views.zaken import ZaakView


class Views:
    """All reading of cases. ``clock`` gives the moment at which everything is judged."""

    def __init__(self, reader: Reader, config: Config, clock: Callable[[], datetime]) -> None:
        self.config = config
        self.clock = clock
        self._reader = reader

    def case(self, reference: str) -> CaseView:
        """Raises ``NotFound`` for a case that does not exist."""
        reference = inputs.existing_reference(reference)
        with self._reader() as rows:
            found = looking.case_of(rows, reference)
            view = self._whole(rows, found) if found else None
        if view is None:
            raise inputs.no_such_case(reference, self.config.organisation.reference_pattern)
        return view

    def number(self, reference: str) -> int:
        """The database id of a case. Raises what :meth:`case` raises."""
        reference = inputs.existing_reference(reference)
        with self._reader() as rows:
            number = looking.number_of(rows, reference)
        if number is None:
            raise inputs.no_such_case(reference, self.config.organisation.reference_pattern)
        return number

    def at(self, address: UUID) -> tuple[int, CaseView] | None:
        """The case with this random id, and its database id; ``None`` when there is none."""
        with self._reader() as rows:
            number = looking.number_at(rows, address)
            one = looking.cases(rows, [number]).get(number) if number is not None else None
            if number is None or one is None:
                return None
            view = self._whole(rows, one)
        return number, replace(view, number=number)

    def knocked_at(self, address: UUID) -> int | None:
        """The database id of the case with this random id, whether or not it can be seen: for the log of who looked."""
        with self._reader() as rows:
            return looking.knocked_at(rows, address)

    def cases(self, case_ids: list[int]) -> list[CaseView]:
        """Many cases by their database id, in order of id."""
        now = self.clock()
        with self._reader() as rows:
            found = looking.cases(rows, case_ids)
            away = listing.absences(rows, day_of(now))
        return [self._case_view(found[i], now, away) for i in sorted(found)]

    def all_cases(self) -> list[CaseView]:
        """Every case, closed ones included, by reference."""
        with self._reader() as rows:
            ids = looking.case_ids(rows)
        return sorted(self.cases(ids), key=lambda view: view.case.reference)

    def provisions(self, ids: Sequence[int]) -> list[ProvisionView]:
        """Some provisions by their database id, in the order given."""
        if not ids:
            return []
        now = self.clock()
        with self._reader() as rows:
            owners = looking.owners(rows, ids)
            cases = looking.cases(rows, sorted(set(owners.values())))
        return [self.view_of(cases[owners[i]], i, now) for i in ids if i in owners and owners[i] in cases]

    def overdue(self, municipality: str | None = None) -> list[ProvisionView]:
        """What is late now, longest first. The case in each view holds that provision only."""
        now = self.clock()
        self._known(municipality)
        with self._reader() as rows:
            late = looking.late(rows, now, municipality)
            ids = [one.id for one in late]
            zaken = {row.id: ZaakView.of(row) for row in zaken_seen.of_provisions(rows, ids)}
            asked: dict[int, list[int]] = {}
            for row in looking.approvals_about(rows, ids):
                asked.setdefault(row.id, []).append(row.number)
        views = (
            replace(
                self._view(one.case, one.key, one.id, one.flow_run, now),
                asked=tuple(asked.get(one.id, ())),
                zaak=zaken.get(one.id),
            )
            for one in late
        )
        return sorted(
            (v for v in views if v.overdue), key=lambda v: (v.due or date.max, v.case.reference, v.provision.key)
        )

    def waiting_too_long(self, municipality: str | None = None) -> list[ProvisionView]:
        """What has been blocked longer than its own target since the need ("wacht al … dagen op …"), longest first."""
        now = self.clock()
        self._known(municipality)
        with self._reader() as rows:
            blocked = looking.blocked_beyond(rows, self.patience(day_of(now)), municipality)
            cases = looking.cases(rows, sorted({case_id for _, case_id in blocked}))
        views = (self.view_of(cases[case_id], i, now) for i, case_id in blocked if case_id in cases)
        return sorted(
            (v for v in views if v.waiting_days is not None),
            key=lambda v: (v.provision.needed_on, v.case.reference, v.provision.key),
        )

    def post(self, municipality: str | None = None) -> Post:
        """What waits to leave and should have left, and what of it does not arrive."""
        with self._reader() as rows:
            return Post.of(looking.unsent(rows, self.clock(), municipality))

    def given_up(self, ids: Sequence[int]) -> set[int]:
        """Of which of these provisions (database id) a message was given up."""
        with self._reader() as rows:
            return looking.given_up(rows, ids)

    def overdue_follow_ups(self, municipality: str | None = None) -> list[OverdueFollowUp]:
        """What was still not done five working days after it was due, longest first."""
        self._known(municipality)
        with self._reader() as rows:
            return overdue(rows, self.config, day_of(self.clock()), municipality)

    def audit(self, reference: str) -> list[AuditEntry]:
        """The record of a case, oldest first."""
        reference = inputs.existing_reference(reference)
        with self._reader() as rows:
            lines = looking.audit_of(rows, reference)
        if lines is None:
            raise inputs.no_such_case(reference, self.config.organisation.reference_pattern)
        return [AuditEntry.read(row) for row in lines]

    def lines(self, case_id: int, after: int, count: int) -> list[AuditEntry]:
        """The first ``count`` lines about a case (its database id) after line ``after``."""
        with self._reader() as rows:
            found = looking.lines_of(rows, case_id, after, count)
        return [AuditEntry.read(row) for row in found]

    # --- from facts to what is seen ----------------------------------------------------------------------------------

    def _known(self, municipality: str | None) -> None:
        if municipality is not None:
            inputs.known(municipality, self.config.organisation.municipalities, "gemeente")

    def patience(self, today: date) -> list[Patience]:
        """Since when each provision has been blocked too long; a municipality's closing days only make that earlier."""
        calendar = self.config.catalogue.calendar
        return [
            Patience(
                rule.key,
                urgent,
                deadlines.last_need_blocked_too_long(rule, calendar, today, urgent=urgent),
                deadlines.target(rule, urgent=urgent) is None,
            )
            for rule in self.config.catalogue.provisions.values()
            for urgent in (False, True)
        ]

    def _whole(self, rows: Rows, found: Found) -> CaseView:
        """A case, with what is read only where one case is looked at."""
        now, reference = self.clock(), found.case.reference
        noted, asked = looking.notes_of(rows, reference), looking.approvals_of(rows, reference)
        zaken, away = zaken_seen.of_case(rows, reference), listing.absences(rows, day_of(now))
        return _with_more(self._case_view(found, now, away), noted, asked, zaken)

    def _case_view(self, found: Found, now: datetime, away: Absences) -> CaseView:
        order = list(self.config.catalogue.provisions)
        keys = sorted(found.ids, key=lambda key: (order.index(key.key), key.round))
        views = tuple(self._view(found.case, key, found.ids[key], found.flow_runs[key], now) for key in keys)
        director, today = found.case.director, day_of(now)
        acting = away.acting(director, today)
        deputy = acting if acting != director else None
        ends = None if found.case.closed else found.case.place_ends(today)
        return CaseView(found.case, views, resting=found.case.resting(today), deputy=deputy, place_ends=ends)

    def imagined(self, case: Case) -> CaseView:
        """A case that is not recorded (yet), as it would stand now."""
        now = self.clock()
        views = tuple(self._view(case, key, 0, None, now) for key in case.provisions)
        return CaseView(case, views)

    def view_of(self, found: Found, provision_id: int, now: datetime) -> ProvisionView:
        """One provision of a case that was read, as it stands at ``now``."""
        key = found.key_of(provision_id)
        return self._view(found.case, key, provision_id, found.flow_runs[key], now)

    def _view(
        self, case: Case, key: ProvisionKey, provision_id: int, flow_run: UUID | None, now: datetime
    ) -> ProvisionView:
        return provision_view(case, key, provision_id, flow_run, self.config.catalogue, now)


def _with_more(view: CaseView, noted: Sequence[Any], asked: Sequence[Any], zaken: Sequence[Any]) -> CaseView:
    notes = tuple(Note(row.at, row.by, row.key and ProvisionKey(row.key, row.round), row.body) for row in noted)
    numbers: dict[ProvisionKey, list[int]] = {}
    for row in asked:
        numbers.setdefault(ProvisionKey(row.key, row.round), []).append(row.number)
    last = {zaak.key: zaak for zaak in map(ZaakView.of, zaken)}
    provisions = tuple(
        replace(p, asked=tuple(numbers.get(p.provision.id, ())), zaak=last.get(p.provision.id)) for p in view.provisions
    )
    return replace(view, provisions=provisions, notes=notes)
