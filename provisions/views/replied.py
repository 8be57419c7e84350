"""What the counter said of a provision, in a line: "gevraagd 3 nov, pakken het op 4 nov, klaar op 9 nov"."""

from provisions.domain import dutch
from provisions.domain.case import Provision, Reply, Said

# In the words of the counter: with which a day is meant that is not the one on which it was said.
_SAYS = {
    Said.SEEN: "pakken het op",
    Said.APPLIED: "aanvraag ontvangen",
    Said.PROMISED: "klaar op",
    Said.READY: "ligt klaar",
    Said.DELIVERED: "geregeld",
    Said.REFUSED: "afgewezen",
    Said.OBSTACLE: "lukt niet",
    Said.CALL_ME: "bel mij",
    Said.ASK_BACK: "vraag terug van de tafel",
}


def course(provision: Provision) -> str:
    """From asking on, in order; empty while nobody answered."""
    said = [_said(reply) for reply in provision.replies if reply.said in _SAYS]
    if not said:
        return ""
    asked = [f"gevraagd {dutch.short_day(provision.asked_on)}"] if provision.asked_on else []
    return ", ".join((*asked, *said))


def open_replies(provision: Provision) -> list[Reply]:
    """What still waits for the case director, of what is open."""
    return [reply for reply in provision.replies if reply.is_open] if provision.status.is_open else []


def _said(reply: Reply) -> str:
    return f"{_SAYS[reply.said]} {dutch.short_day(reply.named or reply.on)}"
