"""From a case to a Dutch message: who gets it, and what it says. Pure: no clock, no database, no network."""

import re
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from provisions.catalogue import TEMPLATES, Config, Contact, Municipality
from provisions.domain.case import Case, Provision, Status
from provisions.domain.errors import InvalidConfig
from provisions.domain.rules import RungName
from provisions.outbound.context import MessageFacts, facts
from provisions.outbound.markdown import html, plain_text

REQUESTS = frozenset({"request", "application"})
TO_COUNTER = REQUESTS | {"proceed", "again", "cancelled", "handover"}
TO_DIRECTOR = frozenset({"ready", "waiver_offer", "follow_up"})


@dataclass(frozen=True)
class Attachment:
    """A file of text that goes with a message. ``media_type``: such as ``text/csv``."""

    name: str
    media_type: str
    content: str


@dataclass(frozen=True)
class Rendered:
    """A message as it goes out: ``text`` and ``html`` say the same."""

    recipients: tuple[Contact, ...]
    subject: str
    text: str
    html: str
    attachments: tuple[Attachment, ...] = ()


def render(
    message: MessageFacts, case: Case, provision: Provision, config: Config, now: datetime, templates: Path = TEMPLATES
) -> Rendered | None:
    """The message, or ``None`` when there is nothing to say any more.

    ``now`` is aware. Raises ``InvalidConfig`` when the municipality or counter is no longer in ``organisation.toml``.
    """
    municipality = _municipality(message.municipality, provision, config)
    _municipality(case.municipality, provision, config)
    known = facts(message, case, provision, config, now)
    if _is_void(message, provision, known):
        return None
    standby = _standby(message, provision, municipality, config, now)
    environment = _environment(templates)
    context = {
        **known,
        "standby": standby.name if standby else "",
        "request_template": f"request/{provision.key}.md.j2",
    }
    # Empty lines are left by blocks and conditions that had nothing to say.
    submission = environment.get_template("escalation/_submission.md.j2").render(context)
    markdown = environment.get_template(_template(message, provision)).render(context, submission_text=submission)
    title, _, body = re.sub(r"\n{3,}", "\n\n", markdown.strip()).partition("\n")
    subject = title.removeprefix("#").strip()
    layout = environment.get_template("mail.html.j2")
    recipients = (*_recipients(message, case, provision, municipality, config), *((standby,) if standby else ()))
    return Rendered(
        recipients=recipients,
        subject=subject,
        text=plain_text(body),
        html=layout.render(subject=subject, body=html(body)),
    )


@lru_cache(maxsize=4)
def _environment(templates: Path) -> Environment:
    """Compiled templates are kept: thousands of messages may go out after one midnight."""
    # Autoescape is off because these are Markdown; markdown-it escapes what becomes HTML.
    return Environment(
        loader=FileSystemLoader(templates),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701 - see above
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )


def _template(message: MessageFacts, provision: Provision) -> str:
    match message.kind:
        case "request" | "application":
            return f"request/{provision.key}.md.j2"
        case "rung" | "taken_over":
            return f"escalation/{message.detail}.md.j2"
        case "submission":
            return "escalation/submission.md.j2"
        case _:
            return f"notice/{message.kind}.md.j2"


def _is_void(message: MessageFacts, provision: Provision, known: dict[str, object]) -> bool:
    """Whether what the message was for has passed since it was decided on."""
    match message.kind:
        case "request" | "application" | "proceed" | "again":
            return provision.status is Status.DELIVERED
        case "submission":
            return not provision.status.is_open
        case "ready":
            return provision.status is not Status.DELIVERED
        case "waiver_offer":
            return not known["dependents"]
        case "follow_up":
            return not known["follow_up_name"]
        case _:
            return False


def _municipality(key: str, provision: Provision, config: Config) -> Municipality:
    municipality = config.organisation.municipalities.get(key)
    if municipality is None:
        raise InvalidConfig(
            f"organisation.toml: gemeente '{key}' staat er niet meer in, maar er lopen nog trajecten. Zet haar terug."
        )
    counter = config.catalogue.rule(provision.key).counter
    if counter not in municipality.counters:
        raise InvalidConfig(f"organisation.toml, [municipality.{key}.counters]: voeg loket '{counter}' weer toe.")
    return municipality


def _recipients(
    message: MessageFacts, case: Case, provision: Provision, municipality: Municipality, config: Config
) -> tuple[Contact, ...]:
    director = municipality.director(case.director)
    if message.kind in TO_COUNTER:
        return (municipality.counters[config.catalogue.rule(provision.key).counter],)
    if message.kind in TO_DIRECTOR:
        return (director,)
    if message.kind == "submission":
        return (config.organisation.maatwerkloket,)
    match RungName(message.detail or ""):
        case RungName.CASE_DIRECTOR:
            return (director,)
        case RungName.DOORBRAAKTAFEL:
            return (municipality.doorbraaktafel,)
        case RungName.REGIONAL:
            # The table may have been taken out of the configuration since: then the director hears of it.
            return (municipality.regional_table or director,)
        case RungName.MAATWERKLOKET:
            return (municipality.customisation_officer, director)


def _standby(
    message: MessageFacts, provision: Provision, municipality: Municipality, config: Config, now: datetime
) -> Contact | None:
    """Who must hear of it as well because nobody is at the office."""
    if message.kind != "rung" or not config.catalogue.rule(provision.key).standby:
        return None
    calendar = config.catalogue.calendar_of(municipality.key)
    return None if municipality.office_hours.are_on(now, calendar) else municipality.standby
