"""The run forms of the case director, all together."""

from flows.deployments import Plan
from provisions.catalogue import Config


def form_plans(config: Config) -> tuple[Plan, ...]:
    """A plan for each run form."""
    return ()
