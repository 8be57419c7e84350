"""Nothing that identifies a person may be typed anywhere (AVG; domain.md, "Privacy")."""

import re

from provisions.domain.errors import InvalidInput

# Digits may be split by spaces, dots or hyphens, as people write them.
_DIGITS = re.compile(r"(?<!\d)\d(?:[ .\-/]?\d){8}(?![ .\-/]?\d)")
_EMAIL = re.compile(r"[^\s@<>]+@[^\s@<>]+\.[a-z]{2,}", re.IGNORECASE)
_TELEPHONE = re.compile(
    r"(?<!\d)(?<!\d-)(?:(?:\+|00)[1-9]\d{0,2}[ \-.]?(?:\(0\))?|\(?0)[1-9](?:[ \-.()/]{0,2}\d){7,8}(?!\d)"
)
# Ten digits on end, whatever stands before them.
_UNBROKEN_TELEPHONE = re.compile(r"(?<!\d)0[1-9]\d{8}(?!\d)")
# In a reference such as TR-2026-00002 a dash does not split a BSN: year and number only look like one together.
_REFERENCE = re.compile(r"(?<![\w-])[A-Z]{2,5}(?:-\d{1,8})+(?![\w-])")
# A day with the time behind it ("05-11-2026 09:00") has the digits of a telephone number and is none.
_DAY = re.compile(r"(?<!\d)(?:0?[1-9]|[12]\d|3[01])([-/.])(?:0?[1-9]|1[0-2])\1(?:19|20)\d\d(?!\d)")


def is_bsn(digits: str) -> bool:
    """Whether nine digits pass the eleven test (Wet algemene bepalingen burgerservicenummer).

    >>> is_bsn("111222333"), is_bsn("123456789")
    (True, False)
    """
    if len(digits) != 9 or not digits.isdecimal() or digits == "000000000":
        return False
    weights = (9, 8, 7, 6, 5, 4, 3, 2, -1)
    return sum(w * int(d) for w, d in zip(weights, digits, strict=True)) % 11 == 0


def identifying(text: str) -> str | None:
    """What in ``text`` looks like it identifies a person (a Dutch noun), or ``None``."""
    text = _DAY.sub("…", text)
    if any(is_bsn(re.sub(r"\D", "", found)) for found in _DIGITS.findall(_REFERENCE.sub("…", text))):
        return "een burgerservicenummer (BSN)"
    if _EMAIL.search(text):
        return "een e-mailadres"
    if _TELEPHONE.search(text) or _UNBROKEN_TELEPHONE.search(text):
        return "een telefoonnummer"
    return None


def refuse_identifying(text: str, what: str) -> str:
    """``text`` itself, or ``InvalidInput`` naming ``what`` (Dutch) without repeating the text."""
    if found := identifying(text):
        raise InvalidInput(
            f"In {what} staat iets dat lijkt op {found}. Zet geen gegevens van personen in dit systeem: "
            "de referentie is genoeg. Haal het weg en probeer het opnieuw."
        )
    return text
