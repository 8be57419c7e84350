"""The files beside the pages: what templates use is built, nothing comes from elsewhere, and a change gets another address."""

import gzip
import json
import re
from dataclasses import replace

from provisions.settings import PROJECT, TEMPLATES
from provisions.web.looks import FOLDER, Files, css_of
from tests.builders import CONFIG
from tests.web.conftest import Browser

BUILT = (FOLDER / "componenten.css").read_text("utf-8")
TOOLS = PROJECT / "tools" / "style"


def test_every_class_of_a_component_that_a_template_uses_is_built() -> None:
    """One that is missing belongs in tools/style/build.mjs; then `make style`."""
    texts = "".join(path.read_text("utf-8") for path in (TEMPLATES / "web").glob("*.j2"))
    used = {found for found in re.findall(r"\butrecht-[a-z0-9_-]+", texts) if not found.endswith("--")}
    ours = (FOLDER / "werkplek.css").read_text("utf-8")
    assert {one for one in used if f".{one}" not in BUILT + ours} <= {
        "utrecht-form",
        "utrecht-alert__title",
        "utrecht-heading-4",
    }


def test_the_build_is_pinned_and_names_no_registry() -> None:
    locked = json.loads((TOOLS / "package-lock.json").read_text("utf-8"))["packages"]
    assert len(locked) > 15
    for name, package in locked.items():
        assert "resolved" not in package
        assert not name or package["integrity"].startswith("sha512-")
    wanted = json.loads((TOOLS / "package.json").read_text("utf-8"))["dependencies"]
    for name, version in wanted.items():
        assert f"/* {name} {version} */" in BUILT


def test_nothing_comes_from_elsewhere() -> None:
    for path in FOLDER.iterdir():
        text = path.read_text("utf-8")
        assert "@import" not in text
        assert not re.search(r"url\(\s*['\"]?(?!data:)", text)
        assert "//" not in re.sub(r"^\s*//.*$|; //.*$", "", text, flags=re.MULTILINE)


def test_a_theme_that_changes_gets_another_address() -> None:
    before = Files(CONFIG.themes)
    name, theme = next(iter(CONFIG.themes.items()))
    after = Files({**CONFIG.themes, name: replace(theme, radius="9px")})
    path = f"/stijl/thema-{name}.css"
    assert before.address(path) != after.address(path)
    assert before.address("/stijl/werkplek.css") == after.address("/stijl/werkplek.css")
    assert "--werkplek-on-action: " in css_of(theme)


def test_files_are_sent_packed_and_kept_for_a_year(browser: Browser) -> None:
    page = browser.opens("/aanmelden")
    for address in re.findall(r'(?:href|src)="(/stijl/[^"]+)"', page):
        plain = browser.client.get(address, headers={"accept-encoding": "identity"})
        packed = browser.client.get(address, headers={"accept-encoding": "gzip"})
        assert "content-encoding" not in plain.headers
        assert packed.headers["content-encoding"] == "gzip"
        assert packed.content == plain.content
        assert int(packed.headers["content-length"]) == len(gzip.compress(plain.content, 9, mtime=0))
        assert plain.headers["cache-control"].startswith("public, max-age=31536000")
