"""``config/prefect.toml``: what Prefect may call by itself, and on which machines."""

import json
import shutil
from pathlib import Path

import pytest

from provisions.catalogue import load
from provisions.catalogue.automations import Automation, EventName
from provisions.catalogue.pool import PoolRule
from provisions.domain.errors import InvalidConfig
from provisions.settings import PROJECT

GOOD = """\
hosts = ["chat.voorbeeldstad.example"]
[[automation]]
name = "te-laat"
event = "provisions.overdue"
municipality = "voorbeeldstad"
provision = "wmo_indication"
webhook = "https://chat.voorbeeldstad.example/haak"
text = "{provision} van {reference} is te laat"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for file in (PROJECT / "config").glob("*.toml"):
        shutil.copy(file, tmp_path)
    return tmp_path


def read(folder: Path, text: str) -> tuple[Automation, ...]:
    (folder / "prefect.toml").write_text(text, "utf-8")
    return load(folder).automations


def test_as_shipped_and_without_the_file_nothing_is_called(folder: Path) -> None:
    assert load(folder).automations == ()
    (folder / "prefect.toml").unlink()
    assert load(folder).automations == ()


def test_an_automation_is_read(folder: Path) -> None:
    url, text = "https://chat.voorbeeldstad.example/haak", "{provision} van {reference} is te laat"
    expected = Automation("te-laat", EventName.OVERDUE, url, text, "voorbeeldstad", "wmo_indication")
    assert read(folder, GOOD) == (expected,)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("chat.voorbeeldstad.example/", "chat.elders.example/", "machine 'chat.elders.example' staat niet in hosts"),
        ("https://chat", "http://chat", "geen veilig webadres"),
        ("https://chat", "https://u:p@chat", "geen veilig webadres"),
        ("{reference}", "{route}", "iets wat een gebeurtenis niet heeft"),
        ("{reference}", "{{ event }}", "iets wat een gebeurtenis niet heeft"),
        ("{reference}", "{% if 1 %}", "iets wat een gebeurtenis niet heeft"),
        ("provisions.overdue", "provisions.*", "bestaat niet"),
        ('"voorbeeldstad"', '"elders"', "'elders' bestaat niet"),
        ('"wmo_indication"', '"iets"', "'iets' bestaat niet"),
        ('"te-laat"', '"Te laat"', "'Te laat' kan niet"),
        ("text =", "tekst =", "Bedoelde u 'text'?"),
        ("hosts =", "host =", "Bedoelde u 'hosts'?"),
    ],
)
def test_what_is_wrong_is_said_with_file_entry_and_key(folder: Path, before: str, after: str, said: str) -> None:
    assert before in GOOD
    with pytest.raises(InvalidConfig) as refused:
        read(folder, GOOD.replace(before, after, 1))
    assert said in str(refused.value), refused.value
    assert "prefect.toml" in str(refused.value)


def test_two_of_one_name_are_refused(folder: Path) -> None:
    with pytest.raises(InvalidConfig, match="staat er twee keer"):
        read(folder, GOOD + GOOD[GOOD.index("[[") :])


# --- the work pool ---------------------------------------------------------------------------------------------------

TEMPLATE = '{"job_configuration": {"image": "{{ image }}"}, "variables": {"properties": {}}}'


def test_the_pool_has_the_template_beside_the_file_and_a_limit(folder: Path) -> None:
    assert load(folder).pool == PoolRule()
    (folder / "pool.json").write_text(TEMPLATE, "utf-8")
    (folder / "prefect.toml").write_text('[pool]\ntemplate = "pool.json"\nlimit = 4\n', "utf-8")
    found = load(folder).pool
    assert (found.limit, found.template) == (4, json.loads(TEMPLATE))


@pytest.mark.parametrize(
    ("line", "template", "said"),
    [
        ('template = "pool.json"', None, "pool.json is er niet, of is geen JSON"),
        ('template = "pool.json"', "{", "pool.json is er niet, of is geen JSON"),
        ('template = "pool.json"', '{"variables": {}}', "pool.json is geen sjabloon van een pool"),
        ('template = "../pool.json"', TEMPLATE, "dit is geen bestand in deze map"),
        ("limit = 0", None, "met 0 voert niemand iets uit"),
        ("grens = 3", None, "sleutel 'grens'"),
    ],
)
def test_a_fault_in_the_pool_names_file_key_and_remedy(
    folder: Path, line: str, template: str | None, said: str
) -> None:
    if template is not None:
        (folder / "pool.json").write_text(template, "utf-8")
    (folder / "prefect.toml").write_text(f"[pool]\n{line}\n", "utf-8")
    with pytest.raises(InvalidConfig) as refused:
        load(folder)
    assert "prefect.toml, [pool], sleutel" in str(refused.value)
    assert said in str(refused.value)
