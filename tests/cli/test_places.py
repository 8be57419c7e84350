"""``place`` and ``living`` as they are typed, with their exit codes and JSON (``cli.md``)."""

from datetime import timedelta

import pytest

from provisions.domain.calendar import day_of
from provisions.settings import utc_now
from tests.cli.conftest import DIRECTOR, Terminal

REF = "TR-2026-0001"
SHELTER = "emergency_shelter"


def later(days: int) -> str:
    return (day_of(utc_now()) + timedelta(days=days)).isoformat()


@pytest.fixture
def shell(provisions: Terminal) -> Terminal:
    provisions.does("intake", REF, "--route", "voluntary", "--need", "wmo_indication")
    return provisions


def test_a_place_is_lost_kept_for_a_time_and_found(shell: Terminal) -> None:
    lost = shell.does("place", REF, "ends", later(40), "--kind", "lease", "--because", "betalingsachterstand")
    assert lost["place_ends"] == later(40)
    (shelter,) = (p for p in lost["provisions"] if p["key"] == SHELTER)
    assert (shelter["needed_from"], shelter["due"]) == (later(40), later(40))
    assert {(w["name"], w["day"], w["sent"]) for w in shelter["warnings"]} >= {("standby", later(40), None)}
    assert shell.does("place", REF, "kept", "--until", later(50))["place_ends"] == later(50)
    told = " ".join(shell.run("show", REF).out.split())
    assert "raakt plek kwijt op" in told
    assert "Vraag ook, als het nodig is" in told
    assert shell.does("place", REF, "found")["place_ends"] is None
    assert {p["key"]: p["status"] for p in shell.run("show", REF, "--json").json["provisions"]}[SHELTER] == "ended"
    assert shell.run("place", REF, "found", "--by", DIRECTOR).code == 4
    assert shell.run("audit", "--verify").code == 0


def test_what_is_typed_wrong_about_a_place_is_refused(shell: Terminal) -> None:
    by = ("--by", DIRECTOR)
    for code, said in (
        (2, ("ends",)),
        (2, ("ends", later(9), "--kind", "tent", "--because", "term")),
        (2, ("ends", later(-1), "--kind", "lease", "--because", "term")),
        (2, ("ends", later(9), "--kind", "lease", "--because", "term", "--until", later(12))),
        (2, ("verloren", later(9))),
        (2, ("kept", later(9))),
        (4, ("kept",)),
    ):
        ran = shell.run("place", REF, *said, *by)
        assert ran.code == code, (said, ran.err)
    assert "again" in shell.run("place", REF, "ends", later(-1), "--kind", "lease", "--because", "term", *by).err


def test_where_the_client_sleeps_is_said_again(shell: Terminal) -> None:
    said = shell.does("living", REF, "hotel", "--losing-place", "yes", "--wlz", "none")
    assert (said["living"], said["losing_place"], said["wlz"]) == ("hotel", True, "none")
    still = shell.does("living", REF, "hotel")
    assert (still["living"], still["losing_place"], still["wlz"]) == ("hotel", True, "none")
    assert shell.does("living", REF, "op straat")["losing_place"] is None
    assert shell.run("living", REF, "thuis", "--by", DIRECTOR).code == 2
