"""Nothing that identifies a person may be typed anywhere (AVG; domain.md, "Privacy").

A text is judged in three steps. It is *folded*: one sign for what reads the same (``characters.folded``). What has letters
in it (addresses, accounts, dates of birth) is looked for there. Then what has digits and identifies nobody (days, times,
amounts, references, rooms, articles of law) is taken out, and in what is left **every window of digits** is tested, whatever
stands between them.

Each step takes time in proportion to the length of the text, and that length is limited before any of them.
"""

import re
from collections.abc import Callable, Iterator
from itertools import pairwise

from provisions.domain.characters import as_seen, folded
from provisions.domain.errors import InvalidInput

LONGEST_SHOWN = 60  # characters of what was typed, repeated in an error
BSN = "een burgerservicenummer (BSN)"
EMAIL = "een e-mailadres"
TELEPHONE = "een telefoonnummer"
IBAN = "een rekeningnummer (IBAN)"
ADDRESS = "een adres"
BIRTH = "een geboortedatum"
V_NUMBER = "een V-nummer"
COURT_NUMBER = "een parketnummer"
UNREAD = "veel meer dan een notitie"
LONGEST = 4000  # characters that are read; what is longer is refused unread


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
    return UNREAD if len(text) > LONGEST else _identifying(folded(text))


def _identifying(plain: str) -> str | None:
    for found, what in _LOOKED_FOR:
        if found(plain):
            return what
    rest = _TAKEN_OUT.sub(" … ", plain)
    if _POSTCODE.search(rest) or _STREET.search(rest):
        return ADDRESS
    return _in_digits(rest) if sum(c.isdigit() for c in rest) >= _SHORTEST_NUMBER else None


def shown(text: str) -> str:
    """What was typed, fit to be repeated in an error: short, printable, and nothing that identifies a person."""
    head = text[: 4 * LONGEST_SHOWN]
    if identifying(head):
        return "…"
    clean = as_seen(head)
    return clean if len(clean) <= LONGEST_SHOWN and head == text else clean[: LONGEST_SHOWN - 1] + "…"


def refuse_identifying(text: str, what: str) -> str:
    """``text`` itself, or ``InvalidInput`` naming ``what`` (Dutch) without repeating the text."""
    if found := identifying(text):
        raise InvalidInput(
            f"In {what} staat iets dat lijkt op {found}. Zet geen gegevens van personen in dit systeem: "
            "de referentie is genoeg. Haal het weg en probeer het opnieuw."
        )
    return text


# --- what has letters in it ------------------------------------------------------------------------------------------

_AT = re.compile(r"[(\[{<]\s{0,3}(?:at|apenstaart(?:je)?)\s{0,3}[)\]}>]|\bapenstaart(?:je)?\b", re.IGNORECASE)
_DOT = re.compile(r"[(\[{<]\s{0,3}(?:dot|punt)\s{0,3}[)\]}>]|(?<=\s)(?:punt|dot)(?=\s)", re.IGNORECASE)
_EMAIL = re.compile(
    r"\w[^\s\w@]?\s{0,3}@\s{0,3}[^\W_][\w-]{0,62}(?:(?:\.|\s{1,3}\.\s{1,3}|\.\s{0,3}(?=nl\b))[^\W_][\w-]{0,62}){0,8}?"
    r"(?:\.|\s{1,3}\.\s{1,3}|\.\s{0,3}(?=nl\b))[^\W\d_]{2}",
    re.IGNORECASE,
)
_SPOKEN_EMAIL = re.compile(r"\w\s{1,3}at\s{1,3}[\w-]{1,63}\s{1,3}(?:punt|dot)\s{1,3}[^\W\d_]{2,6}\b", re.IGNORECASE)


def _email(plain: str) -> bool:
    if _SPOKEN_EMAIL.search(plain):
        return True
    if "@" not in plain and not _AT.search(plain):
        return False
    return bool(_EMAIL.search(_DOT.sub(".", _AT.sub("@", plain))))


