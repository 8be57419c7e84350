"""Wmo-indicatie (guide 1.6).

The case director fills in the plan, there is no second intake talk; what counts is support, not paper.
"""

from typing import Any

from prefect.client.schemas.objects import State

from flows.provision.process import ask, finish, provision_flow, wait


@provision_flow("Wmo-indicatie")
def wmo_indication(provision: int) -> State[Any]:
    """Een aanbod dat aansluit, binnen een paar dagen in te zetten (handreiking 1.6).

    De regisseur vult het plan in; een tweede intakegesprek is niet nodig. Daarna wordt nagegaan of de
    ondersteuning echt is begonnen.
    """
    ask(provision, "Wmo-loket vragen om een indicatie op het plan van de regisseur")
    wait(
        provision,
        settled="de Wmo-indicatie er is",
        remark="Vul als regisseur zelf het plan in: een tweede intakegesprek is niet nodig.",
    )
    return finish(provision, "Nagaan in de agenda zetten of de ondersteuning is begonnen")
