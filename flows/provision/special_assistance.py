"""Bijzondere bijstand (guide 1.4).

Inclusion in the team may itself show the need; the target is the municipality's own.
"""

from typing import Any

from prefect.client.schemas.objects import State

from flows.provision.process import ask, finish, provision_flow, wait


@provision_flow("Bijzondere bijstand")
def special_assistance(provision: int) -> State[Any]:
    """Een besluit over bijzondere bijstand (handreiking 1.4), voor kosten die de cliënt niet zelf kan betalen.

    De termijn van twee weken is een gemeentelijke keuze.
    """
    ask(provision, "Werk en inkomen vragen om een besluit over bijzondere bijstand")
    wait(
        provision,
        settled="er een besluit is over de bijzondere bijstand",
        remark="De noodzaak kan blijken uit het advies van de regisseur.",
    )
    return finish(provision, "Besluit over de bijzondere bijstand afronden")
