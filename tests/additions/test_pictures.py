"""The pictures of docs/architecture.md are of this program: of the rooms that the contracts name, with each in the table."""

import re
from pathlib import Path

import pytest

from tools.draw_architecture import PICTURES, contracts

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", PICTURES)
def test_a_picture_is_as_it_is_drawn_now(path: str) -> None:
    assert (ROOT / path).read_text(encoding="utf-8") == PICTURES[path](), "python -m tools.draw_architecture"
    assert f"]({Path(path).name})" in PAGE


def test_every_room_has_its_place_in_the_table() -> None:
    table = "\n".join(line for line in PAGE.splitlines() if line.startswith("| `"))
    told = set(re.findall(r"([a-z_]+)(?:/|\.py)", table))
    rooms = {room for layers in contracts().values() for layer in layers for room in layer}
    assert rooms - told == set()
