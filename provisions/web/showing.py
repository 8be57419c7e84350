"""What the plan of a client shows besides its forms: the head, the time line as a picture, letters and why, and the record."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from markupsafe import Markup

from provisions.access import Subject, UseCase
from provisions.domain import dutch, messages
from provisions.domain.calendar import day_of
from provisions.domain.case import Asked, ProvisionKey
from provisions.domain.notices import in_words, standing
from provisions.domain.rules import Catalogue, CodeList
from provisions.domain.rungs import RungName
from provisions.overview.timeline import timeline
from provisions.overview.why_day import why_this_day
from provisions.settings import TEMPLATES
from provisions.templates import environment
from provisions.views import replied
from provisions.views.follow_ups import case_title
from provisions.views.places import of_case
from provisions.views.record import AuditEntry
from provisions.views.standing import ProvisionView
from provisions.web.acts import Scene
from provisions.web.house import written_day
from provisions.web.menu import RUNS

MOST_LETTERS = 200
FAILED = "message.failed"
CAME_BACK = (FAILED, "message.absent")  # what is said of a letter after it left
ON_ITS_WAY = ("message.resend", "message.listed")  # from here on a failure holds no more: it leaves once more
_DRAWING = environment(TEMPLATES)


@dataclass(frozen=True)
class LetterLine:
    """A letter: ``at`` which moment it was decided on (UTC), what it is, about what, what became of it, and why it went out."""

    at: datetime
    what: str
    about: str
    stands: str
    why: str


@dataclass(frozen=True)
class FollowUpLine:
    """Something still to be done, until when, and of which provision (``None``: of the case as a whole)."""

    what: str
    due: date
    key: ProvisionKey | None


def head(scene: Scene) -> dict[str, str]:
    """What stands on top of the plan."""
    case, view, catalogue = scene.case, scene.view, scene.config.catalogue
    pending = case.handover_pending
    towns = scene.config.organisation.municipalities
    known = {
        "Referentie": case.reference,
        "Zaaknummer": case.own_number or "",
        "Gemeente": towns[case.municipality].name if case.municipality in towns else case.municipality,
        "Wordt overgedragen aan": towns[pending.to].name if pending and pending.to in towns else "",
        "Regisseur": case.director or "zonder regisseur",
        "Vervangen door": view.deputy or "",
    }
    if scene.seen.may(UseCase.SEE_FREE_TEXT, Subject(case.municipality)):
        losing = "; verliest die plek binnen drie maanden" if case.losing_place else ""
        lost = case.lost_place if view.place_ends else None
        kinds, whys = catalogue.codes[CodeList.PLACE_KIND], catalogue.codes[CodeList.PLACE_ENDS]
        known |= {
            "Slaapt": f"{catalogue.codes[CodeList.LIVING].get(case.living, case.living)}{losing}",
            "Plek loopt af": (
                f"{dutch.capitalised(of_case(case, scene.moment.today, catalogue))}: {kinds.get(lost.kind, lost.kind)}, "
                f"{whys.get(lost.because, lost.because)}"
                if lost
                else ""
            ),
            "Contact": catalogue.codes[CodeList.CONTACT].get(case.contact, case.contact),
            "BRP": dutch.BRP[case.brp],
        }
    asked = [f"A-{a.number}" for a in case.approvals if a.state is Asked.ASKED]
    return known | {
        "Ingebrekestelling": "; ".join(_notices(scene)),
        "Begonnen op": written_day(case.opened),
        "Uit beeld": f"sinds {written_day(view.resting.start)}" if view.resting else "",
        "Gevraagd aan een ander": ", ".join(asked),
        "Afgesloten op": written_day(case.closed),
    }


def _notices(scene: Scene) -> list[str]:
    """How the notices of default stand that still ask for something."""
    if not _works_on(scene):
        return []
    rule, today = scene.config.catalogue.notice, scene.moment.today
    found = [(p.name, p.notice) for p in scene.view.provisions if p.provision.status.is_open]
    return [
        f"{dutch.capitalised(name)}: {standing(notice, today, rule)}"
        for name, notice in found
        if notice and notice.is_open
    ]


def picture(scene: Scene) -> Markup:
    """The time line as SVG. All that it shows stands in the table too."""
    if not scene.view.provisions:
        return Markup()
    line = timeline(scene.view, scene.config.catalogue, scene.moment.today)
    drawn = _DRAWING.get_template("overview/timeline.svg.j2").render(line=line)
    return Markup(drawn)  # noqa: S704 - our own template, which escapes what is put in it


def letters(scene: Scene, record: Sequence[AuditEntry]) -> list[LetterLine]:
    """What was sent or will be, newest first, each with the line of the record that asked for it."""
    if not record:
        return []
    names = {p.provision.key: p.situation.rule.name for p in scene.view.provisions}
    because: dict[UUID, str] = {}
    for line in record:
        if line.message is not None:
            because.setdefault(line.message, line.told)
    back = came_back(record)
    found = scene.visit.house.app.messages.found(reference=scene.reference, limit=MOST_LETTERS)
    return [
        LetterLine(
            one.created,
            dutch.capitalised(messages.label(one.kind)),
            names.get(one.key or "", "het traject"),
            f"{one.stands}{back.get(one.id, '')}",
            because.get(one.id, ""),
        )
        for one in found
    ]


def came_back(record: Sequence[AuditEntry]) -> dict[UUID, str]:
    """What holds of each letter since it left: that it did not arrive, until it is sent again, or that its reader is away."""
    last: dict[UUID, AuditEntry] = {}
    for line in record:
        if line.message is None:
            continue
        if line.what in CAME_BACK:
            last[line.message] = line
        elif line.what in ON_ITS_WAY and line.message in last and last[line.message].what == FAILED:
            del last[line.message]
    return {message: f" ({line.because})" for message, line in last.items()}


def follow_ups(scene: Scene) -> list[FollowUpLine]:
    """What is still to be done, the first due first."""
    found = [
        FollowUpLine(_titles(p).get(f.name, f.name), f.due, p.provision.id)
        for p in scene.view.provisions
        for f in p.provision.follow_ups
        if f.is_open
    ]
    found += [FollowUpLine(case_title(scene.config, f.name), f.due, None) for f in scene.case.follow_ups if f.is_open]
    return sorted(found, key=lambda line: line.due)


def run_of(scene: Scene, view: ProvisionView) -> str:
    """The page of its run in Prefect, for whoever may look there; empty otherwise."""
    may = RUNS in scene.visit.house.answered and scene.seen.may(UseCase.SEE_RUNS, Subject(scene.case.municipality))
    return f"{RUNS.removesuffix('/runs')}/runs/flow-run/{view.flow_run}" if may and view.flow_run else ""


def of_provision(scene: Scene) -> dict[str, Any]:
    """What is known of one provision: names and what they are; what is empty is left out."""
    view, catalogue = scene.of, scene.config.catalogue
    provision = view.provision
    titles = {m.name: m.title for m in view.situation.rule.milestones}
    days = {
        "Nodig sinds": provision.needed_on,
        "Nodig vanaf": provision.needed_from,
        "Klok begon op": provision.started_on,
        "Gevraagd op": provision.asked_on,
        "Uiterste dag": view.due,
        "Wettelijke termijn tot en met": view.statutory_due,
        "Bezwaar kan tot en met": view.objection_until,
        "Klaar op": provision.closed_on,
    }
    known: dict[str, Any] = {name: written_day(day) for name, day in days.items()}
    if known["Wettelijke termijn tot en met"] and view.statutory_presumed:
        known["Wettelijke termijn tot en met"] += " (vermoedelijk)"
    if known["Bezwaar kan tot en met"] and view.objection_presumed:
        known["Bezwaar kan tot en met"] += " (vermoedelijk)"
    return known | {
        "Ligt bij": dutch.holder(view.lies_with) if view.lies_with else "",
        "Antwoorden": replied.course(provision),
        "Het loket zei: klaar op": written_day(provision.promised) if provision.status.is_open else "",
        "Nummer van het loket": provision.their_number or "",
        "Zaak": f"{view.zaak.number}, {view.zaak.stands}" if view.zaak else "",
        "Let op bij de zaak": dutch.capitalised(view.zaak.told) if view.zaak else "",
        "Wat in de weg staat": catalogue.codes[CodeList.CAUSE].get(provision.cause or "", ""),
        "Begonnen zonder": dutch.listed([view.named(w.dependency) for w in provision.waivers]),
        "Ingebrekestelling": _notice(scene),
        "Mijlpalen": "; ".join(f"{titles.get(m.name, m.name)}: {written_day(m.on)}" for m in provision.milestones),
        "Gewaarschuwd": "; ".join(_warned(view, catalogue)),
        "Volgende voorwaarschuwing": "; ".join(
            f"{one.rule.title}, {written_day(day_of(one.at))}" for one in view.next_warnings[:1]
        ),
        "Signalen": "; ".join(_signalled(view, catalogue)),
        "Gevraagd aan een ander": ", ".join(f"A-{number}" for number in view.asked),
    }


def steps(scene: Scene) -> list[str]:
    """Why it is due on that day; and what a notice of default means in days, for the case director and the team lead."""
    found = why_this_day(scene.of.situation)
    if scene.of.notice is None or not _works_on(scene):
        return found
    return found + in_words(scene.of.notice, scene.config.catalogue.notice)


def _notice(scene: Scene) -> str:
    notice = scene.of.notice
    if notice is None or not _works_on(scene):
        return ""
    two_weeks, last = written_day(notice.two_weeks.due), written_day(notice.last)
    stands = standing(notice, scene.moment.today, scene.config.catalogue.notice)
    return f"{dutch.capitalised(stands)} (twee weken om op {two_weeks}; de dagen daarna lopen tot en met {last})"


def _works_on(scene: Scene) -> bool:
    """Whether who looks keeps this case, as its director and the team lead do; a table does not."""
    return bool(scene.seen.may(UseCase.MILESTONE, Subject(scene.case.municipality)))


def _warned(view: ProvisionView, catalogue: Catalogue) -> list[str]:
    """Who was warned, when, and of which day."""
    titles = {rule.name: rule.title for rule in catalogue.warnings}
    decided = {True: ", ingediend", False: ", niet ingediend", None: ""}
    return [
        f"{titles.get(w.name, w.name)}, {written_day(day_of(w.sent))} (voor {written_day(w.day)}){decided[w.submitted]}"
        for w in view.provision.warnings
        if w.message
    ]


def _signalled(view: ProvisionView, catalogue: Catalogue) -> list[str]:
    """Which signals were given, the first and the last of a kind."""
    titles = {rule.name: rule.title for rule in catalogue.signals}
    found = []
    for name in dict.fromkeys(s.name for s in view.provision.signals):
        days = [written_day(s.day) for s in view.provision.signals if s.name == name]
        times = f", {len(days)} keer" if len(days) > 1 else ""
        when = f"{days[0]} tot en met {days[-1]}" if len(days) > 1 else days[0]
        found.append(f"{titles.get(name, name)}, {when}{times}")
    return found


def answers(view: ProvisionView) -> dict[RungName, str]:
    """What became of each rung that was climbed."""
    submitted = {True: "ingediend", False: "niet ingediend", None: ""}
    said = {r.name: [dutch.ANSWER[r.answer]] if r.answer else [] for r in view.provision.rungs}
    for rung in view.provision.rungs:
        said[rung.name] += [submitted[rung.submitted]] if rung.submitted is not None else []
    return {
        name: ", ".join(words) or ("nog geen" if name.kind.is_table else "niet nodig") for name, words in said.items()
    }


def _titles(view: ProvisionView) -> dict[str, str]:
    return {rule.name: rule.title for rule in view.situation.rule.follow_ups}
