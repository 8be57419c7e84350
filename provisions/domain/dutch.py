"""The Dutch words of the domain (domain.md, "Words"): one word per thing, in one place."""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from provisions.domain.calendar import day_of
from provisions.domain.case import Answer, Asked, BudgetKind, Desk, Reason, Said, Status
from provisions.domain.rules import Brp, OutcomeName, Route
from provisions.domain.rungs import RungName

MONTHS = (
    "januari", "februari", "maart", "april", "mei", "juni",
    "juli", "augustus", "september", "oktober", "november", "december",
)  # fmt: skip

STATUS = {
    Status.BLOCKED: "wacht op andere voorziening",
    Status.WAITING: "loopt",
    Status.DELIVERED: "geregeld",
    Status.REFUSED: "afgewezen",
    Status.WITHDRAWN: "cliënt ziet ervan af",
    Status.ENDED: "geëindigd",
    Status.HANDED_OVER: "overgedragen",
}
SUSPENDED = "klok stilgezet"
AT_REST = "uit beeld"
OVERDUE = "te laat"
ASKED = {
    Asked.ASKED: "gevraagd",
    Asked.APPROVED: "goedgekeurd",
    Asked.DENIED: "afgewezen",
    Asked.LAPSED: "vervallen",
}
BUDGET = {
    BudgetKind.ASKED: "gevraagd",
    BudgetKind.APPROVED: "goedgekeurd",
    BudgetKind.DENIED: "afgewezen",
    BudgetKind.LAPSED: "vervallen",
    BudgetKind.SPENT: "uitgegeven",
    BudgetKind.RETURNED: "teruggekomen",
    BudgetKind.CORRECTED: "gecorrigeerd",
}
OUTCOME = {
    OutcomeName.DELIVERED: "geregeld",
    OutcomeName.REFUSED: "afgewezen",
    OutcomeName.WITHDRAWN: "cliënt ziet ervan af",
}
REASON = {
    Reason.CLIENT_ASKS: "cliënt vraagt erom",
    Reason.CLIENT_DOCUMENTS: "cliënt levert nog stukken aan",
    Reason.OTHER_BODY: "een andere instantie is eerst aan zet",
    Reason.FORCE_MAJEURE: "overmacht",
}
ANSWER = {
    Answer.CUSTOMISED_BUDGET: "maatwerkbudget",
    Answer.DEVIATION: "afwijking van de regels",
    Answer.PRIORITY: "voorrang",
    Answer.OTHER_ROUTE: "andere route",
    Answer.BACK_TO_COUNTER: "terug naar het loket",
    Answer.UNRESOLVED: "geen oplossing",
}
SAID: Mapping[Said, str] = {
    Said.SEEN: "wij pakken dit op",
    Said.APPLIED: "aanvraag ontvangen",
    Said.PROMISED: "klaar op",
    Said.READY: "ligt klaar",
    Said.DELIVERED: "geregeld",
    Said.REFUSED: "wij wijzen af",
    Said.OBSTACLE: "dit lukt niet",
    Said.CALL_ME: "bel mij",
    **{Said(answer.value): said for answer, said in ANSWER.items()},
    Said.ASK_BACK: "vraag terug",
    Said.SUBMITTED: "ingediend",
    Said.NOT_SUBMITTED: "niet ingediend",
}
# What the counter must do now, by what a table answered.
ANSWER_ASKS = {
    Answer.CUSTOMISED_BUDGET: "Er mag geld voor worden gebruikt. Regel het nu, en bel de gemeentelijk regisseur over betalen. "
    "Laat het niet op de kosten wachten.",
    Answer.DEVIATION: "U mag hiervoor afwijken van uw gewone regels. Regel het nu, en noteer dat de doorbraaktafel dit besloot.",
    Answer.PRIORITY: "Behandel deze vraag met voorrang, vóór uw andere vragen.",
    Answer.OTHER_ROUTE: "Het wordt langs een andere weg geregeld. Doe nu niets nieuws; de gemeentelijk regisseur belt u. "
    "Heeft de inwoner zelf iets aangevraagd, dan loopt die aanvraag door.",
    Answer.BACK_TO_COUNTER: "Het is weer aan u. Regel het nu, of bel vandaag nog de gemeentelijk regisseur.",
    Answer.UNRESOLVED: "Er is daar geen oplossing gevonden. Ons verzoek aan u blijft staan.",
}
ROUTE = {
    Route.VOLUNTARY: "vrijwillig",
    Route.CONDITIONAL: "onder voorwaarden",
    Route.WVGGZ: "Wet verplichte ggz",
    Route.WZD: "Wet zorg en dwang",
    Route.BEMOEIZORG: "bemoeizorg",
}
BRP = {Brp.REGISTERED: "ingeschreven", Brp.UNREGISTERED: "niet ingeschreven", Brp.UNKNOWN: "onbekend"}
DECISION = {"submitted": "ingediend", "not_submitted": "niet ingediend"}
DESK = {Desk.MAATWERKLOKET: "landelijk Maatwerkloket", Desk.CENTRAL: "centrale loket van de regio"}
# What each choice of a closed list is called: people may type it instead of the code.
CALLED: Mapping[type[StrEnum], Mapping[Any, str]] = {
    OutcomeName: OUTCOME,
    RungName: {rung: rung.kind.label for rung in RungName},
    Desk: DESK,
    Reason: REASON,
    Answer: ANSWER,
    Route: ROUTE,
    Brp: BRP,
}
COUNTER = "loket"


