"""Who may do what: every role, every use case, in one's own municipality and in another. The table here is the second opinion."""

import re
import shutil
from collections.abc import Mapping
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisions.access import Actor, Grant, Reach, Rights, Role, Subject, UseCase
from provisions.catalogue import PROJECT, load
from provisions.domain.errors import InvalidConfig
from tests.builders import CONFIG

RIGHTS = CONFIG.rights
TOWNS = tuple(CONFIG.organisation.municipalities)
HOME, AWAY = TOWNS[0], TOWNS[1]

U, R = UseCase, Role
WITH_REASON = '"see_tonight_with_reason"'
OFFICER = 'roles = { customisation_officer = "municipality" }'
STANDING = 'use_cases = ["see_tonight"]\nroles = { case_director = "municipality", team_lead = "municipality" }'
OF_A_CASE = {
    *(
        U.INTAKE,
        U.ADD,
        U.OUTCOME,
        U.SUSPEND,
        U.RESUME,
        U.WAIVE,
        U.AGREE,
        U.FOLLOW_UP,
        U.REOPEN,
        U.AGAIN,
        U.MOVE,
        U.URGENT,
    ),
    *(
        U.BRP,
        U.MILESTONE,
        U.WHY,
        U.CONTACT,
        U.NUMBER,
        U.PLACE,
        U.LIVING,
        U.NOTE,
        U.KEEP,
        U.SHEET,
        U.UNDO,
        U.TRANSFER,
        U.ACCEPT,
        U.WAKE,
        U.CLOSE,
        U.ASK,
        U.LINK,
        U.BUDGET,
        U.REPLY,
        U.TAKE_UP,
        U.TAKE_BACK,
    ),
}
# What ``web.md`` says of each role, for a case of one's own municipality that lies with nobody in particular.
MAY: Mapping[Role, set[UseCase]] = {
    R.CASE_DIRECTOR: OF_A_CASE | {U.SEE_CASE, U.SEE_TONIGHT, U.SEE_FREE_TEXT, U.APPROVE_SMALL_BUDGET, U.ANSWER},
    R.TEAM_LEAD: OF_A_CASE
    | {U.SEE_CASE, U.SEE_FREE_TEXT, U.APPROVE_SMALL_BUDGET, U.ANSWER, U.SEE_BOARD, U.SEE_RUNS}
    | {U.APPROVE, U.REST, U.ASSIGN, U.AWAY, U.BRING_IN, U.SEE_TONIGHT, U.SEE_REASONS},
    R.TABLE: {U.TAKE_BACK},  # its own answer: once it is given it lies with nobody
    R.CUSTOMISATION_OFFICER: {U.TAKE_BACK, U.SEE_TONIGHT_WITH_REASON},
    R.STEERING_GROUP: set(),
    R.PRIVACY_OFFICER: {U.SEE_REASONS, U.SEE_LOOKS, U.RELEASE_EXPORT, U.SEE_RECORD, U.VERIFY, U.FORGET},
    R.AUDITOR: {U.SEE_RECORD, U.VERIFY},
    R.ADMINISTRATOR: {U.SEE_BOARD, U.SEE_RUNS},
}


@pytest.mark.parametrize(("role", "use_case"), list(product(Role, UseCase)), ids=str)
def test_a_role_may_in_its_own_municipality_what_it_must_and_nothing_in_another(role: Role, use_case: UseCase) -> None:
    actor = Actor.of("iemand", [role], [HOME])
    assert bool(RIGHTS.may(actor, use_case, Subject(HOME))) is (use_case in MAY[role])
    for subject in (Subject(AWAY), Subject(AWAY, with_table=True, to_judge=True)):
        assert not RIGHTS.may(actor, use_case, subject)


@pytest.mark.parametrize("role", Role, ids=str)
def test_a_role_in_the_region_holds_in_each_municipality(role: Role) -> None:
    region, here = Actor.of("iemand", [role]), Actor.of("iemand", [role], [HOME])
    for use_case, town in product(UseCase, TOWNS):
        assert bool(RIGHTS.may(region, use_case, Subject(town))) is bool(RIGHTS.may(here, use_case, Subject(HOME)))


