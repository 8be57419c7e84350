"""A copy of the product that a test may add to, as somebody would who builds on it, and a program that lives in it."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from provisions.catalogue import PROJECT

COPIED = ("provisions", "flows", "templates", "config", "migrations")


@dataclass
class Copy:
    """The product in ``folder``. ``touched``: the files that were changed or made, as one would list them."""

    folder: Path
    touched: set[str] = field(default_factory=set)

    def write(self, path: str, text: str) -> None:
        """Make a file."""
        assert not (self.folder / path).exists(), f"{path} is there already"
        (self.folder / path).write_text(text, "utf-8")
        self.touched.add(path)

    def insert(self, path: str, before: str, text: str) -> None:
        """Put ``text`` before the first place where ``before`` stands."""
        old = (self.folder / path).read_text("utf-8")
        assert before in old, f"{path} has no {before!r}"
        (self.folder / path).write_text(old.replace(before, text + before, 1), "utf-8")
        self.touched.add(path)

    def run(self, story: str, *arguments: str) -> dict[str, Any]:
        """What a module of tests sees there, with the copy's code instead of ours."""
        done = subprocess.run(
            [sys.executable, "-m", f"tests.additions.{story}", *arguments],
            env={**os.environ, "COLUMNS": "240", "PYTHONPATH": f"{self.folder}{os.pathsep}{PROJECT}"},
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-4000:]
        seen: dict[str, Any] = json.loads(done.stdout)
        assert seen["project"] == str(self.folder), "our own product was run"
        return seen


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    for name in COPIED:
        # And what is compiled, which holds until a file is changed; what another worker is writing has a number behind its name.
        shutil.copytree(PROJECT / name, tmp_path / name, ignore=shutil.ignore_patterns("*.pyc.*"))
    return Copy(tmp_path)