def holder(lies_with: str) -> str:
    """With whom a provision lies: the counter, or who a rung is for.

    >>> holder("loket"), holder("regional")
    ('loket', 'regionale tafel')
    """
    return COUNTER if lies_with == COUNTER else RungName(lies_with).kind.holder


def dutch_date(day: date) -> str:
    """
    >>> dutch_date(date(2026, 11, 9))
    '9 november 2026'
    """
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def short_day(day: date) -> str:
    """Short enough for a cell of a table, without the year.

    >>> short_day(date(2026, 11, 9)), short_day(date(2026, 3, 9))
    ('9 nov', '9 mrt')
    """
    month = MONTHS[day.month - 1]
    return f"{day.day} {'mrt' if month == 'maart' else month[:3]}"


def day_and_month(day: date, now: datetime) -> str:
    """A day near ``now`` (aware), with the year when it is another one.

    >>> day_and_month(date(2026, 11, 9), datetime(2026, 11, 2)), day_and_month(date(2027, 1, 4), datetime(2026, 12, 2))
    ('9 november', '4 januari 2027')
    """
    return f"{day.day} {MONTHS[day.month - 1]}" if day.year == day_of(now).year else dutch_date(day)


def capitalised(text: str) -> str:
    """The first letter only: the rest may hold names.

    >>> capitalised("briefadres"), capitalised("Wmo-indicatie")
    ('Briefadres', 'Wmo-indicatie')
    """
    return text[:1].upper() + text[1:]


def counted(count: int, one: str, more: str) -> str:
    """
    >>> counted(1, "bericht", "berichten"), counted(0, "bericht", "berichten")
    ('1 bericht', '0 berichten')
    """
    return f"{count} {one if count == 1 else more}"


def euros(cents: int) -> str:
    """
    >>> euros(12050), euros(-2_500_000), euros(5)
    ('€ 120,50', '-€ 25.000,00', '€ 0,05')
    """
    whole, rest = divmod(abs(cents), 100)
    sign = "-" if cents < 0 else ""
    return f"{sign}€ {whole:,}".replace(",", ".") + f",{rest:02d}"


def days(count: int) -> str:
    """
    >>> days(1), days(3)
    ('1 dag', '3 dagen')
    """
    return counted(count, "dag", "dagen")


def without(provision: str, dependency: str) -> str:
    """A waiver, as a choice in a form and as the letters name it; both by their Dutch names.

    >>> without("briefadres", "identiteitsbewijs")
    'Briefadres zonder identiteitsbewijs'
    """
    return f"{capitalised(provision)} zonder {dependency}"


def follow_up(provision: str, title: str) -> str:
    """What has to be done after an outcome, as a choice in a form and as the letters name it.

    >>> follow_up("voorschot", "Controleren of het rechtmatig was")
    'Voorschot: Controleren of het rechtmatig was'
    """
    return f"{capitalised(provision)}: {title}"


def listed(words: list[str]) -> str:
    """
    >>> listed(["a", "b", "c"])
    'a, b en c'
    """
    return " en ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
