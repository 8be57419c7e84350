"""A run form: a deployment whose parameters are one form, and a flow that does what the form says.

All forms come here for the same things: the schema that the UI shows, labels mapped back to values, a refusal that is
said in Dutch on the run, and links that open the form with fields filled in. The choices (municipalities, provisions)
come from the configuration, so that forms are made at start and not at import.
"""

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from typing import Any
from urllib.parse import quote
from uuid import UUID

from prefect import Flow
from prefect.client.schemas.objects import State, StateType
from prefect.states import Completed
from pydantic import BaseModel, ValidationError, create_model, model_validator

from flows import context
from flows.forms.fields import (
    FORM_CONFIG,
    FieldSpec,
    choice,
    on_which_day,
    optional,
    preset,
    required,
    value_of,
    without_who,
)
from flows.prefect import parking
from flows.prefect.flow import flow_of
from provisions.domain.errors import Part, Refused, Unreachable
from provisions.domain.tags import FORM
from provisions.views.refusals import for_people

logger = logging.getLogger(__name__)

PARAMETER = "formulier"
NOTHING_RECORDED = "Er is niets vastgelegd."
Values = Mapping[str, Any]


class RunForm(BaseModel):
    """What the models of all run forms have in common."""

    model_config = FORM_CONFIG
    _understood = model_validator(mode="before")(without_who)


@dataclass(frozen=True)
class Form:
    """A run form.

    ``act`` gets the values by field (labels mapped back, empty fields ``None`` or empty) and returns a Dutch
    confirmation, or raises ``Refused``. ``choices``: per field with choices, value → label.
    """

    name: str
    description: str
    model: type[BaseModel]
    choices: Mapping[str, Mapping[str, str]]
    act: Callable[[Values], str]

    def read(self, filled_in: object) -> Values:
        """The values that were filled in. Raises pydantic's ``ValidationError``."""
        form = self.model.model_validate(filled_in)
        return {name: self._value(name, getattr(form, name)) for name in self.model.model_fields}

    def fill_in(self, values: Values) -> dict[str, Any]:
        """Values of the domain as the form takes them: the opposite of :meth:`read`."""
        return {name: self._label(name, value) for name, value in values.items() if name in self.model.model_fields}

    def flow(self) -> Flow[..., Any]:
        """The flow behind the form."""

        def execute(formulier: object) -> State[Any]:
            return _carry_out(self, formulier)

        # The form's schema is what Prefect reads from the signature.
        execute.__annotations__ = {PARAMETER: self.model}
        return flow_of(execute, self.name, self.description)

    def _value(self, name: str, given: Any) -> Any:
        if isinstance(given, Enum):
            return value_of(given, self.choices[name])
        if isinstance(given, list):
            return [self._value(name, one) for one in given]
        return given

    def _label(self, name: str, value: Any) -> Any:
        if isinstance(value, list | tuple):
            return [self._label(name, one) for one in value]
        if isinstance(value, date):
            return value.isoformat()
        return self.choices.get(name, {}).get(value, value)


@dataclass
class Fields:
    """Collects the fields of a form, in order."""

    specs: dict[str, FieldSpec] = field(default_factory=dict)
    choices: dict[str, Mapping[str, str]] = field(default_factory=dict)

    def add(self, name: str, make: Callable[[int], FieldSpec]) -> "Fields":
        """Add a field; ``make`` gets its position."""
        self.specs[name] = make(len(self.specs))
        return self

    def day(self, name: str, title: str, help: str = "") -> "Fields":  # noqa: A002
        """Add a date that may stay empty."""
        return self.add(name, lambda position: optional(date, position, title, help))

    def past_day(self, name: str, title: str) -> "Fields":
        """Add the day on which a thing happened; empty is today."""
        return self.add(name, lambda position: on_which_day(position, title))

    def switch(self, name: str, title: str, help: str = "") -> "Fields":  # noqa: A002
        """Add a yes or no that is no unless switched."""
        return self.add(name, lambda position: preset(bool, False, position, title, help))

    def choose(self, name: str, labels: Mapping[str, str], title: str, help: str = "") -> "Fields":  # noqa: A002
        """Add a choice that must be made."""
        return self._with(name, labels, lambda kind, position: required(kind, position, title, help))

    def choose_or_not(self, name: str, labels: Mapping[str, str], title: str, help: str = "") -> "Fields":  # noqa: A002
        """Add a choice that may be left open."""
        return self._with(name, labels, lambda kind, position: optional(kind, position, title, help))

    def chosen(self, name: str, labels: Mapping[str, str], default: str, title: str, help: str = "") -> "Fields":  # noqa: A002
        """Add a choice that is made already."""
        return self._with(
            name, labels, lambda kind, position: preset(kind, kind(labels[default]), position, title, help)
        )

    def choose_some(self, name: str, labels: Mapping[str, str], title: str, help: str = "") -> "Fields":  # noqa: A002
        """Add a list of choices; it may stay empty."""
        return self._with(name, labels, lambda kind, position: preset(list[kind], [], position, title, help))  # type: ignore[valid-type]

    def choose_at_least_one(self, name: str, labels: Mapping[str, str], title: str, help: str = "") -> "Fields":  # noqa: A002
        """Add a list of choices that must not stay empty."""
        return self._with(
            name,
            labels,
            lambda kind, position: required(list[kind], position, title, help, min_length=1),  # type: ignore[valid-type]
        )

    def form(self, name: str, description: str, act: Callable[[Values], str]) -> Form:
        """The form with these fields."""
        model = create_model(name, __base__=RunForm, **self.specs)  # type: ignore[call-overload]
        return Form(name, description, model, self.choices, act)

    def _with(self, name: str, labels: Mapping[str, str], make: Callable[[Any, int], FieldSpec]) -> "Fields":
        self.choices[name] = labels
        kind = choice(f"Keuze_{name}", labels.values())
        return self.add(name, lambda position: make(kind, position))


