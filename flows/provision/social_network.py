"""Steunend sociaal netwerk (guide 1.7).

A date agreed; never the national desk, because it does not always succeed.
"""

from flows.provision.process import Ended, Process, process


@process
def social_network(p: Process) -> Ended:
    """Naasten betrekken die de cliënt steunen, op de afgesproken datum (handreiking 1.7).

    Dat is niet gemakkelijk en lukt niet altijd. Een netwerk kan ook belemmeren.
    """
    p.asks("Gevraagd wie van de naasten de cliënt kan en wil steunen")
    p.waits_until(
        "is afgesproken wie de cliënt steunt",
        advice="Een netwerk kan ook belemmeren: kijk wie echt steunt.",
    )
    p.notes("support", "wat voor steun er is")
    return p.ends()
