"""Writes the pages that Prefect shows as Markdown, and the morning message with the same content. Pure: no clock, no database.

Prefect's UI draws Markdown tables, links and pictures given as data; it shows no picture from elsewhere.
"""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Protocol
from uuid import UUID

from provisions.catalogue import TEMPLATES, Config
from provisions.domain import dutch, messages
from provisions.domain.calendar import DAY_NAMES, day_of
from provisions.domain.case import Status
from provisions.domain.rules import Catalogue
from provisions.outbound.markdown import html, plain_text
from provisions.overview import phrases
from provisions.overview.lists import LatePage, WeekPage
from provisions.overview.timeline import timeline
from provisions.templates import environment
from provisions.views.follow_ups import case_title
from provisions.views.post import NOTHING_WAITS, Post
from provisions.views.standing import SUSPENDED, CaseView, ProvisionView


class Form(StrEnum):
    """The run forms that the pages link to; the value is the name of the form's flow."""

    START = "Traject starten"
    OUTCOME = "Uitkomst vastleggen"
    SUSPEND = "Klok stilzetten"
    RESUME = "Klok hervatten"
    WAIVE = "Afwijken van een voorwaarde"
    ANSWER = "Antwoord van de tafel"
    SUBMIT = "Indienen bij het Maatwerkloket"
    ADD = "Voorziening toevoegen"
    REOPEN = "Heropenen"
    FOLLOW_UP = "Vervolgactie afronden"


@dataclass(frozen=True)
class Action:
    """A form that makes sense now: what its link is called, and what is filled in besides the case."""

    label: str
    form: Form
    values: Mapping[str, str]


class Links(Protocol):
    """Where things are in the UI. Each gives a path, or ``""`` when there is none (yet)."""

    def run(self, flow_run: UUID) -> str:
        """The page of a run."""

    def form(self, form: Form, values: Mapping[str, object]) -> str:
        """A run form with ``values`` (of the domain, by field) filled in."""

    def plan(self, reference: str) -> str:
        """The plan of a case."""


@dataclass(frozen=True)
class Page:
    """A page as an artifact holds it: ``summary`` is one line of Markdown, ``text`` the whole."""

    summary: str
    text: str


