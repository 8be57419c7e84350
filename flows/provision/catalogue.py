"""The deployments of the provision flows: one for each provision of the catalogue, which also decides on its Dutch name."""

from importlib import import_module

from flows.prefect.deployments import Plan
from flows.provision.execution import flow_of
from flows.provision.process import ProvisionProcess
from provisions.domain import dutch
from provisions.domain.rules import Catalogue
from provisions.domain.tags import PROVISION


def process_of(key: str) -> ProvisionProcess:
    """The process that ``flows/provision/<key>.py`` tells."""
    told: ProvisionProcess = getattr(import_module(f"flows.provision.{key}"), key)
    return told


def provision_plans(catalogue: Catalogue) -> dict[str, Plan]:
    """A plan for each provision of the catalogue, by key."""
    plans: dict[str, Plan] = {}
    for key, rule in catalogue.provisions.items():
        name = dutch.capitalised(rule.name)
        plans[key] = Plan(name, flow_of(process_of(key), name), f"flows.entrypoints.{key}", (PROVISION,))
    return plans
