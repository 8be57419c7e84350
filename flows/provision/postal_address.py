"""Briefadres (guide 1.1).

Sending the client on to another municipality is no outcome: who gets the application decides on it.
"""

from typing import Any

from prefect.client.schemas.objects import State

from flows.provision.process import ask, finish, provision_flow, wait


@provision_flow("Briefadres")
def postal_address(provision: int) -> State[Any]:
    """Een briefadres binnen 1-2 werkdagen tot maximaal een week (handreiking 1.1).

    De gemeente waar de aanvraag is gedaan, beslist zelf: 'niet bij ons, ga naar gemeente A' is geen uitkomst. Na
    een afwijzing kan de cliënt zes weken lang bezwaar maken.
    """
    ask(provision, "Burgerzaken om inschrijving op een briefadres vragen")
    wait(
        provision,
        settled="de cliënt op een briefadres is ingeschreven",
        remark="Verwijzen naar een andere gemeente is geen uitkomst: vraag een besluit op de aanvraag.",
    )
    return finish(provision, "Inschrijving op het briefadres doorgeven aan wat erop wacht")
