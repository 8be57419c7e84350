"""What may be typed: commands and options, with help and errors in Dutch."""

from functools import cache

from provisions.cli.arguments import access, ledger, life, looking, recording, running
from provisions.cli.arguments.dutch_parser import Commands, DutchParser

# In the order in which the help lists them.
SUBJECTS = (
    running.components,
    running.completion,
    looking.term,
    recording.intake,
    looking.cases,
    looking.messages,
    ledger.data,
    looking.report,
    looking.monitor,
    looking.bring_in,
    looking.sheet,
    looking.simulate,
    recording.outcome,
    recording.clock,
    recording.escalation,
    recording.replies,
    life.needs,
    life.transfer,
    life.directors,
    recording.follow_up,
    life.ends,
    life.rests,
    life.places,
    life.approvals,
    life.zaken,
    life.budget,
    life.facts,
    life.details,
    life.again,
    life.notes,
    life.undo,
    access.people,
    access.preferences,
    access.standby,
    access.rights,
)


@cache
def parser() -> DutchParser:
    """The whole command line. Made once: it keeps nothing of what it read."""
    root = DutchParser(
        prog="provisions",
        description="Basisvoorzieningen regelen binnen de beloofde termijn: elke voorziening loopt door tot zij geregeld is.",
    )
    commands = Commands(root)
    for subject in SUBJECTS:
        subject(commands)
    return root
