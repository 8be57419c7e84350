"""Passende huisvesting (guide 1.3).

A date agreed. A home one has is kept during admission or detention: pets and fixed costs included.
"""

from flows.provision.process import Ended, Process, process


@process
def housing(p: Process) -> Ended:
    """Passende huisvesting zodra de cliënt daar geschikt voor is (handreiking 1.3), op de afgesproken datum en met
    voorrang.

    Heeft de cliënt een woning, dan blijft die behouden bij opname of detentie: vaste lasten en huisdieren worden
    geregeld.
    """
    p.asks("Wonen gevraagd om huisvesting op de afgesproken datum, of om behoud van de woning")
    p.waits_until(
        "de cliënt kan wonen waar dat past, of de eigen woning behouden is",
        advice="Denk bij opname of detentie aan de vaste lasten en de huisdieren.",
    )
    p.notes("form", "welke woonvorm het is")
    p.notes("fixed_costs_paid", "of de vaste lasten geregeld zijn")
    p.notes("pets_cared_for", "of er opvang voor huisdieren is")
    p.starts_others("Wat op onderdak wachtte, is gestart")
    return p.ends()