# How long an account number is, by country (ISO 13616, registry of SWIFT; the countries of the SEPA).
_IBAN_LENGTH = {
    "AD": 24, "AL": 28, "AT": 20, "BE": 16, "BG": 22, "CH": 21, "CY": 28, "CZ": 24, "DE": 22, "DK": 18, "EE": 20, "ES": 24,
    "FI": 18, "FO": 18, "FR": 27, "GB": 22, "GI": 23, "GL": 18, "GR": 27, "HR": 21, "HU": 28, "IE": 22, "IS": 26, "IT": 27,
    "LI": 21, "LT": 20, "LU": 20, "LV": 21, "MC": 27, "MD": 24, "ME": 22, "MK": 19, "MT": 31, "NL": 18, "NO": 15, "PL": 28,
    "PT": 25, "RO": 24, "RS": 22, "SE": 24, "SI": 19, "SK": 24, "SM": 27, "TR": 26, "UA": 29, "VA": 22, "XK": 20,
}  # fmt: skip
_FEWEST_IN_IBAN = 10  # digits: every country's number has at least so many
_IBAN_START = re.compile(r"(?=([A-Z]{2})\d{2})")
_DUTCH_IBAN = re.compile(r"NL\d{2}[A-Z]{4}\d{10}")
_NOT_WORD = re.compile(r"[\W_]+")


def _iban(plain: str) -> bool:
    close = _NOT_WORD.sub("", plain.upper())
    return bool(_DUTCH_IBAN.search(close)) or any(
        _is_iban(close[found.start() : found.start() + _IBAN_LENGTH[found[1]]])
        for found in _IBAN_START.finditer(close)
        if found[1] in _IBAN_LENGTH
    )


def _is_iban(text: str) -> bool:
    if len(text) != _IBAN_LENGTH[text[:2]] or not text.isascii() or sum(c.isdigit() for c in text) < _FEWEST_IN_IBAN:
        return False
    return int("".join(str(int(c, 36)) for c in text[4:] + text[:4])) % 97 == 1  # ISO 7064


_HOUSE_NUMBER = (
    r"(?:(?:huis)?(?:nr|no|nummer)\b)?[\s.,:\-]{0,3}\d{1,5}"
    r"(?!\d|\s{0,2}(?:uur|u|keer|maal|x|dag|week|weken|wk|maand|jaar|euro|procent|min)\w{0,5}\b)"
)
# Four digits and two letters are also a year and a word: "2026 om 12 uur".
_POSTCODE = re.compile(
    rf"(?<![\w,.])(?:[1-9]\d{{3}}[\s.\-]{{0,3}}(?!SA|SD|SS)[A-Z]{{2}}|[1-9]\d{{3}}(?!sa|sd|ss)[a-z]{{2}}"
    r"|(?!(?:19|20)\d\d)[1-9]\d{3}\s?(?!aan|al|be|bv|ca|cm|de|eu|en|er|gb|gr|he|ik|in|is|je|kb|kg|km|la|mb|me|mg|ml|mm|na|nu|of|"
    rf"om|op|pp|st|te|tm|vs|we|ze|zo)[a-z]{{2}})(?![^\W\d_])[\s,.\-:;/]{{0,5}}{_HOUSE_NUMBER}"
)
_STREET = re.compile(
    r"(?<![^\W_])(?!(?i:onder|terug|heen|snel|om|uit|midden|rijks|hoofd|zij|halver|gaande|spoor|water|voorrangs|leer|leef|werk)(?i:weg)\b)"
    r"(?!(?i:gerechts|rechts)hof\b)"
    r"(?:[^\W\d_]{2,40}?(?:straat|laan|gracht|plein|kade|singel|steeg|plantsoen|dreef|weg|dijk)"
    r"|[A-Z][^\W\d_]{1,40}?(?:hof|pad|park|markt|wal|haven|burg|boulevard|erf|oord|meent|hoek|veld|brink|ring|zoom|kamp|akker|donk)"
    r"|[A-Z][^\W\d_]{1,40} (?:Straat|Laan|Gracht|Plein|Kade|Singel|Steeg|Plantsoen|Dreef|Weg|Dijk|Hof|Pad|Park|Markt|Boulevard))"
    rf"\b[\s.,\-]{{1,3}}{_HOUSE_NUMBER}"
)

