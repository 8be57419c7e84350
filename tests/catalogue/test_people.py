"""``[people]`` in ``organisation.toml``: read as it is meant, and every fault named with its entry."""

import shutil
from pathlib import Path

import pytest

from provisions.access import Grant, Role, holding
from provisions.catalogue import PROJECT, Config, load
from provisions.domain.errors import InvalidConfig

SHIPPED = PROJECT / "config"


def with_list(folder: Path, text: str, *, second_from: str = "") -> Config:
    """The shipped configuration with a list of people."""
    shutil.copytree(SHIPPED, folder, dirs_exist_ok=True)
    organisation = (folder / "organisation.toml").read_text()
    if second_from:
        organisation = organisation.replace(
            "[municipality.voorbeeldstad]\n", f"[municipality.voorbeeldstad]\nsecond_from = {second_from}\n", 1
        )
    (folder / "organisation.toml").write_text(f"{organisation}\n{text}")
    return load(folder)


def test_the_shipped_organisation_lists_nobody() -> None:
    people = load(SHIPPED).organisation.people
    assert (people.is_complete, list(people.codes())) == (False, [])
    assert people.grants("wie-dan-ook") is None


def test_roles_hold_where_they_are_given(tmp_path: Path) -> None:
    config = with_list(
        tmp_path,
        """
        [people]
        "regisseur.noord" = { roles = ["case_director"], municipalities = ["voorbeeldstad"] }
        "lead-1" = { name = "Teamleider", roles = ["team_lead", "case_director"], municipalities = ["voorbeeldstad", "duinrade"] }
        "fg" = { roles = ["privacy_officer"], region = true }
        """,
        second_from='["duinrade", "voorbeeldstad"]',
    )
    people = config.organisation.people
    assert Grant(Role.TEAM_LEAD, "duinrade") in (people.grants("lead-1") or ())
    assert people.grants("fg") == frozenset({Grant(Role.PRIVACY_OFFICER)})
    assert holding(people, Role.CASE_DIRECTOR, "voorbeeldstad") == {"regisseur.noord", "lead-1"}
    assert holding(people, Role.TEAM_LEAD, "havenmeer") == set()
    assert config.organisation.municipalities["voorbeeldstad"].seconds == ("duinrade",)
    assert any("regisseur.zuid" in warning for warning in config.warnings), (
        "it has an address, and is no director any more"
    )
    assert not any("'regisseur.noord'" in warning for warning in config.warnings)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('[people]\n"a" = { municipalities = ["duinrade"] }', ("[people.a]", "'roles'", "ontbreekt")),
        ('[people]\n"a" = { roles = [], municipalities = ["duinrade"] }', ("[people.a]", "'roles'", "geen rol")),
        ('[people]\n"a" = { roles = ["team_leed"], municipalities = ["duinrade"] }', ("[people.a]", "team_lead")),
        ('[people]\n"a" = { roles = ["team_lead"] }', ("[people.a]", "'municipalities'", "region = true")),
        ('[people]\n"a" = { roles = ["table"], municipalities = ["duinrade"], region = true }', ("[people.a]", "niet duidelijk")),
        ('[people]\n"a" = { roles = ["table"], municipalities = ["duinrad"] }', ("[people.a]", "duinrade")),
        ('[people]\n"a" = { roles = ["table"], region = true, rol = 1 }', ("[people.a]", "'rol'", "onbekende sleutel")),
        ('[people]\n"Jan Jansen" = { roles = ["table"], region = true }', ("[people]", "'Jan Jansen'", "geen code")),
        ("[people]", ("'people'", "niemand")),
        ('[people]\n"a" = "team_lead"', ("[people]", "'a'", "een tabel")),
    ],
)  # fmt: skip
def test_a_fault_names_its_entry(tmp_path: Path, text: str, says: tuple[str, ...]) -> None:
    with pytest.raises(InvalidConfig) as refused:
        with_list(tmp_path, text)
    assert len(refused.value.lines) == 1, refused.value.lines
    for part in ("organisation.toml", *says):
        assert part in refused.value.lines[0]


def test_a_second_from_an_unknown_municipality_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(InvalidConfig) as refused:
        with_list(tmp_path, "", second_from='["duinrad"]')
    assert "[municipality.voorbeeldstad], sleutel 'second_from'" in refused.value.lines[0]
