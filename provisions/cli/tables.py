"""Dutch tables for people: they fit eighty columns without breaking a word, and are whole lines when piped."""

import os
import sys
from collections.abc import Iterable, Sequence
from datetime import date, datetime

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from provisions.catalogue import Config
from provisions.cli import plain_table, terminal
from provisions.domain import dutch, messages
from provisions.domain.calendar import AMSTERDAM, day_of
from provisions.domain.case import UNKNOWN, Case, FollowUp, Status
from provisions.domain.characters import as_seen
from provisions.domain.rules import CodeList, Dependency
from provisions.views.cases import SUSPENDED, AuditEntry, CaseView, ProvisionView
from provisions.views.follow_ups import OverdueFollowUp, case_title
from provisions.views.listing import CaseLine
from provisions.views.messages import SHORTEST_ID, WORDS, Message
from provisions.views.post import NOTHING_WAITS, Post

WIDE = 110  # columns, from which there is room for a column more
UNBOUND = 240  # the width of what is piped: nothing is wrapped for a terminal that is not there
USUAL, NARROWEST = 80, 20  # of a terminal that does not say; that can show anything
LONGEST_WORD = 20  # what is longer (an e-mail address) may be broken
LATE = "bold red"
TO_JUDGE = "beoordeel indiening Maatwerkloket"  # the rung itself sends nothing to the national desk


