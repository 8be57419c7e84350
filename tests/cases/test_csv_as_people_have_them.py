"""``csv-separators-in-a-cell`` and ``csv-as-excel-writes-it``: the files themselves, through the real command line."""

import re
import tomllib
from pathlib import Path

import pytest

from tests.cli.conftest import Terminal

DATA = Path(__file__).parent / "data"
CASES = [
    (folder, name, expected)
    for folder in ("csv-separators-in-a-cell", "csv-as-excel-writes-it")
    for name, expected in tomllib.loads((DATA / folder / "expected.toml").read_text("utf-8")).items()
]


@pytest.mark.parametrize(("folder", "name", "expected"), CASES, ids=[name for _, name, _ in CASES])
def test_the_files_of_the_cases(provisions: Terminal, folder: str, name: str, expected: dict[str, object]) -> None:
    ran = provisions.run("intake", "--file", str(DATA / folder / name), "--by", "regisseur-1", "--json")
    assert ran.code == (0 if expected["exit"] == "0 or 2" else expected["exit"]), ran.err
    if "cases" in expected:
        assert len(ran.json) == expected["cases"]
    if "line" in expected:
        assert re.search(rf"\bregel {expected['line']}\b", ran.err)


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_mixture_of_encoding_separator_and_line_end(
    provisions: Terminal, tmp_path: Path, separator: str, encoding: str, end: str
) -> None:
    path = tmp_path / "trajecten.csv"
    rows = [
        ["reference", "route", "need", "waive", ""],
        ["tr-2026-0001", "vrijwillig", "briefadres", '"postal_address:id_document=geverifi\u00eberd\u2013goed"', ""],
        ["", " ", "", "", ""],
        ["TR-2026-0002", "voluntary", "id_document", "", ""],
    ]
    path.write_bytes(end.join(separator.join(row) for row in rows).encode(encoding))
    ran = provisions.run("intake", "--file", str(path), "--by", "regisseur-1", "--json")
    assert ran.code == 0, ran.err
    assert ran.json == ["TR-2026-0001", "TR-2026-0002"]
    assert "geverifiëerd–goed" in provisions.run("audit", "TR-2026-0001").out


def test_empty_rows_above_the_header_are_empty_rows(provisions: Terminal, tmp_path: Path) -> None:
    """As above the rest: a sheet whose table begins on its third row is saved with two of them."""
    path = tmp_path / "trajecten.csv"
    path.write_text(
        '\r\n; ;""\r\nreference;route;need\r\nTR-2026-0001;rm;id_document\r\n', encoding="utf-8", newline=""
    )
    ran = provisions.run("intake", "--file", str(path), "--by", "regisseur-1")
    assert "regel 4: Onbekende route 'rm'" in ran.err
    path.write_text("\r\n\r\n", encoding="utf-8", newline="")
    ran = provisions.run("intake", "--file", str(path), "--by", "regisseur-1")
    assert (ran.code, "Zet op de eerste regel de namen van de kolommen" in ran.err) == (2, True)


def test_the_line_in_an_error_is_the_line_in_the_file(provisions: Terminal, tmp_path: Path) -> None:
    path = tmp_path / "trajecten.csv"
    path.write_text(
        'sep=;\r\nreference;route;need;waive\r\n"TR-2026-0001";voluntary;postal_address;"postal_address:id_document=een\r\n'
        'twee\r\ndrie"\r\n\r\nTR-2026-0002;nonsens;id_document;\r\n',
        encoding="utf-8",
        newline="",
    )
    ran = provisions.run("intake", "--file", str(path), "--by", "regisseur-1")
    assert ran.code == 2
    assert "regel 7: Onbekende route 'nonsens'" in ran.err


@pytest.mark.parametrize(
    "content", [b"reference,route,need\n\x82\x8a,voluntary,id_document\n", b"r\x00e\x00f\x00", bytes(range(256))]
)
def test_what_is_not_clear_is_refused_with_what_to_do(provisions: Terminal, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "trajecten.csv"
    path.write_bytes(content)
    for command in (["intake", "--file", str(path)], ["outcome", "--file", str(path)]):
        ran = provisions.run(*command, "--by", "regisseur-1")
        assert ran.code == 2
        assert "CSV UTF-8" in ran.err
        assert "Error" not in ran.err
