"""The domain cases as they were typed: each line of ``commands.sh``, and the exit code that stands behind it."""

import re
import shlex
import tomllib
from pathlib import Path

from tests.cli.conftest import Terminal

DATA = Path(__file__).parent / "data"


def run(provisions: Terminal, case: str) -> list[str]:
    """Run the commands; each must end as its comment says (0 without one). What each printed."""
    said = []
    for line in (DATA / case / "commands.sh").read_text("utf-8").splitlines():
        words = shlex.split(line, comments=True)
        if words:
            expected = re.search(r"# exit (\d)", line)
            ran = provisions.run(*words[1:])
            assert ran.code == (int(expected[1]) if expected else 0), f"{line}\n{ran.err}"
            said.append(ran.out or ran.err)
    return said


def test_an_outcome_in_a_stop_counts_from_its_own_day(provisions: Terminal) -> None:
    run(provisions, "late-outcome-in-a-stop")
    expected = tomllib.loads((DATA / "late-outcome-in-a-stop" / "expected.toml").read_text("utf-8"))["both"]
    for reference in ("TR-2026-0101", "TR-2026-0102"):
        found = provisions.shows(reference)["wmo_indication"]
        assert found["due"] == expected["due"].isoformat()
        assert found["suspended_days"] == expected["suspended_days"]
        assert found["statutory_due"] == expected["statutory_due"].isoformat()
        assert found["breached"]


def test_a_follow_up_before_its_outcome_is_refused_and_nothing_changes(provisions: Terminal) -> None:
    *_, support, advance = run(provisions, "follow-up-before-its-outcome")
    for refusal in (support, advance):
        assert "kan niet op 2020-01-01: dat is voor de uitkomst (2026-11-23)" in refusal
    for found in provisions.shows("TR-2026-0151").values():
        assert [one["done"] for one in found["follow_ups"]] == [None] * len(found["follow_ups"])


def test_nobody_is_reminded_of_an_advance_after_the_refusal(provisions: Terminal) -> None:
    run(provisions, "advance-after-a-refusal")
    planned = provisions.shows("TR-2026-0161")["advance_payment"]["follow_ups"]
    assert [one for one in planned if one["name"] == "next_advance"] == [
        {"name": "next_advance", "due": "2026-11-19", "done": None, "lapsed": True}
    ]
    record = provisions.run("audit", "TR-2026-0161").out
    assert "afgewezen" in record
