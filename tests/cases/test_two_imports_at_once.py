"""``two-imports-at-once``: the same references in two orders, at the same moment."""

import threading
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError

from provisions.app import App
from provisions.catalogue import PROJECT, load
from provisions.domain.errors import NotAllowed, Refused
from provisions.usecases.again import TIMES, tried_again
from provisions.usecases.intake import IntakeRequest
from tests.builders import typed
from tests.cli.conftest import Terminal

BY = "regisseur-1"


def test_one_is_in_and_the_other_hears_that_they_exist(database: Engine) -> None:
    cases = App(database, load(PROJECT / "config")).cases
    for letters in ("TR", "UA"):
        requests = [IntakeRequest(f"{letters}-2026-{n}", "voluntary", ["id_document"]) for n in range(1000, 1600)]
        ends: list[Refused | None] = []
        begin = threading.Barrier(2)

        def record(
            wanted: list[IntakeRequest], ends: list[Refused | None] = ends, begin: threading.Barrier = begin
        ) -> None:
            begin.wait()
            try:
                taken_in = cases.intake_many(wanted, by=typed(BY))
                assert [case.reference for case in taken_in] == [request.reference for request in wanted]
                ends.append(None)
            except Refused as refused:
                ends.append(refused)

        both = [threading.Thread(target=record, args=(order,)) for order in (requests, requests[::-1])]
        for one in both:
            one.start()
        for one in both:
            one.join()
        assert sorted(end.exit_code if end else 0 for end in ends) == [0, 4]


def test_who_is_sent_away_tries_again(database: Engine) -> None:
    """A real deadlock of two transactions, not a made-up error."""
    with database.begin() as connection:
        connection.execute(text("INSERT INTO setting (name, value) VALUES ('a', '0'), ('b', '0')"))
    begin, tries = threading.Barrier(2), []

    @tried_again
    def both(first: str, second: str) -> None:
        tries.append(first)
        with database.begin() as connection:
            change = text("UPDATE setting SET value = value || '1' WHERE name = :name")
            connection.execute(change, {"name": first})
            if len(tries) <= 2:
                begin.wait(timeout=10)
            connection.execute(change, {"name": second})

    others = [threading.Thread(target=both, args=order) for order in (("a", "b"), ("b", "a"))]
    for other in others:
        other.start()
    for other in others:
        other.join()
    assert len(tries) == 3
    with database.connect() as connection:
        assert set(connection.execute(text("SELECT value FROM setting WHERE name IN ('a', 'b')")).scalars()) == {"011"}


def test_who_is_sent_away_again_and_again_is_told_so() -> None:
    class DeadlockError(Exception):
        sqlstate = "40P01"

    times = []

    @tried_again
    def never() -> None:
        times.append(1)
        raise OperationalError("", {}, DeadlockError())

    with pytest.raises(NotAllowed, match="niets vastgelegd"):
        never()
    assert len(times) == TIMES


def test_a_file_with_references_that_exist(provisions: Terminal, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("reference,route,need\nTR-2026-1001,voluntary,id_document\nTR-2026-1000,voluntary,id_document\n")
    assert provisions.run("intake", "--file", str(path), "--by", BY, "--json").json == ["TR-2026-1001", "TR-2026-1000"]
    assert provisions.run("intake", "--file", str(path), "--by", BY).code == 4
