"""What happened to a case, in a Dutch sentence: from a line of the record."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from provisions.domain import dutch
from provisions.domain.case import Answer
from provisions.domain.lifecycle import SYSTEM
from provisions.domain.rules import OutcomeName
from provisions.domain.rungs import RungName


def _day(data: Mapping[str, Any], name: str = "on") -> str:
    return dutch.dutch_date(date.fromisoformat(data[name])) if data.get(name) else "een dag"


def _rung(data: Mapping[str, Any]) -> str:
    """A rung that was climbed: to whom it went."""
    rung = RungName(data["rung"]).kind
    return "kreeg een herinnering" if not rung.is_table else f"ligt nu bij de {rung.holder}"


def _answer(data: Mapping[str, Any]) -> str:
    return f"{RungName(data['rung']).kind.holder} antwoordde: {dutch.ANSWER[Answer(data['answer'])]}"


# What each kind of line says of the provision (or, without one, of the case); "" is what the line says itself. What is not here
# is in the record only.
_SAID: Mapping[str, str | Callable[[Mapping[str, Any]], str]] = {
    "provision.outcome": lambda data: f"{dutch.OUTCOME[OutcomeName(data['outcome'])]} op {_day(data)}",
    "provision.overdue": "is te laat",
    "provision.started": "is begonnen",
    "provision.ended": "is geëindigd",
    "provision.reopened": "is heropend",
    "provision.needed": "is erbij gekomen",
    "provision.waived": "begon zonder dat alles er was",
    "provision.urgent": "heeft haast",
    "provision.undone": "is teruggedraaid",
    "provision.milestone": "",
    "provision.cause": "",
    "rung.climbed": _rung,
    "rung.answered": _answer,
    "desk.submitted": lambda data: f"{'' if data.get('submitted') else 'niet '}ingediend bij het centrale loket",
    "rung.submitted": lambda data: f"{'' if data.get('submitted') else 'niet '}ingediend bij het Maatwerkloket",
    "clock.suspended": "",
    "clock.resumed": "",
    "term.agreed": "",
    "follow_up.done": "een vervolgactie is afgerond",
    "approval.approved": "",
    "approval.denied": "",
    "approval.lapsed": "",
    "message.failed": "",
    "message.absent": "",
    "zaak.signal": "",
    "case.opened": "gestart",
    "case.assigned": "een andere regisseur",
    "case.handover": "overdracht begonnen",
    "case.handover_declined": "overdracht teruggegeven",
    "case.transferred": "overgedragen",
    "warning.given": "",
    "signal.given": "",
    "provision.no_longer_needed": "is niet meer nodig",
    "place.ends": "",
    "place.kept": "",
    "place.found": "",
    "case.rested": "uit beeld",
    "case.rest_extended": "blijft uit beeld",
    "case.woken": "niet meer uit beeld",
    "case.reopened": "weer open",
    "case.noted": "er is een notitie bij gekomen",
}
KINDS = tuple(_SAID)
_VERBS = ("is ", "ligt ", "begon", "heeft ", "kreeg ")  # what begins so goes on from the name


def sentence(row: Any, name: str, by: str) -> str:
    """What a line of the record says: "Identiteitsbewijs ligt nu bij de doorbraaktafel." ``name``: of the provision, empty
    for the case; ``by``: who did it, which is told unless it was the clock.
    """
    said = _SAID[row.what]
    told = (said or row.because) if isinstance(said, str) else said(row.data or {})
    about = f"{name}{' ' if told.startswith(_VERBS) else ': '}" if name else "Traject: "
    who = "" if by in ("", SYSTEM) else f" ({by})"
    return f"{dutch.capitalised(about)}{told}{who}."
