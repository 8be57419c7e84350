"""Besluit bijstandsuitkering (guide 1.4 (Velsen)).

Provide first, settle the right afterwards; the application runs from intake, also while blocked.
"""

from typing import Any

from prefect.client.schemas.objects import State

from flows.provision.process import ask, finish, provision_flow, wait


@provision_flow("Besluit bijstandsuitkering")
def benefit_decision(provision: int) -> State[Any]:
    """Binnen twee weken een besluit over de bijstandsuitkering (handreiking 1.4, Velsen): eerst voorzien in wat nodig
    is, achteraf het recht vaststellen.

    Bij een korte opname loopt de uitkering door; bij detentie wordt vastgelegd wat het loket besluit en gaat de
    uitkering voor de vrijlating meteen weer lopen.
    """
    ask(provision, "Werk en inkomen vragen om een besluit over de bijstandsuitkering")
    wait(
        provision,
        settled="er een besluit is over de bijstandsuitkering",
        remark=(
            "Vraag bij een korte opname om de uitkering te laten doorlopen. Leg bij detentie de dag van "
            "vrijlating vast."
        ),
    )
    return finish(provision, "Hervatting van de uitkering in de agenda zetten en het besluit doorgeven")
