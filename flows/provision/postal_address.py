"""Briefadres (guide 1.1).

The municipality that was asked decides itself: to be sent on to another is no outcome.
"""

from flows.provision.process import Ended, Process, process


@process
def postal_address(p: Process) -> Ended:
    """Een briefadres binnen 1-2 werkdagen tot maximaal een week (handreiking 1.1).

    De gemeente waar de aanvraag is gedaan, beslist zelf: 'niet bij ons, ga naar gemeente A' is geen uitkomst. Na
    een afwijzing kan de cliënt zes weken lang bezwaar maken.
    """
    p.asks("Burgerzaken gevraagd om inschrijving op een briefadres")
    p.waits_until(
        "de cliënt op een briefadres is ingeschreven",
        advice="Verwijzen naar een andere gemeente is geen uitkomst: vraag een besluit op de aanvraag.",
    )
    p.notes("refusal", "waarom het briefadres is afgewezen")
    p.notes("ground", "op welke grond het briefadres is verstrekt")
    p.starts_others("Wat op het briefadres wachtte, is gestart")
    return p.ends()
