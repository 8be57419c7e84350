"""What was asked of whom in a case, and what was answered: what ``provisions answers`` shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from provisions.domain import dutch
from provisions.domain.calendar import day_of
from provisions.domain.case import ProvisionKey, Reply
from provisions.domain.questions import receiver
from provisions.domain.rungs import RungName
from provisions.views.record import AuditEntry
from provisions.views.standing import CaseView, ProvisionView, reply_json

REPLIED = "provision.replied"


@dataclass(frozen=True)
class Answered:
    """One answer: who recorded it, by which door, and the remark that came with it (free text; ``None``: none, or forgotten)."""

    reply: Reply
    by: str
    via: str
    remark: str | None


@dataclass(frozen=True)
class AskedOf:
    """What was asked of a counter or a table, since when, and what it answered, oldest first. ``settled``: what became of it,
    where that was recorded in another way (Dutch).
    """

    key: ProvisionKey
    name: str
    receiver: str
    asked_on: date | None
    answers: tuple[Answered, ...]
    settled: str = ""

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return {
            "key": self.key.key,
            "round": self.key.round,
            "receiver": self.receiver,
            "asked_on": self.asked_on.isoformat() if self.asked_on else None,
            "settled": self.settled,
            "answers": [
                {**reply_json(one.reply), "recorded_by": one.by, "via": one.via, "remark": one.remark}
                for one in self.answers
            ],
        }


def asked_and_answered(view: CaseView, record: Sequence[AuditEntry]) -> list[AskedOf]:
    """Per provision the counter and then each table that was asked."""
    return [one for p in view.provisions for one in _of_provision(p, record)]


def _of_provision(view: ProvisionView, record: Sequence[AuditEntry]) -> list[AskedOf]:
    provision, rule = view.provision, view.situation.rule
    lines = [entry for entry in record if entry.what == REPLIED and entry.of == provision.id]
    found = []
    for rung in (None, *(r.name for r in provision.rungs if r.name.kind.is_table)):
        who = receiver(rule, rung)
        asked_on = provision.asked_on if rung is None else _climbed_on(view, rung)
        if rung is None and not provision.asked:
            continue
        answers = tuple(_answered(reply, lines) for reply in provision.replies if reply.receiver == who)
        found.append(AskedOf(provision.id, view.name, who, asked_on, answers, _settled(view, rung)))
    return found


def _climbed_on(view: ProvisionView, rung: RungName) -> date | None:
    climbed = view.provision.rung(rung)
    return day_of(climbed.climbed) if climbed else None


def _answered(reply: Reply, lines: Sequence[AuditEntry]) -> Answered:
    """The answer with its line: the last one that says the same, for an earlier one may have been taken back."""
    for line in reversed(lines):
        said = (line.data.get("receiver"), line.data.get("said"), line.data.get("on"), line.data.get("named"))
        named = reply.named.isoformat() if reply.named else None
        if said == (reply.receiver, reply.said.value, reply.on.isoformat(), named):
            return Answered(reply, line.by, str(line.data.get("via", "")), line.note)
    return Answered(reply, "", "", None)


def _settled(view: ProvisionView, rung: RungName | None) -> str:
    provision = view.provision
    if rung is None:
        return dutch.OUTCOME[provision.outcome.name] if provision.outcome else ""
    climbed = provision.rung(rung)
    if climbed is None:
        return ""
    if climbed.submitted is not None:
        return dutch.DECISION["submitted" if climbed.submitted else "not_submitted"]
    return dutch.ANSWER[climbed.answer] if climbed.answer else ""