_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_MONTH = r"(?:0?[1-9]|1[0-2])"
_MONTHS = r"(?:jan|feb|mrt|maart|apr|mei|jun|jul|aug|sep|okt|oct|nov|dec)[a-z]{0,8}"
# A client is grown up: a day before 2010 is the day somebody was born far more often than anything of a case.
_BIRTH_YEAR = r"(?:19\d\d|200\d)"
_BIRTH_SHORT = r"(?:[4-9]\d)"
_BIRTH = re.compile(
    r"(?<![^\W_])(?:geb|gebdat|geboren|geboortedatum|geboortedag|geboortejaar|geb\.? ?datum|dob)\b"
    r"[\W_]{0,5}(?:op|in|is|te)?[\W_]{0,3}\d"
    rf"|(?<!\d)(?<!\d[-/.]){_DAY}\s?([-/.])\s?{_MONTH}\s?\1\s?(?:{_BIRTH_YEAR}|{_BIRTH_SHORT})(?![-/.]?\d)"
    rf"|(?<!\d)(?<!\d[-/.]){_BIRTH_YEAR}([-/.]){_MONTH}\2{_DAY}(?![-/.]?\d)"
    rf"|(?<!\d){_DAY}(?:ste|de|e)?[\s.\-/]{{0,3}}{_MONTHS}[\s.\-/']{{0,3}}(?:{_BIRTH_YEAR}|{_BIRTH_SHORT})(?!\d|:|\s?uur)"
    r"|(?<!\d)(?:19[2-9]\d|200\d)(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?!\d)"
    r"|(?<!\d)(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])(?:19[2-9]\d|200\d)(?!\d)",
    re.IGNORECASE,
)
_V_NUMBER = re.compile(
    r"(?<![^\W_])(?:v|vreemdelingen)[\W_]{0,3}(?:nummer|nr|no)?[\W_]{0,5}\d(?:[\W_]{0,3}\d){9}", re.IGNORECASE
)
_COURT_NUMBER = re.compile(
    r"(?<!\d)(?<!\d[-/.])\d{2}[\W_]{0,3}\d{6}[\W_]{1,3}\d{2}(?!\d)|(?<![^\W_])parket[\W_]{0,2}(?:nummer|nr|no)?[\W_]{0,5}\d(?:[\W_]{0,3}\d){5}",
    re.IGNORECASE,
)
_NAMED_BSN = re.compile(
    r"(?<![^\W_])(?:bsn|sofi|burgerservice)[\W_]{0,2}(?:nummer|nr|no)?[\W_]{0,5}(?:is[\W_]{1,3})?(\d(?:[\W_]{0,3}\d){7})(?![\W_]{0,3}\d)",
    re.IGNORECASE,
)


def _named_bsn(plain: str) -> bool:
    """A number whose leading zero was left out; with it, it is found among the digits."""
    return any(is_bsn("0" + re.sub(r"\D", "", found)) for found in _NAMED_BSN.findall(plain))


def _searched(pattern: re.Pattern[str]) -> Callable[[str], object]:
    return pattern.search


_LOOKED_FOR: tuple[tuple[Callable[[str], object], str], ...] = (
    (_email, EMAIL),
    (_iban, IBAN),
    (_named_bsn, BSN),
    (_searched(_V_NUMBER), V_NUMBER),
    (_searched(_COURT_NUMBER), COURT_NUMBER),
    (_searched(_BIRTH), BIRTH),
)

# --- what has digits and identifies nobody ---------------------------------------------------------------------------