def test_a_table_sees_and_answers_what_lies_with_it() -> None:
    table = Actor.of("tafel-1", [R.TABLE], [HOME])
    for use_case in (U.SEE_CASE, U.ANSWER):
        assert RIGHTS.may(table, use_case, Subject(HOME, with_table=True))
        assert not RIGHTS.may(table, use_case, Subject(HOME, to_judge=True))
    assert not RIGHTS.may(table, U.SEE_FREE_TEXT, Subject(HOME, with_table=True))


def test_the_customisation_officer_sees_and_judges_what_waits_for_a_judgement() -> None:
    officer = Actor.of("maatwerk-1", [R.CUSTOMISATION_OFFICER], [HOME])
    for use_case in (U.SEE_CASE, U.SUBMIT):
        assert RIGHTS.may(officer, use_case, Subject(HOME, to_judge=True))
        assert not RIGHTS.may(officer, use_case, Subject(HOME, with_table=True))


def test_what_is_about_no_case_needs_the_role_and_no_municipality() -> None:
    assert RIGHTS.may(Actor.of("beheer-1", [R.ADMINISTRATOR], [HOME]), U.PEOPLE)
    assert not RIGHTS.may(Actor.of("regie-1", [R.CASE_DIRECTOR], [HOME]), U.PEOPLE)
    assert RIGHTS.may(Actor.of("stuurgroep-1", [R.STEERING_GROUP]), U.SEE_REPORTS)


def test_a_role_here_is_no_role_there() -> None:
    both = Actor("regie-1", frozenset({Grant(R.CASE_DIRECTOR, HOME), Grant(R.TEAM_LEAD, AWAY)}))
    assert RIGHTS.may(both, U.APPROVE, Subject(AWAY))
    assert not RIGHTS.may(both, U.APPROVE, Subject(HOME))
    assert RIGHTS.may(both, U.OUTCOME, Subject(HOME))


@given(
    st.frozensets(st.builds(Grant, st.sampled_from(Role), st.sampled_from(["", *TOWNS]))),
    st.sampled_from(UseCase),
    st.builds(Subject, st.sampled_from(TOWNS), st.booleans(), st.booleans()),
)
def test_who_holds_more_may_no_less_and_what_is_listed_is_what_is_allowed(
    grants: frozenset[Grant], use_case: UseCase, subject: Subject
) -> None:
    actor = Actor("iemand", grants)
    allowed = bool(RIGHTS.may(actor, use_case, subject))
    assert allowed is any(RIGHTS.may(Actor("iemand", frozenset({grant})), use_case, subject) for grant in grants)
    reaches = RIGHTS.reaches(actor, use_case, TOWNS)
    assert allowed is any(subject.municipality in towns and subject.within(r) for r, towns in reaches.items())


def test_nobody_may_anything_without_a_list() -> None:
    everything = Actor.of("admin", Role)
    assert not any(Rights().may(everything, use_case, Subject(HOME)) for use_case in UseCase)


def test_a_verdict_says_why() -> None:
    director = Actor.of("regie-1", [R.CASE_DIRECTOR], [HOME])
    assert "als regisseur" in RIGHTS.may(director, U.OUTCOME, Subject(HOME)).because
    assert "alleen als teamleider" in RIGHTS.may(director, U.APPROVE, Subject(HOME)).because
    assert "valt daar niet onder" in RIGHTS.may(director, U.OUTCOME, Subject(AWAY)).because


# --- the list as data ----------------------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(PROJECT / "config", tmp_path / "config")
    return tmp_path / "config"


def fault(folder: Path, before: str, after: str) -> str:
    path = folder / "rights.toml"
    text = path.read_text()
    assert before in text
    path.write_text(text.replace(before, after, 1))
    with pytest.raises(InvalidConfig) as refusal:
        load(folder)
    return str(refusal.value)


