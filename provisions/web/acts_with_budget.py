"""What can be asked from the customised budget for a client, and what became of it: acts of the plan."""

from provisions.access import Subject, UseCase
from provisions.domain import budget as figures
from provisions.domain import dutch
from provisions.domain.budget import Entry
from provisions.domain.errors import Part
from provisions.domain.possible import Can
from provisions.domain.rules import CodeList
from provisions.usecases.cases import Cases
from provisions.web.acts import NO_PERSON, Act, Scene, codes, on_day, only_one
from provisions.web.forms import Field, Filled, Form, Kind

_SPENT, _RETURNED, _CORRECT = "spent", "returned", "correct"
_AMOUNT_HINT = "In euro, zoals 120 of 120,50."


def _ask_form(scene: Scene) -> Form:
    rule = scene.config.catalogue.budgets[scene.case.municipality]
    named = [(f"{p.provision.key}#{p.provision.round}", dutch.capitalised(p.name)) for p in scene.view.provisions]
    fields = (
        Field("amount", "Hoeveel is er nodig?", Kind.LINE, required=True, hint=_AMOUNT_HINT, parts=(Part.AMOUNT,)),
        Field("what", "Waarvoor?", Kind.LIST, codes(scene, CodeList.BUDGET_WHAT), True, parts=(Part.BUDGET_WHAT,)),
        Field("why", "Waarom?", Kind.ONE, codes(scene, CodeList.BUDGET_WHY), True, parts=(Part.BUDGET_REASON,)),
        Field("key", "Bij welke voorziening?", Kind.LIST, named, empty="Bij geen"),
    )
    lead = (
        f"Tot en met {dutch.euros(rule.colleague)} beslist een collega, daarboven een teamleider. Tot dan verandert er niets. "
        f"Buiten kantooruren mag u tot en met {dutch.euros(rule.first)} eerst uitgeven; een ander kijkt dan "
        "binnen twee werkdagen mee."
    )
    return Form("budget", "Maatwerkbudget vragen", "Bedrag vragen", fields, lead)


def _ask(cases: Cases, scene: Scene, filled: Filled) -> str:
    asked = cases.ask_budget(
        scene.reference,
        amount=filled.one("amount"),
        why=filled.one("why"),
        what=filled.one("what"),
        key=filled.text("key"),
        by=scene.by,
    )
    told = f"Gevraagd: A-{asked.approval} (B-{asked.number})."
    if asked.first and asked.seen_by is not None:
        return f"{told} U mag het nu uitgeven; een ander kijkt mee, uiterlijk {dutch.dutch_date(asked.seen_by)}."
    return f"{told} Tot iemand akkoord geeft, verandert er niets."


def bookable(scene: Scene) -> list[Entry]:
    """What was asked for this client of which money may go out, or went out."""
    return [e for e in figures.entries(scene.case.budget).values() if e.may_be_spent]


def _book_form(scene: Scene) -> Form:
    whats = scene.config.catalogue.codes[CodeList.BUDGET_WHAT]
    numbers = [
        (f"B-{e.number}", f"B-{e.number}: {whats.get(e.asked.what, e.asked.what)}, {dutch.euros(e.asked.amount)}")
        for e in bookable(scene)
    ]
    kinds = [
        (_SPENT, "Er is geld uitgegeven"),
        (_RETURNED, "Er komt geld terug"),
        (_CORRECT, "Wat is uitgegeven, staat er verkeerd"),
    ]
    hint = f"{_AMOUNT_HINT} Bij een verbetering: wat er in totaal echt is uitgegeven."
    fields = (
        Field("kind", "Wat is er gebeurd?", Kind.ONE, kinds, required=True),
        Field("number", "Van welk bedrag?", Kind.ONE, numbers, required=True, given=only_one(numbers)),
        Field("amount", "Hoeveel?", Kind.LINE, required=True, hint=hint, parts=(Part.AMOUNT,)),
        Field(
            "because",
            "Waarom?",
            Kind.TEXT,
            required=True,
            only_for=(_RETURNED, _CORRECT),
            hint=NO_PERSON,
        ),
        on_day(scene),
    )
    return Form("budget_book", "Maatwerkbudget: uitgegeven of terug", "Vastleggen", fields)


def _book(cases: Cases, scene: Scene, filled: Filled) -> None:
    number, amount, on = filled.one("number"), filled.one("amount"), filled.day("on")
    match filled.one("kind"):
        case "spent":
            cases.budget_spent(number, amount=amount, by=scene.by, on=on)
        case "returned":
            cases.budget_returned(number, amount=amount, because=filled.one("because"), by=scene.by, on=on)
        case _:
            cases.budget_correct(number, amount=amount, because=filled.one("because"), by=scene.by, on=on)


def lines(scene: Scene) -> list[tuple[str, str, str, str, str]]:
    """What was asked for this client: number, for what, how much, what was spent and came back, how it stands; nothing for
    whoever may not ask.
    """
    if not scene.seen.may(UseCase.BUDGET, Subject(scene.case.municipality)):
        return []
    whats = scene.config.catalogue.codes[CodeList.BUDGET_WHAT]
    return [
        (
            f"B-{e.number}",
            dutch.capitalised(whats.get(e.asked.what, e.asked.what)),
            dutch.euros(e.asked.amount),
            f"{dutch.euros(e.spent)} uitgegeven, {dutch.euros(e.returned)} terug",
            dutch.capitalised(_stands(e)),
        )
        for e in figures.entries(scene.case.budget).values()
    ]


def _stands(entry: Entry) -> str:
    asked = f"{dutch.BUDGET[entry.state]} (A-{entry.asked.approval})"
    return f"{asked}; buiten kantooruren eerst uitgegeven" if entry.asked.first else asked


ACTS = (
    Act("budget", Can.BUDGET, UseCase.BUDGET, _ask_form, _ask),
    Act("budget_book", Can.BUDGET_BOOK, UseCase.BUDGET, _book_form, _book),
)
