"""The forms "Traject starten" and "Voorziening toevoegen": what a client needs."""

from datetime import date

from flows import context
from flows.forms import choices
from flows.forms.form import Fields, Form, Values
from provisions.catalogue import Config
from provisions.domain import dutch
from provisions.domain.rules import Brp, Catalogue
from provisions.usecases.intake import EVERYTHING, IntakeRequest


def start_case(config: Config) -> Form:
    """The form that starts a client's case."""
    places = choices.municipalities(config)
    labels = choices.provisions(config.catalogue)
    fields = (
        choices.with_new_reference(config)
        .chosen("municipality", places, next(iter(places)), "Gemeente")
        .choose(
            "route",
            choices.capitalised({route.value: label for route, label in dutch.ROUTE.items()}),
            "Langs welke weg mogen partners gegevens delen?",
        )
        .chosen(
            "brp",
            choices.capitalised({brp.value: label for brp, label in dutch.BRP.items()}),
            Brp.UNKNOWN.value,
            "Staat de cliënt in de BRP?",
            "Wie niet is ingeschreven, begint met het briefadres; het identiteitsbewijs volgt daarna.",
        )
        .choose_at_least_one(
            "needs",
            {EVERYTHING: "Alles wat er nog niet is", **labels},
            "Welke voorzieningen zijn nodig?",
            "'Alles wat er nog niet is' laat weg wat een afgesproken datum nodig heeft en er geen heeft.",
        )
        .choose_some("present", labels, "Welke voorzieningen zijn er al?")
    )
    fields = _common(fields, config.catalogue)
    fields = choices.code(
        fields, "director", "Wie is de regisseur?", "Leeg laten betekent: de regisseur van de gemeente."
    )
    fields.past_day("on", "Op welke dag is de intake?")
    return fields.form(
        "Traject starten",
        "Start het traject van een cliënt: elke voorziening die nodig is, krijgt een eigen run met een uiterste datum. "
        "De loketten krijgen meteen bericht. Lukt het niet, dan staat op de run wat u moet veranderen.",
        lambda values: _start(values, config.catalogue),
    )


def add_provision(config: Config) -> Form:
    """The form that adds a need to a case."""
    fields = choices.with_reference(config).choose_at_least_one(
        "needs", choices.provisions(config.catalogue), "Welke voorzieningen zijn ook nodig?"
    )
    fields = _common(fields, config.catalogue)
    fields.past_day("on", "Sinds welke dag is dit nodig?")
    return fields.form(
        "Voorziening toevoegen",
        "Voeg een of meer voorzieningen toe aan een traject dat al loopt.",
        lambda values: _add(values, config.catalogue),
    )


def _common(fields: Fields, catalogue: Catalogue) -> Fields:
    """Agreed dates, days from which something is needed, urgency and deviations, where the catalogue knows them."""
    for rule in catalogue.provisions.values():
        name = dutch.capitalised(rule.name)
        if rule.needs_agreed_date:
            fields.day(f"agreed_{rule.key}", f"{name}: welke datum is afgesproken?")
        if rule.needed_from:
            fields.day(
                f"from_{rule.key}",
                f"{name}: vanaf welke dag is dit nodig?",
                "Bijvoorbeeld een ontslagdatum. Leeg laten betekent: meteen.",
            )
        if rule.may_be_urgent:
            fields.switch(
                f"urgent_{rule.key}",
                f"{name}: is er spoed?",
                "Spoed is: er dreigt ontruiming of afsluiting van gas, water of licht.",
            )
    return fields.choose_some(
        "waive", choices.waivers(catalogue), "Welke voorwaarden slaat u over?", "Alleen als afwijken nodig is."
    ).choose_or_not(
        "ground",
        choices.sentences(choices.WAIVER_GROUNDS),
        "Waarom wijkt u af?",
        "Verplicht als u een voorwaarde overslaat.",
    )


def _start(values: Values, catalogue: Catalogue) -> str:
    request = IntakeRequest(
        reference=values["reference"],
        route=values["route"],
        needs=values["needs"],
        municipality=values["municipality"],
        brp=values["brp"],
        present=values["present"],
        agreed=_dates("agreed_", values, catalogue),
        needed_from=_dates("from_", values, catalogue),
        waive=_waivers(values),
        urgent=_urgent(values, catalogue),
        director=values["director"],
        on=values["on"],
    )
    case = context.app().cases.intake(request, by=context.ADMIN)
    return f"Traject {case.reference} is gestart met {_count(len(case.provisions))}."


def _add(values: Values, catalogue: Catalogue) -> str:
    context.app().cases.add(
        values["reference"],
        values["needs"],
        by=context.ADMIN,
        agreed=_dates("agreed_", values, catalogue),
        needed_from=_dates("from_", values, catalogue),
        waive=_waivers(values),
        urgent=_urgent(values, catalogue),
        on=values["on"],
    )
    return f"Aan traject {values['reference']} is toegevoegd: {_count(len(values['needs']))}."


def _dates(prefix: str, values: Values, catalogue: Catalogue) -> dict[str, date]:
    given = {key: values.get(prefix + key) for key in catalogue.provisions}
    return {key: day for key, day in given.items() if day is not None}


def _urgent(values: Values, catalogue: Catalogue) -> list[str]:
    return [key for key in catalogue.provisions if values.get(f"urgent_{key}")]


def _waivers(values: Values) -> dict[tuple[str, str], str]:
    pairs = [tuple(pair.split(":", 1)) for pair in values["waive"]]
    return dict.fromkeys(pairs, values["ground"] or "")


def _count(number: int) -> str:
    return dutch.counted(number, "voorziening", "voorzieningen")
