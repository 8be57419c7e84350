"""The kinds of messages, each declared once: what it is called, who gets it, what it looks like, and when it lapses.

The order is that in which messages decided on in one breath go out. To add one: declare it here, let a decision send it
(``Draft.send``), and write its template.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Self

from provisions.domain import lapses
from provisions.domain.case import Case
from provisions.domain.lapses import Concern
from provisions.domain.recipients import Recipient
from provisions.domain.rungs import RungName

MEANT_FOR = "/"  # in a detail, between a code and the case director whom the letter is for
SECOND_THOUGHTS = timedelta(seconds=30)


@dataclass(frozen=True)
class Letter:
    """What there is to know of a kind of message.

    ``label``: what it is, in Dutch. ``to``: who gets it. ``template``: under ``templates/``, with ``{provision}`` (its key)
    and ``{rung}``; empty for what is written by other means and belongs to no provision.
    ``subject``: with ``{reference}`` and a day, both among the facts (``outbound/context.py``); that of the rung where it is
    about one. ``event``: the type of the event for a webhook, after ``nl.basisvoorzieningen.``.
    ``lapses``: why what the message was for has passed since it was decided on (Dutch), empty when it has not;
    ``case_lapses``: the same, with the case and the detail, for what is about a case as a whole and no provision.
    ``asks``: with it a counter is asked for something; ``ends``: that is taken back.
    ``settles``: with it a table hears that it is done; ``unsettles``: that it is not, after all. ``submits``: with it a desk is
    asked.
    ``held``: how long it waits at least before it leaves, for whoever has second thoughts: an act and the act that undoes it
    send nothing. ``at_once``: it never waits, by whatever door the act came. ``listed``: it is no letter of its own but a line
    in the overview of the day for that counter. ``may_wait``: it may stand in the one overview a day of a person who chose that.
    ``answered``: it asks something, and holds the link by which that is answered; ``taken_up``: it holds the link by which the
    stand-by takes up the call that goes with it. ``moved``: what it asks is asked of the municipality that the client moved away
    from, and is no question about what was asked before. ``of_rung``: it tells somebody else of the rung that its detail names.
    """

    label: str
    to: Recipient
    template: str = ""
    subject: str = ""
    event: str = ""
    lapses: Callable[[Concern], str] = lapses.never
    case_lapses: Callable[[Case, str | None], str] | None = None
    asks: bool = False
    ends: bool = False
    settles: bool = False
    unsettles: bool = False
    submits: bool = False
    held: timedelta = timedelta()
    at_once: bool = False
    listed: bool = False
    may_wait: bool = False
    answered: bool = False
    taken_up: bool = False
    moved: bool = False
    of_rung: bool = False


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
            subject="Overdracht {reference} · {told_on}",
            event="aanvraag-overgedragen",
            lapses=lapses.not_moved,
            ends=True,
            answered=True,
            moved=True,
        ),
    )
    GO_ON = (
        "go_on",
        Letter(
            label="loop door tot de nieuwe gemeente het overneemt, aan het loket",
            to=Recipient.COUNTER,
            template="notice/go_on.md.j2",
            subject="Loop nog even door {reference} · {told_on}",
            event="doorlopen-na-verhuizing",
            answered=True,
            moved=True,
        ),
    )
    REQUEST = (
        "request",
        Letter(
            label="verzoek aan het loket",
            to=Recipient.COUNTER,
            template="request/{provision}.md.j2",
            subject="{hurry}Verzoek {reference} · {by}",
            event="voorziening-gevraagd",
            lapses=lapses.asked_already,
            asks=True,
            answered=True,
        ),
    )
    STANDBY = (
        "standby",
        Letter(
            label="bericht aan de bereikbaarheidsdienst",
            to=Recipient.STANDBY,
            template="notice/standby.md.j2",
            subject="{hurry}Vannacht {reference} · {by}",
            event="buiten-kantooruren-gevraagd",
            lapses=lapses.there_is_a_bed,
            at_once=True,
            taken_up=True,
        ),
    )
    APPLICATION = (
        "application",
        Letter(
            label="aanvraag aan het loket",
            to=Recipient.COUNTER,
            template="request/{provision}.md.j2",
            subject="{hurry}Verzoek {reference} · {by}",
            event="aanvraag-ingediend",
            lapses=lapses.asked_already,
            asks=True,
            answered=True,
        ),
    )
    PROCEED = (
        "proceed",
        Letter(
            label="loket kan verder",
            to=Recipient.COUNTER,
            template="notice/proceed.md.j2",
            subject="{hurry}U kunt verder {reference} · {by}",
            event="aanvraag-kan-verder",
            lapses=lapses.asked_for_nothing,
            answered=True,
        ),
    )
    AGAIN = (
        "again",
        Letter(
            label="verzoek aan het loket geldt weer",
            to=Recipient.COUNTER,
            template="notice/again.md.j2",
            subject="{hurry}Toch weer nodig {reference} · {by}",
            event="voorziening-opnieuw-gevraagd",
            lapses=lapses.asked_already,
            asks=True,
            answered=True,
        ),
    )
    ASKED_ANEW = (
        "asked_anew",
        Letter(
            label="opnieuw gevraagd na een afwijzing",
            to=Recipient.COUNTER,
            template="notice/asked_anew.md.j2",
            subject="{hurry}Opnieuw gevraagd {reference} · {told_on}",
            event="voorziening-na-afwijzing-gevraagd",
            lapses=lapses.not_refused,
            asks=True,
            answered=True,
        ),
    )
    READY = (
        "ready",
        Letter(
            label="bericht aan de regisseur",
            to=Recipient.CASE_DIRECTOR,
            template="notice/ready.md.j2",
            subject="Klaar {reference} · sinds {delivered_short}",
            event="voorziening-gereed",
            lapses=lapses.not_delivered,
            may_wait=True,
        ),
    )
    REFUSED = (
        "refused",
        Letter(
            label="afwijzing, aan de regisseur",
            to=Recipient.CASE_DIRECTOR,
            template="notice/refused.md.j2",
            subject="Afgewezen {reference} · bezwaar tot en met {objection_short}",
            event="voorziening-afgewezen",
            lapses=lapses.not_refused,
            at_once=True,
        ),
    )
    RECORDED = (
        "recorded",
        Letter(
            label="wat een ander vastlegde, aan de regisseur",
            to=Recipient.CASE_DIRECTOR,
            template="notice/recorded.md.j2",
            subject="Vastgelegd door een ander {reference} · {told_on}",
            event="door-ander-vastgelegd",
            lapses=lapses.as_it_was,
            may_wait=True,
        ),
    )
    UNASSIGNED = (
        "unassigned",
        Letter(
            label="traject naar een ander, aan wie regisseur was",
            to=Recipient.FORMER_DIRECTOR,
            template="notice/unassigned.md.j2",
            subject="Traject naar een andere regisseur {reference} · {told_on}",
            event="traject-naar-andere-regisseur",
            case_lapses=lapses.back_again,
            may_wait=True,
        ),
    )
    ASSIGNED = (
        "assigned",
        Letter(
            label="traject erbij, aan de nieuwe regisseur",
            to=Recipient.CASE_DIRECTOR,
            template="notice/assigned.md.j2",
            subject="Traject erbij {reference} · {told_on}",
            event="traject-toegewezen",
            case_lapses=lapses.another_by_now,
            may_wait=True,
        ),
    )
    ANSWER = (
        "answer",
        Letter(
            label="antwoord van een tafel, aan de regisseur",
            to=Recipient.CASE_DIRECTOR,
            template="notice/answer.md.j2",
            subject="Antwoord {reference} · {told_on}",
            event="tafel-heeft-geantwoord",
            lapses=lapses.not_answered,
            may_wait=True,
        ),
    )
    REPLIED = (
        "replied",
        Letter(
            label="antwoord van een loket of tafel, aan de regisseur",
            to=Recipient.CASE_DIRECTOR,
            template="notice/replied.md.j2",
            subject="Antwoord {reference} · {told_on}",
            event="antwoord-ontvangen",
            lapses=lapses.not_said,
        ),
    )
    DECIDED = (
        "decided",
        Letter(
            label="wat een tafel besloot, aan het loket",
            to=Recipient.COUNTER,
            template="notice/decided.md.j2",
            subject="{hurry}Besluit over ons verzoek {reference} · {by}",
            event="tafel-heeft-besloten",
            lapses=lapses.nothing_to_decide_for,
            answered=True,
        ),
    )
    NEW_DAY = (
        "new_day",
        Letter(
            label="nieuwe uiterste datum, aan het loket",
            to=Recipient.COUNTER,
            template="notice/new_day.md.j2",
            subject="{hurry}Nieuwe datum {reference} · uiterlijk {day_now_short}",
            event="uiterste-datum-gewijzigd",
            lapses=lapses.same_day_as_before,
        ),
    )
    NEW_DAY_LISTED = (
        "new_day_listed",
        Letter(
            label="nieuwe uiterste datum, in het overzicht van het loket",
            to=Recipient.COUNTER,
            template="notice/new_day_listed.md.j2",
            subject="Nieuwe datum {reference} · uiterlijk {day_now_short}",
            event="uiterste-datum-in-overzicht",
            lapses=lapses.same_day_as_before,
            listed=True,
        ),
    )
    NEW_DAY_TABLE = (
        "new_day_table",
        Letter(
            label="nieuwe uiterste datum, aan de tafel",
            to=Recipient.ASKED,
            template="notice/new_day_table.md.j2",
            subject="Nieuwe datum {reference} · uiterlijk {day_now_short}",
            event="uiterste-datum-gewijzigd-tafel",
            lapses=lapses.closed,
        ),
    )
    NEW_DAY_CENTRAL = (
        "new_day_central",
        Letter(
            label="nieuwe uiterste datum, aan het centrale loket",
            to=Recipient.CENTRAL_DESK,
            template="notice/new_day_central.md.j2",
            subject="Nieuwe datum {reference} · uiterlijk {day_now_short}",
            event="uiterste-datum-gewijzigd-centraal-loket",
            lapses=lapses.same_day_for_desk,
        ),
    )
    LINK = (
        "link",
        Letter(
            label="nieuwe link om te antwoorden",
            to=Recipient.THE_SAME,
            template="notice/link.md.j2",
            subject="Nieuwe link {reference} · {told_on}",
            event="nieuwe-link-gevraagd",
            lapses=lapses.answered_already,
            at_once=True,
            answered=True,
        ),
    )
    LINK_CODE = (
        "link_code",
        Letter(
            label="code om te antwoorden",
            to=Recipient.THE_SAME,
            template="notice/link_code.md.j2",
            subject="Code {reference} · {told_on}",
            event="code-gevraagd",
            lapses=lapses.answered_already,
            at_once=True,
            answered=True,
        ),
    )
    SETTLED = (
        "settled",
        Letter(
            label="afgerond, aan de tafel",
            to=Recipient.ASKED,
            template="notice/settled.md.j2",
            subject="U hoeft niets meer te doen {reference} · {told_on}",
            event="escalatie-afgerond",
            lapses=lapses.settled_already,
            settles=True,
        ),
    )
    SETTLED_DESK = (
        "settled_desk",
        Letter(
            label="afgerond, aan het landelijk Maatwerkloket",
            to=Recipient.NATIONAL_DESK,
            template="notice/settled.md.j2",
            subject="U hoeft niets meer te doen {reference} · {told_on}",
            event="indiening-afgerond",
            lapses=lapses.settled_already,
            settles=True,
        ),
    )
    SETTLED_CENTRAL = (
        "settled_central",
        Letter(
            label="afgerond, aan het centrale loket",
            to=Recipient.CENTRAL_DESK,
            template="notice/settled.md.j2",
            subject="U hoeft niets meer te doen {reference} · {told_on}",
            event="indiening-centraal-loket-afgerond",
            lapses=lapses.settled_already,
            settles=True,
        ),
    )
    UNSETTLED = (
        "unsettled",
        Letter(
            label="toch weer open, aan de tafel",
            to=Recipient.ASKED,
            template="notice/unsettled.md.j2",
            subject="Toch weer open {reference} · {told_on}",
            event="escalatie-weer-open",
            lapses=lapses.still_settled,
            unsettles=True,
        ),
    )
    UNSETTLED_DESK = (
        "unsettled_desk",
        Letter(
            label="toch weer open, aan het landelijk Maatwerkloket",
            to=Recipient.NATIONAL_DESK,
            template="notice/unsettled.md.j2",
            subject="Toch weer open {reference} · {told_on}",
            event="indiening-weer-open",
            lapses=lapses.still_settled,
            unsettles=True,
        ),
    )
    UNSETTLED_CENTRAL = (
        "unsettled_central",
        Letter(
            label="toch weer open, aan het centrale loket",
            to=Recipient.CENTRAL_DESK,
            template="notice/unsettled.md.j2",
            subject="Toch weer open {reference} · {told_on}",
            event="indiening-centraal-loket-weer-open",
            lapses=lapses.still_settled,
            unsettles=True,
        ),
    )
    WARNING = (
        "warning",
        Letter(
            label="voorwaarschuwing",
            to=Recipient.WARNED,
            template="notice/warning.md.j2",
            subject="Voorwaarschuwing {reference} · {warned_short}",
            event="vooraf-gewaarschuwd",
            lapses=lapses.another_day_by_now,
        ),
    )
    WARNED = (
        "warned",
        Letter(
            label="wie er is gewaarschuwd, aan de regisseur",
            to=Recipient.CASE_DIRECTOR,
            template="notice/warned.md.j2",
            subject="Voorwaarschuwing {reference} · {warned_short}",
            event="regisseur-vooraf-gewaarschuwd",
            lapses=lapses.another_day_by_now,
        ),
    )
    SIGNAL = (
        "signal",
        Letter(
            label="signaal over wat vandaag moet, aan de regisseur",
            to=Recipient.CASE_DIRECTOR,
            template="notice/signal.md.j2",
            subject="{hurry}Signaal {reference} · {signal_short}",
            event="signaal-gegeven",
            lapses=lapses.not_so_any_more,
            answered=True,
        ),
    )
    SIGNAL_LEAD = (
        "signal_lead",
        Letter(
            label="signaal over wat vandaag moet, aan de teamleiders",
            to=Recipient.TEAM_LEADS,
            template="notice/signal.md.j2",
            subject="{hurry}Signaal {reference} · {signal_short}",
            event="signaal-gegeven-aan-teamleider",
            lapses=lapses.not_so_any_more,
            answered=True,
        ),
    )
    WAIVER_OFFER = (
        "waiver_offer",
        Letter(
            label="voorstel om af te wijken",
            to=Recipient.CASE_DIRECTOR,
            template="notice/waiver_offer.md.j2",
            subject="Toch starten? {reference} · {by}",
            event="afwijking-mogelijk",
            lapses=lapses.nothing_to_waive,
            answered=True,
        ),
    )
    RUNG = (
        "rung",
        Letter(
            label="escalatie",
            to=Recipient.RUNG,
            template="escalation/{rung}.md.j2",
            event="voorziening-geescaleerd",
            answered=True,
        ),
    )
    CLIMBED = (
        "climbed",
        Letter(
            label="wat naar een tafel ging, aan de regisseur",
            to=Recipient.CASE_DIRECTOR,
            template="notice/climbed.md.j2",
            subject="{hurry}Naar een tafel {reference} · {by}",
            event="escalatie-gemeld-aan-regisseur",
            lapses=lapses.not_with_it_any_more,
            of_rung=True,
        ),
    )
    SUBMISSION = (
        "submission",
        Letter(
            label="indiening bij het Maatwerkloket",
            to=Recipient.NATIONAL_DESK,
            template="escalation/submission.md.j2",
            subject="Verzoek om maatwerk {reference} · {by}",
            event="voorziening-ingediend",
            lapses=lapses.closed,
            submits=True,
        ),
    )
    CENTRAL_SUBMISSION = (
        "central_submission",
        Letter(
            label="indiening bij het centrale loket",
            to=Recipient.CENTRAL_DESK,
            template="notice/central_submission.md.j2",
            subject="Plek nodig {reference} · {warned_short}",
            event="plek-gevraagd",
            lapses=lapses.no_day_to_come,
            submits=True,
        ),
    )
    TAKEN_OVER = (
        "taken_over",
        Letter(
            label="escalatie, overgenomen na een verhuizing",
            to=Recipient.RUNG,
            template="escalation/{rung}.md.j2",
            event="escalatie-overgenomen",
            answered=True,
        ),
    )
    HANDOVER_PLAN = (
        "handover_plan",
        Letter(
            label="overdracht begonnen, met het plan, aan de regisseur",
            to=Recipient.CASE_DIRECTOR,
            template="notice/handover_plan.md.j2",
            subject="Overdracht {reference} · begonnen op {handover_short}",
            event="overdracht-begonnen",
            lapses=lapses.handed_over_already,
            answered=True,
        ),
    )
    HANDOVER_ACCEPTED = (
        "handover_accepted",
        Letter(
            label="overdracht aangenomen, met het plan, aan de regisseur",
            to=Recipient.CASE_DIRECTOR,
            template="notice/handover_accepted.md.j2",
            subject="Overgedragen {reference} · {told_on}",
            event="overdracht-aangenomen",
            lapses=lapses.not_accepted,
            may_wait=True,
        ),
    )
    HANDOVER_DECLINED = (
        "handover_declined",
        Letter(
            label="overdracht niet aangenomen, aan de regisseur",
            to=Recipient.CASE_DIRECTOR,
            template="notice/handover_declined.md.j2",
            subject="Niet overgedragen {reference} · {told_on}",
            event="overdracht-niet-aangenomen",
            lapses=lapses.begun_anew,
            may_wait=True,
        ),
    )
    PROMISED_TODAY = (
        "promised_today",
        Letter(
            label="herinnering aan de dag die het loket noemde",
            to=Recipient.COUNTER,
            template="notice/promised_today.md.j2",
            subject="U noemde een dag {reference} · {promised_short}",
            event="toegezegde-dag",
            lapses=lapses.promised_otherwise,
            answered=True,
        ),
    )
    FOLLOW_UP = (
        "follow_up",
        Letter(
            label="herinnering aan een vervolgactie",
            to=Recipient.CASE_DIRECTOR,
            template="notice/follow_up.md.j2",
            subject="Vervolgactie {reference} · {follow_up_short}",
            event="vervolgactie-nodig",
            lapses=lapses.no_such_follow_up,
            may_wait=True,
            answered=True,
        ),
    )
    RESTED = (
        "rested",
        Letter(
            label="traject uit beeld, aan de regisseur",
            to=Recipient.CASE_DIRECTOR,
            template="notice/rested.md.j2",
            subject="Uit beeld {reference} · sinds {rest_since_short}",
            event="traject-uit-beeld",
            case_lapses=lapses.awake,
            may_wait=True,
        ),
    )
    WOKEN = (
        "woken",
        Letter(
            label="traject niet meer uit beeld, aan de regisseur",
            to=Recipient.CASE_DIRECTOR,
            template="notice/woken.md.j2",
            subject="Niet meer uit beeld {reference} · sinds {rest_until_short}",
            event="traject-niet-meer-uit-beeld",
            case_lapses=lapses.at_rest_again,
            may_wait=True,
        ),
    )
    CASE_FOLLOW_UP = (
        "case_follow_up",
        Letter(
            label="herinnering aan een vervolgactie van het traject",
            to=Recipient.CASE_DIRECTOR,
            template="notice/case_follow_up.md.j2",
            subject="Vervolgactie {reference} · {follow_up_short}",
            event="vervolgactie-traject-nodig",
            case_lapses=lapses.nothing_to_do_for_case,
            may_wait=True,
            answered=True,
        ),
    )
    APPROVAL = (
        "approval",
        Letter(
            label="akkoord gevraagd, aan de teamleiders",
            to=Recipient.TEAM_LEADS,
            template="notice/approval.md.j2",
            subject="Akkoord gevraagd {reference} · {told_on}",
            event="akkoord-gevraagd",
            case_lapses=lapses.decided_on,
            answered=True,
        ),
    )
    APPROVAL_COLLEAGUES = (
        "approval_colleagues",
        Letter(
            label="akkoord gevraagd, aan de collega's",
            to=Recipient.COLLEAGUES,
            template="notice/approval.md.j2",
            subject="Akkoord gevraagd {reference} · {told_on}",
            event="akkoord-gevraagd-aan-collega",
            case_lapses=lapses.decided_on,
            answered=True,
        ),
    )
    APPROVAL_DECIDED = (
        "approval_decided",
        Letter(
            label="wat er over een vraag om akkoord is besloten",
            to=Recipient.ASKER,
            template="notice/approval_decided.md.j2",
            subject="Uw vraag om akkoord {reference} · {told_on}",
            event="akkoord-besloten",
            may_wait=True,
        ),
    )
    CANCELLED = (
        "cancelled",
        Letter(
            label="verzoek vervalt",
            to=Recipient.COUNTER,
            template="notice/cancelled.md.j2",
            subject="Verzoek vervalt {reference} · {told_on}",
            event="aanvraag-ingetrokken",
            lapses=lapses.needed_after_all,
            ends=True,
            held=SECOND_THOUGHTS,
        ),
    )
    REPORT = ("report", Letter(label="weekrapport", to=Recipient.STEERING_GROUP))
    DAYS = ("days", Letter(label="overzicht van nieuwe datums", to=Recipient.COUNTER))
    AGENDA = ("agenda", Letter(label="agenda van de dag, aan de tafel", to=Recipient.TABLE))
    OVERVIEW = ("overview", Letter(label="overzicht van de dag, aan de regisseur", to=Recipient.CASE_DIRECTOR))
    MORNING = ("morning", Letter(label="ochtendbericht", to=Recipient.TEAM_LEADS))
    BROUGHT_IN_ASKED = (
        "brought_in_asked",
        Letter(label="vraag om mee te kijken met wat wordt ingebracht", to=Recipient.TEAM_LEADS),
    )
    BROUGHT_IN_SEEN = (
        "brought_in_seen",
        Letter(label="wat er over een vraag om in te brengen is besloten", to=Recipient.TEAM_LEADS),
    )
    BROUGHT_IN = ("brought_in", Letter(label="besluit van de stuurgroep", to=Recipient.TEAM_LEADS))
    ABSENCE_ENDS = ("absence_ends", Letter(label="vraag wat er na een afwezigheid gebeurt", to=Recipient.TEAM_LEADS))

    def place(self, detail: str | None) -> tuple[int, int]:
        """Its place among messages decided on in one breath: by kind, and by height where it is about a rung."""
        rung = self.rung(detail)
        return list(MessageKind).index(self), rung.height if rung else 0

    def rung(self, detail: str | None) -> RungName | None:
        """The rung that it is about, ``None`` for all other kinds."""
        return RungName(detail or "") if self.is_about_a_rung else None

    @property
    def is_about_a_rung(self) -> bool:
        """Whether its detail names a rung that it is about."""
        return self.letter.of_rung or self.letter.to in (Recipient.RUNG, Recipient.ASKED)

    def template(self, provision: str, detail: str | None) -> str:
        """Its template for a provision (its key)."""
        return self.letter.template.format(provision=provision, rung=self.rung(detail))

    def subject(self, facts: Mapping[str, object], detail: str | None) -> str:
        """What stands above it: the reference and a day, and never the provision, for subjects are read over shoulders."""
        rung = self.rung(detail)
        return (self.letter.subject or (rung.kind.subject if rung else "")).format_map(facts)


def label(kind: str) -> str:
    """What a message is, in Dutch; a kind that is not known (any more) by its own name."""
    return MessageKind(kind).letter.label if kind in list(MessageKind) else kind


def listed() -> tuple[MessageKind, ...]:
    """The kinds that go in the overview of the day."""
    return tuple(kind for kind in MessageKind if kind.letter.listed)


def telling() -> tuple[MessageKind, ...]:
    """The kinds that ask something of a counter or a desk or take it back, and those by which a table hears that it is done or is
    not: what each of them knows is the last of these.
    """
    letters = {kind: kind.letter for kind in MessageKind}
    return tuple(k for k, one in letters.items() if one.asks or one.ends or one.settles or one.unsettles or one.submits)
