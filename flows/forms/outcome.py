"""The forms "Uitkomst vastleggen", "Heropenen" and "Vervolgactie afronden"."""

from collections.abc import Iterator
from datetime import date

from flows import context
from flows.forms import choices
from flows.forms.fields import OUTCOME_LABELS, field_choices
from flows.forms.form import Form, Values
from provisions.catalogue import Config
from provisions.domain import dutch
from provisions.domain.errors import InvalidInput
from provisions.domain.rules import Catalogue, FieldRule, ProvisionRule
from provisions.inputs import WHOLE_CASE


def record_outcome(config: Config) -> Form:
    """The form in which any provision's outcome is recorded, with the own fields of all of them: it knows no case."""
    fields = choices.of_a_provision(config).choose(
        "outcome", {name.value: label for name, label in OUTCOME_LABELS.items()}, "Wat is de uitkomst?"
    )
    fields.past_day("on", "Op welke dag gebeurde het?")
    for rule, field in _own_fields(config.catalogue):
        title = f"{dutch.capitalised(rule.name)}: {field.title}"
        if field.kind == "date":
            fields.day(_name(rule, field), title, field.help)
        else:
            fields.choose_or_not(_name(rule, field), field_choices(field), title, field.help)
    return fields.form(
        "Uitkomst vastleggen",
        "Leg vast wat er van een voorziening is geworden. Gemakkelijker is het op de run die wacht: "
        "daar staat bij 'Resume' alleen wat bij die voorziening hoort.",
        lambda values: _record(values, config.catalogue),
    )


def reopen(config: Config) -> Form:
    """The form that reopens a closed provision."""
    fields = choices.of_a_provision(config).choose(
        "reason", choices.sentences(choices.REOPEN_REASONS), "Waarom gaat de voorziening weer open?"
    )
    fields.past_day("on", "Vanaf welke dag?")
    return fields.form(
        "Heropenen",
        "Heropen een voorziening die was afgesloten. De oude start en de oude klok gelden weer.",
        _reopen,
    )


def settle_follow_up(config: Config) -> Form:
    """The form that records that a follow-up is done."""
    fields = choices.with_round(
        choices.with_reference(config).choose(
            "follow_up", choices.follow_ups(config.catalogue), "Welke vervolgactie is gedaan?"
        )
    )
    fields.past_day("on", "Op welke dag?")
    return fields.form(
        "Vervolgactie afronden",
        "Leg vast dat gedaan is wat na een uitkomst nog moest gebeuren. Wat terugkomt, staat daarna weer in de agenda.",
        _settle_follow_up,
    )


def _record(values: Values, catalogue: Catalogue) -> str:
    given: dict[str, str] = {}
    for rule, field in _own_fields(catalogue):
        value = values[_name(rule, field)]
        if value is None:
            continue
        if rule.key != values["provision"]:
            chosen = catalogue.rule(values["provision"]).name
            raise InvalidInput(
                f"U vulde '{field.title}' in; dat hoort bij {rule.name}, en u koos {chosen}. "
                "Maak dat veld leeg of kies de andere voorziening."
            )
        given[field.name] = value.isoformat() if isinstance(value, date) else value
    context.app().cases.record_outcome(
        values["reference"],
        choices.which(values),
        values["outcome"],
        by=context.ADMIN,
        on=values["on"],
        fields=given,
    )
    label = next(label for name, label in OUTCOME_LABELS.items() if name.value == values["outcome"])
    return f"{dutch.capitalised(catalogue.rule(values['provision']).name)} van traject {values['reference']}: {label}."


def _reopen(values: Values) -> str:
    context.app().cases.reopen(
        values["reference"],
        choices.which(values),
        reason=values["reason"],
        by=context.ADMIN,
        on=values["on"],
    )
    return f"De voorziening van traject {values['reference']} is weer open."


def _settle_follow_up(values: Values) -> str:
    key, name = values["follow_up"].split(":", 1)
    which = key if key == WHOLE_CASE else choices.which(values, key)
    context.app().cases.settle_follow_up(values["reference"], which, name, by=context.ADMIN, on=values["on"])
    return f"De vervolgactie van traject {values['reference']} is vastgelegd."


def _own_fields(catalogue: Catalogue) -> Iterator[tuple[ProvisionRule, FieldRule]]:
    return ((rule, field) for rule in catalogue.provisions.values() for field in rule.fields)


def _name(rule: ProvisionRule, field: FieldRule) -> str:
    return f"{rule.key}_{field.name}"
