"""Our stylesheet in Prefect's pages."""

import re
from pathlib import Path

import prefect

from flows.server import stylesheet

PAGES = Path(prefect.__file__).parent / "server" / "ui"


def test_the_page_names_the_stylesheet_once_however_often_the_server_starts(tmp_path: Path) -> None:
    index = tmp_path / "v1" / "index.html"
    index.parent.mkdir()
    index.write_text((PAGES / "index.html").read_text("utf-8"), "utf-8")
    for _ in range(2):
        stylesheet.put_in(tmp_path)
    assert index.read_text("utf-8").count(f'href="/{stylesheet.NAME}"') == 1
    assert (index.parent / stylesheet.NAME).is_file()


def test_what_it_mends_is_still_in_the_pages_that_prefect_ships() -> None:
    """When this fails after an update of Prefect, look whether the stylesheet is still needed."""
    scripts = "".join(path.read_text("utf-8") for path in (PAGES / "assets").glob("*.js"))
    assert "p-select-button__control" in scripts
    assert "p-tag__dismiss" in scripts
    styles = "".join(path.read_text("utf-8") for path in (PAGES / "assets").glob("*.css"))
    assert re.search(r"\.markdown-renderer__table\{[^}]*scrollbar-width:none", styles)
    assert re.search(r"\.p-table-data\{[^}]*white-space:nowrap", styles)
