"""Zorgverzekering (guide 1.6, and 1.2: not without an ID card).

Well before the three months after which the CAK fines.
"""

from flows.provision.process import Ended, Process, process


@process
def health_insurance(p: Process) -> Ended:
    """Een zorgverzekering (handreiking 1.6).

    Daarvoor zijn een identiteitsbewijs en een adres nodig (1.2). Duurt het langer dan drie maanden, dan legt het
    CAK een boete op. De termijn van twee weken is een gemeentelijke keuze.
    """
    p.asks("Zorgverzekering gevraagd, zo mogelijk de gemeentepolis")
    p.waits_until("de cliënt verzekerd is voor zorg", advice="Ga na of de gemeentepolis past.")
    p.notes("policy", "welke verzekering het is")
    p.notes("premium_contribution", "of de gemeente meebetaalt aan de premie")
    return p.ends()
