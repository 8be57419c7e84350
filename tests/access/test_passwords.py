"""Which passwords are refused, and the digits of an authenticator app."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisions.access import second_factor
from provisions.access.passwords import LONGEST, SHORTEST, why_refused

PLACES = ("Voorbeeldstad", "Regio Voorbeeldland")


@pytest.mark.parametrize(
    "password",
    [
        "",
        "a",
        "kort genoeg",
        "a" * 12,
        "abababababab",
        "wachtwoord123",
        "Wachtwoord2026!",
        "W@chtw00rd2026",
        "welkom-welkom-01",
        "gemeentehavenmeer"[:8] + "2026!!!!",
        "voorbeeldstad2026",
        "Voorbeeldland!23",
        "regisseurnoord1",
        "123456789012",
        "qwertyuiop12",
        "abcdefghijkl",
        "zomer2026zomer",
        "ditiseengeheim"[-6:] * 2,
        "a b" * (LONGEST // 3 + 1),
    ],
)
def test_what_is_guessed_first_is_refused(password: str) -> None:
    why = why_refused(password, "regisseur.noord", PLACES)
    assert why is not None
    assert password not in why or len(password) < 2


@pytest.mark.parametrize(
    "password",
    ["paard batterij nietje correct", "mijn fiets is blauw", "Tr0ubadour&3-klok", "vier woorden uit een boek"],
)
def test_a_sentence_is_a_password(password: str) -> None:
    assert why_refused(password, "regisseur.noord", PLACES) is None


@given(st.text(max_size=300))
def test_nothing_shorter_than_twelve_is_taken_and_nothing_breaks_it(password: str) -> None:
    why = why_refused(password, "regie-1", PLACES)
    assert why is not None or SHORTEST <= len(password) <= LONGEST


@pytest.mark.parametrize(
    ("moment", "digits"),
    [(59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (1234567890, "005924"), (2000000000, "279037")],
)
def test_the_digits_are_those_of_the_standard(moment: int, digits: str) -> None:
    """RFC 6238, appendix B, the last six."""
    secret, now = b"12345678901234567890", datetime.fromtimestamp(moment, UTC)
    assert second_factor.code_at(secret, second_factor.step_at(now)) == digits
    assert second_factor.matching_step(secret, digits, now, None) == moment // 30


def test_an_app_gets_the_secret_as_it_wants_it() -> None:
    secret = b"12345678901234567890"
    assert second_factor.as_typed(secret) == "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ"
    assert second_factor.address(secret, "regie-1", "Regio X").startswith(
        "otpauth://totp/Regio%20X:regie-1?secret=GEZDGNBVGY3T"
    )
