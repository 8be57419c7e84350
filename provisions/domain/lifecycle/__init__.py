"""Decisions: what each event makes of a case. Data in, decisions out; nothing here knows a clock or a database.

Every function takes the case as it is and the ``Moment`` in which something happens, and returns a ``Decision``: the case
as it becomes, the audit lines, the messages to send, and the provisions that look different from now on. A request that
is not allowed raises ``InvalidInput`` or ``NotAllowed`` with a Dutch message, and nothing is decided.
"""

from provisions.domain.lifecycle.answers import answer, submit
from provisions.domain.lifecycle.case_facts import contact, living, number, still_so
from provisions.domain.lifecycle.case_follow_ups import settle_for_case
from provisions.domain.lifecycle.case_system import ZaakIntent, asked_anew, follow_zaak, wish, zaak_rule, zaken_wanted
from provisions.domain.lifecycle.causes import why
from provisions.domain.lifecycle.decision import SYSTEM, AuditLine, Decision, MessageIntent, Moment, Need, Sent, Via
from provisions.domain.lifecycle.director import assign
from provisions.domain.lifecycle.ending import SETTLED, Ending, close, needs_approval, reopen_case
from provisions.domain.lifecycle.follow_ups import settle_follow_up
from provisions.domain.lifecycle.handover import LAPSED, MOVED, accept, decline, offered_again, transfer
from provisions.domain.lifecycle.intake import add, open_case
from provisions.domain.lifecycle.known_later import move, register, urgent
from provisions.domain.lifecycle.milestones import milestone
from provisions.domain.lifecycle.notes import end_review, keep, note, review, reviews
from provisions.domain.lifecycle.outcomes import record_outcome, reopen
from provisions.domain.lifecycle.places import place_ends, place_found, place_kept, proposals
from provisions.domain.lifecycle.replies import (
    FromCounter,
    FromOfficer,
    FromTable,
    reply_after_moving,
    reply_as_counter,
    reply_as_officer,
    reply_as_table,
    take_back,
    take_up,
)
from provisions.domain.lifecycle.rest import rest, wake
from provisions.domain.lifecycle.rounds import again, round_of
from provisions.domain.lifecycle.suspension import agree, resume, suspend
from provisions.domain.lifecycle.tick import (
    CaseDerived,
    Derived,
    Foreseen,
    derive,
    derive_case,
    follow_rules,
    foresee,
    next_at,
    tick,
    tick_case,
)
from provisions.domain.lifecycle.undo import UNDO_WITHIN, LastAct, Since, SinceLine, never_undone, undo
from provisions.domain.lifecycle.waivers import waive

__all__ = [
    "LAPSED",
    "MOVED",
    "SETTLED",
    "SYSTEM",
    "UNDO_WITHIN",
    "AuditLine",
    "CaseDerived",
    "Decision",
    "Derived",
    "Ending",
    "Foreseen",
    "FromCounter",
    "FromOfficer",
    "FromTable",
    "LastAct",
    "MessageIntent",
    "Moment",
    "Need",
    "Sent",
    "Since",
    "SinceLine",
    "Via",
    "ZaakIntent",
    "accept",
    "add",
    "again",
    "agree",
    "answer",
    "asked_anew",
    "assign",
    "close",
    "contact",
    "decline",
    "derive",
    "derive_case",
    "end_review",
    "follow_rules",
    "follow_zaak",
    "foresee",
    "keep",
    "living",
    "milestone",
    "move",
    "needs_approval",
    "never_undone",
    "next_at",
    "note",
    "number",
    "offered_again",
    "open_case",
    "place_ends",
    "place_found",
    "place_kept",
    "proposals",
    "record_outcome",
    "register",
    "reopen",
    "reopen_case",
    "reply_after_moving",
    "reply_as_counter",
    "reply_as_officer",
    "reply_as_table",
    "rest",
    "resume",
    "review",
    "reviews",
    "round_of",
    "settle_follow_up",
    "settle_for_case",
    "still_so",
    "submit",
    "suspend",
    "take_back",
    "take_up",
    "tick",
    "tick_case",
    "transfer",
    "undo",
    "urgent",
    "waive",
    "wake",
    "why",
    "wish",
    "zaak_rule",
    "zaken_wanted",
]
