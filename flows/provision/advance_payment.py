"""Voorschot (guide 1.4).

Paid first, checked later; never held up by an ID card, because the advance may pay for it.
"""

from flows.provision.process import Ended, Process, process


@process
def advance_payment(p: Process) -> Ended:
    """Een voorschot binnen een week; de controle op rechtmatigheid komt later (handreiking 1.4).

    Wacht nooit op het identiteitsbewijs: het voorschot kan dat juist betalen. Is de cliënt jonger dan 27, dan
    staat de zoektermijn niet in de weg.
    """
    p.asks("Werk en inkomen gevraagd om nu een voorschot te betalen")
    p.waits_until(
        "de cliënt het voorschot heeft",
        advice=(
            "Eerst betalen, later controleren. Tot het besluit over de uitkering volgt elke vier weken een nieuw "
            "voorschot."
        ),
    )
    p.notes("paid_how", "hoe het voorschot is betaald")
    p.notes("search_period_waived", "of de zoekperiode is overgeslagen")
    p.plans("lawfulness_check", "Controle achteraf staat in de agenda")
    p.plans("next_advance", "Volgend voorschot staat in de agenda")
    return p.ends()
