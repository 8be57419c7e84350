"""The command line of ``cli.md``: shapes, exit codes, spellings, Dutch, and nothing on standard output but JSON."""

import argparse
import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from provisions.cli.arguments import parser
from provisions.domain.calendar import AMSTERDAM
from provisions.domain.weeks import Week
from tests.builders import everything_in
from tests.cli.conftest import DIRECTOR, Terminal

REF, OTHER = "TR-2026-0042", "TR-2026-0043"
TODAY = datetime.now(UTC).astimezone(AMSTERDAM).date()
AGO = str(TODAY - timedelta(days=21))

PROVISION_KEYS = {
    "key", "status", "started", "due", "closed", "overdue", "breached", "applied_on", "statutory_due", "blocked_by", "waived",
    "suspended_days", "rungs", "follow_ups", "flow_run", "lies_with",
}  # fmt: skip


def later(days: int) -> str:
    return str(TODAY + timedelta(days=days))


def take_in(provisions: Terminal, *more: str, reference: str = REF) -> object:
    return provisions.does("intake", reference, "--route", "voluntary", *more)


# --- term ------------------------------------------------------------------------------------------------------------


def test_term_explains_a_date_in_the_shape_that_was_promised(provisions: Terminal) -> None:
    found = provisions.run("term", "8 weken", "--from", "2026-03-02", "--json").json
    assert {
        "term": "8 weken", "from": "2026-03-02", "raw": "2026-04-27", "due": "2026-04-28",
        "overdue_from": "2026-04-28T22:00:00Z", "suspended_days": 0,
        "steps": [{"date": "2026-04-28", "because": "Koningsdag", "rule": "Atw art. 1"}],
    }.items() <= found.items()  # fmt: skip


@pytest.mark.parametrize(
    ("argv", "due"),
    [
        (["2 werkdagen", "--from", "2026-05-13"], "2026-05-19"),
        (["1 week", "--from", "2026-11-21", "--roll", "none"], "2026-11-28"),
        (["0 weken", "--from", "2026-11-01"], "2026-11-02"),  # Atw 1 only: Atw 2 is for three days or more
        (["8 weken", "--from", "2026-03-02", "--suspended", "2026-03-20/2026-04-01"], "2026-05-08"),
        (["1 week", "--from", "2026-11-02", "--suspended", "2026-11-03/2026-11-05", "2026-11-04/2026-11-06"], "2026-11-11"),
        (["1 week", "--from", "2026-11-02", "--suspended", "2026-11-03/2026-11-05",
          "--suspended", "2026-11-04/2026-11-06"], "2026-11-11"),
    ],
)  # fmt: skip
def test_term_takes_rolling_and_suspensions_in_both_spellings(provisions: Terminal, argv: list[str], due: str) -> None:
    assert provisions.run("term", *argv, "--json").json["due"] == due


def test_term_warns_beyond_the_last_decree_on_standard_error(provisions: Terminal) -> None:
    ran = provisions.run("term", "1 week", "--from", "2029-01-01", "--json")
    assert "2028" in ran.err
    assert ran.json["due"] == "2029-01-08"


# --- intake ----------------------------------------------------------------------------------------------------------


def test_intake_shows_the_case_in_the_shape_that_was_promised(provisions: Terminal) -> None:
    case = provisions.does("intake", REF, "--route", "wvggz", "--need", "all")
    assert {"reference", "municipality", "route", "brp", "opened", "closed", "provisions"} <= set(case)
    assert (case["reference"], case["route"], case["brp"], case["opened"]) == (REF, "wvggz", "unknown", str(TODAY))
    assert all(set(p) >= PROVISION_KEYS for p in case["provisions"])
    status = {p["key"]: p["status"] for p in case["provisions"]}
    assert len(status) == 10  # all but the two that need an agreed date
    assert status["id_document"] == "waiting"
    assert status["postal_address"] == "blocked"
    blocked_by = {p["key"]: p["blocked_by"] for p in case["provisions"]}
    assert blocked_by["debt_counselling"] == ["id_document", "emergency_shelter|housing", "benefit_decision"]


