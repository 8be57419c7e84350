"""``[sign_in]`` in the configuration: read, and refused with file, entry, key and remedy."""

import re
import shutil
from pathlib import Path

import pytest

from provisions.access import Grant, Role
from provisions.access.provider import SignIn
from provisions.catalogue import PROJECT, load
from provisions.domain.errors import InvalidConfig
from tests.builders import CONFIG

WHOLE = """
[sign_in]
code_claim = "sub"
groups_claim = "roles"
codes = { "j.jansen@voorbeeldstad.example" = "regisseur.noord" }
groups = [
    { name = "app-regie", roles = ["case_director", "team_lead"], municipalities = ["havenmeer"] },
    { name = "app-fg", roles = ["privacy_officer"], region = true },
]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(PROJECT / "config", tmp_path / "config")
    return tmp_path / "config"


def with_sign_in(folder: Path, text: str) -> Path:
    path = folder / "organisation.toml"
    path.write_text(path.read_text() + text)
    return folder


def test_as_shipped_nobody_comes_in_by_a_provider() -> None:
    assert CONFIG.organisation.sign_in == SignIn()
    assert CONFIG.organisation.sign_in.grants_of({"groups": ["app-regie"]}) == frozenset()


def test_it_says_who_somebody_is(folder: Path) -> None:
    found = load(with_sign_in(folder, WHOLE)).organisation.sign_in
    assert found.code_of({"sub": "j.jansen@voorbeeldstad.example"}) == "regisseur.noord"
    assert found.grants_of({"roles": ["app-regie", "app-fg"]}) == {
        Grant(Role.CASE_DIRECTOR, "havenmeer"),
        Grant(Role.TEAM_LEAD, "havenmeer"),
        Grant(Role.PRIVACY_OFFICER),
    }


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (
            "code_claim",
            "code_claims",
            r"\[sign_in\], sleutel 'code_claims': onbekende sleutel.*Bedoelde u 'code_claim'",
        ),
        ('"regisseur.noord"', '"Jan Jansen"', r"\[sign_in\.codes\], sleutel 'j\.jansen@.*is geen code"),
        (
            '"havenmeer"',
            '"havenmeren"',
            r"app-regie\], sleutel 'municipalities': gemeente 'havenmeren' bestaat niet",
        ),
        ('"team_lead"', '"teamlead"', r"sleutel 'roles': 'teamlead' bestaat niet.*'team_lead'"),
        ("region = true", "region = false", r"app-fg\], sleutel 'municipalities': er staat niet waar dit geldt"),
        (
            'municipalities = ["havenmeer"]',
            'municipalities = ["havenmeer"], region = true',
            r"niet duidelijk waar dit geldt",
        ),
        ('"app-fg"', '"app-regie"', r"de groep 'app-regie' staat er twee keer"),
        ('roles = ["privacy_officer"], ', "", r"app-fg\], sleutel 'roles': deze sleutel ontbreekt"),
    ],
)
def test_a_fault_names_entry_key_and_remedy(folder: Path, before: str, after: str, expected: str) -> None:
    assert before in WHOLE
    with pytest.raises(InvalidConfig) as refusal:
        load(with_sign_in(folder, WHOLE.replace(before, after, 1)))
    assert re.search(rf"organisation\.toml.*{expected}", str(refusal.value))
