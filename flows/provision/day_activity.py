"""Dagbesteding, scholing of (vrijwilligers)werk (guide 1.4).

A decision in ten working days, by the Wmo or the Participatiewet; no second telling of the story.
"""

from typing import Any

from prefect.client.schemas.objects import State

from flows.provision.process import ask, finish, provision_flow, wait


@provision_flow("Dagbesteding, scholing of (vrijwilligers)werk")
def day_activity(provision: int) -> State[Any]:
    """Een passend aanbod voor dagbesteding, scholing of (vrijwilligers)werk, met een besluit binnen twee werkweken
    (handreiking 1.4).

    Via de Wmo of de Participatiewet. De cliënt hoeft zijn verhaal niet nog een keer te doen en er is geen
    wachtlijst om te kunnen beginnen.
    """
    ask(provision, "Besluit vragen over dagbesteding, scholing of werk")
    wait(
        provision,
        settled="er een besluit is over dagbesteding, scholing of werk",
        remark="De regisseur kent de cliënt: een keukentafelgesprek is niet nodig voor het besluit.",
    )
    return finish(provision, "Noteren wanneer de activiteit begint")
