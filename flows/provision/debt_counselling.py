"""Schuldhulpverlening en budgetbeheer (guide 1.5).

Once card, shelter and income are there, or at once when eviction or cut-off threatens. The application does not wait.
"""

from flows.provision.process import Ended, Process, process


@process
def debt_counselling(p: Process) -> Ended:
    """Zo spoedig mogelijk schuldhulpverlening en budgetbeheer, als de situatie enigszins stabiel is (handreiking 1.5).

    Eerst de papieren op orde; lopende regelingen gaan door. Sommige schulden zijn niet te saneren (CJIB). De
    gemeente kan bewind aanvragen.
    """
    p.applies(
        "Schuldhulpverlening aangevraagd, terwijl de situatie nog stabiel moet worden",
        proceeds="Schuldhulpverlening laten weten dat het verder kan",
    )
    p.asks("Schuldhulpverlening gevraagd om een eerste gesprek, met hulp bij de papieren")
    p.waits_until(
        "de schuldhulpverlening is begonnen",
        advice="Help de administratie op orde te krijgen en laat lopende regelingen doorgaan.",
    )
    p.notes("papers_gathered", "of de administratie op orde is")
    p.notes("not_restructurable", "of er schulden zijn die niet te saneren zijn")
    p.notes("running_arrangements", "of lopende regelingen doorgaan")
    p.notes("administration", "of er bewind is aangevraagd")
    return p.ends()
