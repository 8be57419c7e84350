"""The ladder goes on over there: what was climbed counts as climbed, and a table that had it hands over to its counterpart."""

from dataclasses import replace

from provisions.domain import deadlines, dutch, ladder
from provisions.domain.calendar import day_of
from provisions.domain.case import Provision, ProvisionKey, Rung
from provisions.domain.lifecycle.decision import Draft
from provisions.domain.messages import MessageKind
from provisions.domain.rungs import RungName


def hand_tables_over(draft: Draft, old: Provision, key: ProvisionKey) -> None:
    """Take the rungs of ``old`` over into the round ``key``, which continues it.

    What is open longer than its target since its first round, or was before a table that answered its own counter only, is laid
    before the doorbraaktafel over there, unless it lies with the national desk.
    """
    if draft.case.provisions[key].started_on is None:
        return
    table = _table_there(draft, old, key)
    for rung in old.rungs:
        if not _has(draft, rung.name):
            continue  # its counterpart is the doorbraaktafel
        asked_anew = rung.name is table
        message = rung.message
        if asked_anew:
            message = draft.send(MessageKind.TAKEN_OVER, key, rung.name.value)
        taken = replace(rung, message=message, answer=None if asked_anew else rung.answer, taken_over=True)
        _take(draft, key, taken)
        if asked_anew:
            told = f"{rung.name.label} in {draft.case.municipality} op de hoogte gebracht"
            draft.note("message.requested", told, key, message=message, kind=MessageKind.TAKEN_OVER.value)
    if table is not None and _is_next(draft, key, table):
        _lay_before(draft, key, table)


def _has(draft: Draft, rung: RungName) -> bool:
    return draft.moment.catalogue.has_rung(rung, draft.case.municipality)


def _table_there(draft: Draft, old: Provision, key: ProvisionKey) -> RungName | None:
    """The table of the new municipality that has it now, if any."""
    table = ladder.table_at_work(old)
    if table is not None:
        return table if _has(draft, table) else RungName.DOORBRAAKTAFEL
    if any(rung.submitted for rung in old.rungs):
        return None  # the submission stays open
    known_there = old.rung(RungName.DOORBRAAKTAFEL) is not None
    return RungName.DOORBRAAKTAFEL if known_there or open_too_long(draft, key) else None


def _is_next(draft: Draft, key: ProvisionKey, table: RungName) -> bool:
    """Whether this table is on the ladder, and neither it nor a higher one was climbed."""
    climbed = draft.case.provisions[key].rungs
    on_ladder = any(rule.name is table for rule in draft.rule(key).ladder)
    return on_ladder and all(rung.name.height < table.height for rung in climbed)


def open_too_long(draft: Draft, key: ProvisionKey) -> bool:
    """Whether it is open longer than its target, counted from the start of its first round."""
    first = draft.case.provisions[key]
    while first.continues is not None:
        first = draft.case.provisions[ProvisionKey(first.key, first.continues)]
    end = deadlines.due(draft.situation(first.id))
    return end is not None and end.overdue_from <= draft.moment.now


def _take(draft: Draft, key: ProvisionKey, rung: Rung) -> None:
    provision = draft.case.provisions[key]
    draft.change(replace(provision, rungs=(*provision.rungs, rung)))
    draft.note(
        "rung.taken_over",
        f"escalatiestap telt als gezet: {rung.name.label}, op {dutch.dutch_date(day_of(rung.climbed))}",
        key,
        message=rung.message,
        rung=rung.name.value,
        due=rung.due.isoformat(),
        climbed=rung.climbed.isoformat(),
        answer=rung.answer.value if rung.answer else None,
        submitted=rung.submitted,
    )


def _lay_before(draft: Draft, key: ProvisionKey, table: RungName) -> None:
    """It never was before this table: a rung as any other, due now."""
    now = draft.moment.now
    message = draft.send(MessageKind.RUNG, key, table.value)
    provision = draft.case.provisions[key]
    draft.change(replace(provision, rungs=(*provision.rungs, Rung(table, now, now, message))))
    draft.note(
        "rung.climbed",
        f"escalatiestap: {table.label}; sinds de eerste ronde langer open dan de streeftermijn",
        key,
        message=message,
        rung=table.value,
        due=now.isoformat(),
    )
