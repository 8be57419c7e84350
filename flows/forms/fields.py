"""Forms that Prefect's UI shows: choices, dates and codes, in Dutch, in a fixed order; never free text.

What the UI needs (prefect-notes.md): ``position`` on every field, the Dutch label as the value of a choice, no
``Optional`` (it shows a switch between "str" and "None"): an optional field simply has no default in the schema.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from functools import lru_cache
from typing import Any, cast

from prefect.input import RunInput
from pydantic import BaseModel, ConfigDict, Field, create_model, model_validator

from provisions.domain import dutch
from provisions.domain.case import Status
from provisions.domain.rules import FieldRule, OutcomeName, ProvisionRule

CODE_PATTERN = r"^(?!.*[0-9]{6})[a-z][a-z0-9.-]{0,39}$"
CODE_HELP = (
    "Uw rol of code: kleine letters, cijfers, punt en streepje, bijvoorbeeld 'regisseur-03'. "
    "Geen naam en geen e-mailadres."
)
YES, NO = "Ja", "Nee"
YES_NO: Mapping[str, str] = {"yes": YES, "no": NO}

OUTCOME_LABELS: Mapping[OutcomeName, str] = {name: dutch.capitalised(dutch.OUTCOME[name]) for name in OutcomeName}

# Who records it was asked before 0.2; who still says so is understood, and it counts for nothing. Goes with the release after
# 0.2, together with what the door itself still adds to a form (``flows/server/allowed.py``).
_FORMERLY = "by"
# The pattern of a code looks ahead, which only Python's own engine can.
FORM_CONFIG = ConfigDict(
    extra="forbid",
    regex_engine="python-re",
    json_schema_extra={"patternProperties": {f"^{_FORMERLY}$": {"type": "string", "pattern": CODE_PATTERN}}},
)


def without_who(filled_in: Any) -> Any:
    """What was filled in, without who says to have done so."""
    if not isinstance(filled_in, Mapping):
        return filled_in
    return {name: value for name, value in filled_in.items() if name != _FORMERLY}


FieldSpec = tuple[Any, Any]


def choice(name: str, labels: Iterable[str]) -> type[Enum]:
    """An enum whose values are the Dutch labels: the UI shows the value."""
    return cast(type[Enum], Enum(name, {f"K{n}": label for n, label in enumerate(dict.fromkeys(labels))}))


def required(kind: Any, position: int, title: str, help: str = "", **more: Any) -> FieldSpec:  # noqa: A002
    """A field that must be filled in."""
    return kind, Field(title=title, description=help or None, json_schema_extra={"position": position}, **more)


def optional(kind: Any, position: int, title: str, help: str = "", **more: Any) -> FieldSpec:  # noqa: A002
    """A field that may be left empty; it is ``None`` then."""

    def without_default(schema: dict[str, Any]) -> None:
        schema.pop("default", None)
        schema["position"] = position

    return kind, Field(default=None, title=title, description=help or None, json_schema_extra=without_default, **more)


def preset(kind: Any, default: Any, position: int, title: str, help: str = "", **more: Any) -> FieldSpec:  # noqa: A002
    """A field that is filled in already and may be changed."""
    return kind, Field(
        default=default, title=title, description=help or None, json_schema_extra={"position": position}, **more
    )


def on_which_day(position: int, title: str = "Op welke dag gebeurde het?") -> FieldSpec:
    """The day on which a thing happened; empty is today."""
    return optional(date, position, title, "Leeg laten betekent vandaag. Een dag in de toekomst kan niet.")


def value_of(chosen: Enum | None, choices: Mapping[str, str]) -> str | None:
    """The value for programs behind a chosen label; ``None`` when nothing was chosen."""
    if chosen is None:
        return None
    return next(value for value, label in choices.items() if label == chosen.value)


# The outcome form -----------------------------------------------------------------------------------------------------


class OutcomeForm(RunInput):
    """What the outcome forms of all provisions have in common."""

    model_config = FORM_CONFIG
    _understood = model_validator(mode="before")(without_who)


@dataclass(frozen=True)
class GivenOutcome:
    """What a person filled in in an outcome form, in the words of the use case."""

    outcome: str
    on: date | None
    fields: Mapping[str, str]


def allowed_outcomes(status: str) -> tuple[OutcomeName, ...]:
    """The outcomes that a provision in ``status`` can get (the use case decides; this is what the form offers)."""
    match status:
        case Status.BLOCKED:
            return (OutcomeName.WITHDRAWN,)
        case Status.REFUSED:
            return (OutcomeName.DELIVERED, OutcomeName.WITHDRAWN)
        case _:
            return tuple(OutcomeName)


def outcome_form(rule: ProvisionRule, status: str) -> type[RunInput]:
    """The form in which the outcome of a provision is recorded, with that provision's own fields."""
    return _outcome_form(_Fields(rule.fields), allowed_outcomes(status))


