"""Identiteitsbewijs (guide 1.2).

The card first: without it no address, benefit, insurance or lease. Free, in return for work, or from an advance.
"""

from flows.provision.process import Ended, Process, process


@process
def id_document(p: Process) -> Ended:
    """Een identiteitsbewijs binnen 1-2 werkdagen tot maximaal een week (handreiking 1.2).

    Zo nodig gratis, tegen een wederdienst of uit een voorschot, met de pasfoto's erbij. Ligt het klaar, dan hoort
    de regisseur dat; de cliënt krijgt geen brief.
    """
    p.asks("Burgerzaken gevraagd om het identiteitsbewijs, met wie het betaalt en de pasfoto's")
    p.waits_until(
        "het identiteitsbewijs klaarligt",
        advice=(
            "Spreek af wie betaalt, ook de pasfoto's. Vraag burgerzaken om u te bellen in plaats van de cliënt te "
            "schrijven."
        ),
    )
    p.offers_waivers("Regisseur gewezen op starten zonder identiteitsbewijs")
    p.notes("paid_by", "wie het identiteitsbewijs betaalt")
    p.notes("photos_paid", "of de pasfoto's betaald zijn")
    p.tells_director("Regisseur laten weten dat het identiteitsbewijs klaarligt")
    p.starts_others("Wat op het identiteitsbewijs wachtte, is gestart")
    return p.ends()
