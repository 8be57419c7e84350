"""All use cases about a client's case, as one thing to ask: each lives in a file by what it is about.

A new one: a method in such a file, its decision in ``provisions.domain.lifecycle``, and the front that asks for it.
"""

from provisions.usecases.agreements import Agreements
from provisions.usecases.answers import Answers
from provisions.usecases.approvals import Approvals
from provisions.usecases.budgets import Budgets
from provisions.usecases.clock_stops import ClockStops
from provisions.usecases.directors import Directors
from provisions.usecases.ends import Ends
from provisions.usecases.facts import Facts
from provisions.usecases.intake import Intake
from provisions.usecases.monitoring import SayingAgain
from provisions.usecases.notes import Notes
from provisions.usecases.outcomes import Outcomes
from provisions.usecases.places import Places
from provisions.usecases.renewing import Renewing
from provisions.usecases.replies import Replies
from provisions.usecases.rests import Rests
from provisions.usecases.rounds import Rounds
from provisions.usecases.undoing import Undoing
from provisions.usecases.waivers import Waivers
from provisions.usecases.zaken import Zaken


class Cases(
    Intake,
    Outcomes,
    ClockStops,
    Waivers,
    Answers,
    Replies,
    Renewing,
    Agreements,
    Ends,
    Rounds,
    Rests,
    Places,
    Approvals,
    Budgets,
    Facts,
    SayingAgain,
    Notes,
    Directors,
    Undoing,
    Zaken,
):
    """What people do with cases. Each method is one transaction: state, audit, messages and runs to renew, or nothing."""
