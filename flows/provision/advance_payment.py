"""Voorschot (guide 1.4).

Paid first, checked later; never held up by an ID card, because the advance may pay for it.
"""

from typing import Any

from prefect.client.schemas.objects import State

from flows.provision.process import ask, finish, provision_flow, wait


@provision_flow("Voorschot")
def advance_payment(provision: int) -> State[Any]:
    """Een voorschot binnen een week; de controle op rechtmatigheid komt later (handreiking 1.4).

    Wacht nooit op het identiteitsbewijs: het voorschot kan dat juist betalen. Is de cliënt jonger dan 27, dan
    staat de zoektermijn niet in de weg.
    """
    ask(provision, "Werk en inkomen vragen om nu een voorschot te betalen")
    wait(
        provision,
        settled="de cliënt het voorschot heeft",
        remark=(
            "Eerst betalen, later controleren. Tot het besluit over de uitkering volgt elke vier weken een nieuw "
            "voorschot."
        ),
    )
    return finish(provision, "Controle achteraf en volgend voorschot in de agenda zetten")
