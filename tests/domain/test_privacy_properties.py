"""What identifies a person is found however it is written; what only has digits is left alone. Values made by hand here."""

import string
import time
import unicodedata
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provisions.domain import privacy
from provisions.domain.characters import folded
from provisions.domain.privacy import identifying

SEPARATORS = (
    "",
    " ",
    "-",
    ".",
    "/",
    "\u00a0",
    "\u2013",
    "\u2014",
    "\u2009",
    "\t",
    "\n",
    " - ",
    "_",
    "\u200b",
    "·",
    ",",
    "|",
    "\u00ad",
)
WORDS = st.sampled_from(
    ["bsn", "gebeld met", "cliënt", "", "x", "(", "zie:", "kaart 3", "0", "12", "om", "nr.", "«", "7 "]
)
SCRIPTS = [
    "0123456789",
    "".join(chr(0xFF10 + n) for n in range(10)),  # of full width
    "".join(chr(0x0660 + n) for n in range(10)),  # Arabic
    "".join(chr(0x0966 + n) for n in range(10)),  # Devanagari
    "".join(chr(0x1D7D8 + n) for n in range(10)),  # mathematical
    "".join(["⓪", *(chr(0x2460 + n) for n in range(9))]),  # in circles
]


def _ninth(first: int) -> int:
    """The digit that makes the eleven test pass behind eight others; 10 when there is none."""
    return sum(w * int(d) for w, d in zip(range(9, 1, -1), f"{first:08}", strict=True)) % 11


BSNS = st.integers(1_000_000, 99_999_999).filter(lambda n: _ninth(n) < 10).map(lambda n: f"{n:08}{_ninth(n)}")


@st.composite
def written(draw: st.DrawFn, digits: str, sizes: list[tuple[int, ...]]) -> str:
    """Digits in groups, with one kind of separator, in one script, with marks that nobody sees."""
    groups, place = [], 0
    for size in draw(st.sampled_from(sizes)):
        groups.append(digits[place : place + size])
        place += size
    text = draw(st.sampled_from(SEPARATORS)).join(groups)
    return text.translate(str.maketrans("0123456789", draw(st.sampled_from(SCRIPTS))))


def _planted(draw: st.DrawFn, number: str) -> str:
    before, after = draw(WORDS), draw(WORDS)
    return f"{before} {number} {after}"


@given(st.data())
@settings(max_examples=500, deadline=None)
def test_a_bsn_is_found_in_any_formatting(data: st.DataObject) -> None:
    sizes = [(9,), (3, 3, 3), (4, 2, 3), (1,) * 9, (2, 3, 4), (3, 2, 2, 2)]
    number = data.draw(written(data.draw(BSNS), sizes))
    text = data.draw(st.composite(_planted)(number))
    assert identifying(text), text


@given(st.data())
@settings(max_examples=300, deadline=None)
def test_a_telephone_number_is_found_in_any_formatting(data: st.DataObject) -> None:
    area, rest = data.draw(st.sampled_from([("06", 8), ("020", 7), ("0511", 6), ("088", 7), ("085", 7), ("010", 7)]))
    digits = area + "".join(data.draw(st.lists(st.sampled_from("123456789"), min_size=rest, max_size=rest)))
    sizes = [(10,), (len(area), rest), (1,) * 10]
    if area == "06":
        sizes += [(2, 2, 2, 2, 2), (2, 4, 4)]
    number = data.draw(written(digits, sizes))
    if data.draw(st.booleans()):
        number = data.draw(st.sampled_from(["+31", "0031 ", "+31 (0)", "\uff0b31 "])) + data.draw(
            written(digits[1:], [(9,), (1, 8)])
        )
    assert identifying(data.draw(st.composite(_planted)(number)))


@given(st.data())
@settings(max_examples=300, deadline=None)
def test_an_address_of_mail_is_found(data: st.DataObject) -> None:
    letters = st.text(string.ascii_lowercase, min_size=1, max_size=8)
    local, host = data.draw(letters), data.draw(letters)
    at = data.draw(st.sampled_from(["@", " @ ", "\uff20", "(at)", " [at] ", "\ufe6b", " (AT) ", "\u200b@"]))
    dot = data.draw(st.sampled_from([".", "(dot)", " (punt) ", "[punt]", " . ", "\uff0e", "\u3002"]))
    end = data.draw(st.sampled_from(["nl", "example", "com", "\u0440\u0444"]))
    assert identifying(f"mail {local}{at}{host}{dot}{end} even")


@given(st.data())
@settings(max_examples=300, deadline=None)
def test_an_account_number_is_found(data: st.DataObject) -> None:
    bank = data.draw(st.sampled_from(["ABNA", "INGB", "RABO", "TRIO"]))
    number = "".join(data.draw(st.lists(st.sampled_from(string.digits), min_size=10, max_size=10)))
    rest = "".join(str(int(c, 36)) for c in f"{bank}{number}NL00")
    iban = f"NL{98 - int(rest) % 97:02}{bank}{number}"
    separator = data.draw(st.sampled_from(SEPARATORS))
    text = separator.join(iban[place : place + 4] for place in range(0, 18, 4))
    assert identifying(data.draw(st.sampled_from([text, text.lower()])))


