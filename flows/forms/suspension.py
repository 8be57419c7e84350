"""The forms "Klok stilzetten", "Klok hervatten" and "Afwijken van een voorwaarde"."""

from datetime import date

from flows import context
from flows.forms import choices
from flows.forms.fields import required
from flows.forms.form import Form, Values
from provisions.catalogue import Config
from provisions.domain import dutch


def suspend(config: Config) -> Form:
    """The form that stops a clock."""
    fields = choices.of_a_provision(config).choose(
        "reason",
        choices.capitalised({reason.value: label for reason, label in dutch.REASON.items()}),
        "Waarom staat de klok stil?",
        "Een wachtlijst, geen plek, niet verschijnen of geen contact is nooit een reden.",
    )
    fields.add(
        "until",
        lambda position: required(
            date, position, "Op welke dag loopt de klok weer?", "Hoogstens vier weken; langer alleen met een akkoord."
        ),
    ).past_day("on", "Vanaf welke dag staat de klok stil?")
    fields = choices.code(
        fields, "approved_by", "Akkoord van welke teamleider?", "Alleen nodig bij meer dan vier weken."
    )
    return fields.form(
        "Klok stilzetten",
        "Zet de klok van een voorziening stil. Zolang hij stilstaat is de voorziening niet te laat en komt er geen "
        "escalatiestap; op de einddatum loopt hij vanzelf weer.",
        _suspend,
    )


def resume(config: Config) -> Form:
    """The form that lets a clock run again."""
    fields = choices.of_a_provision(config)
    fields.past_day("on", "Vanaf welke dag loopt de klok weer?")
    return fields.form(
        "Klok hervatten", "Laat een klok die stilstaat weer lopen, eerder dan de dag die was afgesproken.", _resume
    )


def waive(config: Config) -> Form:
    """The form that starts a provision without one of its dependencies."""
    fields = choices.with_round(
        choices.with_reference(config).choose(
            "waive", choices.waivers(config.catalogue), "Welke voorwaarde slaat u over?"
        )
    ).choose("ground", choices.sentences(choices.WAIVER_GROUNDS), "Op welke grond?")
    fields.past_day("on", "Vanaf welke dag?")
    return fields.form(
        "Afwijken van een voorwaarde",
        "Start een voorziening zonder iets wat er eerst had moeten zijn. De grond en uw code blijven bewaard.",
        _waive,
    )


def _suspend(values: Values) -> str:
    context.app().cases.suspend(
        values["reference"],
        choices.which(values),
        reason=values["reason"],
        until=values["until"],
        by=context.ADMIN,
        on=values["on"],
        approved_by=values["approved_by"],
    )
    return f"De klok staat stil en loopt vanzelf weer op {dutch.dutch_date(values['until'])}."


def _resume(values: Values) -> str:
    context.app().cases.resume(values["reference"], choices.which(values), by=context.ADMIN, on=values["on"])
    return "De klok loopt weer."


def _waive(values: Values) -> str:
    key, dependency = values["waive"].split(":", 1)
    context.app().cases.waive(
        values["reference"],
        choices.which(values, key),
        dependency,
        ground=values["ground"],
        by=context.ADMIN,
        on=values["on"],
    )
    return f"De afwijking voor traject {values['reference']} is vastgelegd."
