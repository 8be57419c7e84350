"""From a case to a Dutch message: who gets it, and what it says. Pure: no clock, no database, no network.

What differs by kind is declared in ``provisions.domain.messages`` and ``provisions.domain.rungs``.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path

from jinja2 import Environment

from provisions.catalogue import TEMPLATES, Config, Contact, Municipality
from provisions.domain import dutch
from provisions.domain.answering import AnswersBy, of_whom
from provisions.domain.calendar import day_of
from provisions.domain.case import Case, Provision
from provisions.domain.errors import InvalidConfig
from provisions.domain.lapses import Concern
from provisions.domain.messages import MEANT_FOR, MessageKind
from provisions.domain.recipients import Recipient
from provisions.domain.renewals import ToTheSame
from provisions.domain.rungs import RungName
from provisions.domain.warnings import warned_day
from provisions.machine.link_secrets import Link
from provisions.outbound.context import LINK_HERE, MessageFacts, asked_by, case_facts, facts
from provisions.outbound.early import warned_by
from provisions.outbound.markdown import html, plain_text
from provisions.templates import environment

SECOND_LOOKS = "/meekijken"  # the page where a colleague agrees or not


@dataclass(frozen=True)
class Attachment:
    """A file of text that goes with a message. ``media_type``: such as ``text/csv``."""

    name: str
    media_type: str
    content: str


@dataclass(frozen=True)
class Asks:
    """What a message asks, and where the link by which it is answered belongs: between the two parts of ``text`` and ``html``.

    ``of``: who is asked; the other receivers have a copy, without a link. ``None``: all of them, who work here and answer on
    ``page`` (a path of the workplace). ``by``: how the receiver answers. ``link``: of which letter it is, where that is not the
    message itself; ``code``: what belongs there is the code that goes with the link; ``takes_up``: with the link nothing is
    answered, but a call of the stand-by is taken up.
    """

    text: tuple[str, str]
    html: tuple[str, str]
    by: AnswersBy
    of: Contact | None = None
    page: str = ""
    link: Link | None = None
    code: bool = False
    takes_up: bool = False


@dataclass(frozen=True)
class Rendered:
    """A message as it goes out: ``text`` and ``html`` say the same, without the link by which it is answered (``asks``), from
    ``markdown`` where it is about a case. ``sender``: the region's mailbox when it is ``None``. ``link``: the address of that
    link, once it was put in. ``holds_letters``: it is an overview of several, each with a place for its own link.
    """

    recipients: tuple[Contact, ...]
    subject: str
    text: str
    html: str
    attachments: tuple[Attachment, ...] = ()
    sender: Contact | None = None
    reply_to: tuple[Contact, ...] = ()
    markdown: str = ""
    asks: Asks | None = None
    link: str = ""
    holds_letters: bool = False


@dataclass(frozen=True)
class Lapsed:
    """What a message was for has passed since it was decided on. ``why`` is Dutch, for the record."""

    why: str


def render(
    message: MessageFacts, case: Case, provision: Provision, config: Config, now: datetime, templates: Path = TEMPLATES
) -> Rendered | Lapsed:
    """The message, or why it has nothing to say any more.

    ``now`` is aware. Raises ``InvalidConfig`` when the municipality or counter is no longer in ``organisation.toml``.
    """
    municipality = _municipality(message.municipality, provision, config)
    _municipality(case.municipality, provision, config)
    kind = MessageKind(message.kind)
    about = _concern(case, provision, config, message)
    if why := kind.letter.lapses(about):
        return Lapsed(why)
    written = _environment(templates)
    known = facts(message, case, provision, config, now)
    subject = kind.subject(known, message.detail)
    context = {
        **known,
        "request_template": MessageKind.REQUEST.template(provision.key, None),
    }
    submission = written.get_template("escalation/_submission.md.j2").render(context)
    markdown = written.get_template(kind.template(provision.key, message.detail)).render(
        context, submission_text=submission
    )
    # Empty lines are left by blocks and conditions that had nothing to say.
    body = re.sub(r"\n{3,}", "\n\n", markdown.strip())
    meant = _declined_by(message) or case.director_in(municipality.key)
    director = _acting(message, meant, municipality.key, config, now)
    counter = config.catalogue.rule(provision.key).counter
    people = _People(municipality, director, director, counter, config, same=_same(message, config))
    if kind.letter.to is Recipient.WARNED:
        recipients = warned_by(message.detail, municipality, config)
    else:
        recipients = tuple(people.of(kind.letter.to, kind.rung(message.detail)))
    letter = Rendered(
        recipients=recipients,
        subject=subject,
        text=plain_text(body),
        html=written.get_template("mail.html.j2").render(subject=subject, body=html(body)),
        sender=config.organisation.sender_of(municipality),
        reply_to=_answers_to(message, case, case.municipality_of(provision.id), config, now),
        markdown=body,
    )
    calls = municipality.standby_call is not None
    return _asking(letter, message, f"/clienten/{case.id}/{provision.id.in_address}", calls=calls)


def render_for_case(
    message: MessageFacts, case: Case, config: Config, now: datetime, templates: Path = TEMPLATES
) -> Rendered | Lapsed:
    """A message about a case as a whole, or why it has nothing to say any more.

    ``now`` is aware. Raises ``InvalidConfig`` when the municipality is no longer in ``organisation.toml``.
    """
    municipality = _known(message.municipality, config)
    _known(case.municipality, config)
    kind = MessageKind(message.kind)
    if kind.letter.case_lapses and (why := kind.letter.case_lapses(case, message.detail)):
        return Lapsed(why)
    written = _environment(templates)
    known = case_facts(message, case, config, now)
    subject = kind.subject(known, message.detail)
    markdown = written.get_template(kind.letter.template).render(known)
    body = re.sub(r"\n{3,}", "\n\n", markdown.strip())
    director = _acting(message, case.director_in(municipality.key), municipality.key, config, now)
    former = _acting(message, message.detail, municipality.key, config, now)
    asker = _acting(message, asked_by(message, case), municipality.key, config, now)
    people = _People(municipality, director, former, None, config, asker)
    letter = Rendered(
        recipients=tuple(people.of(kind.letter.to, None)),
        subject=subject,
        text=plain_text(body),
        html=written.get_template("mail.html.j2").render(subject=subject, body=html(body)),
        sender=config.organisation.sender_of(municipality),
        reply_to=_answers_to(message, case, case.municipality, config, now),
        markdown=body,
    )
    asks_a_colleague = kind.letter.to in (Recipient.TEAM_LEADS, Recipient.COLLEAGUES)
    return _asking(letter, message, SECOND_LOOKS if asks_a_colleague else f"/clienten/{case.id}")


def _asking(letter: Rendered, message: MessageFacts, page: str, *, calls: bool = False) -> Rendered:
    """The letter without the mark where its link belongs; and what it asks, where it asks something. ``page``: where
    whoever works here answers it; ``calls``: whether the stand-by is called.
    """
    before, mark, after = letter.text.partition(f"{LINK_HERE}\n\n")
    if not mark:
        return letter
    opening, _, rest = letter.html.partition(f"<p>{LINK_HERE}</p>\n")
    markdown = letter.markdown.replace(f"{LINK_HERE}\n\n", "")
    kept = replace(letter, text=before + after, html=opening + rest, markdown=markdown)
    if MessageKind(message.kind).letter.taken_up:
        asks = Asks((before, after), (opening, rest), AnswersBy.LINK, letter.recipients[0], takes_up=True)
        return replace(kept, asks=asks) if calls else kept
    asked_of = of_whom(MessageKind(message.kind), message.detail)
    if asked_of is None:
        return replace(kept, asks=Asks((before, after), (opening, rest), AnswersBy.SIGN_IN, page=page))
    asked = letter.recipients[0]
    if MessageKind(message.kind).letter.to is Recipient.THE_SAME:
        same = ToTheSame.of(message.detail)
        is_code = message.kind == MessageKind.LINK_CODE
        by = asked.answers_by(asked_of[0])
        parts = Asks((before, after), (opening, rest), by, asked, link=Link(same.letter, same.number), code=is_code)
        return replace(kept, asks=parts)
    return replace(kept, asks=Asks((before, after), (opening, rest), asked.answers_by(asked_of[0]), asked))


def _acting(message: MessageFacts, code: str | None, municipality: str, config: Config, now: datetime) -> Contact:
    """Whoever acts as the case director with this code: the deputy alone, when that director is away."""
    return config.organisation.director(municipality, message.absences.acting(code, day_of(now)))


def _same(message: MessageFacts, config: Config) -> Contact | None:
    """Whoever got the letter that this one is about a link of, at the address that it went to, whatever the settings say now."""
    if MessageKind(message.kind).letter.to is not Recipient.THE_SAME:
        return None
    address = ToTheSame.of(message.detail).address
    known = next((contact for contact in config.organisation.contacts() if contact.address == address), None)
    return known or Contact(address, address)


def _declined_by(message: MessageFacts) -> str | None:
    """Who was to be case director where the case did not go; ``None`` for all other letters."""
    return (
        (message.detail or "").partition(MEANT_FOR)[2] or None
        if message.kind == MessageKind.HANDOVER_DECLINED
        else None
    )


def _answers_to(message: MessageFacts, case: Case, place: str, config: Config, now: datetime) -> tuple[Contact, ...]:
    """Those who read an answer: the team, so that absence needs no mail, and whoever acts as case director."""
    team = config.organisation.municipalities[place].team
    return tuple(dict.fromkeys((team, _acting(message, case.director_in(place), place, config, now))))


def line_of(message: MessageFacts, case: Case, provision: Provision, config: Config, now: datetime) -> str | Lapsed:
    """A line for the overview of the day (Markdown), or why there is nothing to say any more. ``now`` is aware.

    Raises ``InvalidConfig`` as ``render`` does.
    """
    _municipality(message.municipality, provision, config)
    _municipality(case.municipality, provision, config)
    kind = MessageKind(message.kind)
    about = _concern(case, provision, config, message)
    if why := kind.letter.lapses(about):
        return Lapsed(why)
    template = _environment(TEMPLATES).get_template(kind.template(provision.key, message.detail))
    return template.render(facts(message, case, provision, config, now)).strip()


@lru_cache(maxsize=4)
def _environment(templates: Path) -> Environment:
    """Compiled templates are kept: thousands of messages may go out after one midnight."""
    return environment(templates)


def _known(key: str, config: Config) -> Municipality:
    municipality = config.organisation.municipalities.get(key)
    if municipality is None:
        raise InvalidConfig(
            f"organisation.toml: gemeente '{key}' staat er niet meer in, maar er lopen nog trajecten. Zet haar terug."
        )
    return municipality


def _concern(case: Case, provision: Provision, config: Config, message: MessageFacts) -> Concern:
    told = message.last_told
    return Concern(
        case,
        provision,
        config.catalogue,
        message.municipality,
        message.detail,
        asked=message.was_submitted or (told is not None and told.letter.asks),
        asked_with_it=_asked_with_it(message, case, provision),
        settled=message.was_settled,
    )


def _asked_with_it(message: MessageFacts, case: Case, provision: Provision) -> bool:
    """Whether the central desk was asked after this message was decided on, for the day that is warned for now. What stood above
    that letter says for which day it was: it may have been written just before the day moved.
    """
    day = warned_day(provision)
    return day is not None and any(
        told.kind is MessageKind.CENTRAL_SUBMISSION
        and told.sent >= message.created
        and told.subject == told.kind.subject(_heading(case, day, told.sent), told.detail)
        for told in message.told
    )


def _heading(case: Case, day: date, now: datetime) -> dict[str, str]:
    return {"reference": case.reference, "warned_short": dutch.day_and_month(day, now)}


def _municipality(key: str, provision: Provision, config: Config) -> Municipality:
    municipality = _known(key, config)
    counter = config.catalogue.rule(provision.key).counter
    if counter not in municipality.counters:
        raise InvalidConfig(f"organisation.toml, [municipality.{key}.counters]: voeg loket '{counter}' weer toe.")
    return municipality


@dataclass(frozen=True)
class _People:
    """Who is who for one message. ``counter``: the key of the provision's counter; ``None`` when it is about no provision.
    ``former``: of a letter that says so, who was the case director; ``same``: who got the letter that this is about a link of.
    """

    municipality: Municipality
    director: Contact
    former: Contact
    counter: str | None
    config: Config
    asker: Contact | None = None
    same: Contact | None = None

    def of(self, recipient: Recipient, rung: RungName | None) -> Sequence[Contact]:
        """Those who are meant, at a rung if it is about one."""
        place = self.municipality
        match recipient:
            case Recipient.COUNTER if self.counter:
                return (place.counters[self.counter],)
            case Recipient.CASE_DIRECTOR:
                return (self.director,)
            case Recipient.FORMER_DIRECTOR:
                return (self.former,)
            case Recipient.RUNG if rung:
                return [contact for to in rung.kind.to for contact in self.of(to, rung)]
            case Recipient.ASKED if rung:
                asked = (to for to in rung.kind.to if to is not Recipient.CASE_DIRECTOR)
                return [contact for to in asked for contact in self.of(to, rung)]
            case Recipient.TABLE if rung:
                # The table may have been taken out of the configuration since: then the director hears of it.
                return (place.tables.get(rung, self.director),)
            case Recipient.CUSTOMISATION_OFFICER:
                return (place.customisation_officer,)
            case Recipient.ASKER if self.asker:
                return (self.asker,)
            case Recipient.THE_SAME if self.same:
                return (self.same,)
            case Recipient.STANDBY:
                return (place.standby,)
            case Recipient.NATIONAL_DESK:
                return (self.config.organisation.maatwerkloket,)
            case Recipient.CENTRAL_DESK:
                return (self.config.organisation.central_desk or place.customisation_officer,)
            case Recipient.COLLEAGUES:
                return (place.team,)
            case Recipient.TEAM_LEADS:
                return place.team_leads
            case Recipient.STEERING_GROUP:
                return (self.config.organisation.steering_group,)
        raise ValueError(f"a letter to {recipient} is about a rung or a provision")