@pytest.mark.parametrize(
    "needs",
    [
        ["--need", "id_document", "wmo_indication", "advance_payment"],
        ["--need", "id_document", "--need", "wmo_indication", "--need", "advance_payment"],
        ["--need", "id_document", "wmo_indication", "--need", "advance_payment"],
    ],
)
def test_repeated_options_in_both_spellings(provisions: Terminal, needs: list[str]) -> None:
    take_in(provisions, *needs)
    assert set(provisions.shows(REF)) == {"id_document", "wmo_indication", "advance_payment"}


def test_all_options_of_intake_together(provisions: Terminal) -> None:
    take_in(
        provisions,
        "--need", "all", "--municipality", "havenmeer", "--brp", "unregistered", "--present", "wmo_indication",
        "--agreed", f"housing={later(30)}", f"social_network={later(40)}", "--needed-from", f"emergency_shelter={later(3)}",
        "--waive", "benefit_decision:id_document=bewijslast achteraf, zie 2.4", "--urgent", "debt_counselling",
        "--director", "regisseur.haven", "--on", AGO,
    )  # fmt: skip
    shown = provisions.shows(REF)
    assert set(shown) >= {"housing", "social_network"}
    assert "wmo_indication" not in shown
    assert shown["benefit_decision"]["waived"] == ["id_document"]
    assert (shown["debt_counselling"]["started"], shown["postal_address"]["started"]) == (AGO, AGO)
    assert shown["id_document"]["blocked_by"] == ["postal_address"]
    assert shown["emergency_shelter"]["due"] == later(3)
    assert shown["housing"]["due"] is None  # blocked: no lease without the card


def csv_file(tmp_path: Path, *lines: str, name: str = "cases.csv") -> str:
    path = tmp_path / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return str(path)


def test_many_at_once_from_a_file(provisions: Terminal, tmp_path: Path) -> None:
    path = csv_file(
        tmp_path,
        "reference,route,need,municipality,brp,present,agreed,needed_from,urgent,director,on,waive",
        f"TR-2026-0001,voluntary,id_document postal_address,havenmeer,registered,,,,,regisseur.haven,{AGO},",
        f"TR-2026-0002,wzd,housing debt_counselling,,,,housing={later(20)},,debt_counselling,,,housing:id_document=nodig",
        f'TR-2026-0003,bemoeizorg,"emergency_shelter",,,id_document,,emergency_shelter={later(2)},,,,',
    )
    assert provisions.does("intake", "--file", path) == ["TR-2026-0001", "TR-2026-0002", "TR-2026-0003"]
    assert provisions.shows("TR-2026-0001")["id_document"]["started"] == AGO
    assert provisions.shows("TR-2026-0002")["housing"]["due"] == later(20)


def test_one_bad_line_among_a_thousand_changes_nothing(provisions: Terminal, tmp_path: Path, database: Engine) -> None:
    lines = [f"TR-2026-{n:04},voluntary,id_document postal_address" for n in range(1000)]
    lines[617] = "TR-2026-0617,voluntary,postal_address"
    path = csv_file(tmp_path, "reference,route,need", *lines)
    before = everything_in(database)
    ran = provisions.run("intake", "--file", path, "--by", DIRECTOR, "--json")
    assert ran.code == 2
    assert ran.out == ""
    assert "regel 619: 'postal_address' kan pas starten na 'id_document'" in ran.err
    assert "1 regel is niet goed" in ran.err
    assert everything_in(database) == before


@pytest.mark.parametrize(
    ("lines", "code", "says"),
    [
        (["reference,route", "TR-2026-0001,voluntary"], 2, "need"),
        (["reference,route,need,name", "TR-2026-0001,voluntary,all,Jan"], 2, "name"),
        (["reference,route,need"], 2, "geen enkel traject"),
        (["reference,route,need", "TR-2026-0001,voluntary,all", "TR-2026-0001,voluntary,all"], 2, "regel 3"),
        (["reference,route,need", "TR-2026-0001,voluntary,all,extra"], 2, "regel 2"),
        (["reference,route,need", "TR-2026-0001,route,all", "x,voluntary,all"], 2, "regel 3"),
        (["reference,route,need,on", f"TR-2026-0001,voluntary,all,{later(1)}"], 2, "toekomst"),
    ],
)
def test_a_file_that_is_wrong_is_refused_by_line(
    provisions: Terminal, tmp_path: Path, lines: list[str], code: int, says: str
) -> None:
    ran = provisions.run("intake", "--file", csv_file(tmp_path, *lines), "--by", DIRECTOR)
    assert (ran.code, ran.out) == (code, "")
    assert says in ran.err


