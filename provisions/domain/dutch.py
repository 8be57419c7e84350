"""The Dutch words of the domain (domain.md, "Words"): one word per thing, in one place."""

from datetime import date

from provisions.domain.case import Answer, Reason, Status
from provisions.domain.rules import Brp, OutcomeName, Route, RungName

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
}
SUSPENDED = "klok stilgezet"
OVERDUE = "te laat"
OUTCOME = {
    OutcomeName.DELIVERED: "geregeld",
    OutcomeName.REFUSED: "afgewezen",
    OutcomeName.WITHDRAWN: "cliënt ziet ervan af",
}
RUNG = {
    RungName.CASE_DIRECTOR: "herinnering aan de regisseur",
    RungName.DOORBRAAKTAFEL: "doorbraaktafel",
    RungName.REGIONAL: "regionale tafel",
    RungName.MAATWERKLOKET: "landelijk Maatwerkloket",
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
ROUTE = {
    Route.VOLUNTARY: "vrijwillig",
    Route.CONDITIONAL: "onder voorwaarden",
    Route.WVGGZ: "Wet verplichte ggz",
    Route.WZD: "Wet zorg en dwang",
    Route.BEMOEIZORG: "bemoeizorg",
}
BRP = {Brp.REGISTERED: "ingeschreven", Brp.UNREGISTERED: "niet ingeschreven", Brp.UNKNOWN: "onbekend"}
LIES_WITH = {
    "loket": "loket",
    "doorbraaktafel": "doorbraaktafel",
    "regional": "regionale tafel",
    "maatwerkloket": "landelijk Maatwerkloket",
    "case_director": "regisseur",
}
# What a message is, by its kind.
MESSAGE = {
    "request": "verzoek aan het loket",
    "application": "aanvraag aan het loket",
    "proceed": "loket kan verder",
    "again": "nieuw verzoek aan het loket",
    "rung": "escalatie",
    "taken_over": "escalatie, overgenomen na een verhuizing",
    "submission": "indiening bij het Maatwerkloket",
    "ready": "bericht aan de regisseur",
    "waiver_offer": "voorstel om af te wijken",
    "follow_up": "herinnering aan een vervolgactie",
    "cancelled": "verzoek vervalt",
    "handover": "overdracht",
    "report": "weekrapport",
    "morning": "ochtendbericht",
}


def dutch_date(day: date) -> str:
    """
    >>> dutch_date(date(2026, 11, 9))
    '9 november 2026'
    """
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def days(count: int) -> str:
    """
    >>> days(1), days(3)
    ('1 dag', '3 dagen')
    """
    return "1 dag" if count == 1 else f"{count} dagen"


def listed(words: list[str]) -> str:
    """
    >>> listed(["a", "b", "c"])
    'a, b en c'
    """
    return " en ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
