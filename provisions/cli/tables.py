"""Dutch tables for people."""

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.table import Table

from provisions.domain import words
from provisions.domain.calendar import AMSTERDAM, day_of
from provisions.domain.case import Status
from provisions.domain.rules import Catalogue
from provisions.views import SUSPENDED, AuditEntry, CaseView, ProvisionView

console = Console(highlight=False, emoji=False, markup=False)


def show_case(view: CaseView, catalogue: Catalogue) -> None:
    """A case: one line a provision."""
    case = view.case
    closed = f" · afgesloten op {words.dutch_date(case.closed)}" if case.closed else ""
    console.print(
        f"Traject {case.reference} · {case.municipality} · gestart op {words.dutch_date(case.opened)}{closed}"
    )
    if case.present:
        console.print(f"Was er al: {', '.join(_names(sorted(case.present), catalogue))}")
    table = _table("Voorziening", "Stand", "Uiterste datum", "Ligt bij", "Wat hierna gebeurt")
    for p in view.provisions:
        late = f" ({words.days(p.days_overdue)} te laat)" if p.overdue else ""
        table.add_row(
            p.name,
            standing(p, catalogue),
            f"{words.dutch_date(p.due)}{late}" if p.due else "",
            words.LIES_WITH[p.lies_with] if p.lies_with else "",
            what_next(p),
            style="bold red" if p.overdue else None,
        )
    console.print(table)


def show_overdue(late: Sequence[ProvisionView], waiting: Sequence[ProvisionView], catalogue: Catalogue) -> None:
    """What is late, longest first, and what waits too long for something else."""
    if not late:
        console.print("Er is nu niets te laat.")
    else:
        console.print(f"Te laat: {len(late)}")
        table = _table(
            "Traject", "Voorziening", "Te laat", "Uiterste datum", "Ligt bij", "Wat hierna gebeurt", "Gemeente"
        )
        for p in late:
            table.add_row(
                p.case.reference,
                p.name,
                words.days(p.days_overdue),
                words.dutch_date(p.due) if p.due else "",
                words.LIES_WITH[p.lies_with] if p.lies_with else "",
                what_next(p),
                p.case.municipality,
            )
        console.print(table)
    if waiting:
        console.print(f"Wacht langer dan de eigen termijn: {len(waiting)}")
        table = _table("Traject", "Voorziening", "Wacht", "Gemeente")
        for p in waiting:
            table.add_row(p.case.reference, p.name, waits(p, catalogue), p.case.municipality)
        console.print(table)


def show_audit(entries: Iterable[AuditEntry]) -> None:
    """The record of a case."""
    table = _table("Moment", "Wie", "Voorziening", "Wat en waarom", "Bericht")
    for entry in entries:
        because = entry.because if entry.note is None else f"{entry.because} – {entry.note}"
        moment = entry.at.astimezone(AMSTERDAM).strftime("%d-%m-%Y %H:%M:%S")
        table.add_row(moment, entry.by, entry.key or "", because, str(entry.message)[:8] if entry.message else "")
    console.print(table)


def standing(p: ProvisionView, catalogue: Catalogue) -> str:
    """Where a provision stands, in Dutch."""
    if p.status == SUSPENDED:
        return f"{words.SUSPENDED} tot {words.dutch_date(p.suspended_until)}" if p.suspended_until else words.SUSPENDED
    if p.provision.status is Status.BLOCKED:
        return f"wacht op {words.listed(_names(p.blocked_by, catalogue))}"
    text = words.STATUS[p.provision.status]
    if p.provision.closed_on:
        text += f" op {words.dutch_date(p.provision.closed_on)}"
    if p.objection_until:
        text += f"; bezwaar kan tot en met {words.dutch_date(p.objection_until)}"
    return text


def waits(p: ProvisionView, catalogue: Catalogue) -> str:
    """ "al 9 dagen op identiteitsbewijs"."""
    return f"al {words.days(p.waiting_days or 0)} op {words.listed(_names(p.blocked_by, catalogue))}"


def what_next(p: ProvisionView) -> str:
    """The next rung, or the first follow-up that is open."""
    if p.next_rung:
        return f"{words.RUNG[p.next_rung.name]} op {words.dutch_date(day_of(p.next_rung.at))}"
    due = min((f for f in p.provision.follow_ups if f.is_open), key=lambda f: f.due, default=None)
    if due is None:
        return ""
    title = next((r.title for r in p.situation.rule.follow_ups if r.name == due.name), due.name)
    return f"{title} op {words.dutch_date(due.due)}"


def _names(keys: Iterable[str], catalogue: Catalogue) -> list[str]:
    """Dutch names for keys; ``a|b`` becomes "a of b"."""
    return [" of ".join(catalogue.rule(part).name for part in key.split("|")) for key in keys]


def _table(*columns: str) -> Table:
    table = Table(show_edge=False, pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    return table
