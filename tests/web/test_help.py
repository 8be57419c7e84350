"""Help and statements: everybody finds a story of their own role, and what is claimed is what is tested with."""

import re
from pathlib import Path

import pytest

from provisions.access import Role
from provisions.web.statements import AXE
from provisions.web.stories import NAMES
from tests.web.conftest import ROLES, Browser


@pytest.mark.parametrize("code", ROLES)
def test_one_finds_the_story_of_ones_role(browser: Browser, code: str) -> None:
    page = browser.signs_in(code).opens("/hulp")
    role = Role(ROLES[code][0])
    own = page[page.index("Voor u") : page.index("Voor anderen")]
    (name,) = re.findall(r'href="/hulp/(\w+)"', own)
    assert NAMES[name] is role
    assert f"<h1>Een maandag: {role.called}</h1>" in browser.opens(f"/hulp/{name}")


def test_every_role_has_a_story_and_leads_to_pages_that_answer(browser: Browser) -> None:
    assert set(NAMES.values()) == set(Role)
    browser.signs_in("regie-1")
    for name in NAMES:
        page = browser.opens(f"/hulp/{name}")
        for address in re.findall(r"<main.*?</main>", page, re.DOTALL)[0].split('href="')[1:]:
            browser.opens(address.partition('"')[0])
            assert browser.status == 200
    browser.opens("/hulp/burgemeester")
    assert browser.status == 404


@pytest.mark.parametrize("path", ["/toegankelijkheid", "/privacy"])
def test_statements_are_for_everybody(browser: Browser, path: str) -> None:
    page = browser.opens(path)
    assert browser.status == 200
    assert "/hulp" not in page
    assert f'<a href="{path}" aria-current="page">' in page


def test_the_statement_names_what_it_was_measured_with(browser: Browser) -> None:
    axe = Path(__file__).parent.parent / "browser" / "axe" / "axe.min.js"
    assert axe.read_text("utf-8").startswith(f"/*! axe v{AXE}\n")
    assert f"axe-core {AXE}" in browser.opens("/toegankelijkheid")
    assert "concept" in browser.last
