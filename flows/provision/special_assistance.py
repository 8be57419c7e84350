"""Bijzondere bijstand (guide 1.4).

For costs that can't be paid from the income: made to measure, no new policy needed.
"""

from flows.provision.process import Ended, Process, process


@process
def special_assistance(p: Process) -> Ended:
    """Een besluit over bijzondere bijstand (handreiking 1.4), voor kosten die de cliënt niet zelf kan betalen.

    De termijn van twee weken is een gemeentelijke keuze.
    """
    p.asks("Werk en inkomen gevraagd om een besluit over bijzondere bijstand")
    p.waits_until(
        "er een besluit is over de bijzondere bijstand",
        advice="De noodzaak kan blijken uit het advies van de regisseur.",
    )
    p.notes("costs", "voor welke kosten")
    return p.ends()
