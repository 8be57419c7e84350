"""A provision as a zaak: which zaken are wanted because of a decision, and what a zaak should say."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from provisions.domain import deadlines
from provisions.domain.case import Case, Provision, ProvisionKey, Status
from provisions.domain.deadlines import Situation
from provisions.domain.errors import NotAllowed
from provisions.domain.lifecycle.decision import (
    Decision,
    Draft,
    MessageIntent,
    Moment,
    must_be_open,
    must_be_open_case,
    provision_of,
)
from provisions.domain.lifecycle.tick import derive
from provisions.domain.messages import MessageKind
from provisions.domain.rules import ZaakMode, ZaakRule
from provisions.domain.zaken import Wish, number_of

_BEFORE = timedelta(minutes=1)  # the first status is of the past, also where another clock is a little behind
_ASKING = frozenset({MessageKind.REQUEST.value, MessageKind.APPLICATION.value})
_WITHDRAWN = frozenset({Status.WITHDRAWN, Status.ENDED, Status.HANDED_OVER})


@dataclass(frozen=True)
class ZaakIntent:
    """A zaak that is wanted for a provision, in the case system of ``municipality``, of day ``start``.

    ``number`` and ``first_status`` (UTC) are fixed here, before the first call, so that asking twice makes one zaak with one
    status. ``not_before``: until then it may be taken back (UTC).
    """

    key: ProvisionKey
    municipality: str
    number: str
    start: date
    first_status: datetime
    not_before: datetime


def zaak_rule(case: Case, key: ProvisionKey, moment: Moment) -> ZaakRule | None:
    """How this round becomes a zaak; ``None`` where its municipality does not want one."""
    return moment.catalogue.zaken.get((case.municipality_of(key), key.key))


def follow_zaak(case: Case, key: ProvisionKey, moment: Moment) -> Decision:
    """From now on a zaak that the counter made tells what becomes of a round."""
    must_be_open_case(case)
    provision = provision_of(case, key)
    if zaak_rule(case, key, moment) is None:
        raise NotAllowed(
            f"Voor '{key.key}' in {case.municipality_of(key)} is geen zaaksysteem ingesteld. Leg de uitkomst zelf vast, of "
            "vraag de beheerder om het in te stellen."
        )
    must_be_open(case, provision)
    draft = Draft(case, moment)
    draft.note("zaak.followed", "een zaak van het loket wordt gevolgd", key)  # its number is forgotten with the case
    return draft.done()


def zaken_wanted(before: Case | None, decision: Decision, moment: Moment) -> list[ZaakIntent]:
    """The zaken that are wanted because of a decision: of what the counter is asked for the first time."""
    case = decision.case
    return [
        _intent(case, provision, rule, decision, moment)
        for key, provision in case.provisions.items()
        if (rule := zaak_rule(case, key, moment)) is not None
        and rule.mode is ZaakMode.OPEN
        and provision.asked
        and provision.status not in _WITHDRAWN
        and not _was_asked(before, key)
    ]


def asked_anew(decision: Decision, moment: Moment) -> list[ProvisionKey]:
    """What was refused and is asked again in the same round: its zaak is closed, so it needs another."""
    return [
        intent.key
        for intent in decision.messages
        if intent.kind == MessageKind.ASKED_ANEW.value
        and intent.key is not None
        and (rule := zaak_rule(decision.case, intent.key, moment)) is not None
        and rule.mode is ZaakMode.OPEN
    ]


def _was_asked(before: Case | None, key: ProvisionKey) -> bool:
    known = before.provisions.get(key) if before is not None else None
    return known is not None and known.asked


def _intent(case: Case, provision: Provision, rule: ZaakRule, decision: Decision, moment: Moment) -> ZaakIntent:
    return ZaakIntent(
        provision.id,
        rule.municipality,
        number_of(case.reference, rule.code, provision.round),
        provision.applied_on or provision.started_on or provision.asked_on or provision.needed_on,
        moment.now - _BEFORE,
        moment.now + _longest_wait(provision.id, decision.messages),
    )


def _longest_wait(key: ProvisionKey, messages: Iterable[MessageIntent]) -> timedelta:
    """As long as its letter to the counter is held, so that both can be taken back."""
    waits = [intent.wait for intent in messages if intent.key == key and intent.kind in _ASKING]
    return max(waits, default=timedelta())


def wish(case: Case, key: ProvisionKey, moment: Moment) -> Wish:
    """What the zaak of a round should say now. A term by law that is only presumed is told to nobody outside."""
    provision, derived = case.provisions[key], derive(case, key, moment)
    last = deadlines.last_statutory(Situation.of(case, key, moment.catalogue))
    return Wish(
        due=derived.due,
        statutory=last.end.due if last is not None and not last.presumed else None,
        suspended=derived.suspended_until is not None,
        withdrawn=provision.status in _WITHDRAWN,
    )
