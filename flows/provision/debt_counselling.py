"""Schuldhulpverlening en budgetbeheer (guide 1.5).

As soon as the situation is somewhat stable. The papers come first; arrangements that run go on.
"""

from typing import Any

from prefect.client.schemas.objects import State

from flows.provision.process import ask, finish, provision_flow, wait


@provision_flow("Schuldhulpverlening en budgetbeheer")
def debt_counselling(provision: int) -> State[Any]:
    """Zo spoedig mogelijk schuldhulpverlening en budgetbeheer, als de situatie enigszins stabiel is (handreiking 1.5).

    Eerst de papieren op orde; lopende regelingen gaan door. Sommige schulden zijn niet te saneren (CJIB). De
    gemeente kan bewind aanvragen.
    """
    ask(provision, "Papieren verzamelen en schuldhulpverlening vragen om een eerste gesprek")
    wait(
        provision,
        settled="de schuldhulpverlening is begonnen",
        remark="Help de administratie op orde te krijgen en laat lopende regelingen doorgaan.",
    )
    return finish(provision, "Afspraken over schulden en budget afronden")
