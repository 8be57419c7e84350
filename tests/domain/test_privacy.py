"""What identifies a person is refused; what only looks a little like it is not."""

import pytest

from provisions.domain.errors import InvalidInput
from provisions.domain.privacy import identifying, refuse_identifying


@pytest.mark.parametrize(
    "text",
    [
        "BSN 111222333",
        "111.222.333",
        "1112.22.333",
        "111 222 333",
        "111-222-333",
        "TR-111222333",
        "bel 06-12345678",
        "0612345678",
        "+31 6 12345678",
        "0031612345678",
        "(020) 123 45 67",
        "088-1234567",
        "TR-0612345678",
        "TR-2026-0612345678",
        "TR-06-12345678",
        "mail naar iemand@voorbeeld.example",
    ],
)
def test_refused(text: str) -> None:
    assert identifying(text)
    with pytest.raises(InvalidInput) as refused:
        refuse_identifying(text, "de notitie")
    assert text not in str(refused.value)


@pytest.mark.parametrize(
    "text",
    [
        "TR-2026-0042",
        "TR-2026-00002",  # its nine digits pass the eleven test, but only together
        "zie ook TR-2026-00002, van 5 november",
        "2026-11-20 tot 2026-12-01",
        "12-12-2026 09:00",
        "123456789",  # nine digits that don't pass the eleven test
        "kenmerk 2026-123456",
        "",
    ],
)
def test_not_refused(text: str) -> None:
    assert identifying(text) is None


@pytest.mark.parametrize("number", range(0, 100_000, 997))
def test_no_reference_of_the_default_kind_is_refused(number: int) -> None:
    assert identifying(f"TR-2026-{number:05d}") is None