_SHORTEST_NUMBER = 9  # digits
_HOUR = r"(?:[01]?\d|2[0-3])"
_CLOCK = rf"{_HOUR}\s?[:.u]\s?[0-5]\d"
_TAKEN_OUT = re.compile(
    "|".join(
        (
            # A reference of ours or of somebody else: a year, a dash, a number.
            r"(?<![^\W_])[A-Z]{1,6}[-_/]?20\d\d[-_/.]\d{1,6}(?![\-_/.]?\d)",
            r"(?<!\d)(?<!\d[-/.])20(?:1[5-9]|2\d|3[0-5])[-/]\d{5,6}(?![-/.]?\d)",
            # A day, and the time behind it.
            rf"(?<!\d)(?<!\d[-/.])(?:{_DAY}([-/.]){_MONTH}\1(?:(?:19|20)\d\d|\d\d)|(?:19|20)\d\d([-/.]){_MONTH}\2{_DAY}"
            r"|(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])|(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])(?:19|20)\d\d)"
            rf"(?:T?{_HOUR}[0-5]\d(?:[0-5]\d)?(?!\d)|\s?T?\s?{_CLOCK}(?::[0-5]\d(?:\.\d{{1,6}})?)?(?:Z|[+-]\d\d:?\d\d)?(?![\d:]|[-/.]\d)"
            rf"|,?\s{{1,2}}(?:om\s)?{_HOUR}[0-5]\d(?![\s\-/.]{{0,3}}\d)|(?!\d|[-/.]\d))",
            rf"(?<!\d)(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])[2-3]\d\s{_HOUR}[:.]?[0-5]\d(?![\s\-/.]{{0,3}}\d)",
            # A time by itself; with a dot only where another says that it is one.
            rf"(?<![\d:]){_HOUR}:[0-5]\d(?::[0-5]\d)?(?![\d:])",
            rf"(?<![\d.]){_HOUR}[.u]?[0-5]\d(?=\s?(?:uur|u)\b)",
            rf"(?<![\d.,:/\-]){_HOUR}\.[0-5]\d(?:\s?(?:[\-/,]|en|tot|t/m)?\s?{_HOUR}\.[0-5]\d)+(?![\s\-/.:]{{0,3}}\d)",
            # An amount.
            r"(?:€|\beur(?:o)?)\s{0,2}(?:\d{1,6}|\d{1,3}\.\d{3}|\d\.\d{3}\.\d{3})(?:[.,](?:\d\d|-))?(?!\d|[.,]\d)",
            r"(?<![\d.,])(?:\d{1,6}|\d{1,3}\.\d{3}|\d\.\d{3}\.\d{3})(?:,(?:\d\d|-))?(?=\s{0,2}(?:€|eur|euro)\b|\s{0,2}€)",
            r"(?<![\d.,])(?:\d{1,6}|\d{1,3}\.\d{3}|\d\.\d{3}\.\d{3}),\d\d(?!\d|[.,]\d)",
            # Rooms, articles, weeks, pages: a list behind their word.
            r"\b(?:kamers?|lokaal|lokalen|artikelen|artikel|artt?|leden|lid|onderdeel|paragraaf|par|hoofdstuk|bijlagen?|weken|week|wk|"
            r"dagen|dag|pagina|pag|blz|verdieping|balie|punten|punt|regels|regel|cellen|cel|unit|flat)\b\.?\s{0,2}"
            r"\d{1,3}(?:[.:]\d{1,3}){0,3}[a-z]?(?:\s{0,2}[,;/&]\s{0,2}\d{1,3}(?:[.:]\d{1,3}){0,3}[a-z]?)*(?![\d]|[.,:\-/]\d)",
        )
    ),
    re.IGNORECASE,
)
_LIST = re.compile(r"(?<!\d)\d{1,3}(?:[\s,;/]{1,3}\d{1,3}){2,60}(?!\d)")
_CHAIN = re.compile(r"\d+(?:[ +]+\d+)*")
_DIGITS = re.compile(r"\d+")
# Area codes and services as they are given out (ACM, Nummerplan telefoon- en ISDN-diensten).
_NETWORK = re.compile(
    r"0(?:6|8[4578]|91|800|90[069]|1[035]|2[0346]|3[03568]|4[0356]|5[0358]|7[0-9]|11[134578]|16[124-8]|17[24]|18[0-46-7]"
    r"|22[2-9]|25[125]|29[479]|31[3-8]|32[01]|34[1-8]|41[1-368]|47[58]|48[15-8]|49[23579]|51[1-9]|52[1-57-9]|54[13-8]"
    r"|56[126]|57[0-3578]|59[1-9])"
)