class Pages:
    """Writes the pages with the templates in ``templates``."""

    def __init__(self, config: Config, links: Links, templates: Path = TEMPLATES) -> None:
        self._config = config
        self._links = links
        self._environment = environment(templates)
        self._environment.filters |= {
            "dutch": dutch.dutch_date,
            "days": dutch.days,
            "day": day_of,
            "short": phrases.short_date,
            "cell": cell,
            "lines": lines,
            "due_day": phrases.due_day,
            "counted": dutch.counted,
            "standing": lambda view: phrases.standing(view, config.catalogue),
            "waits_on": lambda view: phrases.waits_on(view, config.catalogue),
            "next_step": phrases.next_step,
            "with_whom": phrases.with_whom,
            "moment": phrases.moment,
            "capitalised": dutch.capitalised,
            "municipality": self._municipality,
            "message": messages.label,
            "named": self._named,
            "case_link": self._case_link,
        }

    def plan(self, view: CaseView, today: date, post: Post = NOTHING_WAITS) -> Page:
        """The plan of a client, as it is on ``today``; ``post``: what has not left or does not arrive."""
        opened = [p for p in view.provisions if p.provision.status.is_open]
        closed = [p for p in view.provisions if not p.provision.status.is_open]
        picture = self._environment.get_template("overview/timeline.svg.j2").render(
            line=timeline(view, self._config.catalogue, today)
        )
        changes = view.case.closed is None and view.resting is None
        context = {
            "case": view.case,
            "deputy": view.deputy,
            "post": post,
            "open": opened,
            "closed": closed,
            "summary": summary(view.provisions),
            "today": today,
            "present": phrases.names(sorted(view.case.present), self._config.catalogue),
            "follow_ups": _follow_ups(view, self._config),
            "picture": base64.b64encode(picture.encode()).decode(),
            "actions": [(p.name, links) for p in view.provisions if (links := self._actions(p))],
            "add": self._links.form(Form.ADD, {"reference": view.case.reference}) if changes else "",
            "resting": view.resting,
        }
        line = f"{self._municipality(view.case.municipality)} · {summary(view.provisions)}"
        return Page(line, self._render("overview/plan.md.j2", context))

    def start(self, lists: Mapping[str, str]) -> Page:
        """Where to begin: links to all forms and to ``lists`` (title → path). The UI itself shows ten at a time."""
        forms = [(form.value, self._links.form(form, {})) for form in Form]
        text = self._render("overview/start.md.j2", {"forms": [f for f in forms if f[1]], "lists": lists})
        return Page("De formulieren en de lijsten op één pagina", text)

    def late(self, page: LatePage) -> Page:
        """What is late, waits too long, was refused, stands still or could not be sent."""
        counts = {
            "te laat": page.late.total,
            "wacht te lang": page.waiting.total,
            "afgewezen": page.refused.total,
            "zonder beweging": page.still_total,
            "vervolgacties die blijven liggen": len(page.follow_ups),
            "zonder regisseur": page.unassigned_total,
            "berichten die niet aankomen": page.undelivered_total,
            "berichten die nog niet weg zijn": page.post.waiting,
            "overdracht zonder besluit": len(page.handovers),
        }
        line = ", ".join(f"{count} {name}" for name, count in counts.items() if count) or "Er is nu niets te laat."
        return Page(line, self._render("overview/late.md.j2", {"page": page, "places": _places(page)}))

    def week(self, page: WeekPage) -> Page:
        """What falls due in the coming days."""
        groups = [
            (_weekday(day), count, [p for p in page.due.rows if p.due == day]) for day, count in page.per_day.items()
        ]
        line = f"{page.due.total or 'Niets'} met een uiterste datum tot en met {_weekday(page.last)}"
        return Page(line, self._render("overview/week.md.j2", {"page": page, "groups": groups}))

    def morning(self, late: LatePage, week: WeekPage) -> Page:
        """The message for the team lead of one municipality; ``summary`` is its subject."""
        place = self._municipality(late.municipality or "")
        counts = []
        if late.late.total:
            counts.append(f"{late.late.total} te laat")
        if week.due.total:
            counts.append(f"{week.due.total} deze week")
        day = dutch.dutch_date(late.today)
        subject = f"Basisvoorzieningen {place} · {day}: {', '.join(counts) or 'wat aandacht vraagt'}"
        return Page(subject, self._render("morning/morning.md.j2", {"late": late, "week": week, "place": place}))

    def mail(self, page: Page) -> tuple[str, str]:
        """A page as the plain text and the HTML of a mail."""
        layout = self._environment.get_template("mail.html.j2")
        return plain_text(page.text), layout.render(subject=page.summary, body=html(page.text))

    def _render(self, template: str, context: Mapping[str, object]) -> str:
        return self._environment.get_template(template).render(context).strip() + "\n"

    def _municipality(self, key: str) -> str:
        known = self._config.organisation.municipalities.get(key)
        return known.name if known else key

    def _named(self, view: ProvisionView) -> str:
        """The name, as a link to the run where there is one."""
        name = cell(dutch.capitalised(view.name))
        return f"[{name}]({self._links.run(view.flow_run)})" if view.flow_run else name

    def _case_link(self, reference: str) -> str:
        link = self._links.plan(reference)
        return f"[{reference}]({link})" if link else reference

    def _actions(self, view: ProvisionView) -> str:
        """Links to the forms that make sense for a provision in this state."""
        common: dict[str, object] = {"reference": view.case.reference, "provision": view.provision.key}
        if len(view.case.rounds(view.provision.key)) > 1:
            common["round"] = view.provision.round
        linked = [
            (action.label, self._links.form(action.form, {**common, **action.values}))
            for action in actions_for(view, self._config.catalogue)
        ]
        return " · ".join(f"[{label}]({link})" for label, link in linked if link)


