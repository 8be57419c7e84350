"""The documents that list things list all of them."""

import re
import textwrap
import tomllib

import pytest

from provisions.access import Role
from provisions.access.provider import CODE_CLAIM, GROUPS_CLAIM, SignIn
from provisions.catalogue import PROJECT
from provisions.settings import PREFIX, READERS


def test_the_index_has_every_decision_in_order_of_number() -> None:
    folder = PROJECT / "docs" / "decisions"
    listed = re.findall(r"\]\(([^)]+\.md)\)", (folder / "README.md").read_text("utf-8"))
    assert listed == sorted(path.name for path in folder.glob("[0-9]*.md"))


PROMISING = ["SECURITY.md", "docs/threat-model.md", "docs/bio2.md", "docs/sign-in.md", *sorted(
    str(path.relative_to(PROJECT)) for path in (PROJECT / "docs" / "privacy").glob("*.md"))]  # fmt: skip
PLACES = re.compile(r"`((?:tests|provisions|flows|config|docs|tools|templates)/[^`\s]*|Makefile|requirements\.lock)`")


@pytest.mark.parametrize("name", PROMISING)
def test_what_a_document_points_at_exists(name: str) -> None:
    """Each file, folder and test that is named in what we promise."""
    for place in PLACES.findall((PROJECT / name).read_text("utf-8")):
        path, _, test = place.partition("::")
        assert (PROJECT / path).exists(), place
        if test:
            assert re.search(rf"^def {test}\(", (PROJECT / path).read_text("utf-8"), re.MULTILINE), place


@pytest.mark.parametrize(("name", "rows"), [("SECURITY.md", 12), ("docs/threat-model.md", 15), ("docs/bio2.md", 25)])
def test_every_claim_names_a_test(name: str, rows: int) -> None:
    """No row of the tables of security says what no test shows."""
    lines = [line for line in (PROJECT / name).read_text("utf-8").splitlines() if line.startswith("| ")]
    claims = [line for line in lines if not line.startswith(("| what |", "| who |", "| maatregel |"))]
    assert len(claims) >= rows
    assert [line[:60] for line in claims if "`tests/" not in line] == []


def test_the_document_about_signing_in_names_what_the_program_reads() -> None:
    text = (PROJECT / "docs" / "sign-in.md").read_text("utf-8")
    settings = {f"{PREFIX}{name.upper()}" for name in READERS}
    assert set(re.findall(r"PROVISIONS_[A-Z_]+[A-Z]", text)) - {"PROVISIONS_OIDC"} <= settings
    block = textwrap.dedent("".join(re.findall(r"^    \[sign_in\]\n(?:    .*\n|\n)+", text, re.MULTILINE)))
    said = tomllib.loads(block)["sign_in"]
    read = SignIn(
        said["code_claim"],
        said["groups_claim"],
        said["codes"],
        {group["name"]: frozenset() for group in said["groups"]},
    )
    assert (read.code_claim, read.groups_claim) == (CODE_CLAIM, GROUPS_CLAIM), "as shipped"
    assert read.code_of({CODE_CLAIM: "j.jansen@gemeente.nl"}) == "regisseur-3"
    assert {role for group in said["groups"] for role in group["roles"]} <= {role.value for role in Role}
    assert {role.value for role in Role} == set(re.findall(r"`([a-z_]+)`", text.split("Roles: ")[1].split("(")[0]))
