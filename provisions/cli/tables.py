"""Dutch tables for people: cases, what is late, the record, messages."""

from collections.abc import Iterable, Sequence
from datetime import date

from rich.text import Text

from provisions.catalogue import Config
from provisions.cli.screen import Screen
from provisions.cli.wording import Wording
from provisions.domain import dutch, messages
from provisions.views.answers import Answered, AskedOf
from provisions.views.follow_ups import OverdueFollowUp, case_title
from provisions.views.listing import CaseLine
from provisions.views.messages import SHORTEST_ID, Message
from provisions.views.post import NOTHING_WAITS, Post
from provisions.views.record import AuditEntry
from provisions.views.standing import CaseView, ProvisionView

LATE = "bold red"


class Tables:
    """Prints on standard output, as seen on the day ``today`` (Amsterdam's)."""

    def __init__(self, config: Config, today: date) -> None:
        self._config = config
        self._words = Wording(config, today)
        self._screen = Screen()

    def show_case(self, view: CaseView) -> None:
        """A case: one row a provision."""
        case, say = view.case, self._screen.line
        say(" · ".join(self._facts(view)))
        say(self._words.situation(case))
        if (pending := case.handover_pending) is not None:
            to, since = self._words.municipality(pending.to), self._words.day(pending.since)
            say(f"Overdracht aan {to} begonnen op {since}: tot die haar aanneemt, ligt het traject bij beide")
        if proposed := self._words.proposed(case):
            say(f"Vraag ook, als het nodig is: {dutch.listed(proposed)}")
        if case.present:
            say(f"Was er al: {dutch.listed(self._words.names(sorted(case.present)))}")
        rows = [
            (
                self._provision(p.name, p.provision.key),
                Text(self._words.standing(p), LATE if p.overdue else ""),
                Text(self._words.due(p), LATE if p.overdue else ""),
                "\n".join(self._words.what_next(p)),
            )
            for p in view.provisions
        ]
        self._screen.table(("Voorziening", "Stand", "Uiterste datum", "Wat hierna gebeurt"), rows)
        for f in sorted((f for f in case.follow_ups if f.is_open), key=lambda f: f.due):
            say(f"{self._words.day(f.due)}: {case_title(self._config, f.name)} ({f.name})")
        for warning in dict.fromkeys(w for p in view.provisions for w in p.date_warnings):
            say(f"Let op: {warning}")
        for note in view.notes:
            about = (
                f" over {self._config.catalogue.rule(note.key.key).called(note.key.round, None)}" if note.key else ""
            )
            say(f"Notitie van {note.by}{about}, {self._words.moment(note.at)}: {note.text}")

    def _facts(self, view: CaseView) -> list[str]:
        case, day = view.case, self._words.day
        facts = [f"Traject {case.reference}", self._words.municipality(case.municipality)]
        if case.director:
            deputy = f" (vervangen door {view.deputy})" if view.deputy else ""
            facts.append(f"regisseur {case.director}{deputy}")
        facts += [f"BRP: {dutch.BRP[case.brp]}", f"gestart op {day(case.opened)}"]
        if case.own_number:
            facts.append(f"zaaknummer {case.own_number}")
        if view.resting:
            facts.append(f"{dutch.AT_REST} sinds {day(view.resting.start)}, tot uiterlijk {day(view.resting.until)}")
        if losing := self._words.losing(case):
            facts.append(losing)
        if case.closed:
            facts.append(f"afgesloten op {day(case.closed)}")
        return facts

    def show_cases(self, lines: Sequence[CaseLine]) -> None:
        """Cases, a row each."""
        if not lines:
            self._screen.line("Er zijn geen trajecten die hieraan voldoen.")
            return
        rows: list[list[str | Text]] = [
            [
                line.reference,
                self._words.municipality(line.municipality),
                self._screen.gap.join([line.director or "geen", *([f"(nu {line.deputy})"] if line.deputy else [])]),
                Text(self._words.case_stands(line), LATE if line.late else ""),
                f"{self._words.day(line.next.day)}: {line.next.what}" if line.next else "",
            ]
            for line in lines
        ]
        self._screen.table(("Traject", "Gemeente", "Regisseur", "Stand", "Wat hierna gebeurt"), rows)

    def show_overdue(
        self, late: Sequence[ProvisionView], waiting: Sequence[ProvisionView], post: Post = NOTHING_WAITS
    ) -> None:
        """What is late, longest first, and what waits too long for something else; ``post``: what has not left."""
        if late:
            self._screen.line(f"Te laat: {len(late)}, de langste eerst")
            rows = [
                [
                    *self._where(p),
                    self._provision(p.name, p.provision.key),
                    f"{dutch.days(p.days_overdue)}{self._screen.gap}(na {self._words.day(p.due)})",
                    dutch.holder(p.lies_with) if p.lies_with else "",
                    "\n".join((*([told] if (told := post.told(p.id)) else []), *self._words.what_next(p))),
                ]
                for p in late
            ]
            self._screen.table(
                (*self._where_titles(), "Voorziening", "Te laat", "Ligt bij", "Wat hierna gebeurt"), rows
            )
        else:
            self._screen.line("Er is nu niets te laat.")
        if waiting:
            self._screen.line(f"Wacht langer dan de eigen termijn: {len(waiting)}")
            rows = [[*self._where(p), self._provision(p.name, p.provision.key), self._words.waits(p)] for p in waiting]
            self._screen.table((*self._where_titles(), "Voorziening", "Wacht"), rows)

    def show_overdue_follow_ups(self, found: Sequence[OverdueFollowUp]) -> None:
        """What was still not done five working days after it was due."""
        if not found:
            return
        self._screen.line(f"Vervolgacties die blijven liggen: {len(found)}")
        titles = ("Traject", "Voorziening", "Wat nog moet", "Had klaar moeten zijn", "Regisseur")
        rows = [
            (
                f.reference,
                self._provision(f.provision, str(f.key)) if f.key else "het hele traject",
                f"{f.title} ({f.name})",
                self._words.day(f.due),
                f.director or "",
            )
            for f in found
        ]
        self._screen.table(titles, rows)

    def show_audit(self, entries: Iterable[AuditEntry]) -> None:
        """The record of a case."""
        rows = []
        for entry in entries:
            because = entry.told if entry.note is None else f"{entry.told} – {entry.note}"
            rule = self._config.catalogue.rule(entry.key) if entry.key else None
            name = rule.called(entry.data.get("round", 1), None) if rule else ""
            rows.append((self._words.moment(entry.at), entry.who, name, dutch.capitalised(because)))
        self._screen.table(("Moment", "Wie", "Voorziening", "Wat en waarom"), rows)

    def show_answers(self, found: Iterable[AskedOf]) -> None:
        """What was asked of whom, and what was answered."""
        day, rows = self._words.day, []
        for one in found:
            said = [self._answer(answer) for answer in one.answers]
            if one.settled and not one.answers:
                said.append(one.settled)
            asked = day(one.asked_on)
            rows.append((self._provision(one.name, str(one.key)), one.receiver, asked, "\n".join(said) or "nog geen"))
        self._screen.table(("Voorziening", "Wie", "Gevraagd op", "Antwoord"), rows)

    def _answer(self, one: Answered) -> str:
        reply, day = one.reply, self._words.day
        parts = [f"{day(reply.on)}: {dutch.SAID[reply.said]}"]
        if reply.named and reply.named != reply.on:
            parts.append(day(reply.named))
        if reply.amount is not None:
            parts.append(f"(€ {reply.amount // 100},{reply.amount % 100:02})")
        if reply.is_open:
            parts.append("(nog op te pakken)")
        if one.remark:
            parts.append(f"– {one.remark}")
        return " ".join(parts)

    def show_messages(self, found: Iterable[Message]) -> None:
        """Messages, newest first, with the number by which each is shown or sent again."""
        rows = [
            (
                str(message.id)[:SHORTEST_ID],
                self._words.moment(message.created),
                self._about(message),
                message.stands,
                self._where_it_went(message),
            )
            for message in found
        ]
        self._screen.table(("Nummer", "Gemaakt", "Over", "Stand", "Aan, of waarom niet"), rows)

    def _about(self, message: Message) -> str:
        kind = messages.label(message.kind)
        if message.reference is not None and message.key is None:
            return f"{message.reference}{self._screen.gap}{kind}"
        if message.reference is None or message.key is None:
            return f"{kind}{self._screen.gap}{message.detail or ''}".strip()
        return f"{message.reference}{self._screen.gap}{self._words.names([message.key])[0]}: {kind}"

    def _where_it_went(self, message: Message) -> str:
        if not message.error:
            return ", ".join(message.recipients)
        again = f"; opnieuw om {self._words.moment(message.next_try)}" if message.next_try else ""
        return f"{message.error} ({dutch.counted(message.attempts, 'poging', 'pogingen')}){again}"

    def _provision(self, name: str, key: str) -> Text:
        """The Dutch name, and the key to use in commands."""
        return Text.assemble(name, self._screen.gap, (f"({key})", "dim"))

    def _where(self, p: ProvisionView) -> list[str | Text]:
        reference, municipality = p.case.reference, self._words.municipality(p.case.municipality)
        return [reference, municipality] if self._screen.wide else [f"{reference}\n{municipality}"]

    def _where_titles(self) -> tuple[str, ...]:
        return ("Traject", "Gemeente") if self._screen.wide else ("Traject",)
