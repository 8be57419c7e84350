"""Opvang (guide 1.3).

At once, or on a day that is known beforehand; who will not have it is offered something else.
"""

from flows.provision.process import Ended, Process, process


@process
def emergency_shelter(p: Process) -> Ended:
    """Meteen opvang zodra dit nodig is (handreiking 1.3), los van wachtlijsten.

    Kan of wil de cliënt niet naar de opvang, dan wordt iets anders aangeboden: een slaapplek, maaltijden, een plek
    om zich te wassen.
    """
    p.asks("Opvang gevraagd voor de dag waarop die nodig is")
    p.calls_standby("Buiten kantooruren: de bereikbaarheidsdienst weet ervan")
    p.waits_until(
        "de cliënt een plek heeft om te slapen",
        advice="Ziet de cliënt ervan af, leg dan vast wat in plaats daarvan is aangeboden.",
    )
    p.notes("place", "waar de opvang is")
    p.offers_instead("offered_instead", "Iets anders aangeboden in plaats van de opvang")
    p.starts_others("Wat op onderdak wachtte, is gestart")
    return p.ends()
