"""The documents that list things list all of them."""

import re

from provisions.catalogue import PROJECT


def test_the_index_has_every_decision_in_order_of_number() -> None:
    folder = PROJECT / "docs" / "decisions"
    listed = re.findall(r"\]\(([^)]+\.md)\)", (folder / "README.md").read_text("utf-8"))
    assert listed == sorted(path.name for path in folder.glob("[0-9]*.md"))
