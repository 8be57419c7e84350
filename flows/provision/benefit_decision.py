"""Besluit bijstandsuitkering (guide 1.4).

Provide first, settle the right afterwards. The application does not wait for the card: the right counts from it.
"""

from flows.provision.process import Ended, Process, process


@process
def benefit_decision(p: Process) -> Ended:
    """Binnen twee weken een besluit over de bijstandsuitkering (handreiking 1.4, Velsen): eerst voorzien in wat nodig
    is, achteraf het recht vaststellen.

    Bij een korte opname loopt de uitkering door; bij detentie wordt vastgelegd wat het loket besluit en gaat de
    uitkering voor de vrijlating meteen weer lopen.
    """
    p.applies(
        "Bijstandsuitkering aangevraagd: het recht telt vanaf de aanvraag",
        proceeds="Werk en inkomen laten weten dat het verder kan",
    )
    p.asks("Werk en inkomen gevraagd om een besluit over de bijstandsuitkering")
    p.waits_until(
        "er een besluit is over de bijstandsuitkering",
        advice=(
            "Vraag bij een korte opname om de uitkering te laten doorlopen. Leg bij detentie de dag van "
            "vrijlating vast."
        ),
    )
    # Says nothing of where somebody stays: the step stands in the overview of everybody who may look.
    p.notes("during_stay", "wat er met de uitkering gebeurt")
    p.notes("release_date", "vanaf welke dag de uitkering weer loopt")
    p.plans("resume_benefit", "Hervatten van de uitkering staat in de agenda")
    p.starts_others("Wat op het besluit wachtte, is gestart")
    return p.ends()
