"""Which passwords are refused. Nothing is asked of a password but length, and that it is no guess that everybody makes first."""

import re

SHORTEST = 12
LONGEST = 200

# What people put in passwords in this country and at this desk; what is left around it must be long enough by itself.
_COMMON = (
    *(
        "wachtwoord",
        "password",
        "passwort",
        "welkom",
        "welcome",
        "gemeente",
        "geheim",
        "secret",
        "provisions",
        "voorziening",
    ),
    *(
        "basisvoorziening",
        "regisseur",
        "teamleider",
        "beheerder",
        "administrator",
        "admin",
        "levensloop",
        "prefect",
        "inloggen",
    ),
    *(
        "lente",
        "zomer",
        "herfst",
        "winter",
        "voorjaar",
        "najaar",
        "januari",
        "februari",
        "maart",
        "april",
        "mei",
        "juni",
        "juli",
    ),
    *(
        "augustus",
        "september",
        "oktober",
        "november",
        "december",
        "maandag",
        "dinsdag",
        "woensdag",
        "donderdag",
        "vrijdag",
    ),
    *(
        "zaterdag",
        "zondag",
        "nederland",
        "holland",
        "amsterdam",
        "rotterdam",
        "utrecht",
        "denhaag",
        "ajax",
        "feyenoord",
        "psv",
    ),
    *(
        "qwerty",
        "qwertyuiop",
        "azerty",
        "asdfghjkl",
        "asdfgh",
        "zxcvbnm",
        "zxcvbn",
        "letmein",
        "iloveyou",
        "monkey",
        "dragon",
    ),
    *(
        "football",
        "voetbal",
        "baseball",
        "superman",
        "princess",
        "sunshine",
        "master",
        "shadow",
        "michael",
        "trustno1",
        "abc123",
    ),
)
_RUNS = (
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiopasdfghjklzxcvbnm",
    "01234567890123456789",
    "zyxwvutsrqponmlkjihgfedcba",
    "98765432109876543210",
)
_SHORTEST_RUN = 4
_FEWEST_CHARACTERS = 5
_LEFT = 6  # letters and digits that must be left when what everybody uses is taken away
_AS_LETTERS = str.maketrans("0134578@$!", "oleastbasi")


def why_refused(password: str, code: str, places: tuple[str, ...] = ()) -> str | None:
    """A Dutch sentence when this is no password for the person with this ``code``; ``None`` when it is one.

    ``places``: names of municipalities and the region, which everybody there knows.
    """
    if len(password) < SHORTEST:
        return f"Het wachtwoord is te kort: {len(password)} tekens. Neem er ten minste {SHORTEST}: een zin van vier woorden."
    if len(password) > LONGEST:
        return f"Het wachtwoord is te lang: {len(password)} tekens. Neem er hoogstens {LONGEST}."
    if len(set(password.lower())) < _FEWEST_CHARACTERS:
        return "Het wachtwoord bestaat uit te weinig verschillende tekens. Neem een zin van vier woorden."
    if _left(password, code, places) < _LEFT:
        return "Dit wachtwoord wordt als eerste geraden. Neem een zin van vier woorden die niet bij elkaar horen."
    return None


def _left(password: str, code: str, places: tuple[str, ...]) -> int:
    """How much is left without what everybody uses: the least of how it stands, and with digits read as letters."""
    words = (*re.split(r"[.-]", code), *(_plain(word) for place in places for word in place.split()))
    known = sorted((*_COMMON, *words), key=len, reverse=True)
    return min(_without(_plain(text), known) for text in (password, password.lower().translate(_AS_LETTERS)))


def _without(text: str, known: list[str]) -> int:
    for word in known:
        if len(word) > 2:
            text = text.replace(word, "")
    text = re.sub(r"(19|20)\d\d", "", text)
    for run in _RUNS:
        text = _without_runs(text, run)
    return len(re.sub(r"(.)\1+", r"\1", text))


def _without_runs(text: str, run: str) -> str:
    for length in range(min(len(text), len(run)), _SHORTEST_RUN - 1, -1):
        for start in range(len(run) - length + 1):
            text = text.replace(run[start : start + length], "")
    return text


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())
