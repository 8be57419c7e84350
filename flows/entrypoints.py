"""Where a process of a work pool finds our flows: ``flows.entrypoints.<name>``, by module path, so that no folder is shared.

A flow is made when it is asked for, because forms and Dutch names come from the configuration, which such a process reads from
its own settings (:mod:`flows.context`). Everything it needs to talk to Prefect is in its environment already.
"""

from typing import Any

from prefect import Flow

from flows import context
from flows.forms.catalogue import MAKERS
from flows.provision.catalogue import provision_plans
from flows.weekly_report import weekly_report

FORMS = {make.__name__: make for make in MAKERS}


def __getattr__(name: str) -> Flow[..., Any]:
    """The flow of a provision by its key, of a form by the name of its maker, or the weekly report."""
    if name == weekly_report.fn.__name__:
        return weekly_report
    config = context.app().config
    if name in FORMS:
        return FORMS[name](config).flow()
    plan = provision_plans(config.catalogue).get(name)
    if plan is None:
        raise AttributeError(name)
    return plan.flow
