"""The tables: the truth. Days are Amsterdam's (``date``), moments are UTC (``timestamptz``).

Columns under "derived" are computed by the domain at every write, so that lists, the clock and the report can ask an
index instead of computing. Free text lives in ``free_text`` and nowhere else, so that forgetting is one delete.
"""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Sequence,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSON, JSONB

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Moment = DateTime(timezone=True)


def _provision_id(*, primary: bool = False) -> Column[int]:
    return Column("provision_id", BigInteger, ForeignKey("provision.id"), nullable=False, primary_key=primary)


case = Table(
    "client_case",  # "case" is a reserved word in SQL
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column(
        "uid", Uuid, nullable=False, unique=True, server_default=func.gen_random_uuid()
    ),  # for addresses and ids of messages
    Column("reference", Text, nullable=False, unique=True),
    Column("municipality", Text, nullable=False),
    Column("route", Text),  # null once forgotten
    Column("brp", Text, nullable=False),
    Column("living", Text, nullable=False, server_default=text("'unknown'")),  # a code of config, and so are these
    Column("losing_place", Boolean),  # null: unknown
    Column("wlz", Text, nullable=False, server_default=text("'unknown'")),
    Column("living_on", Date),  # when these three were last said; null: at intake
    Column("contact", Text, nullable=False, server_default=text("'via_director'")),
    Column("own_number", Text),  # the municipality's; null once forgotten
    # what was known of the register before: the day until which it was so → that
    Column("earlier_brp", JSONB, nullable=False, server_default=text("'{}'")),
    Column("director", Text),
    Column("opened", Date, nullable=False),
    Column("closed", Date),
    # the last handover: the other municipality and its director, the day of the move, the day on which it was accepted
    Column("handover_with", Text),
    Column("handover_director", Text),
    Column("handover_since", Date),
    Column("handover_accepted", Date),
    Column("end_reason", Text),  # a code of config; null while open, and for what ended before there were reasons
    Column("act", Integer, nullable=False, server_default=text("0")),  # how often people did something with it
    Column("present", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    Column("next_at", Moment),  # derived: the next moment on which anything happens to the case as a whole
    Column("notes_kept_on", Date),  # when its notes and grounds were last said to be needed for longer
    Column("forgotten", Date),  # the day on which it was reduced to what the report needs
    # For the digests in its lines (``provisions/store/audit.py``); null once forgotten, so that these tell nothing.
    Column("salt", LargeBinary, server_default=text("uuid_send(gen_random_uuid())")),
    CheckConstraint("route IS NOT NULL OR forgotten IS NOT NULL", name="route"),
    Index("ix_client_case_closed", "closed", postgresql_where=text("forgotten IS NULL")),
    Index("ix_client_case_next_at", "next_at", postgresql_where=text("next_at IS NOT NULL")),
    Index("ix_client_case_director", "director", postgresql_where=text("forgotten IS NULL")),
    Index(
        "ix_client_case_handover",
        "handover_with",
        "handover_director",
        postgresql_where=text("handover_since IS NOT NULL AND handover_accepted IS NULL AND closed IS NULL"),
    ),
)

provision = Table(
    "provision",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("case_id", BigInteger, ForeignKey("client_case.id"), nullable=False),
    Column("key", Text, nullable=False),
    Column("round", Integer, nullable=False, server_default=text("1")),
    Column("purpose", Text),  # what this round is for: a code of config
    Column("again", Text),  # why it is needed again: a code of config
    Column("status", Text, nullable=False),
    Column("needed_on", Date, nullable=False),
    Column("urgent", Boolean, nullable=False),
    Column("asked", Boolean, nullable=False),
    Column("asked_on", Date),  # null too where that was not noted
    Column("asked_at", Moment),  # of what is promised for the very day
    Column("their_number", Text),  # the counter's own; null once forgotten
    Column("urgent_since", Date),  # null when it was so from the beginning
    Column("urgent_because", Text),  # a code of config
    Column("needed_from", Date),
    Column("agreed", Date),
    Column("agreed_on", Date),  # stops before this day do not move the agreed date
    Column("applied_on", Date),
    Column("started_on", Date),
    Column("reopened_on", Date),
    Column("breached_on", Date),  # D+1 of a promise that was broken before other rules or a move changed D
    Column("late_noted", Date),  # the D+1 whose passing the clock has noted
    Column("ended_on", Date),  # without an outcome: with its case, or by a move
    Column("taken_over_by", Text),  # who goes on with it: a code of config
    Column("continues", Integer),  # the round of the municipality before, which this one took over
    Column("municipality", Text),  # to which it belongs; null: to that of the case
    Column(
        "statutory_as_before", Boolean, nullable=False, server_default=text("false")
    ),  # from before there were milestones
    # derived
    Column("due", Date),  # D, an open suspension running to its end
    Column("statutory_due", Date),
    # first day after the end of a term → day of the milestone that ended it, or null
    Column("statutory_late", JSONB, nullable=False, server_default=text("'{}'")),
    Column(
        "late_from", Moment
    ),  # overdue from this moment on; null when closed, blocked or the clock is stopped for good
    Column(
        "breach_day", Date
    ),  # the breach belongs to this day (D+1), once it has come; null when the promise was kept
    Column("suspended_until", Date),  # the day on which the present suspension ends by itself
    Column("closed_on", Date),
    Column("lies_with", Text),
    Column("next_at", Moment),  # the next moment on which anything happens: the clock reads this index
    # its run in Prefect (provisions.store.runs)
    Column("flow_run", Uuid),
    Column("generation", Integer, nullable=False, server_default=text("0")),
    Column("observed_generation", Integer, nullable=False, server_default=text("0")),
    UniqueConstraint("case_id", "key", "round"),
    Index("ix_provision_next_at", "next_at", postgresql_where=text("next_at IS NOT NULL")),
    Index("ix_provision_late_from", "late_from", postgresql_where=text("late_from IS NOT NULL")),
    Index("ix_provision_lies_with", "lies_with", postgresql_where=text("lies_with IS NOT NULL")),
    Index("ix_provision_stale", "id", postgresql_where=text("generation <> observed_generation")),
    Index("ix_provision_blocked", "needed_on", postgresql_where=text("status = 'blocked'")),
    Index("ix_provision_flow_run", "flow_run", postgresql_where=text("flow_run IS NOT NULL")),
)

# What the clock will record of a provision at its ``next_at`` unless anything changes before: decided ahead, so that
# thousands that fall due in one instant are recorded by a few statements (``provisions/store/lookahead.py``).
foreseen = Table(
    "foreseen",
    metadata,
    _provision_id(primary=True),
    Column("case_id", BigInteger, nullable=False),
    Column("at", Moment, nullable=False),  # the ``next_at`` that it was decided for
    Column("until", Moment, nullable=False),  # decided anew from here on; ``at``: this can't be decided ahead
    Column("rules", Text, nullable=False),  # the fingerprint of the rules that it was decided by
    Column("late_noted", Date),
    Column("late_from", Moment),
    Column("breach_day", Date),
    Column("lies_with", Text),
    Column("next_at", Moment),
    Column("rungs", JSON, nullable=False),
    Column("messages", JSON, nullable=False),
    Column("lines", JSON, nullable=False),  # of the audit
    Column("digests", LargeBinary, nullable=False),  # of the lines, one after the other: for the chain
    Index("ix_foreseen_case_id", "case_id"),
)

suspension = Table(
    "suspension",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    _provision_id(),
    Column("start", Date, nullable=False),
    Column("until", Date, nullable=False),
    Column("reason", Text, nullable=False),
    Column("resumed", Date),
    Index("ix_suspension_provision_id", "provision_id"),
)

waiver = Table(
    "waiver",
    metadata,
    _provision_id(primary=True),
    Column("dependency", Text, primary_key=True),
    Column("day", Date, nullable=False),
    Column("code", Text, nullable=False, server_default=text("'other'")),  # why: a code of config
)

rung = Table(
    "rung",
    metadata,
    _provision_id(primary=True),  # with name: each rung of each provision once, whoever climbs it
    Column("name", Text, primary_key=True),
    Column("due", Moment, nullable=False),
    Column("climbed", Moment, nullable=False, server_default=func.clock_timestamp()),
    Column("message", Uuid, nullable=False),
    Column("answer", Text),
    Column("submitted", Boolean),
    Column("taken_over", Boolean, nullable=False, server_default=text("false")),  # climbed in the municipality before
    Index("ix_rung_to_judge", "provision_id", postgresql_where=text("name = 'maatwerkloket' AND submitted IS NULL")),
    Index("ix_rung_answered", "climbed", postgresql_where=text("answer IS NOT NULL")),
)

outcome = Table(
    "outcome",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    _provision_id(),
    Column("name", Text, nullable=False),
    Column("day", Date, nullable=False),
    Column("recorded", Moment, nullable=False),
    Column("fields", JSONB, nullable=False, server_default=text("'{}'")),
    Column("undone", Boolean, nullable=False, server_default=text("false")),
    Column(
        "without_place", Boolean, nullable=False, server_default=text("false")
    ),  # stays when the fields are forgotten
    Index("ix_outcome_provision_id", "provision_id"),
    Index("ix_outcome_day", "day"),
)

follow_up = Table(
    "follow_up",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    _provision_id(),
    Column("name", Text, nullable=False),
    Column("due", Date, nullable=False),
    Column("done", Date),
    Column("lapsed", Boolean, nullable=False, server_default=text("false")),
    Column("reminded", Boolean, nullable=False, server_default=text("false")),
    Column("reminded_again", Boolean, nullable=False, server_default=text("false")),
    UniqueConstraint("provision_id", "name", "due"),
    Index("ix_follow_up_due", "due", postgresql_where=text("done IS NULL AND NOT lapsed")),
)

# When a case was at rest: nothing of it ran on the days between.
rest = Table(
    "rest",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("case_id", BigInteger, ForeignKey("client_case.id"), nullable=False),
    Column("start", Date, nullable=False),
    Column("reason", Text, nullable=False),  # a code of config
    Column("until", Date, nullable=False),  # at the latest
    Column("woken", Date),
    Index("ix_rest_case_id", "case_id"),
)

# Where the client slept before; what holds are columns of ``client_case``. No code of it says who it is: it stays.
living = Table(
    "living",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("case_id", BigInteger, ForeignKey("client_case.id"), nullable=False),
    Column("situation", Text, nullable=False),  # a code of config
    Column("losing_place", Boolean),
    Column("wlz", Text, nullable=False),
    Column("day", Date, nullable=False),
    Index("ix_living_case_id", "case_id"),
)

# A place to sleep that the client loses, or was to lose. At most the last one of a case has the state ``ends``.
place = Table(
    "place",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("case_id", BigInteger, ForeignKey("client_case.id"), nullable=False),
    Column("ends", Date, nullable=False),
    Column("kind", Text, nullable=False),  # codes of config
    Column("because", Text, nullable=False),
    Column("day", Date, nullable=False),  # on which it was recorded
    Column("state", Text, nullable=False),
    Column("settled_on", Date),
    Column("added", Integer),  # the round of shelter that is needed because of it
    Index("ix_place_case_id", "case_id"),
    Index("ix_place_ends", "ends", postgresql_where=text("state = 'ends'")),
)

# What is to be done about a case as a whole.
case_follow_up = Table(
    "case_follow_up",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("case_id", BigInteger, ForeignKey("client_case.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("due", Date, nullable=False),
    Column("done", Date),
    Column("lapsed", Boolean, nullable=False, server_default=text("false")),
    Column("reminded", Boolean, nullable=False, server_default=text("false")),
    Column("reminded_again", Boolean, nullable=False, server_default=text("false")),
    UniqueConstraint("case_id", "name", "due"),
    Index("ix_case_follow_up_due", "due", postgresql_where=text("done IS NULL AND NOT lapsed")),
)

# From when it was needed, before that changed; the day that holds is a column of ``provision``.
needed_from = Table(
    "needed_from",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    _provision_id(),
    Column("day", Date),
    Column("until", Date, nullable=False),
    Index("ix_needed_from_provision_id", "provision_id"),
)

# Who was warned beforehand, of which day. Without a message: none was sent any more. With `to_judge`: somebody decides whether
# the region's central desk is asked, and `submitted` says what was decided.
warned = Table(
    "warned",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    _provision_id(),
    Column("name", Text, nullable=False),
    Column("day", Date, nullable=False),
    Column("sent", Moment, nullable=False),
    Column("message", Uuid),
    Column("to_judge", Boolean, nullable=False, server_default=text("false")),
    Column("submitted", Boolean),
    UniqueConstraint("provision_id", "name", "day"),
    Index("ix_warned_to_judge", "provision_id", postgresql_where=text("to_judge AND submitted IS NULL")),
)

# Signals about what is promised for the very day. Without a message: a night that a later letter counts in, or too late.
signalled = Table(
    "signalled",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    _provision_id(),
    Column("name", Text, nullable=False),
    Column("day", Date, nullable=False),
    Column("sent", Moment, nullable=False),
    Column("message", Uuid),
    UniqueConstraint("provision_id", "name", "day"),
    Index("ix_signalled_day", "day"),
)

# Dated facts that are no outcome; named again it is a correction.
milestone = Table(
    "milestone",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    _provision_id(),
    Column("name", Text, nullable=False),
    Column("day", Date, nullable=False),
    UniqueConstraint("provision_id", "name"),
    Index("ix_milestone_notice", "provision_id", postgresql_where=text("name = 'notice_of_default'")),
)

# Why it is not there yet, as was said on a day; the last one counts.
cause = Table(
    "cause",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    _provision_id(),
    Column("code", Text, nullable=False),  # of config
    Column("day", Date, nullable=False),
    Index("ix_cause_provision_id", "provision_id"),
)

# What those said who were asked by a message, in order; a receiver is a function, never a person.
reply = Table(
    "reply",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    _provision_id(),
    Column("receiver", Text, nullable=False),
    Column("said", Text, nullable=False),  # one of provisions.domain.case.Said
    Column("day", Date, nullable=False),  # on which it was said
    Column("named", Date),  # the day that was named with it
    Column("amount", BigInteger),  # euro cents
    Column("purpose", Text),  # of config, as are the next two
    Column("spent_on", Text),
    Column("because", Text),
    Column("checked", Boolean),  # whether the Maatwerkregister was looked at
    Column("handled", Date),
    Column("reminded", Boolean, nullable=False, server_default=text("false")),
    Index("ix_reply_provision_id", "provision_id"),
)

# Agreed dates that another one replaced; the one that holds is a column of ``provision``.
agreement = Table(
    "agreement",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    _provision_id(),
    Column("day", Date, nullable=False),
    Column("agreed_on", Date, nullable=False),
    Index("ix_agreement_provision_id", "provision_id"),
)

# kind: one of provisions.domain.messages.MessageKind
message = Table(
    "message",
    metadata,
    Column("id", Uuid, primary_key=True),  # from what it is about, so that the same message is never made twice
    # Null: it is about a case as a whole (``case_id``), or its content lies ready in ``prepared``.
    Column("provision_id", BigInteger, ForeignKey("provision.id")),
    # Of what is about a case as a whole only: whoever writes that holds the case, and who records a rung does not.
    Column("case_id", BigInteger, ForeignKey("client_case.id")),
    Column("kind", Text, nullable=False),
    Column("detail", Text),  # the rung, or the name of the follow-up
    Column("municipality", Text),  # whose counter or table, as it was when the message was decided on
    Column("created", Moment, nullable=False),
    Column("status", Text, nullable=False, server_default=text("'pending'")),  # pending, sent, void, failed
    Column("attempts", SmallInteger, nullable=False, server_default=text("0")),
    Column("next_try", Moment),  # when it is tried (again); null once sent or void
    Column("sent", Moment),
    Column("recipients", ARRAY(Text)),  # where it went
    Column("subject", Text),
    Column("body", Text),  # the plain text as it was sent
    Column("error", Text),
    Column("held", Boolean, nullable=False, server_default=text("false")),  # it waits for its receiver's sake
    Column("overview", Text),  # in whose overview of the day it stands, or will: a person's, a table's
    CheckConstraint("status IN ('pending', 'sent', 'void', 'failed')", name="status"),
    Index("ix_message_next_try", "next_try", postgresql_where=text("next_try IS NOT NULL")),
    Index("ix_message_overview", "next_try", postgresql_where=text("overview IS NOT NULL AND next_try IS NOT NULL")),
    Index("ix_message_provision_id", "provision_id"),
    Index("ix_message_case_id", "case_id", postgresql_where=text("case_id IS NOT NULL")),
)

# What became of a message for each of its receivers (an address): one may have it and another not. Written when it is tried.
delivery = Table(
    "delivery",
    metadata,
    Column("message", Uuid, ForeignKey("message.id", ondelete="CASCADE"), primary_key=True),
    Column("receiver", Text, primary_key=True),
    Column("status", Text, nullable=False),  # pending, sent, failed
    Column("attempts", SmallInteger, nullable=False),
    Column("next_try", Moment),
    Column("sent", Moment),
    Column("error", Text),
    CheckConstraint("status IN ('pending', 'sent', 'failed')", name="status"),
)

# The plan of a case as Prefect shows it: an artifact. A table of its own and no columns of ``client_case``, because whoever
# wants a plan again need not hold the case.
plan = Table(
    "plan",
    metadata,
    Column("case_id", BigInteger, ForeignKey("client_case.id"), primary_key=True, autoincrement=False),
    Column("wanted", Integer, nullable=False, server_default=text("1")),
    Column("shown", Integer, nullable=False, server_default=text("0")),
    Column("shown_on", Date),  # the day that the text was written for: it says how many days late
    Column("digest", Text),  # of what was written, so that the same is not written twice
    Column("artifact", Uuid),
    Column("tagged", Text),  # the municipality by which the runs of a case that moved can be found in Prefect
    Column(
        "unsent", Boolean, nullable=False, server_default=text("false")
    ),  # what was written says that post has not left
    Index("ix_plan_wanted", "case_id", postgresql_where=text("wanted <> shown")),
)

# Audit lines that are still to be announced in Prefect as events; a row is gone once that is done.
announcement = Table("announcement", metadata, Column("audit_id", BigInteger, primary_key=True, autoincrement=False))

# A row here: this database holds an example, whose lines are dated by a clock of its own. Only the owner of the tables sets it.
example = Table(
    "example",
    metadata,
    Column("single", Boolean, CheckConstraint("single", name="single"), primary_key=True, server_default=text("true")),
)

# What one person asked and another decides on (four eyes): ``A-17`` is number 17.
approval = Table(
    "approval",
    metadata,
    Column("number", BigInteger, Identity(), primary_key=True),
    Column("case_id", BigInteger, ForeignKey("client_case.id"), nullable=False),
    Column("key", Text),  # with round: the provision that it is about
    Column("round", Integer),
    Column("act", Text, nullable=False),
    Column("data", JSONB, nullable=False),  # days and codes, never free text
    Column("asked_by", Text, nullable=False),
    Column("asked_at", Moment, nullable=False),
    Column("state", Text, nullable=False),
    Column("decided_by", Text),
    Column("decided_at", Moment),
    Column("asked_again", Boolean, nullable=False, server_default=text("false")),  # of the others, a working day later
    Index("ix_approval_case_id", "case_id"),
    Index("ix_approval_asked", "number", postgresql_where=text("state = 'asked'")),
)

# The customised budget (maatwerkbudget), line by line: what was asked, decided, spent, returned, corrected. ``B-3`` is number 3.
budget_number = Sequence("budget_number_seq", metadata=metadata)
budget_line = Table(
    "budget_line",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("case_id", BigInteger, ForeignKey("client_case.id"), nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("amount", BigInteger, nullable=False),  # euro cents
    Column("day", Date, nullable=False),
    Column("year", Integer, nullable=False),  # whose money it is
    Column("municipality", Text, nullable=False),  # whose budget
    Column("why", Text, nullable=False),  # codes of config
    Column("what", Text, nullable=False),
    Column("approval", BigInteger, nullable=False),  # A-…; what was asked there is forgotten before this is
    Column("key", Text),  # with round: the provision that it is for; null once forgotten
    Column("round", Integer),
    Column("first", Boolean, nullable=False, server_default=text("false")),  # spent first, outside office hours
    Index("ix_budget_line_case_id", "case_id"),
    Index("ix_budget_line_municipality", "municipality", "number"),
    Index("ix_budget_line_number", "number"),
)

# What a person brings before the steering group: ``S-4`` is number 4. It is about no client, and its text is what a second person
# saw and agreed to: the one text that leaves, so it stands here and not with what is said of clients.
brought_in = Table(
    "brought_in",
    metadata,
    Column("number", BigInteger, Identity(), primary_key=True),
    Column("municipality", Text, nullable=False),
    Column("about", Text, nullable=False),  # the key of a provision, or "other"
    Column("cause", Text, nullable=False),  # a code of config
    Column("cases", Integer, nullable=False),
    Column("decision", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("due", Date, nullable=False),
    Column("asked_by", Text, nullable=False),
    Column("asked_on", Date, nullable=False),
    Column("state", Text, nullable=False),
    Column("seen_by", Text),
    Column("decided_on", Date),
    Column("until", Date),
    Column("deferred", Integer, nullable=False, server_default=text("0")),
    Column("reason", Text),  # why the second person did not agree: it stays in the municipality
    CheckConstraint("char_length(decision) <= 300", name="decision"),
)

# The last thing that a person did with a case, for as long as it may be taken back (``provisions/store/acts.py``).
last_act = Table(
    "last_act",
    metadata,
    Column("case_id", BigInteger, ForeignKey("client_case.id"), primary_key=True, autoincrement=False),
    Column("act", Integer, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("after", BigInteger, nullable=False),  # the number of the last line of the audit before it
    Column("lines", Integer, nullable=False),  # how many it recorded
    Column("never", Text),  # what keeps it from being taken back: a word of the record
    Column("before", JSONB),  # what it changed, as it was
    Column("provisions", ARRAY(BigInteger), nullable=False),  # what it changed, or had letters written about
    Column(
        "leaving", ARRAY(Uuid), nullable=False, server_default=text("'{}'")
    ),  # letters about these that began to leave
    Index("ix_last_act_at", "at"),
)

# Runs in Prefect of what was taken back, to be ended; a row is gone once that is done.
stray_run = Table("stray_run", metadata, Column("flow_run", Uuid, primary_key=True))

# Who is away (both days are days of absence), and who acts meanwhile. One that ended before it began holds on no day.
absence = Table(
    "absence",
    metadata,
    Column("number", BigInteger, Identity(), primary_key=True),
    Column("director", Text, nullable=False),
    Column("deputy", Text, nullable=False),
    Column("start", Date, nullable=False),
    Column("until", Date, nullable=False),
    Column("asked_on", Date),  # when the team lead was asked what is to happen after it
    Column(
        "salt", LargeBinary, nullable=False, server_default=text("uuid_send(gen_random_uuid())")
    ),  # of the codes in its lines
    Index("ix_absence_until", "until"),
)

# A call of the stand-by of a municipality: as long as nobody acknowledged it, the next one is called at ``next_at``.
standby_call = Table(
    "standby_call",
    metadata,
    Column("number", BigInteger, Identity(), primary_key=True),
    Column("municipality", Text, nullable=False),
    Column("since", Moment, nullable=False),  # when the first message that it is about was decided on
    Column("called", SmallInteger, nullable=False, server_default=text("0")),  # how many times
    Column("called_at", Moment),
    Column("next_at", Moment),  # null: it is over
    Column("ended_at", Moment),
    Column("acknowledged_by", Text),
    Column("error", Text),  # why the last try of the gateway failed
    Index("ix_standby_call_open", "municipality", unique=True, postgresql_where=text("next_at IS NOT NULL")),
)

# Who may come in, and as what. A person without a password came in by the provider of identities, or was not set up yet.
person = Table(
    "person",
    metadata,
    Column("code", Text, primary_key=True),
    Column("made", Moment, nullable=False),
    Column("blocked", Moment),
    Column("password", Text),  # argon2id, with its salt and parameters
    Column("second", LargeBinary),  # the secret of the second factor, sealed (``machine/sealing.py``)
    Column("second_used", BigInteger),  # the last step of which the digits were taken: each is good once
)

person_grant = Table(
    "person_grant",
    metadata,
    Column("code", Text, ForeignKey("person.code", ondelete="CASCADE"), primary_key=True),
    Column("role", Text, primary_key=True),
    Column("municipality", Text, primary_key=True),  # empty: the region
)

# Who somebody is at the provider of identities: bound at the first sign-in, and nobody else's from then on.
identity = Table(
    "identity",
    metadata,
    Column("issuer", Text, primary_key=True),
    Column("subject", Text, primary_key=True),
    Column("code", Text, ForeignKey("person.code", ondelete="CASCADE"), nullable=False),
    Index("ix_identity_code", "code"),
)

# A one-time address at which somebody sets a password. Only a digest of its secret is kept.
invitation = Table(
    "invitation",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("code", Text, ForeignKey("person.code", ondelete="CASCADE"), nullable=False),
    Column("until", Moment, nullable=False),
    Index("ix_invitation_code", "code"),
)

# How somebody wants messages (``domain/holding.py``); whoever chose nothing has no row.
preference = Table(
    "preference",
    metadata,
    Column("code", Text, primary_key=True),
    Column("pace", Text, nullable=False),
    Column("quiet", Boolean, nullable=False),
)

# Who is signed in. ``id`` is a digest of what the browser has; ``grants``: as the provider said, else those of the person.
session = Table(
    "session",
    metadata,
    Column("id", LargeBinary, primary_key=True),
    Column("code", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("grants", JSON),
    Column("began", Moment, nullable=False),
    Column("seen", Moment, nullable=False),
    Column("rights_at", Moment, nullable=False),
    Index("ix_session_code", "code"),
    Index("ix_session_seen", "seen"),
)

# Who is on the way to the provider of identities and back.
sign_in = Table(
    "sign_in",
    metadata,
    Column("state", LargeBinary, primary_key=True),  # a digest
    Column("browser", LargeBinary, nullable=False),  # a digest of the cookie that it belongs to
    Column("nonce", Text, nullable=False),
    Column("verifier", Text, nullable=False),
    Column("onward", Text, nullable=False),
    Column("until", Moment, nullable=False),
)

# The own due days as a calendar, where somebody asked for it. Only a digest of the secret in its address is kept. ``grants``:
# what the provider of identities said at the last sign-in (``rights_at``); null where the account says it.
calendar_feed = Table(
    "calendar_feed",
    metadata,
    Column("code", Text, ForeignKey("person.code", ondelete="CASCADE"), primary_key=True),
    Column("digest", LargeBinary, nullable=False, unique=True),
    Column("made", Moment, nullable=False),
    Column("grants", JSON),
    Column("rights_at", Moment),
)

# A form of a page that was sent, for a day: what is sent again is not done again, and is told what the first did. ``after`` and
# ``lines``: which lines of the case it recorded; ``said``: what there is to say where it is about no case, or more than one.
submission = Table(
    "submission",
    metadata,
    Column("number", Text, primary_key=True),
    Column("by", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("case_id", BigInteger),
    Column("after", BigInteger, nullable=False, server_default=text("0")),
    Column("lines", Integer, nullable=False, server_default=text("0")),
    Column("onward", Text, nullable=False, server_default=text("''")),
    Column("said", Text, nullable=False, server_default=text("''")),
    Index("ix_submission_at", "at"),
)

# What was typed in a form when the session had ended: sealed, for the same person, for half an hour.
typed = Table(
    "typed",
    metadata,
    Column("person", Text, primary_key=True),
    Column("page", Text, primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("until", Moment, nullable=False),
)

# A code that goes with the link in a letter: which message brings it, for which browser (a digest of its cookie). The digits are
# kept nowhere.
answer_code = Table(
    "answer_code",
    metadata,
    Column("message", Uuid, primary_key=True),
    Column("letter", Uuid, nullable=False),
    Column("browser", LargeBinary, nullable=False),
    Column("asked", Moment, nullable=False),
    Column("tries", SmallInteger, nullable=False, server_default=text("0")),
    Index("ix_answer_code_letter", "letter", "asked"),
)

# Who came in, was refused, and looked at what. Append-only: a trigger refuses UPDATE, TRUNCATE, and DELETE before ``keep_until``.
access_log = Table(
    "access_log",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("at", Moment, nullable=False),
    Column("code", Text),  # null: nobody known
    Column("what", Text, nullable=False),
    Column("about", Text),  # the person that was added, blocked, …
    Column("case_id", BigInteger),
    Column("page", Text),
    Column("via", Text, nullable=False),
    Column("keep_until", Date, nullable=False),
    # With which reason somebody looks who has no standing right to, where, and until when.
    Column("municipality", Text),
    Column("reason", Text),
    Column("until", Moment),
    Index("ix_access_log_code", "code", "at"),
    Index("ix_access_log_case_id", "case_id", "at", postgresql_where=text("case_id IS NOT NULL")),
    Index("ix_access_log_keep_until", "keep_until"),
    Index("ix_access_log_reason", "municipality", "at", postgresql_where=text("reason IS NOT NULL")),
)

# A provision as a zaak in the case system of a municipality. What the server says is kept as ids, days and the names of types:
# never what counters write. ``first_status``, ``closing_at``: fixed before the call that sets a status of that moment.
# ``claimed``: until then one process is at it; ``left``: when something last left about it. ``said``: what was last dealt with of
# what it should say.
zaak = Table(
    "zaak",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    _provision_id(),
    Column("attempt", SmallInteger, nullable=False, server_default=text("1")),
    Column("municipality", Text, nullable=False),
    Column("number", Text, nullable=False),
    Column("mode", Text, nullable=False),
    Column("state", Text, nullable=False, server_default=text("'wanted'")),
    Column("start", Date),
    Column("first_status", Moment),
    Column("closing_at", Moment),
    Column("uuid", Uuid),
    Column("url", Text),
    Column("zaaktype", Text),
    Column("said", JSONB, nullable=False, server_default=text("'{}'")),
    Column("left", Moment),
    Column("claimed", Moment),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("next_try", Moment),  # null: nothing is to be done there
    Column(
        "touched", Integer, nullable=False, server_default=text("0")
    ),  # how often what it should say may have changed
    Column("look_at", Moment),  # null: it is not looked at
    Column("doubted", Moment),  # since when it contradicts itself
    Column("fault", Text),  # a code, never a body
    Column("signal", Text),
    Column("signalled", Moment),
    Column("words", Text),  # the name of its resultaat
    Column("ended", Date),
    UniqueConstraint("provision_id", "attempt"),
    UniqueConstraint("municipality", "number"),
    Index("ix_zaak_next_try", "next_try", postgresql_where=text("next_try IS NOT NULL")),
    Index("ix_zaak_look_at", "look_at", postgresql_where=text("look_at IS NOT NULL")),
    Index("ix_zaak_uuid", "uuid", unique=True, postgresql_where=text("uuid IS NOT NULL")),
)

# Each closing of a zaak that was taken in: once, whoever saw it first. ``outcome``: what it means, null where that is not known.
zaak_closing = Table(
    "zaak_closing",
    metadata,
    _provision_id(),
    Column("zaak_id", BigInteger, ForeignKey("zaak.id"), nullable=False),
    Column("result", Uuid, nullable=False),
    Column("status", Uuid, nullable=False),
    Column("words", Text, nullable=False),
    Column("day", Date, nullable=False),
    Column("outcome", Text),
    Column("recorded", Boolean, nullable=False),
    PrimaryKeyConstraint("provision_id", "result", "status"),
    Index("ix_zaak_closing_zaak_id", "zaak_id"),
)

# What is of the moment and in no backup: after a restore everybody signs in again, and asks for a calendar anew, for an address
# that was revoked must not come back.
PASSING = frozenset(
    {
        *("answer_code", "calendar_feed", "invitation", "last_act", "session", "sign_in", "stray_run", "submission"),
        "typed",
    }
)

# What the program remembers of itself, such as the rules by which the derived columns were computed.
setting = Table("setting", metadata, Column("name", Text, primary_key=True), Column("value", Text, nullable=False))

free_text = Table(
    "free_text",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("case_id", BigInteger, ForeignKey("client_case.id"), nullable=False),
    Column("body", Text, nullable=False),
    Column("salt", LargeBinary, nullable=False),  # of the digest in the audit; gone with the text
    Index("ix_free_text_case_id", "case_id"),
)

# Append-only: a trigger refuses UPDATE, DELETE and TRUNCATE, whoever connects. Written by ``chain.append`` only.
audit = Table(
    "audit",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),  # given by the head: the order of the chain
    Column("at", Moment, nullable=False, server_default=func.clock_timestamp()),
    Column("by", Text, nullable=False),  # empty once the case is forgotten
    Column("case_id", BigInteger),  # null: about no case
    Column("key", Text),
    Column("what", Text, nullable=False),
    Column("because", Text, nullable=False, server_default=text("''")),  # a generated Dutch sentence, never free text
    Column("data", JSONB),  # days and choices, for programs
    Column("message", Uuid),
    Column("free_text_id", BigInteger),
    Column("note_digest", LargeBinary),  # of the free text and its salt
    Column(
        "staff_digest", LargeBinary
    ),  # of the codes of people and the salt of the case; the codes go when it is forgotten
    Column("hash", LargeBinary, nullable=False),  # of the hash before it and of this line
    Index("ix_audit_case_id", "case_id", "at"),
    Index("ix_audit_at", "at", postgresql_using="brin"),  # lines are added in order of time
    # The facts that the report reads from here, because they have no table of their own.
    Index(
        "ix_audit_report",
        "case_id",
        postgresql_where=text(
            "what IN ('act.undone', 'case.transferred', 'provision.reopened', 'rung.answered', 'rung.submitted', 'term.agreed')"
        ),
    ),
)

# The round of a provision that a line is about; it stands in the data, because the chain hashes a fixed tuple.
audit_round = func.coalesce(audit.c.data["round"].as_integer(), 1)

# The end of the chain: one row, locked by whoever records until that is committed. A trigger refuses to go back.
audit_head = Table(
    "audit_head",
    metadata,
    Column("single", Boolean, CheckConstraint("single", name="single"), primary_key=True, server_default=text("true")),
    Column("last_line", BigInteger, nullable=False),
    Column("lines", BigInteger, nullable=False),
    Column("hash", LargeBinary, nullable=False),
)

# What is still to be erased outside this database of a case that was forgotten; a row is gone once that is done.
erasure = Table(
    "erasure",
    metadata,
    Column("case_id", BigInteger, ForeignKey("client_case.id"), primary_key=True, autoincrement=False),
    Column("reference", Text, nullable=False),
    Column("messages", ARRAY(Uuid), nullable=False),
)

# The content of a message that belongs to no provision, written when it was decided on: a repeat is the same.
prepared = Table(
    "prepared",
    metadata,
    Column("message", Uuid, ForeignKey("message.id"), primary_key=True),
    Column("recipients", JSON, nullable=False),  # [{"name", "email"}]
    Column("subject", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("html", Text, nullable=False),
    Column("attachments", JSON, nullable=False),  # [{"name", "media_type", "content"}]; content is text
)

# The steering group's reports as they were sent: frozen, each week once.
report = Table(
    "report",
    metadata,
    Column("week", Text, primary_key=True),  # ISO, 2026-W47; 2026-W47+1 when made anew
    Column("made", Moment, nullable=False),
    Column("figures", JSON, nullable=False),  # as ``report --json`` shows them; json, not jsonb, keeps the order
    Column("message", Uuid, ForeignKey("message.id"), nullable=False),
)
