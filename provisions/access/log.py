"""What is logged of the door: who came in, who was refused, who looked at what."""

from collections.abc import Mapping
from enum import StrEnum


class Logged(StrEnum):
    """One kind of line."""

    SIGNED_IN = "signed_in"
    SIGNED_OUT = "signed_out"
    WRONG_PASSWORD = "wrong_password"  # noqa: S105 - the name of a kind
    WRONG_SECOND = "wrong_second"
    NO_SECOND = "no_second"
    BLOCKED_CAME = "blocked_came"
    NO_ROLE = "no_role"
    OTHERS_CODE = "others_code"
    PROVIDER_REFUSED = "provider_refused"
    SLOWED = "slowed"
    SET_UP = "set_up"
    PERSON_ADDED = "person_added"
    PERSON_BLOCKED = "person_blocked"
    PERSON_UNBLOCKED = "person_unblocked"
    PERSON_RESET = "person_reset"
    CALENDAR_ASKED = "calendar_asked"
    CALENDAR_REVOKED = "calendar_revoked"
    PREFERENCES_CHANGED = "preferences_changed"
    LOOKED = "looked"
    REASON_GIVEN = "reason_given"
    LOOKED_WITH_REASON = "looked_with_reason"
    SEARCHED = "searched"
    NOT_ALLOWED = "not_allowed"


WORDS: Mapping[Logged, str] = {
    Logged.SIGNED_IN: "aangemeld",
    Logged.SIGNED_OUT: "afgemeld",
    Logged.WRONG_PASSWORD: "code of wachtwoord klopte niet",
    Logged.WRONG_SECOND: "tweede code klopte niet",
    Logged.NO_SECOND: "geweigerd: nog geen tweede stap ingesteld",
    Logged.BLOCKED_CAME: "geweigerd: geblokkeerd",
    Logged.NO_ROLE: "geweigerd: geen rol",
    Logged.OTHERS_CODE: "geweigerd: de code is van een ander",
    Logged.PROVIDER_REFUSED: "geweigerd: de aanmelding bij de organisatie klopte niet",
    Logged.SLOWED: "te veel pogingen",
    Logged.SET_UP: "wachtwoord ingesteld",
    Logged.PERSON_ADDED: "toegevoegd",
    Logged.PERSON_BLOCKED: "geblokkeerd",
    Logged.PERSON_UNBLOCKED: "weer toegelaten",
    Logged.PERSON_RESET: "nieuw adres gekregen",
    Logged.CALENDAR_ASKED: "agenda aangezet, met een nieuw adres",
    Logged.CALENDAR_REVOKED: "agenda uitgezet",
    Logged.PREFERENCES_CHANGED: "voorkeuren voor berichten veranderd",
    Logged.LOOKED: "bekeken",
    Logged.REASON_GIVEN: "reden gegeven om te kijken",
    Logged.LOOKED_WITH_REASON: "bekeken met een reden",
    Logged.SEARCHED: "gezocht",
    Logged.NOT_ALLOWED: "geweigerd: geen recht",
}