def _in_digits(rest: str) -> str | None:
    for chain in _CHAIN.finditer(_separated(_LIST.sub(_without_list, rest))):
        if found := _of_chain(chain[0], abroad=_is_abroad(chain)):
            return found
    return None


def _is_abroad(chain: re.Match[str]) -> bool:
    """Whether a plus stands right before the first digit: a number of another country."""
    before = chain.string[max(0, chain.start() - 2) : chain.start()]
    return before.rstrip(" ").endswith("+")


def _without_list(found: re.Match[str]) -> str:
    """Numbers that count up by one (weeks, days, rooms) are a list; no telephone number does."""
    numbers = [int(number) for number in _DIGITS.findall(found[0])]
    counts_up = all(after == before + 1 for before, after in pairwise(numbers))
    return " … " if counts_up else found[0]


def _separated(text: str) -> str:
    """One space for whatever stands between digits; letters, the mark of what was taken out, and a plus stay."""
    return re.sub(r"[^\w…+]+|_+", " ", text)


def _of_chain(chain: str, *, abroad: bool) -> str | None:
    groups = [group for group in re.split(r"[ +]+", chain) if group]
    digits = "".join(groups)
    if len(digits) < _SHORTEST_NUMBER:
        return None
    if abroad or any(len(re.sub(r"\D", "", part)) >= _SHORTEST_NUMBER for part in re.findall(r"\+ ?(\d[\d ]*)", chain)):
        return TELEPHONE
    starts, ends = _borders(groups)
    if any(_is_telephone(digits, start, start in starts, ends) for start in _zeros(digits)):
        return TELEPHONE
    if any(re.match(r"310?6\d{8}", digits[start:]) for start in starts):
        return TELEPHONE
    return BSN if _has_bsn(digits) else None


def _has_bsn(digits: str) -> bool:
    """Whether any nine digits in a row pass the eleven test."""
    n = [int(digit) for digit in digits]
    windows = zip(*(n[place:] for place in range(9)), strict=False)
    return any(
        (9 * a + 8 * b + 7 * c + 6 * d + 5 * e + 4 * f + 3 * g + 2 * h - i) % 11 == 0
        and a + b + c + d + e + f + g + h + i > 0
        for a, b, c, d, e, f, g, h, i in windows
    )


def _borders(groups: list[str]) -> tuple[set[int], set[int]]:
    starts, ends, place = set(), set(), 0
    for group in groups:
        starts.add(place)
        place += len(group)
        ends.add(place)
    return starts, ends


def _zeros(digits: str) -> Iterator[int]:
    place = digits.find("0")
    while place >= 0:
        yield place
        place = digits.find("0", place + 1)


def _is_telephone(digits: str, start: int, first_of_group: bool, ends: set[int]) -> bool:
    """Ten digits behind an area code that exists; or any that stand by themselves; or a number of abroad behind 00."""
    if start + 10 > len(digits):
        return False
    if _NETWORK.match(digits, start):
        return True
    if not first_of_group:
        return False
    if digits[start + 1] != "0":
        return start + 10 in ends
    return digits[start + 2] != "0" and any(start + length in ends for length in range(11, 16))