def read_outcome(rule: ProvisionRule, filled_in: BaseModel) -> GivenOutcome:
    """What a filled-in :func:`outcome_form` says: labels mapped back to values, empty fields left out."""
    labels = {name.value: label for name, label in OUTCOME_LABELS.items()}
    fields: dict[str, str] = {}
    for field in rule.fields:
        value = getattr(filled_in, field_name(field), None)
        if isinstance(value, date):
            fields[field.name] = value.isoformat()
        elif isinstance(value, Enum):
            fields[field.name] = value_of(value, field_choices(field)) or ""
    outcome = value_of(getattr(filled_in, "outcome"), labels)  # noqa: B009 - a field made by create_model
    assert outcome is not None  # noqa: S101 - required
    return GivenOutcome(outcome, getattr(filled_in, "on"), fields)  # noqa: B009


class _Fields(tuple[FieldRule, ...]):
    """The fields of a rule as a key of the cache: a rule holds mappings, which can't be hashed."""

    def __hash__(self) -> int:
        return hash(tuple((field.name, field.title, field.choices) for field in self))


@lru_cache(maxsize=256)
def _outcome_form(fields: _Fields, outcomes: Sequence[OutcomeName]) -> type[RunInput]:
    labels = [OUTCOME_LABELS[name] for name in outcomes]
    specs: dict[str, FieldSpec] = {
        "outcome": required(choice("Uitkomst", labels), 0, "Wat is de uitkomst?"),
        "on": on_which_day(1),
    }
    for position, field in enumerate((f for f in fields if f.outcomes & set(outcomes)), start=2):
        specs[field_name(field)] = outcome_field(field, outcomes, position)
    return create_model("Uitkomst", __base__=OutcomeForm, **specs)  # type: ignore[call-overload, no-any-return]


def outcome_field(field: FieldRule, outcomes: Sequence[OutcomeName], position: int) -> FieldSpec:
    """One of a provision's own fields; which outcomes it belongs to stands in its explanation."""
    kind: Any = date if field.kind == "date" else choice(f"Keuze_{field.name}", field_choices(field).values())
    return optional(kind, position, field.title, _explanation(field, outcomes))


def field_name(field: FieldRule) -> str:
    """The name of a provision's own field in a form; it can't collide with the common ones."""
    return f"field_{field.name}"


def field_choices(field: FieldRule) -> Mapping[str, str]:
    """Value → Dutch label."""
    return YES_NO if field.kind == "yes_no" else {option.value: option.label for option in field.choices}


def _explanation(field: FieldRule, outcomes: Sequence[OutcomeName]) -> str:
    sentences = [field.help] if field.help else []
    if field.required_for & set(outcomes):
        sentences.append(f"Verplicht bij: {_named(field.required_for)}.")
    elif not field.outcomes >= set(outcomes):
        sentences.append(f"Alleen bij: {_named(field.outcomes)}.")
    return " ".join(sentences)


def _named(outcomes: Iterable[OutcomeName]) -> str:
    chosen = set(outcomes)
    return " of ".join(label for name, label in OUTCOME_LABELS.items() if name in chosen)
