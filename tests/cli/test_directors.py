"""``assign``, ``away``, ``back`` and ``list`` as they are typed, with their exit codes and JSON (``cli.md``)."""

from datetime import timedelta

import pytest

from provisions.domain.calendar import day_of
from provisions.settings import utc_now
from tests.cli.conftest import DIRECTOR, Terminal

ONE, TWO = "TR-2026-0001", "TR-2026-0002"
OTHER = "regisseur.zuid"


@pytest.fixture
def shell(provisions: Terminal) -> Terminal:
    for reference in (ONE, TWO):
        provisions.does("intake", reference, "--route", "voluntary", "--need", "id_document", "--director", DIRECTOR)
    return provisions


def until() -> str:
    return (day_of(utc_now()) + timedelta(days=20)).isoformat()


def test_cases_are_given_to_another_all_or_none(shell: Terminal) -> None:
    ran = shell.run("assign", ONE, "TR-2026-9999", "--director", OTHER, "--by", "teamleider-1")
    assert (ran.code, shell.run("show", ONE, "--json").json["director"]) == (3, DIRECTOR)
    assert shell.does("assign", ONE, "--director", OTHER)["director"] == OTHER
    assert shell.run("assign", ONE, TWO, "--director", OTHER, "--by", "teamleider-1").code == 4, "one is theirs already"
    assert shell.does("assign", ONE, TWO, "--director", "regisseur-2") == [ONE, TWO]
    assert shell.run("assign", ONE, "--by", "teamleider-1").code == 2


def test_a_deputy_is_named_shown_and_told_from_the_director(shell: Terminal) -> None:
    typed = ("away", DIRECTOR, "--from", "vandaag", "--until", until(), "--deputy", OTHER, "--by", "teamleider-1")
    assert "neemt over: 2 lopende trajecten" in shell.run(*typed).out
    shown = shell.run("show", ONE, "--json").json
    assert (shown["director"], shown["deputy"]) == (DIRECTOR, OTHER)
    assert f"{DIRECTOR} (vervangen door {OTHER})" in shell.run("show", ONE).out
    (away,) = shell.run("away", "--json").json
    assert away == {
        "director": DIRECTOR, "deputy": OTHER, "from": day_of(utc_now()).isoformat(), "until": until(), "cases": 2,
    }  # fmt: skip
    assert shell.run("outcome", ONE, "id_document", "delivered", "--by", OTHER).code == 0
    done = [line for line in shell.run("audit", ONE, "--json").json if line["what"] == "provision.outcome"]
    assert [(line["by"], line["for"]) for line in done] == [(OTHER, DIRECTOR)]
    assert f"{OTHER} (voor {DIRECTOR})" in shell.run("audit", ONE).out
    circle = ("away", OTHER, "--from", "morgen", "--until", until(), "--deputy", DIRECTOR, "--by", "teamleider-1")
    assert shell.run(*circle).code == 4
    assert shell.run("back", DIRECTOR, "--by", "teamleider-1").code == 0
    assert shell.run("back", DIRECTOR, "--by", "teamleider-1").code == 4
    assert "niemand" in shell.run("away").out


def test_what_is_left_out_is_named(shell: Terminal) -> None:
    ran = shell.run("away", DIRECTOR, "--until", until(), "--by", "teamleider-1")
    assert ran.code == 2
    assert "--from, --deputy" in ran.err
    ran = shell.run("away", "--deputy", OTHER)
    assert ran.code == 2
    assert "--deputy" in ran.err
    assert shell.run("away", DIRECTOR, "--from", "31-2-2026", "--until", until(), "--deputy", OTHER).code == 2


def test_cases_are_listed_a_line_each(shell: Terminal) -> None:
    (line,) = shell.run("list", "--search", "tr 2026 02", "--json").json
    assert {name: line[name] for name in ("reference", "municipality", "director", "deputy", "closed", "late", "open")} == {
        "reference": TWO, "municipality": "voorbeeldstad", "director": DIRECTOR, "deputy": None, "closed": None,
        "late": 0, "open": 1,
    }  # fmt: skip
    assert line["next"]["what"] == "uiterste datum identiteitsbewijs"
    assert [one["reference"] for one in shell.run("list", "--director", DIRECTOR, "--json").json] == [ONE, TWO]
    assert shell.run("list", "--director", OTHER, "--json").json == []
    assert TWO in shell.run("list", "--municipality", "voorbeeldstad", "--status", "open").out
    assert "geen trajecten" in shell.run("list", "--status", "closed").out
    ran = shell.run("list", "--status", "lang")
    assert ran.code == 2
    assert "unassigned" in ran.err
