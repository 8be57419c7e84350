"""Opvang (guide 1.3).

Due on the day it is needed, which may be a release in the future. Never ended without an offer.
"""

from typing import Any

from prefect.client.schemas.objects import State

from flows.provision.process import ask, finish, provision_flow, wait


@provision_flow("Opvang")
def emergency_shelter(provision: int) -> State[Any]:
    """Meteen opvang zodra dit nodig is (handreiking 1.3), los van wachtlijsten.

    Kan of wil de cliënt niet naar de opvang, dan wordt iets anders aangeboden: een slaapplek, maaltijden, een plek
    om zich te wassen.
    """
    ask(provision, "Opvang vragen voor de dag waarop die nodig is")
    wait(
        provision,
        settled="de cliënt een plek heeft om te slapen",
        remark="Ziet de cliënt ervan af, leg dan vast wat in plaats daarvan is aangeboden.",
    )
    return finish(provision, "Plek in de opvang doorgeven aan wat erop wacht")
