"""The run forms of the case director, all together."""

from flows.forms import escalation, intake, outcome, suspension
from flows.forms.form import Form
from flows.prefect.deployments import Plan
from provisions.catalogue import Config
from provisions.domain.tags import FORM

MAKERS = (
    intake.start_case,
    intake.add_provision,
    outcome.record_outcome,
    outcome.reopen,
    outcome.settle_follow_up,
    suspension.suspend,
    suspension.resume,
    suspension.waive,
    escalation.answer,
    escalation.submit,
)


def forms(config: Config) -> dict[str, Form]:
    """Each run form by its Dutch name."""
    made = [make(config) for make in MAKERS]
    return {form.name: form for form in made}


def form_plans(config: Config) -> tuple[Plan, ...]:
    """A plan for each run form."""
    return tuple(
        Plan(form.name, form.flow(), f"flows.entrypoints.{make.__name__}", (FORM,))
        for form, make in zip(forms(config).values(), MAKERS, strict=True)
    )