DAYS = st.dates(date(2015, 1, 1), date(2035, 12, 31)).flatmap(
    lambda d: st.sampled_from(
        [f"{d:%d-%m-%Y}", f"{d:%Y-%m-%d}", f"{d:%d/%m/%y}", f"{d:%d.%m.%Y}", f"{d.day}-{d.month}-{d.year}"]
    )
)
TIMES = st.tuples(st.integers(0, 23), st.integers(0, 59)).flatmap(
    lambda t: st.sampled_from(
        [f"{t[0]:02}:{t[1]:02}", f"{t[0]}:{t[1]:02}", f"{t[0]}.{t[1]:02} uur", f"{t[0]:02}:{t[1]:02}:00"]
    )
)
AMOUNTS = st.integers(0, 99_999).flatmap(
    lambda n: st.sampled_from([f"€ {n},00", f"€{n},-", f"{n} euro", f"€ {n:,}".replace(",", "."), f"{n},50"])
)
REFERENCES = st.builds(
    lambda letters, year, number: f"{letters}-{year}-{number}",
    st.text(string.ascii_uppercase, min_size=2, max_size=5),
    st.integers(2015, 2035),
    st.one_of(st.integers(0, 9999).map("{:04}".format), st.integers(0, 99_999).map("{:05}".format)),
)
ROOMS = st.builds("kamer {}.{:02}".format, st.integers(0, 20), st.integers(0, 60))
ARTICLES = st.one_of(
    st.builds("artikel {}:{} Awb".format, st.integers(1, 10), st.integers(1, 90)),
    st.builds("art. {}.{}.{}".format, st.integers(1, 9), st.integers(1, 20), st.integers(1, 9)),
    st.builds("art. {} lid {}".format, st.integers(1, 300), st.integers(1, 9)),
)
HARMLESS = st.one_of(DAYS, TIMES, AMOUNTS, REFERENCES, ROOMS, ARTICLES, st.just("3 keer"), st.just("gebeld om"))


@given(st.lists(HARMLESS, min_size=1, max_size=8), st.sampled_from([" ", ", ", " en ", "; ", "\n", " – "]))
@settings(max_examples=1500, deadline=None)
def test_what_has_digits_and_identifies_nobody_is_left_alone(parts: list[str], glue: str) -> None:
    text = glue.join(parts)
    assert identifying(text) is None, text


@pytest.mark.parametrize(
    "text",
    [
        "1234AB12", "1234 AB 12",
        "1234 ab, nr. 12", "woont op 3511AB 7-bis", "Kerkstraat 12", "kerkstraat 12a", "Prins Hendrikkade 12-2",
        "geb. 12-03-1985", "geboren op 12 maart 1985", "geboortedatum: 1985-03-12", "12-03-1985", "12/03/85", "19850312",
        "V-nummer 1234567890", "v nr 123.456.7890", "parketnummer 10/123456-20", "10-123456-20", "parketnr 10 123456 20",
        "DE89 3704 0044 0532 0130 00", "BE68 5390 0754 7034", "sofinummer 12 34 56 78 2", "piet apenstaartje voorbeeld punt nl",
    ],
)  # fmt: skip
def test_more_that_identifies(text: str) -> None:
    assert identifying(text)


@pytest.mark.parametrize(
    "text",
    [
        "2026 om 12 uur",
        "in 2026 en 300 dagen", "onderweg 3 dagen", "Onderweg 3 uur", "langs de Kerkstraat 3 keer", "op straat 3 dagen",
        "2026-11-07T09:30:00Z", "202611070930", "gesprek @ kantoor. Morgen bellen", "3 stuks @ 12.50", "9.30 - 10.15 - 11.00",
        "05 06 07 08 09 10 11", "kamer 101 102 103", "de geboorteakte", "voor 1 januari 2027", "paspoort verloopt op 12-03-2031",
    ],
)  # fmt: skip
def test_more_that_identifies_nobody(text: str) -> None:
    assert identifying(text) is None


@pytest.mark.parametrize(
    "sign",
    [
        "a",
        "@",
        "a@",
        "1",
        "06",
        "1 ",
        ".",
        "a.",
        "a@b.",
        "(at)",
        "straat ",
        "+1",
        "NL91",
        "1234 AB ",
        "V1",
        "1,",
        "1.1:",
        "kamer 1,",
        "geb. ",
        "1-",
        "a\u0301\u0327",
        "\u0301\u0327",
    ],
)
def test_no_pattern_takes_longer_than_in_proportion(sign: str) -> None:
    """Twice the text takes about twice the time, far from four times; measured without the limit."""

    def seconds(length: int) -> float:
        text = sign * (length // len(sign))
        begun = time.process_time()
        privacy._identifying(folded(text))
        return time.process_time() - begun

    assert seconds(120_000) < 8 * seconds(30_000) + 0.1
    begun = time.process_time()
    assert identifying(sign * 120_000) == privacy.UNREAD
    assert time.process_time() - begun < 0.1


def test_digits_of_every_script_are_digits() -> None:
    for place in range(0x110000):
        digit = unicodedata.digit(chr(place), None)
        if digit is not None and unicodedata.category(chr(place)) != "Cn":
            assert str(digit) in folded(chr(place)), hex(place)
