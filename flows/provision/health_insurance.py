"""Zorgverzekering (guide 1.6 and 1.2).

Not without an ID card and an address; after three months the CAK fines.
"""

from typing import Any

from prefect.client.schemas.objects import State

from flows.provision.process import ask, finish, provision_flow, wait


@provision_flow("Zorgverzekering")
def health_insurance(provision: int) -> State[Any]:
    """Een zorgverzekering (handreiking 1.6).

    Daarvoor zijn een identiteitsbewijs en een adres nodig (1.2). Duurt het langer dan drie maanden, dan legt het
    CAK een boete op. De termijn van twee weken is een gemeentelijke keuze.
    """
    ask(provision, "Zorgverzekering aanvragen, zo mogelijk de gemeentepolis")
    wait(
        provision,
        settled="de cliënt verzekerd is voor zorg",
        remark="Ga na of de gemeentepolis past.",
    )
    return finish(provision, "Zorgverzekering afronden")
