"""How the workplace looks is data: a theme is chosen by name, and one that can't be read is refused."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from provisions.catalogue import Config, load
from provisions.catalogue.themes import contrast
from provisions.domain.errors import InvalidConfig
from provisions.settings import PROJECT
from tests.builders import CONFIG

REGION = "organisation.toml"
Changed = Callable[..., Config]


@pytest.fixture
def changed(tmp_path: Path) -> Changed:
    """The shipped configuration with one change in one of its files."""

    def change(file: str, old: str, new: str) -> Config:
        folder = shutil.copytree(PROJECT / "config", tmp_path / "config", dirs_exist_ok=True)
        text = (folder / file).read_text("utf-8")
        assert old in text
        (folder / file).write_text(text.replace(old, new, 1), "utf-8")
        return load(folder)

    return change


def test_two_themes_ship_and_the_example_region_has_its_own(changed: Changed) -> None:
    assert CONFIG.themes[CONFIG.theme_name(())].name == "Regio Voorbeeldland"
    plain = changed("organisation.toml", 'theme = "voorbeeldland"', "#")
    assert plain.themes[plain.theme_name(())].name == "Neutraal"


def test_a_municipality_may_have_its_own_for_who_works_for_it_alone(changed: Changed) -> None:
    config = changed(REGION, "[municipality.havenmeer]\n", '[municipality.havenmeer]\ntheme = "neutral"\n')
    assert config.theme_name(["havenmeer"]) == "neutral"
    assert config.theme_name(["voorbeeldstad"]) == config.theme_name(["havenmeer", "voorbeeldstad"]) == "voorbeeldland"


def test_a_folder_without_themes_has_the_shipped_ones(tmp_path: Path) -> None:
    folder = shutil.copytree(PROJECT / "config", tmp_path / "config")
    shutil.rmtree(folder / "themes")
    assert load(folder).themes == CONFIG.themes


@pytest.mark.parametrize(
    ("file", "old", "new", "parts"),
    [
        (REGION, '"voorbeeldland" #', '"voorbeeldlnad" #', ("[region], sleutel 'theme'", "Bedoelde u 'voorbeeldland'?")),
        (REGION, '"voorbeeldland" #', '"../rights" #', ("[region], sleutel 'theme'",)),
        (REGION, "[municipality.havenmeer]\n", '[municipality.havenmeer]\ntheme = "x"\n', ("[municipality.havenmeer]",)),
        ("themes/voorbeeldland.toml", '"#a3201a"', '"rood"', ("[light], sleutel 'late'", "#12508f")),
        ("themes/voorbeeldland.toml", '"#a3201a"', '"#ff9f97"', ("[light], sleutel 'late'", "contrast", "4,50")),
        ("themes/voorbeeldland.toml", '"#86988f"', '"#2a3331"', ("[dark], sleutel 'line'", "3,00")),
        ("themes/voorbeeldland.toml", 'late = "#a3201a"', "", ("[light], sleutel 'late'", "ontbreekt")),
        ("themes/voorbeeldland.toml", "quiet =", "quit =", ("sleutel 'quit'", "Bedoelde u 'quiet'?")),
        ("themes/voorbeeldland.toml", '"700"', '"url(x)"', ("[tokens]", "geen adres")),
        ("themes/voorbeeldland.toml", '"700"', '"700; } body { color: red"', ("[tokens]", "geen adres")),
        ("themes/voorbeeldland.toml", '"utrecht-button-font-weight"', '"a: b"', ("[tokens]", "geen naam")),
    ],
)  # fmt: skip
def test_a_fault_names_file_entry_key_and_remedy(
    changed: Changed, file: str, old: str, new: str, parts: tuple[str, ...]
) -> None:
    with pytest.raises(InvalidConfig) as refused:
        changed(file, old, new)
    said = "\n".join(refused.value.lines)
    for part in (file, *parts):
        assert part in said


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#ffffff", "#000000") == contrast("#000000", "#ffffff") == 21
    assert round(contrast("#767676", "#ffffff"), 2) == 4.54
