"""The kinds of messages, each declared once: what it is called, who gets it, what it looks like, and when it lapses.

The order is that in which messages decided on in one breath go out. To add one: declare it here, let a decision send it
(``Draft.send``), and write its template.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from provisions.domain import graph
from provisions.domain.case import Case, Provision, Status
from provisions.domain.recipients import Recipient
from provisions.domain.rules import Catalogue
from provisions.domain.rungs import RungName


@dataclass(frozen=True)
class Concern:
    """What a message is about, as it is when the message is to go out. ``detail``: the rung, or the follow-up's name."""

    case: Case
    provision: Provision
    catalogue: Catalogue
    detail: str | None


def _never(_: Concern) -> bool:
    return False


def _delivered(about: Concern) -> bool:
    return about.provision.status is Status.DELIVERED


def _not_delivered(about: Concern) -> bool:
    return about.provision.status is not Status.DELIVERED


def _closed(about: Concern) -> bool:
    return not about.provision.status.is_open


def _nothing_to_waive(about: Concern) -> bool:
    return not graph.dependents(about.provision.key, about.case, about.catalogue.provisions)


def _no_such_follow_up(about: Concern) -> bool:
    return not any(f.name == about.detail and f.is_open for f in about.provision.follow_ups)


@dataclass(frozen=True)
class Letter:
    """What there is to know of a kind of message.

    ``label``: what it is, in Dutch. ``to``: who gets it. ``template``: under ``templates/``, with ``{provision}`` (its key)
    and ``{rung}``; empty for what is written by other means and belongs to no provision.
    ``subject``: with ``{reference}``; that of the rung where it is about one.
    ``event``: the type of the event for a webhook, after ``nl.basisvoorzieningen.``.
    ``lapses``: whether what the message was for has passed since it was decided on.
    ``asks``: with it a counter is asked for something. ``standby``: outside office hours it also goes to the stand-by.
    """

    label: str
    to: Recipient
    template: str = ""
    subject: str = ""
    event: str = ""
    lapses: Callable[[Concern], bool] = _never
    asks: bool = False
    standby: bool = False


class MessageKind(StrEnum):
    """The kinds, in the order in which they go out."""

    letter: Letter

    def __new__(cls, value: str, *letter: Letter) -> Self:
        """A member is its name in the record, with all that is declared of it."""
        member = str.__new__(cls, value)
        member._value_ = value
        (member.letter,) = letter
        return member

    HANDOVER = (
        "handover",
        Letter(
            label="overdracht",
            to=Recipient.COUNTER,
            template="notice/handover.md.j2",
            subject="Overdracht: {reference}",
            event="aanvraag-overgedragen",
        ),
    )
    REQUEST = (
        "request",
        Letter(
            label="verzoek aan het loket",
            to=Recipient.COUNTER,
            template="request/{provision}.md.j2",
            subject="Verzoek {reference}",
            event="voorziening-gevraagd",
            lapses=_delivered,
            asks=True,
        ),
    )
    APPLICATION = (
        "application",
        Letter(
            label="aanvraag aan het loket",
            to=Recipient.COUNTER,
            template="request/{provision}.md.j2",
            subject="Verzoek {reference}",
            event="aanvraag-ingediend",
            lapses=_delivered,
            asks=True,
        ),
    )
    PROCEED = (
        "proceed",
        Letter(
            label="loket kan verder",
            to=Recipient.COUNTER,
            template="notice/proceed.md.j2",
            subject="U kunt verder: {reference}",
            event="aanvraag-kan-verder",
            lapses=_delivered,
        ),
    )
    AGAIN = (
        "again",
        Letter(
            label="nieuw verzoek aan het loket",
            to=Recipient.COUNTER,
            template="notice/again.md.j2",
            subject="Opnieuw gevraagd: {reference}",
            event="voorziening-opnieuw-gevraagd",
            lapses=_delivered,
            asks=True,
        ),
    )
    READY = (
        "ready",
        Letter(
            label="bericht aan de regisseur",
            to=Recipient.CASE_DIRECTOR,
            template="notice/ready.md.j2",
            subject="Klaar: {reference}",
            event="voorziening-gereed",
            lapses=_not_delivered,
        ),
    )
    WAIVER_OFFER = (
        "waiver_offer",
        Letter(
            label="voorstel om af te wijken",
            to=Recipient.CASE_DIRECTOR,
            template="notice/waiver_offer.md.j2",
            subject="Toch starten? {reference}",
            event="afwijking-mogelijk",
            lapses=_nothing_to_waive,
        ),
    )
    RUNG = (
        "rung",
        Letter(
            label="escalatie",
            to=Recipient.RUNG,
            template="escalation/{rung}.md.j2",
            event="voorziening-geescaleerd",
            standby=True,
        ),
    )
    SUBMISSION = (
        "submission",
        Letter(
            label="indiening bij het Maatwerkloket",
            to=Recipient.NATIONAL_DESK,
            template="escalation/submission.md.j2",
            subject="Verzoek om maatwerk {reference}",
            event="voorziening-ingediend",
            lapses=_closed,
        ),
    )
    TAKEN_OVER = (
        "taken_over",
        Letter(
            label="escalatie, overgenomen na een verhuizing",
            to=Recipient.RUNG,
            template="escalation/{rung}.md.j2",
            event="escalatie-overgenomen",
        ),
    )
    FOLLOW_UP = (
        "follow_up",
        Letter(
            label="herinnering aan een vervolgactie",
            to=Recipient.CASE_DIRECTOR,
            template="notice/follow_up.md.j2",
            subject="Vervolgactie: {reference}",
            event="vervolgactie-nodig",
            lapses=_no_such_follow_up,
        ),
    )
    CANCELLED = (
        "cancelled",
        Letter(
            label="verzoek vervalt",
            to=Recipient.COUNTER,
            template="notice/cancelled.md.j2",
            subject="Verzoek vervalt: {reference}",
            event="aanvraag-ingetrokken",
        ),
    )
    REPORT = ("report", Letter(label="weekrapport", to=Recipient.STEERING_GROUP))
    MORNING = ("morning", Letter(label="ochtendbericht", to=Recipient.TEAM_LEADS))

    def place(self, detail: str | None) -> tuple[int, int]:
        """Its place among messages decided on in one breath: by kind, and by height where it is about a rung."""
        rung = self.rung(detail)
        return list(MessageKind).index(self), rung.height if rung else 0

    def rung(self, detail: str | None) -> RungName | None:
        """The rung that it is about, ``None`` for all other kinds."""
        return RungName(detail or "") if self.letter.to is Recipient.RUNG else None

    def template(self, provision: str, detail: str | None) -> str:
        """Its template for a provision (its key)."""
        return self.letter.template.format(provision=provision, rung=self.rung(detail))

    def subject(self, reference: str, detail: str | None) -> str:
        """What stands above it: the reference, and never the provision, for subjects are read over shoulders."""
        rung = self.rung(detail)
        return (rung.kind.subject if rung else self.letter.subject).format(reference=reference)


def label(kind: str) -> str:
    """What a message is, in Dutch; a kind that is not known (any more) by its own name."""
    return MessageKind(kind).letter.label if kind in list(MessageKind) else kind


def asking() -> tuple[MessageKind, ...]:
    """The kinds with which a counter is asked for something."""
    return tuple(kind for kind in MessageKind if kind.letter.asks)