def actions_for(view: ProvisionView, catalogue: Catalogue) -> list[Action]:
    """The forms that make sense for a provision in its state, the likeliest first."""
    provision = view.provision
    if view.case.closed is not None or view.resting:
        return []
    if not provision.status.is_open and provision.municipality not in (None, view.case.municipality):
        return []  # it stays with the municipality before
    if not provision.status.is_open:
        return [Action("heropenen", Form.REOPEN, {})]
    outcome = Action("uitkomst", Form.OUTCOME, {})
    if provision.status is Status.BLOCKED:
        without = [
            Action(f"start zonder {name}", Form.WAIVE, {"waive": f"{provision.key}:{dependency}"})
            for dependency, name in zip(view.blocked_by, phrases.names(view.blocked_by, catalogue), strict=True)
        ]
        return [*without, outcome]
    judge = [Action("indiening beoordelen", Form.SUBMIT, {})] if phrases.to_be_judged(provision) else []
    answers = [
        Action(f"antwoord {rung.name.label}", Form.ANSWER, {"rung": rung.name.value})
        for rung in provision.rungs
        if rung.name.kind.is_table and rung.answer is None and (rung.submitted or not rung.name.kind.is_judged)
    ]
    if view.status == SUSPENDED:
        return [*judge, outcome, *answers, Action("klok hervatten", Form.RESUME, {})]
    return [*judge, outcome, *answers, Action("klok stilzetten", Form.SUSPEND, {})]


def summary(views: Sequence[ProvisionView]) -> str:
    """ "2 te laat, 1 klok stilgezet, 3 geregeld"."""
    kinds: Mapping[str, int] = {
        dutch.OVERDUE: sum(v.overdue for v in views),
        dutch.STATUS[Status.REFUSED]: _with(views, Status.REFUSED.value),
        "op tijd": _with(views, Status.WAITING.value),
        dutch.SUSPENDED: sum(v.status == SUSPENDED and not v.resting for v in views),
        dutch.AT_REST: sum(v.resting is not None for v in views),
        "wachtend op iets anders": _with(views, Status.BLOCKED.value),
        dutch.STATUS[Status.DELIVERED]: _with(views, Status.DELIVERED.value),
        dutch.STATUS[Status.WITHDRAWN]: _with(views, Status.WITHDRAWN.value),
        dutch.STATUS[Status.HANDED_OVER]: _with(views, Status.HANDED_OVER.value),
    }
    return ", ".join(f"{count} {name}" for name, count in kinds.items() if count) or "nog geen voorzieningen"


def _with(views: Sequence[ProvisionView], status: str) -> int:
    return sum(v.status == status and not v.overdue and not v.resting for v in views)


def _follow_ups(view: CaseView, config: Config) -> list[tuple[str, str, date]]:
    """(provision, what, until when) of what is still to be done, first due first; of the case as a whole without provision."""
    found = [
        (one.name, next((r.title for r in one.situation.rule.follow_ups if r.name == f.name), f.name), f.due)
        for one in view.provisions
        for f in one.provision.follow_ups
        if f.is_open
    ]
    found += [("", case_title(config, f.name), f.due) for f in view.case.follow_ups if f.is_open]
    return sorted(found, key=lambda item: item[2])


def _places(page: LatePage) -> list[tuple[str, int, int, int, int]]:
    """The four counts by municipality, most late first; empty when there is but one."""
    lists = (page.late.counts, page.waiting.counts, page.refused.counts, page.still_counts)
    keys = dict.fromkeys(key for counts in lists for key in counts)
    late, waiting, refused, still = lists
    rows = [(key, late.get(key, 0), waiting.get(key, 0), refused.get(key, 0), still.get(key, 0)) for key in keys]
    return rows if len(rows) > 1 else []


def _weekday(day: date) -> str:
    return f"{DAY_NAMES[day.weekday()]} {dutch.dutch_date(day)}"


def lines(text: str) -> str:
    """What is apart on lines of its own; never in the text of a link, where the UI shows the mark itself."""
    return text.replace("; ", "<br>")


def cell(text: str) -> str:
    """Text that can't break out of a cell of a Markdown table."""
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("\n", " ")
