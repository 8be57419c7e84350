"""Wmo-indicatie (guide 1.6).

The case director fills in the plan: no second intake talk. What is promised is support, not paper.
"""

from flows.provision.process import Ended, Process, process


@process
def wmo_indication(p: Process) -> Ended:
    """Een aanbod dat aansluit, binnen een paar dagen in te zetten (handreiking 1.6).

    De regisseur vult het plan in; een tweede intakegesprek is niet nodig. Daarna wordt nagegaan of de
    ondersteuning echt is begonnen.
    """
    p.asks("Wmo-loket gevraagd om een indicatie op het plan van de regisseur")
    p.waits_until(
        "de Wmo-indicatie er is",
        advice="Vul als regisseur zelf het plan in: een tweede intakegesprek is niet nodig.",
    )
    p.notes("plan_by_director", "of de regisseur het plan heeft ingevuld")
    p.notes("support_starts_on", "wanneer de ondersteuning begint")
    p.plans("support_started", "Nagaan of de ondersteuning is begonnen, staat in de agenda")
    return p.ends()
