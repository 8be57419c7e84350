"""How the stand-by of a municipality is called outside office hours (``standby_call`` in ``organisation.toml``)."""

from dataclasses import dataclass
from datetime import timedelta

from provisions.catalogue.contacts import Contact, Webhook
from provisions.catalogue.entry import Entry

WITHIN = 30  # minutes
LEAST, MOST = 5, 120


@dataclass(frozen=True)
class OnCall:
    """Somebody who is called."""

    name: str
    phone: str


@dataclass(frozen=True)
class StandbyCall:
    """The gateway (telephone or SMS) takes a message at ``webhook``. ``people``: who is called, in this order; the next one when
    nobody acknowledged it ``within`` that time. ``call_back``: the number to call to hear what it is about.
    """

    webhook: Webhook
    call_back: str
    people: tuple[OnCall, ...]
    within: timedelta

    @property
    def says(self) -> str:
        """What is said or written. It holds no reference, because others may read it on the way."""
        return f"Er ligt een spoedvraag klaar. Bel {self.call_back}."


def read_standby_call(entry: Entry, webhook: Webhook | None, standby: Contact) -> StandbyCall | None:
    """Read it; faults are collected in ``entry``. ``standby`` is called first."""
    if webhook is None:
        entry.fault("webhook", "het adres van de gateway ontbreekt.", "Schrijf het als https://machine.nl/pad.")
    if not standby.phone:
        entry.fault("webhook", "de bereikbaarheidsdienst heeft geen telefoonnummer.", "Voeg phone toe aan standby.")
    minutes = entry.number("within", default=WITHIN)
    if not LEAST <= minutes <= MOST:
        entry.fault("within", f"{minutes} minuten kan niet.", f"Vul {LEAST} tot {MOST} in.")
    call_back = entry.text("call_back")
    people = [OnCall(standby.name, standby.phone)]
    for inner in entry.tables("next", optional=True):
        people.append(OnCall(inner.text("name"), inner.text("phone")))
        inner.done()
    entry.done()
    return StandbyCall(webhook, call_back, tuple(people), timedelta(minutes=minutes)) if webhook else None
