"""Every dependency is locked with its hash, and has a licence that we may use. Without network."""

import re
from importlib.metadata import PackageNotFoundError, metadata

import pytest

from provisions.settings import PROJECT

FREE = re.compile(r"MIT|Apache|BSD|ISC|PSF|MPL|Mozilla|CNRI-Python|DFSG approved|OSI Approved", re.IGNORECASE)
# May be used unchanged and installed beside our own code, which stays as it is.
ACCEPTED = {
    "psycopg": "LGPL-3.0: a library, used unchanged",
    "psycopg-binary": "LGPL-3.0: a library, used unchanged",
    "pygal": "LGPL-3.0: a library, used unchanged",
    "text-unidecode": "GPL or Artistic License, at our choice: Artistic",
    "axe-playwright-python": "MIT, says its repository; tests only",
}


def locked(name: str) -> list[tuple[str, str]]:
    """(package, the rest of its entry) of a lock."""
    entries = re.split(r"^(?=[A-Za-z0-9])", (PROJECT / name).read_text(), flags=re.MULTILINE)
    found = [re.match(r"([A-Za-z0-9._-]+)==(.*)", entry, re.DOTALL) for entry in entries if entry.strip()]
    assert all(found), f"an entry of {name} has no version"
    return [(match[1], match[2]) for match in found if match]


LOCKS = ["requirements.lock", "requirements-dev.lock", "requirements-installer.lock", "requirements-audit.lock"]


def test_every_lock_is_checked() -> None:
    assert {path.name for path in PROJECT.glob("requirements*.lock")} == {*LOCKS, "requirements-bench.lock"}


def test_what_runs_has_no_tools_of_the_tests() -> None:
    runs, tests = ({package for package, _ in locked(name)} for name in LOCKS[:2])
    assert {"pytest", "mypy", "ruff", "hypothesis", "playwright"} <= tests
    assert runs & tests == set()


@pytest.mark.parametrize("name", LOCKS)
def test_each_dependency_has_one_version_and_its_hashes(name: str) -> None:
    entries = locked(name)
    assert entries
    assert [package for package, rest in entries if "--hash=sha256:" not in rest] == []
    assert "://" not in (PROJECT / name).read_text()


def test_each_dependency_has_a_licence_that_we_may_use() -> None:
    unknown = {}
    for package, _ in locked("requirements.lock") + locked("requirements-dev.lock"):
        try:
            about = metadata(package)
        except PackageNotFoundError:
            continue  # for another system
        said = [about.get_all(field, [""])[0] for field in ("License-Expression", "License")]
        said += [entry for entry in about.get_all("Classifier") or [] if entry.startswith("License ::")]
        licence = " ".join(said)[:300]
        copyleft = re.search(r"\bA?GPL|LGPL|General Public", licence)
        if package not in ACCEPTED and (copyleft or not FREE.search(licence)):
            unknown[package] = licence
    assert unknown == {}