class Tables:
    """Prints on standard output, as seen on the day ``today`` (Amsterdam's)."""

    def __init__(self, config: Config, today: date) -> None:
        self._config = config
        self._today = today
        self._console = console()
        self._wide = self._console.width >= WIDE
        self._styles: dict[str, tuple[str, str]] = {}

    def show_case(self, view: CaseView) -> None:
        """A case: one row a provision."""
        case = view.case
        facts = [f"Traject {case.reference}", self._municipality(case.municipality)]
        if case.director:
            deputy = f" (vervangen door {view.deputy})" if view.deputy else ""
            facts.append(f"regisseur {case.director}{deputy}")
        facts += [f"BRP: {dutch.BRP[case.brp]}", f"gestart op {self._day(case.opened)}"]
        if case.own_number:
            facts.append(f"zaaknummer {case.own_number}")
        if view.resting:
            facts.append(
                f"{dutch.AT_REST} sinds {self._day(view.resting.start)}, tot uiterlijk {self._day(view.resting.until)}"
            )
        if case.closed:
            facts.append(f"afgesloten op {self._day(case.closed)}")
        self._line(" · ".join(facts))
        self._line(self._situation(case))
        if (pending := case.handover_pending) is not None:
            self._line(
                f"Overdracht aan {self._municipality(pending.to)} begonnen op {self._day(pending.since)}: tot die haar aanneemt, "
                "ligt het traject bij beide"
            )
        if case.present:
            self._line(f"Was er al: {dutch.listed(self._names(sorted(case.present)))}")
        rows = [
            (
                self._provision(p.name, p.provision.key),
                Text(self.standing(p), LATE if p.overdue else ""),
                Text(self._due(p), LATE if p.overdue else ""),
                "\n".join(self.what_next(p)),
            )
            for p in view.provisions
        ]
        self._table(("Voorziening", "Stand", "Uiterste datum", "Wat hierna gebeurt"), rows)
        for f in sorted((f for f in case.follow_ups if f.is_open), key=lambda f: f.due):
            self._line(f"{self._day(f.due)}: {case_title(self._config, f.name)} ({f.name})")
        for warning in dict.fromkeys(w for p in view.provisions for w in p.date_warnings):
            self._line(f"Let op: {warning}")
        for note in view.notes:
            about = (
                f" over {self._config.catalogue.rule(note.key.key).called(note.key.round, None)}" if note.key else ""
            )
            self._line(f"Notitie van {note.by}{about}, {self._moment(note.at)}: {note.text}")

    def show_cases(self, lines: Sequence[CaseLine]) -> None:
        """Cases, a row each."""
        if not lines:
            self._line("Er zijn geen trajecten die hieraan voldoen.")
            return
        rows: list[list[str | Text]] = [
            [
                line.reference,
                self._municipality(line.municipality),
                self._gap().join([line.director or "geen", *([f"(nu {line.deputy})"] if line.deputy else [])]),
                Text(self._case_stands(line), LATE if line.late else ""),
                f"{self._day(line.next.day)}: {line.next.what}" if line.next else "",
            ]
            for line in lines
        ]
        self._table(("Traject", "Gemeente", "Regisseur", "Stand", "Wat hierna gebeurt"), rows)

    def _case_stands(self, line: CaseLine) -> str:
        if line.closed:
            return f"afgesloten, {self._day(line.closed)}"
        if line.rest:
            return f"{line.open} open, {dutch.AT_REST} sinds {self._day(line.rest)}"
        return f"{line.open} open, {line.late} {dutch.OVERDUE}" if line.late else f"{line.open} open"

    def _situation(self, case: Case) -> str:
        """How contact goes, and where somebody lives as far as that is known. For the screen only."""
        codes, parts = self._config.catalogue.codes, []
        if case.living != UNKNOWN:
            parts.append(f"verblijf: {codes[CodeList.LIVING].get(case.living, case.living)}")
        if case.losing_place is not None:
            parts.append("die plek is binnen drie maanden weg" if case.losing_place else "die plek blijft")
        if case.wlz != UNKNOWN:
            parts.append(codes[CodeList.WLZ].get(case.wlz, case.wlz))
        said = codes[CodeList.CONTACT].get(case.contact, case.contact)
        return dutch.capitalised("; ".join([*parts, said]))

    def show_overdue(
        self, late: Sequence[ProvisionView], waiting: Sequence[ProvisionView], post: Post = NOTHING_WAITS
    ) -> None:
        """What is late, longest first, and what waits too long for something else; ``post``: what has not left."""
        if late:
            self._line(f"Te laat: {len(late)}, de langste eerst")
            rows = [
                [
                    *self._where(p),
                    self._provision(p.name, p.provision.key),
                    f"{dutch.days(p.days_overdue)}{self._gap()}(na {self._day(p.due)})",
                    dutch.holder(p.lies_with) if p.lies_with else "",
                    "\n".join((*([told] if (told := post.told(p.id)) else []), *self.what_next(p))),
                ]
                for p in late
            ]
            self._table((*self._where_titles(), "Voorziening", "Te laat", "Ligt bij", "Wat hierna gebeurt"), rows)
        else:
            self._line("Er is nu niets te laat.")
        if waiting:
            self._line(f"Wacht langer dan de eigen termijn: {len(waiting)}")
            rows = [[*self._where(p), self._provision(p.name, p.provision.key), self.waits(p)] for p in waiting]
            self._table((*self._where_titles(), "Voorziening", "Wacht"), rows)

    def show_overdue_follow_ups(self, found: Sequence[OverdueFollowUp]) -> None:
        """What was still not done five working days after it was due."""
        if not found:
            return
        self._line(f"Vervolgacties die blijven liggen: {len(found)}")
        titles = ("Traject", "Voorziening", "Wat nog moet", "Had klaar moeten zijn", "Regisseur")
        rows = [
            (
                f.reference,
                self._provision(f.provision, str(f.key)) if f.key else "het hele traject",
                f"{f.title} ({f.name})",
                self._day(f.due),
                f.director or "",
            )
            for f in found
        ]
        self._table(titles, rows)

    def show_audit(self, entries: Iterable[AuditEntry]) -> None:
        """The record of a case."""
        rows = []
        for entry in entries:
            because = entry.told if entry.note is None else f"{entry.told} – {entry.note}"
            rule = self._config.catalogue.rule(entry.key) if entry.key else None
            name = rule.called(entry.data.get("round", 1), None) if rule else ""
            rows.append((self._moment(entry.at), entry.who, name, dutch.capitalised(because)))
        self._table(("Moment", "Wie", "Voorziening", "Wat en waarom"), rows)

    def show_messages(self, found: Iterable[Message]) -> None:
        """Messages, newest first, with the number by which each is shown or sent again."""
        rows = [
            (
                str(message.id)[:SHORTEST_ID],
                self._moment(message.created),
                self._about(message),
                WORDS[message.status],
                self._where_it_went(message),
            )
            for message in found
        ]
        self._table(("Nummer", "Gemaakt", "Over", "Stand", "Aan, of waarom niet"), rows)

    def _about(self, message: Message) -> str:
        kind = messages.label(message.kind)
        if message.reference is not None and message.key is None:
            return f"{message.reference}{self._gap()}{kind}"
        if message.reference is None or message.key is None:
            return f"{kind}{self._gap()}{message.detail or ''}".strip()
        return f"{message.reference}{self._gap()}{self._names([message.key])[0]}: {kind}"

    def _where_it_went(self, message: Message) -> str:
        if not message.error:
            return ", ".join(message.recipients)
        again = f"; opnieuw om {self._moment(message.next_try)}" if message.next_try else ""
        return f"{message.error} ({dutch.counted(message.attempts, 'poging', 'pogingen')}){again}"

    def standing(self, p: ProvisionView) -> str:
        """Where a provision stands and with whom it lies."""
        if p.resting:
            return f"{dutch.AT_REST} sinds {self._day(p.resting.start)}"
        if p.status == SUSPENDED:
            return f"{dutch.SUSPENDED} tot {self._day(p.suspended_until)}" if p.suspended_until else dutch.SUSPENDED
        if p.provision.status is Status.BLOCKED:
            since = f" (al {dutch.days(p.waiting_days)})" if p.waiting_days else ""
            return f"wacht op {dutch.listed(self._names(p.blocked_by))}{since}"
        if not p.provision.status.is_open:
            return f"{dutch.STATUS[p.provision.status]}, {self._day(p.provision.closed_on)}"
        parts = [dutch.STATUS[p.provision.status]] if p.provision.status is Status.REFUSED else []
        parts += [f"ligt bij {dutch.holder(p.lies_with)}"] if p.lies_with else []
        if p.statutory_presumed and p.statutory_due:
            parts.append(f"wettelijke termijn vermoedelijk t/m {self._day(p.statutory_due)}")
        if p.objection_until:
            presumed = " (vermoedelijk)" if p.objection_presumed else ""
            parts.append(f"bezwaar kan t/m {self._day(p.objection_until)}{presumed}")
        return "; ".join(parts)

    def waits(self, p: ProvisionView) -> str:
        """ "al 9 dagen op identiteitsbewijs"."""
        return f"al {dutch.days(p.waiting_days or 0)} op {dutch.listed(self._names(p.blocked_by))}"

    def what_next(self, p: ProvisionView) -> list[str]:
        """What is to be decided, the next rung, and the follow-ups that are open; each with its day."""
        found = []
        if p.provision.their_number:
            found.append(f"nummer van het loket: {p.provision.their_number}")
        if p.provision.cause and p.provision.status.is_open:
            causes = self._config.catalogue.codes[CodeList.CAUSE]
            found.append(f"waarom nog niet: {causes.get(p.provision.cause, p.provision.cause)}")
        to_judge = [r for r in p.provision.rungs if r.name.kind.is_judged and r.submitted is None]
        if to_judge and p.provision.status.is_open:
            found.append(f"nu: {TO_JUDGE}")
        if p.next_rung:
            name, day = p.next_rung.name, day_of(p.next_rung.at)
            what = TO_JUDGE if name.kind.is_judged else name.label
            # Recorded late: the engine climbs it as soon as it runs.
            found.append(f"{'nu' if day <= self._today else self._day(day)}: {what}")
        due = sorted((f for f in p.provision.follow_ups if f.is_open), key=lambda f: f.due)
        return found + [f"{self._day(f.due)}: {self._title(p, f)} ({f.name})" for f in due]

    def _title(self, p: ProvisionView, follow_up: FollowUp) -> str:
        return next((r.title for r in p.situation.rule.follow_ups if r.name == follow_up.name), follow_up.name)

    def _due(self, p: ProvisionView) -> str:
        if p.due is None:
            return f"{self._day(p.provision.agreed)} (afgesproken)" if p.provision.agreed else ""
        if p.overdue:
            return f"{self._day(p.due)} ({dutch.days(p.days_overdue)} {dutch.OVERDUE})"
        return f"{self._day(p.due)} (overschreden)" if p.breached else self._day(p.due)

    def _day(self, day: date | None) -> str:
        """``9 nov``, with the year when it is not this one."""
        if day is None:
            return ""
        short = f"{day.day} {dutch.MONTHS[day.month - 1][:3]}".replace("maa", "mrt")
        return short if day.year == self._today.year else f"{short} {day.year}"

    def _moment(self, moment: datetime) -> str:
        here = moment.astimezone(AMSTERDAM)
        return f"{self._day(here.date())} {here:%H:%M}"

    def _municipality(self, key: str) -> str:
        found = self._config.organisation.municipalities.get(key)
        return found.name if found else key

    def _names(self, keys: Iterable[str]) -> list[str]:
        """Dutch names for keys; ``a|b`` becomes "a of b"."""
        return [self._config.catalogue.named(Dependency.parse(key)) for key in keys]

    def _provision(self, name: str, key: str) -> Text:
        """The Dutch name, and the key to use in commands."""
        return Text.assemble(name, self._gap(), (f"({key})", "dim"))

    def _gap(self) -> str:
        """Between two things in one cell: beside each other, or one below the other."""
        return " " if self._wide else "\n"

    def _where(self, p: ProvisionView) -> list[str | Text]:
        reference, municipality = p.case.reference, self._municipality(p.case.municipality)
        return [reference, municipality] if self._wide else [f"{reference}\n{municipality}"]

    def _where_titles(self) -> tuple[str, ...]:
        return ("Traject", "Gemeente") if self._wide else ("Traject",)

    def _line(self, text: str) -> None:
        terminal.lines(text)

    def _table(self, titles: Sequence[str], rows: Sequence[Sequence[str | Text]]) -> None:
        rows = [[_visible(cell) for cell in row] for row in rows]
        if plain_table.width(titles, rows) <= self._console.width:
            lines: Iterable[str] = plain_table.lines(titles, rows, self._styled)
        else:
            lines = wrapped(self._console, titles, rows)
        terminal.drawn(*lines, "")

    def _styled(self, text: str, style: str) -> str:
        """``text`` as this terminal shows it in ``style``: in colour, or as it is."""
        if not text or not style:
            return text
        if style not in self._styles:
            with self._console.capture() as printed:
                self._console.print(Text("x", style), end="")
            before, _, after = printed.get().partition("x")
            self._styles[style] = (before, after)
        before, after = self._styles[style]
        return f"{before}{text}{after}"


