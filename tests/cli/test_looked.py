"""``looked`` and ``rights`` as they are typed: who looked with a reason, and for which reasons that may be."""

from sqlalchemy import Engine

from provisions.access import Actor, Role
from provisions.app import App
from tests.builders import CONFIG
from tests.cli.conftest import Terminal

TOWN, CODE = "voorbeeldstad", "maatwerk-1"
EMERGENCY = "Noodgeval: iemand heeft nu een slaapplek nodig"


def test_who_gave_a_reason_to_look_is_told_without_asking_for_anybody(provisions: Terminal, database: Engine) -> None:
    assert "niets vastgelegd" in provisions.run("looked").out
    officer = Actor.of(CODE, [Role.CUSTOMISATION_OFFICER], [TOWN])
    App(database, CONFIG).seen_by(officer).give_reason_for_tonight(TOWN, "emergency")
    told = provisions.run("looked").out
    assert all(one in told for one in (CODE, TOWN, "vannacht", f"reden gegeven om te kijken ({EMERGENCY})"))
    for asked in ((), (CODE,)):
        (look,) = provisions.run("looked", *asked, "--json").json
        assert (look["what"], look["reason"], look["municipality"]) == ("reason_given", "emergency", TOWN)
        assert look["at"] < look["until"]


def test_the_list_of_rights_says_for_which_reasons(provisions: Terminal) -> None:
    assert f"alleen met een reden: {EMERGENCY} (2 uur; emergency)" in provisions.run("rights").out
    given = [right["reasons"] for right in provisions.run("rights", "--json").json if right["reasons"]]
    assert [[one["code"] for one in reasons] for reasons in given] == [["emergency", "stands_in", "called"]]