def form_link(base_url: str, deployment: UUID, form: Form, values: Values) -> str:
    """A link to the UI that opens ``form`` with ``values`` (of the domain: keys, dates, choices) filled in."""
    parameters = quote(json.dumps({PARAMETER: form.fill_in(values)}, ensure_ascii=False))
    return f"{base_url}/deployments/deployment/{deployment}/run?parameters={parameters}"


def _carry_out(form: Form, filled_in: object) -> State[Any]:
    state = _outcome(form, filled_in)
    case = _case_of(filled_in)
    # What was typed must not stay in Prefect: our own database has it, and only for whom it concerns.
    name, town = (f"{form.name} · {case[0]}", case[1]) if case else (None, None)
    parking.show_done(name, [FORM, town] if town else [FORM], {PARAMETER: {}})
    return state


def _case_of(filled_in: object) -> tuple[str, str] | None:
    """The case that a form is about, as far as there is one: its reference and its municipality."""
    said = filled_in.get("reference") if isinstance(filled_in, Mapping) else getattr(filled_in, "reference", None)
    views = context.app().views
    try:
        (found,) = views.cases([views.number(str(said))])  # without its notes: a run in a work pool may not read them
    except Refused:
        return None
    return found.case.reference, found.case.municipality


def _outcome(form: Form, filled_in: object) -> State[Any]:
    try:
        values = form.read(filled_in)
        done = form.act(values)
    except ValidationError as wrong:
        return _refused(_what_is_wrong(form, wrong))
    except Unreachable as away:
        return _refused(f"{away} {NOTHING_RECORDED} Probeer het straks opnieuw.")
    except Refused as refused:
        said = for_people(refused, context.app().config.catalogue, titles(form))
        return _refused(f"{said}\n{NOTHING_RECORDED}")
    except Exception as fault:
        # Only its kind: the text of an exception may hold data, and Prefect would keep it.
        logger.warning("Formulier '%s' mislukt (%s)", form.name, type(fault).__name__)
        logger.debug("Formulier '%s'", form.name, exc_info=fault)
        return _refused(f"Een onderdeel was niet bereikbaar. {NOTHING_RECORDED} Probeer het straks opnieuw.")
    return Completed(name="Vastgelegd", message=done)


# The field of a form in which what a refusal names is filled in.
_FIELD = {
    Part.DIRECTOR: "director",
    Part.ON: "on",
    Part.UNTIL: "until",
    Part.APPROVED_BY: "approved_by",
    Part.NEED: "needs",
    Part.PRESENT: "present",
    Part.AGREED: "agreed",
    Part.NEEDED_FROM: "needed_from",
    Part.URGENT: "urgent",
}


def titles(form: Form) -> dict[Part, str]:
    """What the form calls its fields, as its reader sees them."""
    called = {name: info.title for name, info in form.model.model_fields.items() if info.title}
    return {part: f"'{called[name]}'" for part, name in _FIELD.items() if name in called}


def _refused(message: str) -> State[Any]:
    return State(type=StateType.FAILED, name="Niet vastgelegd", message=message)


def _what_is_wrong(form: Form, wrong: ValidationError) -> str:
    titles = {name: info.title or name for name, info in form.model.model_fields.items()}
    fields = dict.fromkeys(
        titles.get(str(fault["loc"][0]), "het formulier") for fault in wrong.errors() if fault["loc"]
    )
    named = ", ".join(f"'{title}'" for title in fields) or "het formulier"
    return f"Niet goed ingevuld: {named}. Kijk naar de uitleg bij het veld en vul het formulier opnieuw in. {NOTHING_RECORDED}"