def test_a_folder_without_a_list_has_the_shipped_one(folder: Path) -> None:
    (folder / "rights.toml").unlink()
    assert load(folder).rights == RIGHTS


def test_a_municipality_may_narrow_a_right(folder: Path) -> None:
    path = folder / "rights.toml"
    narrowed = path.read_text().replace(
        'answer"]\nroles = { case_director = "municipality", ', 'answer"]\nroles = { ', 1
    )
    assert narrowed != path.read_text()
    path.write_text(narrowed)
    actor = Actor.of("regie-1", [R.CASE_DIRECTOR], [HOME])
    assert not load(folder).rights.may(actor, U.ANSWER, Subject(HOME))


def test_what_is_seen_with_a_reason_only_has_reasons_and_nothing_else_has(folder: Path) -> None:
    assert {use_case for use_case in U if RIGHTS.reasons(use_case)} == {U.SEE_TONIGHT_WITH_REASON}
    path = folder / "rights.toml"
    text = path.read_text()
    begin, end = text.index("[[right.reason]]"), text.index('[[right]]\nwhat = "zien wie met een reden keek"')
    path.write_text(text[:begin] + text[end:])
    with pytest.raises(InvalidConfig, match=r"'see_tonight_with_reason' mag alleen met een reden, en er staat er geen"):
        load(folder)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ('"answer"', '"answr"', r"rights\.toml.*use_cases.*'answr' bestaat niet.*Bedoelde u 'answer'"),
        ('use_cases = ["answer"]', "", r"rights\.toml.*'use_cases'.*ontbreekt"),
        ('use_cases = ["answer"]', 'use_cases = ["answer", "submit"]', r"'submit' staat bij '.*' en bij '.*'"),
        ('"verify"', '"see_record"', r"deze handelingen staan nergens: verify"),
        ('table = "with_table"', 'tabel = "with_table"', r"'tabel'.*onbekende sleutel.*Bedoelde u 'table'"),
        ('"to_judge"', '"somewhere"', r"'somewhere' bestaat niet"),
        ('roles = { steering_group = "region" }', "roles = { }", r"geen enkele rol heeft dit recht"),
        (
            WITH_REASON,
            f'{WITH_REASON}, "see_board"',
            r"'see_tonight_with_reason' kan niet samen met andere in één recht",
        ),
        (
            OFFICER,
            'roles = { table = "municipality" }',
            r"'table' mag nooit 'see_tonight_with_reason'.*Haal die rol weg",
        ),
        (OFFICER, 'roles = { steering_group = "municipality" }', r"'steering_group' mag nooit"),
        (OFFICER, 'roles = { customisation_officer = "to_judge" }', r"gaat over een gemeente.*Vul 'municipality' in"),
        (OFFICER, f'{OFFICER}\nby_link = ["officer"]', r"'by_link'.*kan nooit met een link"),
        (STANDING, f'{STANDING}\nby_link = ["counter"]', r"'by_link'.*'see_tonight' kan nooit met een link"),
        (STANDING, 'use_cases = ["see_tonight"]\nroles = { table = "with_table" }', r"'table' mag nooit 'see_tonight'"),
        (STANDING, f'{STANDING}\n[[right.reason]]\ncode = "x"\nlabel = "x"\nhours = 1', r"geen reden nodig"),
        ("hours = 12", "hours = 25", r"reason nr. 2.*'hours'.*25 uur kan niet.*1 tot en met 24"),
        ("hours = 12", "hours = 0", r"0 uur kan niet"),
        ('code = "called"', 'code = "emergency"', r"'emergency' bestaat al"),
        ('code = "called"', 'code = "Een reden"', r"'code': deze naam kan niet"),
    ],
)
def test_a_fault_names_file_key_and_remedy(folder: Path, before: str, after: str, expected: str) -> None:
    assert re.search(expected, fault(folder, before, after))


def test_reaches_are_told_apart_in_dutch() -> None:
    said = [RIGHTS.may(Actor.of("x", Role), use_case).because for use_case in UseCase]
    assert all(said)
    assert len({reach.value for reach in Reach}) == 4