def console() -> Console:
    """Standard output: as wide as the terminal, or wide enough for anything when it is piped."""
    return Console(highlight=False, emoji=False, markup=False, width=_columns())


def _columns() -> int:
    """What ``COLUMNS`` says, or the terminal; a width in which nothing can be shown is none."""
    said = os.environ.get("COLUMNS", "")
    if said.isascii() and said.isdigit() and int(said[:6]) > 0:
        return max(int(said[:6]), NARROWEST)
    if not sys.stdout.isatty():
        return UNBOUND
    try:
        return max(os.get_terminal_size(sys.stdout.fileno()).columns, 0) or USUAL
    except (OSError, ValueError):
        return USUAL


def _visible(cell: str | Text) -> str | Text:
    """A cell as it can be seen, its own line ends apart."""
    text = cell if isinstance(cell, str) else cell.plain
    seen = "\n".join(as_seen(line) for line in text.split("\n"))
    if seen == text:
        return cell
    return seen if isinstance(cell, str) else Text(seen, cell.style)


def wrapped(
    out: Console, titles: Sequence[str], rows: Sequence[Sequence[str | Text]], *, numbers_from: int | None = None
) -> list[str]:
    """The lines of a table as wide as ``out``; the columns from ``numbers_from`` on are figures, to the right."""
    table = Table(box=SIMPLE_HEAD, show_edge=False, padding=(0, 1, 0, 0))
    for number, title in enumerate(titles):
        # No column gets narrower than its longest word.
        said = " ".join([title, *(str(row[number]) for row in rows)])
        longest = max(len(word) for word in said.split())
        figure = numbers_from is not None and number >= numbers_from
        table.add_column(
            title, min_width=min(longest, LONGEST_WORD), overflow="fold", justify="right" if figure else "left"
        )
    for row in rows:
        table.add_row(*row)
    with out.capture() as printed:
        out.print(table)
    return [line.rstrip() for line in printed.get().splitlines()]
