"""Every text that people read names only what exists, and counts as one does in Dutch."""

import re
from pathlib import Path

import prefect
import pytest

from flows.forms import catalogue
from provisions.catalogue import PROJECT, TEMPLATES
from provisions.domain import dutch
from provisions.overview import Overviews, Pages
from provisions.report.reports import SENT_AT
from tests.builders import CONFIG, Town, day

TEXTS = [
    *TEMPLATES.rglob("*.j2"),
    *(PROJECT / "docs" / "user").glob("*.md"),
    *(PROJECT / "provisions").rglob("*.py"),
    *(PROJECT / "flows").rglob("*.py"),
]
MENU = Path(prefect.__file__).parent / "server" / "ui" / "assets"
# What one is called when there is one of it: everything that is counted somewhere in a text.
COUNTED = {
    "berichten": "bericht", "cliënten": "cliënt", "dagen": "dag", "gemeenten": "gemeente", "letters": "letter",
    "maanden": "maand", "overschrijdingen": "overschrijding", "pogingen": "poging", "regels": "regel",
    "trajecten": "traject", "voorzieningen": "voorziening", "weken": "week", "werkdagen": "werkdag",
}  # fmt: skip


def test_a_text_names_only_forms_that_exist() -> None:
    forms = catalogue.forms(CONFIG)
    named = {
        (path.name, name)
        for path in TEXTS
        for name in re.findall(r"(?<!run van het )formulier(?:en)? [\"'„“]([A-Z][^\"'”“]+)", path.read_text("utf-8"))
    }
    assert "Traject starten" in {name for _, name in named}, "the pattern finds what is there"
    assert not {(where, name) for where, name in named if name not in forms}


def test_no_letter_or_page_names_a_command_of_the_shell() -> None:
    """Who reads these need not have a shell. ``tests/outbound/test_letters_in_plain_words.py`` reads each letter as sent."""
    for path in TEMPLATES.rglob("*.j2"):
        seen = re.sub(r"\{#.*?#\}|<style.*?</style>|<!--.*?-->", "", path.read_text("utf-8"), flags=re.DOTALL)
        assert not re.findall(r"\bprovisions [a-z]+|(?<![\w-])--[a-z][\w-]*", seen), path.name


def test_no_text_sends_people_to_a_menu_that_prefect_does_not_have() -> None:
    scripts = "".join(path.read_text("utf-8") for path in MENU.glob("AppRouterView-*.js"))
    menu = set(re.findall(r"title:`([A-Za-z ]+)`", scripts))
    assert {"Runs", "Automations"} <= menu, "Prefect's menu is read from another place now"
    for path in TEXTS:
        for name in re.findall(r"[Oo]nder \*{0,2}(Artifacts|Runs|Automations|Event Feed)", path.read_text("utf-8")):
            assert name in menu, f"{path.name} names {name}"


@pytest.mark.parametrize(("count", "says"), [(0, "0 berichten"), (1, "1 bericht"), (2, "2 berichten")])
def test_one_of_a_thing_is_one(count: int, says: str) -> None:
    assert dutch.counted(count, "bericht", "berichten") == says


def test_a_count_and_its_noun_stand_together_in_one_place_only() -> None:
    """A template or sentence that writes ``{n} berichten`` says "1 berichten" one day. What was brought in is "<5" or more."""
    alone = re.compile(r"\}\}? (" + "|".join(COUNTED) + r")\b")
    found = []
    for path in TEXTS:
        if path.suffix == ".md" or path.name in ("terms.py", "dutch.py"):
            continue
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            if alone.search(line) and not re.search(r"== 1|BINDING|SHORTEST|hoogstens|shown_cases|\['cases'\]", line):
                found.append(f"{path.relative_to(PROJECT)}:{number}: {line.strip()}")
    assert not found, "\n".join(found)


def test_the_pages_count_one_as_one(town: Town, overviews: Overviews, pages: Pages) -> None:
    town.takes_in("TR-2026-0042", "advance_payment")
    for moment in ("2026-11-02 12:00", "2026-11-10 08:00", "2026-11-11 08:00"):
        town.on(moment)
        late, week = overviews.late("voorbeeldstad"), overviews.week("voorbeeldstad")
        for page in (pages.late(overviews.late()), pages.week(week), pages.morning(late, week)):
            for more in COUNTED:
                assert not re.search(rf"(?<!\d)1 {more}\b", f"{page.summary}\n{page.text}")


def test_no_link_has_a_mark_in_its_text(town: Town, overviews: Overviews, pages: Pages) -> None:
    case = town.takes_in("TR-2026-0042", "day_activity", "debt_counselling", "emergency_shelter", "benefit_decision",
                         "id_document")  # fmt: skip
    town.on("2026-12-15 08:00")
    for page in (pages.plan(case.view, day("2026-12-15")), pages.late(overviews.late())):
        for text in re.findall(r"\[([^\]]*)\]\(", page.text):
            assert "<" not in text


def test_a_plan_says_the_agreed_day_of_what_waits_and_until_when_a_clock_stands_still(town: Town, pages: Pages) -> None:
    case = town.takes_in(
        "TR-2026-0042", "id_document", "housing", "wmo_indication", agreed={"housing": day("2026-12-01")}
    )
    case.does("suspend", "wmo_indication", reason="client_asks", until=day("2026-11-20"))
    text = pages.plan(case.view, day("2026-11-02")).text.replace("\u00a0", " ")
    assert re.search(r"\| \[?Passende huisvesting.*\| 1 dec 2026 \(afgesproken\) \|", text)
    assert re.search(r"\| \[?Wmo-indicatie.*klok stilgezet tot 20 nov", text)


def test_the_times_that_texts_name_are_those_of_the_schedule() -> None:
    assert f"{CONFIG.organisation.morning_message:%H:%M}" == "07:30"
    assert "half acht" in (PROJECT / "docs" / "user" / "teamleider.md").read_text("utf-8")
    from flows.weekly_report import MONDAY_MORNING, weekly_report

    assert f"{SENT_AT:%H.%M} uur" in str(weekly_report.description)
    assert MONDAY_MORNING.cron == f"{SENT_AT.minute} {SENT_AT.hour} * * 1"
