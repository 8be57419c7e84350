"""The forms "Antwoord van de tafel" and "Indienen bij het Maatwerkloket": what escalating leads to."""

from flows import context
from flows.forms import choices
from flows.forms.form import Form, Values
from provisions.catalogue import Config
from provisions.domain import dutch
from provisions.domain.case import Desk
from provisions.domain.rungs import RungName

DECISIONS = {"submitted": "Wel indienen", "not_submitted": "Niet indienen"}


def answer(config: Config) -> Form:
    """The form in which a table's answer is recorded."""
    tables = {rung.value: rung.label for rung in RungName.tables()}
    fields = (
        choices.of_a_provision(config)
        .choose("rung", choices.capitalised(tables), "Welke tafel?")
        .choose(
            "answer",
            choices.capitalised({given.value: label for given, label in dutch.ANSWER.items()}),
            "Wat is het antwoord?",
        )
    )
    return fields.form("Antwoord van de tafel", "Leg vast wat een tafel heeft geantwoord.", _answer)


def submit(config: Config) -> Form:
    """The form in which a person decides on the national desk."""
    fields = (
        choices.of_a_provision(config)
        .choose("decision", DECISIONS, "Indienen bij het landelijk Maatwerkloket?")
        .choose("reason", choices.sentences(choices.SUBMIT_REASONS), "Waarom?")
    )
    return fields.form(
        "Indienen bij het Maatwerkloket",
        "Beslis of een voorziening naar het landelijk Maatwerkloket gaat. Pas na 'Wel indienen' gaat er bericht uit.",
        _submit,
    )


def _answer(values: Values) -> str:
    context.app().cases.answer(
        values["reference"],
        choices.which(values),
        values["rung"],
        values["answer"],
        by=context.ADMIN,
    )
    return "Het antwoord is vastgelegd."


def _submit(values: Values) -> str:
    context.app().cases.submit(
        values["reference"],
        choices.which(values),
        values["decision"],
        reason=values["reason"],
        desk=Desk.MAATWERKLOKET,
        by=context.ADMIN,
    )
    return f"Vastgelegd: {DECISIONS[values['decision']].lower()}."
