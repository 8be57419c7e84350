"""The run forms of the case director, all together."""

from flows import escalation, intake, outcome, suspension
from flows.deployments import Plan
from flows.form_flow import Form
from flows.tags import FORM_TAG
from provisions.catalogue import Config

MAKERS = (
    (intake.start_case, "flows/intake.py:start_case"),
    (intake.add_provision, "flows/intake.py:add_provision"),
    (outcome.record_outcome, "flows/outcome.py:record_outcome"),
    (outcome.reopen, "flows/outcome.py:reopen"),
    (suspension.suspend, "flows/suspension.py:suspend"),
    (suspension.resume, "flows/suspension.py:resume"),
    (suspension.waive, "flows/suspension.py:waive"),
    (escalation.answer, "flows/escalation.py:answer"),
    (escalation.submit, "flows/escalation.py:submit"),
)


def forms(config: Config) -> dict[str, Form]:
    """Each run form by its Dutch name."""
    made = [make(config) for make, _ in MAKERS]
    return {form.name: form for form in made}


def form_plans(config: Config) -> tuple[Plan, ...]:
    """A plan for each run form."""
    return tuple(
        Plan(form.name, form.flow(), entrypoint, (FORM_TAG,))
        for form, (_, entrypoint) in zip(forms(config).values(), MAKERS, strict=True)
    )
