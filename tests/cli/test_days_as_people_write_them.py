"""A day may be typed as people write or say it; what programs and files give stays as it is."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisions import inputs
from provisions.cli import csv_outcomes
from provisions.cli.arguments import parser
from provisions.domain import dutch
from provisions.domain.calendar import day_of
from provisions.domain.errors import InvalidInput
from provisions.settings import utc_now

TODAY = date(2026, 11, 26)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("2026-11-25", "2026-11-25"),
        ("25-11-2026", "2026-11-25"),
        ("5-1-2027", "2027-01-05"),
        ("25/11/2026", "2026-11-25"),
        ("25 november", "2026-11-25"),
        ("25 November 2026", "2026-11-25"),
        ("1 mrt 2027", "2027-03-01"),
        ("2 jan", "2027-01-02"),
        ("2 juli", "2026-07-02"),
        ("29 februari 2028", "2028-02-29"),
        ("Gisteren", "2026-11-25"),
        ("vandaag", "2026-11-26"),
        (" morgen ", "2026-11-27"),
        ("eergisteren", "2026-11-24"),
        ("overmorgen", "2026-11-28"),
    ],
)
def test_a_day_as_it_is_written_or_said(typed: str, meant: str) -> None:
    assert inputs.day(typed, "--on", TODAY).isoformat() == meant


@pytest.mark.parametrize(
    "typed", ["25-11", "11-25-2026", "29 februari 2027", "30 februari", "25 nvember", "25-11-26", "20261125",
     "٢٥-11-2026", "", "x" * 5000]
)  # fmt: skip
def test_what_is_no_day_or_could_be_two_is_refused_with_what_may_be_typed(typed: str) -> None:
    with pytest.raises(InvalidInput, match=r"2026-11-23 \(25-11-2026 of '25 november' mag ook\)"):
        inputs.day(typed, "--on", TODAY)


@given(today=st.dates(date(2000, 1, 1), date(2100, 1, 1)), away=st.integers(-180, 180))
def test_without_a_year_it_is_the_nearest_day_of_that_name(today: date, away: int) -> None:
    meant = today + timedelta(days=away)
    if (meant.month, meant.day) != (2, 29):
        assert inputs.day(f"{meant.day} {dutch.MONTHS[meant.month - 1]}", "--on", today) == meant


def test_a_file_says_the_year() -> None:
    assert inputs.day("25-11-2026", "on") == date(2026, 11, 25)
    for said in ("gisteren", "25 november", "25 november 2026"):
        with pytest.raises(InvalidInput, match=r"2026-11-23 \(25-11-2026 mag ook\)"):
            inputs.day(said, "on")
    row = {"reference": "TR-2026-0001", "key": "wmo_indication", "outcome": "delivered", "on": "25-11-2026"}
    report = csv_outcomes._report(row | {"field": "support_from=1-12-2026; ground=morgen"})
    assert report.on == date(2026, 11, 25)
    assert report.fields == {"support_from": "2026-12-01", "ground": "morgen"}


def test_wherever_a_date_may_be_typed_in_the_shell() -> None:
    today = day_of(utc_now())
    by = ("--by", "regisseur-1")
    read = parser().parse_args
    assert read(["outcome", "TR-2026-0001", "x", "delivered", "--on", "gisteren", *by]).on == today - timedelta(days=1)
    assert read(["outcome", "TR-2026-0001", "x", "delivered", "--field", "from=25-11-2026", *by]).field == [
        ("from", "2026-11-25")
    ]
    assert read(["agree", "TR-2026-0001", "x", "morgen", *by]).day == today + timedelta(days=1)
    agreed = read(["add", "TR-2026-0001", "x", "--agreed", "x=25 november 2026", *by]).agreed
    assert agreed == [("x", date(2026, 11, 25))]
    assert read(["term", "2 weken", "--from", "vandaag", "--suspended", "1-1-2026/2 januari 2026"]).suspended == [
        (date(2026, 1, 1), date(2026, 1, 2))
    ]
