"""Dagbesteding, scholing of (vrijwilligers)werk (guide 1.4).

A decision within ten working days, and then a start: no waiting list, no story told twice.
"""

from flows.provision.process import Ended, Process, process


@process
def day_activity(p: Process) -> Ended:
    """Een passend aanbod voor dagbesteding, scholing of (vrijwilligers)werk, met een besluit binnen twee werkweken
    (handreiking 1.4).

    Via de Wmo of de Participatiewet. De cliënt hoeft zijn verhaal niet nog een keer te doen en er is geen
    wachtlijst om te kunnen beginnen.
    """
    p.asks("Besluit gevraagd over dagbesteding, scholing of werk")
    p.waits_until(
        "er een besluit is over dagbesteding, scholing of werk",
        advice="De regisseur kent de cliënt: een keukentafelgesprek is niet nodig voor het besluit.",
    )
    p.notes("act", "op grond van welke wet")
    p.notes("starts_on", "wanneer het begint")
    p.plans("activity_started", "Nagaan of het begonnen is, staat in de agenda")
    return p.ends()