def test_a_file_that_is_not_there(provisions: Terminal, tmp_path: Path) -> None:
    assert provisions.run("intake", "--file", str(tmp_path / "none.csv"), "--by", DIRECTOR).code == 3


def test_a_folder_for_a_file_and_a_file_for_a_folder(
    provisions: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran = provisions.run("intake", "--file", str(tmp_path), "--by", DIRECTOR)
    assert (ran.code, ran.out) == (2, "")
    assert "dit is een map, geen bestand" in ran.err
    (tmp_path / "file").touch()
    monkeypatch.setenv("PROVISIONS_CONFIG", str(tmp_path / "file"))
    ran = provisions.run("show", REF)
    assert (ran.code, ran.out) == (2, "")
    assert f"provisions.toml: {tmp_path / 'file'} is een bestand, geen map. Verbeter PROVISIONS_CONFIG." in ran.err


def test_many_outcomes_from_a_file(provisions: Terminal, tmp_path: Path) -> None:
    """As a counter gives them; of one client more than one, in the order of the file."""
    for reference in ("TR-2026-0001", "TR-2026-0002"):
        provisions.does(
            "intake", reference, "--route", "voluntary", "--need", "id_document", "postal_address", "--on", AGO
        )
    path = csv_file(
        tmp_path,
        "reference;key;outcome;on;field;note;cause",
        f"TR-2026-0001;id_document#1;delivered;{AGO};;afgehaald aan de balie;",
        "TR-2026-0001;postal_address;delivered;;ground=no_residence;;capacity",
        "TR-2026-0002;id_document;refused;;;;identity",
        name="outcomes.csv",
    )
    assert provisions.does("outcome", "--file", path) == ["TR-2026-0001", "TR-2026-0002"]
    shown = provisions.shows("TR-2026-0001")
    assert [shown[key]["status"] for key in ("id_document", "postal_address")] == ["delivered", "delivered"]
    assert shown["postal_address"]["started"] == AGO
    assert [shown[key]["cause"] for key in ("id_document", "postal_address")] == [None, "capacity"]
    refused = provisions.shows("TR-2026-0002")["id_document"]
    assert (refused["status"], refused["cause"]) == ("refused", "identity")
    provisions.does("why", "TR-2026-0002", "id_document", "er is geen plek")
    assert provisions.shows("TR-2026-0002")["id_document"]["cause"] == "no_place"
    assert "waarom nog niet: er is geen plek" in " ".join(provisions.run("show", "TR-2026-0002").out.split())


def test_what_is_known_at_intake_of_contact_numbers_and_living(provisions: Terminal, tmp_path: Path) -> None:
    provisions.does(
        "intake", "TR-2026-0001", "--route", "voluntary", "--need", "special_assistance", "--for", "special_assistance=bed",
        "--living", "op straat", "--losing-place", "--wlz", "none", "--contact", "together", "--own-number", "Z2026-00123",
    )  # fmt: skip
    path = csv_file(
        tmp_path,
        "reference;route;need;living;losing_place;wlz;contact;own_number;for",
        "TR-2026-0002;voluntary;special_assistance;shelter;no;ggz;two_people;Z2026-00124;special_assistance=clothing",
        "TR-2026-0003;voluntary;special_assistance;;;;;;",
    )
    provisions.does("intake", "--file", path)
    known = [
        [case[name] for name in ("living", "losing_place", "wlz", "contact", "own_number", "place_ends")]
        + [case["provisions"][0]["for"]]
        for case in (provisions.run("show", f"TR-2026-000{n}", "--json").json for n in (1, 2, 3))
    ]
    assert known == [
        ["homeless", True, "none", "together", "Z2026-00123", None, "bed"],
        ["shelter", False, "ggz", "two_people", "Z2026-00124", None, "clothing"],
        ["unknown", None, "unknown", "via_director", None, None, None],
    ]
    provisions.does("contact", "TR-2026-0001", "two_people")
    provisions.does("number", "TR-2026-0001", "WI-77", "--key", "bijzondere bijstand")
    provisions.does("number", "TR-2026-0001", "geen")
    shown = " ".join(provisions.run("show", "TR-2026-0001").out.split())
    assert (
        "Verblijf: op straat; die plek is binnen drie maanden weg; geen Wlz; spreek de cliënt altijd met twee" in shown
    )
    assert "nummer van het loket: WI-77" in shown
    assert "zaaknummer" not in shown


@pytest.mark.parametrize(
    ("lines", "code", "says"),
    [
        (["reference,key", "TR-2026-0001,id_document"], 2, "outcome"),
        (["reference,key,outcome"], 2, "geen enkele uitkomst"),
        (
            ["reference,key,outcome", "TR-2026-0001,id_document,delivered", "TR-2026-0001,id_document,delivered"],
            4,
            "regel 3: ",
        ),
        (
            ["reference,key,outcome", "TR-2026-0001,id_document,delivered", "TR-2026-0009,id_document,delivered"],
            3,
            "regel 3: Traject TR-2026-0009",
        ),
        (
            ["reference,key,outcome", "TR-2026-0001,id_document,lost", "TR-2026-0009,id_document,delivered"],
            2,
            "2 regels zijn niet goed",
        ),
        (["reference,key,outcome,on", f"TR-2026-0001,id_document,delivered,{later(1)}"], 2, "toekomst"),
        (["reference,key,outcome,field", "TR-2026-0001,id_document,delivered,ground"], 2, "NAAM=WAARDE"),
        (["reference,key,outcome", "TR-2026-0001,postal_address,delivered"], 4, "regel 2: "),
    ],
)
def test_of_a_file_of_outcomes_all_or_nothing(
    provisions: Terminal, tmp_path: Path, database: Engine, lines: list[str], code: int, says: str
) -> None:
    provisions.does(
        "intake", "TR-2026-0001", "--route", "voluntary", "--need", "id_document", "postal_address", "--on", AGO
    )
    before = everything_in(database)
    ran = provisions.run("outcome", "--file", csv_file(tmp_path, *lines), "--by", DIRECTOR, "--json")
    assert (ran.code, ran.out) == (code, ""), ran.err
    assert says in ran.err
    assert everything_in(database) == before


def test_an_outcome_is_given_by_words_or_by_a_file(provisions: Terminal) -> None:
    assert "laat weg: REF." in provisions.run("outcome", "TR-2026-0001", "--file", "x.csv", "--by", DIRECTOR).err
    ran = provisions.run("outcome", "TR-2026-0001", "id_document", "--by", DIRECTOR)
    assert (ran.code, "ontbreekt iets: UITKOMST" in ran.err) == (2, True)


# --- from intake to the end ------------------------------------------------------------------------------------------


def test_a_case_is_followed_to_its_end(provisions: Terminal) -> None:
    take_in(
        provisions,
        "--need",
        "id_document",
        "postal_address",
        "wmo_indication",
        "housing",
        "--agreed",
        f"housing={later(9)}",
    )
    fields = ("--field", "paid_by=free", "photos_paid=yes")
    provisions.does("outcome", REF, "id_document", "delivered", *fields, "--note", "Opgehaald")
    shown = provisions.shows(REF)
    assert (shown["id_document"]["status"], shown["id_document"]["closed"]) == ("delivered", str(TODAY))
    assert shown["postal_address"]["status"] == "waiting"
    provisions.does("suspend", REF, "postal_address", "--reason", "client_asks", "--until", later(10))
    assert provisions.shows(REF)["postal_address"]["status"] == "suspended"
    provisions.does("resume", REF, "postal_address")
    provisions.does("outcome", REF, "postal_address", "refused", "--field", "refusal=stay_unclear")
    assert provisions.shows(REF)["postal_address"]["status"] == "refused"
    provisions.does("outcome", REF, "postal_address", "withdrawn")
    provisions.does("agree", REF, "housing", later(12))
    assert provisions.shows(REF)["housing"]["due"] == later(12)
    provisions.does("add", REF, "advance_payment", "special_assistance")
    provisions.does("transfer", REF, "--municipality", "duinrade")
    provisions.does("outcome", REF, "wmo_indication", "delivered")
    provisions.does("followup", REF, "wmo_indication", "support_started", "done")
    done = {f["name"]: f["done"] for f in provisions.shows(REF)["wmo_indication"]["follow_ups"]}
    assert done == {"application_received": None, "support_started": str(TODAY)}
    provisions.does("reopen", REF, "wmo_indication", "--reason", "toch niet begonnen")
    assert provisions.run("close", REF, "--by", DIRECTOR).code == 4
    for key in ("housing", "advance_payment", "special_assistance", "wmo_indication"):
        provisions.does("outcome", REF, key, "delivered")
    assert provisions.does("close", REF)["closed"] == str(TODAY)


def test_a_waiver_by_itself(provisions: Terminal) -> None:
    take_in(provisions, "--need", "id_document", "postal_address")
    provisions.does("waive", REF, "postal_address", "id_document", "--ground", "bewijslast achteraf")
    shown = provisions.shows(REF)["postal_address"]
    assert (shown["status"], shown["waived"], shown["blocked_by"]) == ("waiting", ["id_document"], [])


def test_the_audit_tells_who_did_what_and_why_oldest_first(provisions: Terminal) -> None:
    take_in(provisions, "--need", "id_document", "postal_address")
    provisions.does("waive", REF, "postal_address", "id_document", "--ground", "bewijslast achteraf")
    lines = provisions.run("audit", REF, "--json").json
    assert all({"at", "by", "what", "key", "because", "message"} <= set(line) for line in lines)
    assert [line["at"] for line in lines] == sorted(line["at"] for line in lines)
    assert lines[0]["what"] == "case.opened"
    (waived,) = [line for line in lines if line["what"] == "provision.waived"]
    assert waived["by"] == DIRECTOR
    assert "bewijslast achteraf" in waived["because"]
    asked = [line for line in lines if line["what"] == "message.requested"]
    assert all(line["message"] for line in asked)


def test_overdue_lists_what_is_late_longest_first(provisions: Terminal) -> None:
    take_in(provisions, "--need", "id_document", "emergency_shelter", "--on", AGO)
    take_in(provisions, "--need", "wmo_indication", "--on", str(TODAY - timedelta(days=10)), reference="TR-2026-0007")
    late = provisions.run("overdue", "--json").json
    assert (late[0]["reference"], late[0]["key"]) == (REF, "emergency_shelter")
    assert [p["due"] for p in late] == sorted(p["due"] for p in late)
    assert all(p["overdue"] and set(p) >= PROVISION_KEYS for p in late)
    assert provisions.run("overdue", "--municipality", "duinrade", "--json").json == []
    assert provisions.run("overdue", "--municipality", "duinraad").code == 2


def test_people_get_dutch_tables(provisions: Terminal) -> None:
    take_in(provisions, "--need", "id_document", "postal_address", "--on", AGO)
    shown, late, audit = (provisions.run(*argv) for argv in (("show", REF), ("overdue",), ("audit", REF)))
    assert "wacht op identiteitsbewijs" in " ".join(shown.out.split())
    assert "Te laat" in late.out
    assert "traject gestart" in " ".join(audit.out.split()).lower()
    assert provisions.run("show", REF).err == ""


def test_a_line_of_the_record_says_by_which_way_of_which_round_and_who_agreed(provisions: Terminal) -> None:
    provisions.does("intake", "TR-2026-0001", "--route", "voluntary", "--need", "id_document", "--on", AGO)
    provisions.does("outcome", "TR-2026-0001", "id_document", "delivered", "--on", AGO)
    provisions.does("again", "TR-2026-0001", "id_document", "--reason", "lost")
    until = ("--reason", "client_asks", "--until", later(40))
    provisions.does("suspend", "TR-2026-0001", "id_document", *until, "--approved-by", "teamleider-1")
    lines = provisions.run("audit", "TR-2026-0001", "--json").json
    assert {(line["via"], line["for"]) for line in lines} == {("shell", None)}
    rounds = {line["what"]: line["round"] for line in lines}
    assert (rounds["case.opened"], rounds["provision.outcome"], rounds["clock.suspended"]) == (None, 1, 2)
    assert [line["approved_by"] for line in lines if line["what"] == "clock.suspended"] == ["teamleider-1"]
    shown = " ".join(provisions.run("audit", "TR-2026-0001").out.split())
    assert "(akkoord van teamleider-1)" in shown
    assert "identiteitsbewijs (2)" in shown


EACH_OPTION = {
    "--route": "voluntary", "--municipality": "havenmeer", "--brp": "unknown", "--director": "regisseur.zuid", "--need": "all",
    "--present": "housing", "--agreed": "housing=2027-01-04", "--needed-from": "emergency_shelter=2027-01-04",
    "--waive": "postal_address:id_document=kan", "--urgent": "debt_counselling", "--for": "special_assistance=bed",
    "--on": "gisteren", "--living": "shelter", "--losing-place": "yes", "--wlz": "none", "--contact": "together",
    "--own-number": "Z2026-00123",
}  # fmt: skip


@pytest.mark.parametrize("option", EACH_OPTION)
def test_beside_a_file_no_option_is_dropped(provisions: Terminal, option: str) -> None:
    ran = provisions.run("intake", "--file", "x.csv", option, EACH_OPTION[option], "--by", DIRECTOR)
    assert (ran.code, f"laat weg: {option}." in ran.err) == (2, True), ran.err


def test_every_option_of_intake_is_tried_beside_a_file() -> None:
    commands = next(a for a in parser()._actions if isinstance(a, argparse._SubParsersAction)).choices
    options = {action.option_strings[0] for action in commands["intake"]._actions if action.option_strings}
    assert options - {"-h", "--json", "--file", "--by"} == set(EACH_OPTION)


def test_what_is_typed_in_small_letters_is_the_same_case(provisions: Terminal, tmp_path: Path) -> None:
    take_in(provisions, "--need", "id_document")
    assert provisions.run("looked", REF.lower(), "--json").json == []
    assert Week.parse("2026-w47") == Week.parse("2026-W47")
    twice = tmp_path / "twice.csv"
    twice.write_text(f"reference,route,need\n{OTHER},voluntary,id_document\n{OTHER.lower()} ,voluntary,id_document\n")
    ran = provisions.run("intake", "--file", str(twice), *BY)
    assert (ran.code, ran.out) == (2, "")
    assert f"regel 3: De referentie {OTHER} staat ook op regel 2." in ran.err


def test_all_takes_the_home_along_when_it_is_kept(provisions: Terminal) -> None:
    take_in(provisions, "--need", "all", "--for", "housing=keep")
    needed = provisions.shows(REF)
    assert "housing" in needed
    assert "social_network" not in needed  # its day is to be agreed


def test_the_same_twice_is_one(provisions: Terminal) -> None:
    take_in(provisions, "--need", "id_document", "--on", AGO)
    ran = provisions.run("outcome", REF, "id_document", "delivered", "--on", AGO, "--on", AGO, *BY, *BY)
    assert ran.code == 0, ran.err


def test_the_monitor_as_a_file_is_for_its_owner_only(provisions: Terminal, tmp_path: Path) -> None:
    take_in(provisions, "--need", "id_document", "--living", "homeless")
    assert provisions.run("monitor", "--out", str(tmp_path / "new")).code == 0
    (made,) = (tmp_path / "new").iterdir()
    assert made.stat().st_mode & 0o077 == 0
    assert made.read_bytes().startswith("\ufeffWaar;Wat;Antwoord;".encode())
    for command in ("monitor", "report"):
        ran = provisions.run(command, "--out", str(made))
        assert (ran.code, ran.out) == (5, "")
        assert "daar staat al een bestand met die naam" in ran.err


# --- what is wrong ---------------------------------------------------------------------------------------------------

BY = ("--by", DIRECTOR)
WRONG: list[tuple[list[str], int, str]] = [
    (["show", "TR-2026-9999"], 3, "TR-2026-9999"),
    (["show", "jan"], 2, "jan"),
    (["audit", "TR-2026-9999"], 3, "bestaat niet"),
    (["intake", REF, "--route", "voluntary", "--need", "id_document", *BY], 4, REF),
    (["intake", "TR-2026-0001", "--route", "voluntary", "--need", "postal_address", *BY], 2, "--waive"),
    (["intake", "TR-2026-0001", "--route", "voluntary", "--need", "all", "--on", later(1), *BY], 2, "toekomst"),
    (["intake", "TR-2026-0001", "--route", "voluntary", "--need", "all"], 2, "--by"),
    (["intake", "TR-2026-0001", "--need", "all", *BY], 2, "--route"),
    (["intake", "TR-2026-0001", "--route", "voluntary", *BY], 2, "--need"),
    (["intake", "TR-2026-0001", "--route", "voluntary", "--need", "all", "--agreed", "housing", *BY], 2, "housing"),
    (["intake", "TR-2026-0001", "--route", "voluntary", "--need", "all", "--agreed", "housing=ooit", *BY], 2, "ooit"),
    (
        ["intake", "TR-2026-0001", "--route", "voluntary", "--need", "all", "--waive", "postal_address=x", *BY],
        2,
        "KEY:VOORWAARDE=GROND",
    ),
    (["outcome", REF, "postal_address", "delivered", *BY], 4, "id_document"),
    (["outcome", REF, "id_document", "klaar", *BY], 2, "klaar"),
    (["outcome", REF, "id_document", "delivered", "--note", "bel 06-12345678", *BY], 2, "telefoonnummer"),
    (["outcome", REF, "id_document", "delivered", "--field", "paid_by", *BY], 2, "paid_by"),
    (["outcome", REF, "id_document", "delivered", "--on", "2026-02-30", *BY], 2, "2026-02-30"),
    (["suspend", REF, "id_document", "--reason", "waiting_list", "--until", later(5), *BY], 2, "wachtlijst"),
    (["suspend", REF, "id_document", "--reason", "client_asks", "--until", later(60), *BY], 2, "--ask"),
    (["resume", REF, "id_document", *BY], 4, "staat niet stil"),
    (["waive", REF, "postal_address", "housing", "--ground", "nodig", *BY], 2, "housing"),
    (["answer", REF, "id_document", "maatwerkloket", "priority", *BY], 4, "Maatwerkloket"),
    (["submit", REF, "id_document", "submitted", "--reason", "nodig", *BY], 4, "Maatwerkloket"),
    (["agree", REF, "id_document", later(3), *BY], 2, "streeftermijn"),
    (["transfer", REF, "--municipality", "atlantis", *BY], 2, "atlantis"),
    (["followup", REF, "id_document", "bloemen", "done", *BY], 3, "bloemen"),
    (["reopen", REF, "id_document", "--reason", "fout", *BY], 4, "niet afgesloten"),
    (["close", REF, *BY], 4, "id_document"),
    (["reopen", REF, "--reason", "fout", "--on", later(-1), *BY], 2, "laat weg: --on."),
    (
        ["suspend", REF, "id_document", "--reason", "client_asks", "--until", later(60), "--ask", "--approved-by", "x", *BY],
        2,
        "Kies een van beide",
    ),
    (["messages", "show", "1a2b3c4d", "--status", "sent", *BY], 2, "laat weg: --status, --by."),
    (["messages", "resend", "1a2b3c4d", "--undelivered", *BY], 2, "laat weg: --undelivered."),
    # However it is typed, it is the same case.
    (["intake", REF.lower(), "--route", "voluntary", "--need", "id_document", *BY], 4, f"{REF} bestaat al"),
    (["intake", f" {REF} ", "--route", "voluntary", "--need", "id_document", *BY], 4, f"{REF} bestaat al"),
    (["looked", "tr-2026-9999"], 3, "Traject TR-2026-9999 bestaat niet"),
    (["link", "tr-2026-9999", "id_document", "--renew", *BY], 3, "Traject TR-2026-9999 bestaat niet"),
    (["link", REF.lower(), "id_document", "--renew", *BY], 4, f"in traject {REF} wacht geen brief"),
    (["looked", "reg-3"], 3, "geen account reg-3"),
    # Which of two was meant, nobody can tell afterwards; and an empty one means nothing.
    (["outcome", REF, "id_document", "delivered", "--on", later(-1), "--on", later(-2), *BY], 2, "--on staat er twee keer"),
    (["outcome", REF, "id_document", "delivered", *BY, "--by", "regisseur-2"], 2, "--by staat er twee keer"),
    (
        ["intake", "TR-2026-0001", "--route", "voluntary", "--need", "id_document", "--municipality", "", *BY],
        2,
        "--municipality is leeg",
    ),
    (["outcome", REF, "id_document", "delivered", "--cause", " ", *BY], 2, "--cause is leeg"),
    (["report", "--week", "0001-W01"], 2, "buiten wat mogelijk is"),
    (["report", "--week", "9999-W52"], 2, "buiten wat mogelijk is"),
    (["report", "--out", ""], 2, "--out is leeg"),
    (["backup", ""], 2, "is leeg"),
    (["budget", "--year", "0"], 2, "Het jaar 0 kan niet"),
    (["budget", "--year", "99999"], 2, "Het jaar 99999 kan niet"),
    (["messages", "--reference", "TR-2026-9999"], 3, "Traject TR-2026-9999 bestaat niet"),
    (["messages", "--reference", "jan"], 2, "'jan' is geen referentie"),
    (["standby", "atlantis"], 2, "atlantis"),
    (["dance"], 2, "dance"),
    (["term", "2 uur", "--from", "2026-11-02"], 2, "2 uur"),
    (["term", "2 dagen", "--from", "2026-11-02", "--roll", "atw", "--roll", "none"], 2, "--roll staat er twee keer"),
    (["term", "2 dagen", "--from", "2026-11-02", "--roll", "none", "--roll", "atw"], 2, "--roll staat er twee keer"),
    (["term", "2 dagen"], 2, "--from"),
    (["term", "2 dagen", "--from", "31-02-2026"], 2, "31-02-2026"),
]  # fmt: skip


def test_what_is_wrong_gets_its_exit_code_a_dutch_message_and_changes_nothing(
    provisions: Terminal, database: Engine
) -> None:
    take_in(provisions, "--need", "id_document", "postal_address")
    before = everything_in(database)
    for argv, code, says in WRONG:
        ran = provisions.run(*argv, "--json")
        assert (ran.code, ran.out) == (code, ""), (argv, ran.err)
        assert says in ran.err, (argv, ran.err)
        assert "Traceback" not in ran.err
        assert "argument" not in ran.err or "Onbekende argumenten" in ran.err  # argparse speaks Dutch
    assert everything_in(database) == before


def test_a_database_that_does_not_answer_is_exit_5_without_its_password(
    provisions: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROVISIONS_DATABASE_URL", "postgresql://wie:g3heim@127.0.0.1:9/niets")
    ran = provisions.run("show", REF)
    assert ran.code == 5
    assert "g3heim" not in ran.err


def test_as_a_process_of_its_own(database_url: str, tmp_path: Path) -> None:
    """The shell's view: JSON on standard output, a refusal on standard error with its exit code."""
    command = [str(Path(sys.executable).with_name("provisions"))]
    environment = {
        **{k: v for k, v in os.environ.items() if not k.startswith(("PROVISIONS_", "PREFECT_"))},
        "PROVISIONS_DATABASE_URL": database_url,
        "PROVISIONS_HOME": str(tmp_path / "home"),
    }

    def run(*argv: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*command, *argv], env=environment, capture_output=True, text=True, timeout=60, check=False
        )

    made = run("intake", REF, "--route", "voluntary", "--need", "id_document", "--by", DIRECTOR, "--json")
    assert made.returncode == 0, made.stderr
    assert json.loads(made.stdout)["reference"] == REF
    again = run("intake", REF, "--route", "voluntary", "--need", "id_document", "--by", DIRECTOR, "--json")
    assert (again.returncode, again.stdout) == (4, "")
    assert "bestaat al" in again.stderr


def test_check_says_when_the_runs_of_a_pool_have_no_role_of_their_own(
    provisions: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    def warned() -> bool:
        return any(
            "PROVISIONS_RUNS_DATABASE_URL" in line for line in provisions.run("check", "--json").json["warnings"]
        )

    assert not warned(), "where there is no pool"
    monkeypatch.setenv("PROVISIONS_WORK_POOL", "gemeenten")
    assert warned()


def test_check_says_when_letters_have_no_link(provisions: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    assert any("PROVISIONS_BASE_URL" in line for line in provisions.run("check", "--json").json["warnings"])
    monkeypatch.setenv("PROVISIONS_BASE_URL", "https://regio.example")
    said = provisions.run("check", "--json").json
    assert not any("PROVISIONS_BASE_URL" in line for line in said["warnings"])
    assert any("https://regio.example" in line for line in said["checked"])
