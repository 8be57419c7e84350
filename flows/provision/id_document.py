"""Identiteitsbewijs (guide 1.2).

The card first: without it no address, benefit, insurance or lease. Free, in return for work, or from an advance.
"""

from typing import Any

from prefect.client.schemas.objects import State

from flows.provision.process import ask, finish, provision_flow, wait


@provision_flow("Identiteitsbewijs")
def id_document(provision: int) -> State[Any]:
    """Een identiteitsbewijs binnen 1-2 werkdagen tot maximaal een week (handreiking 1.2).

    Zo nodig gratis, tegen een wederdienst of uit een voorschot, met de pasfoto's erbij. Ligt het klaar, dan hoort
    de regisseur dat; de cliënt krijgt geen brief.
    """
    ask(provision, "Burgerzaken om het identiteitsbewijs vragen, met wie het betaalt en de pasfoto's")
    wait(
        provision,
        settled="het identiteitsbewijs klaarligt",
        remark=(
            "Spreek af wie betaalt, ook de pasfoto's. Vraag burgerzaken om u te bellen in plaats van de cliënt te"
            " schrijven."
        ),
    )
    return finish(provision, "Regisseur melden dat het identiteitsbewijs klaarligt")
