"""Steunend sociaal netwerk (guide 1.7).

A date agreed; never to the Maatwerkloket, because it does not always succeed.
"""

from typing import Any

from prefect.client.schemas.objects import State

from flows.provision.process import ask, finish, provision_flow, wait


@provision_flow("Steunend sociaal netwerk")
def social_network(provision: int) -> State[Any]:
    """Naasten betrekken die de cliënt steunen, op de afgesproken datum (handreiking 1.7).

    Dat is niet gemakkelijk en lukt niet altijd. Een netwerk kan ook belemmeren.
    """
    ask(provision, "Vragen wie van de naasten de cliënt kan en wil steunen")
    wait(
        provision,
        settled="is afgesproken wie de cliënt steunt",
        remark="Een netwerk kan ook belemmeren: kijk wie echt steunt.",
    )
    return finish(provision, "Afspraken met naasten afronden")
