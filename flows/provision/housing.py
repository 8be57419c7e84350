"""Passende huisvesting (guide 1.3).

A date agreed. A home one has is kept during admission or detention: pets and fixed costs included.
"""

from typing import Any

from prefect.client.schemas.objects import State

from flows.provision.process import ask, finish, provision_flow, wait


@provision_flow("Passende huisvesting")
def housing(provision: int) -> State[Any]:
    """Passende huisvesting zodra de cliënt daar geschikt voor is (handreiking 1.3), op de afgesproken datum en met
    voorrang.

    Heeft de cliënt een woning, dan blijft die behouden bij opname of detentie: vaste lasten en huisdieren worden
    geregeld.
    """
    ask(provision, "Wonen vragen om huisvesting op de afgesproken datum, of om behoud van de woning")
    wait(
        provision,
        settled="de cliënt kan wonen waar dat past, of de eigen woning behouden is",
        remark="Denk bij opname of detentie aan de vaste lasten en de huisdieren.",
    )
    return finish(provision, "Huisvesting doorgeven aan wat erop wacht")
