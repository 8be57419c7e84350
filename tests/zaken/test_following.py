"""What the counter closed becomes an outcome, once; and what a person recorded is never overwritten."""

import time
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from provisions.domain.case import Status
from provisions.store.explained import unexplained
from tests.builders import DIRECTOR, day, typed
from tests.zaken.conftest import PLACE, Town, read, written
from tests.zaken.test_opening import ID, LONG


def look(town: Town, **later: float) -> None:
    """Some time passes, and an engine looks."""
    town.clock.advance(**(later or {"minutes": 6}))
    town.systems().turn()


@pytest.mark.parametrize(("words", "status"), [("Verstrekt", Status.DELIVERED), ("Geweigerd", Status.REFUSED)])
def test_what_the_counter_closed_is_recorded_once_by_the_case_system(opened: Town, words: str, status: Status) -> None:
    opened.zgw.close(ID, words)
    for _ in range(3):
        look(opened)
    assert opened.provision().status is status
    (line,) = opened.lines("provision.outcome")
    assert (line.by, line.data["via"], line.data["zaak"]) == ("zaaksysteem", "zaaksysteem", str(opened.zaak().uuid))
    assert "+" in line.data["closing"]
    assert opened.zaak().state == "closed"


@pytest.mark.parametrize(
    ("written", "on"),
    [
        ("2026-11-02T23:30:00Z", "2026-11-03"),  # that night in Amsterdam it is the third
        ("2026-11-03T00:00:00+01:00", "2026-11-03"),
        ("2026-11-02T00:00:00Z", "2026-11-02"),  # a date without a time
    ],
)
def test_the_day_is_amsterdams_of_the_end_status(opened: Town, written: str, on: str) -> None:
    opened.zgw.close(ID, "Verstrekt", written)
    look(opened)
    assert opened.provision().closed_on == day(on)


def test_a_server_that_does_not_expand_is_read_piece_by_piece(opened: Town) -> None:
    opened.zgw.expands = False
    opened.zgw.close(ID, "Verstrekt")
    look(opened)
    assert opened.provision().status is Status.DELIVERED


def test_a_server_that_does_not_search_is_read_zaak_by_zaak(opened: Town) -> None:
    opened.zgw.searches = False
    opened.zgw.close(ID, "Verstrekt")
    look(opened)
    assert opened.provision().status is Status.DELIVERED


def test_an_end_status_dated_before_another_closes_it_all_the_same(opened: Town) -> None:
    opened.zgw.close(ID, "Verstrekt", "2026-11-02T08:00:00Z")  # before its first status
    assert opened.zgw.of(ID)["status"] != opened.zgw.statuses_of(ID)[-1]["url"]
    look(opened)
    assert opened.provision().closed_on == day("2026-11-02")


def test_typed_in_before_it_is_confirmed_and_nothing_is_recorded_twice(opened: Town) -> None:
    opened.app.cases.record_outcome("TR-2026-0042", "id_document", "delivered", by=typed(DIRECTOR))
    opened.zgw.close(ID, "Verstrekt")
    look(opened)
    look(opened, days=2)
    assert len(opened.lines("provision.outcome")) == 1
    assert len(opened.lines("zaak.confirmed")) == 1
    assert opened.zaak().signal is None


def test_typed_in_differently_both_are_shown_and_what_the_person_recorded_stands(opened: Town) -> None:
    opened.app.cases.record_outcome("TR-2026-0042", "id_document", "delivered", by=typed(DIRECTOR))
    opened.zgw.close(ID, "Geweigerd")
    look(opened)
    look(opened, days=2)
    assert opened.provision().status is Status.DELIVERED
    assert (opened.zaak().signal, opened.zaak().words) == ("different", "Geweigerd")
    assert len(opened.lines("zaak.signal")) == 1


def test_reopened_there_the_outcome_stands_and_is_shown(opened: Town) -> None:
    opened.zgw.close(ID, "Verstrekt")
    look(opened)
    opened.zgw.reopen(ID)
    look(opened, days=2)
    assert opened.provision().status is Status.DELIVERED
    assert (opened.zaak().state, opened.zaak().signal) == ("open", "reopened")
    opened.zgw.close(ID, "Verstrekt")
    look(opened)
    assert (opened.zaak().state, opened.zaak().signal) == ("closed", None)  # closed anew, with what is recorded here
    assert len(opened.lines("provision.outcome")) == 1


def test_a_resultaat_that_was_replaced_is_shown_and_overwrites_nothing(opened: Town) -> None:
    opened.zgw.close(ID, "Verstrekt")
    look(opened)
    opened.zgw.replace_result(ID, "Geweigerd")
    look(opened, days=2)
    assert opened.provision().status is Status.DELIVERED
    assert opened.zaak().signal == "replaced"


def test_being_corrected_it_is_looked_at_again(opened: Town) -> None:
    opened.zgw.close(ID, "Verstrekt")
    kept = opened.zgw.of(ID)["resultaat"]
    opened.zgw.of(ID)["resultaat"] = None
    look(opened)
    assert opened.provision().status is Status.WAITING
    opened.zgw.of(ID)["resultaat"] = kept
    look(opened)
    assert opened.provision().status is Status.DELIVERED


def test_a_contradiction_that_stays_is_shown_and_not_recorded_and_passes(opened: Town) -> None:
    opened.zgw.close(ID, "Verstrekt")
    opened.zgw.of(ID)["einddatum"] = None  # a lost update
    look(opened)
    assert opened.zaak().signal is None
    look(opened)
    assert opened.zaak().signal == "contradicting"
    assert opened.provision().status is Status.WAITING
    opened.zgw.of(ID)["einddatum"] = "2026-11-03"
    look(opened)
    assert opened.provision().status is Status.DELIVERED
    assert opened.zaak().signal is None


def test_a_resultaat_without_a_meaning_is_for_the_case_director(opened: Town) -> None:
    opened.zgw.close(ID, "Niet ontvankelijk")
    look(opened)
    assert opened.provision().status is Status.WAITING
    assert (opened.zaak().signal, opened.zaak().words) == ("unmapped", "Niet ontvankelijk")


def test_of_what_was_taken_out_of_the_settings_the_director_decides(opened: Town) -> None:
    table = written(opened.zgw.root)
    del table["provision"]["id_document"]
    config, faults = read({PLACE: table})
    assert faults == []
    opened = replace(opened, config=config)
    opened.zgw.close(ID, "Verstrekt")
    look(opened)
    assert (opened.provision().status, opened.zaak().signal) == (Status.WAITING, "unmapped")


def test_what_the_rules_refuse_is_shown_and_tried_again(opened: Town) -> None:
    opened.zgw.close(ID, "Verstrekt", "2026-11-01T10:00:00Z")  # before it was asked for
    look(opened)
    assert (opened.provision().status, opened.zaak().signal) == (Status.WAITING, "not_recorded")


@pytest.mark.parametrize(("how", "signal"), [("hide", "secret"), ("delete", "deleted")])
def test_gone_is_no_outcome_and_it_is_not_opened_again(opened: Town, how: str, signal: str) -> None:
    zaak = dict(opened.zgw.of(ID))
    if how == "hide":
        opened.zgw.hidden.add(zaak["uuid"])
    else:
        opened.zgw.delete(ID)
    look(opened)
    look(opened, days=1)
    assert (opened.provision().status, opened.zaak().signal) == (Status.WAITING, signal)
    assert len(opened.zgw.zaken) == (1 if how == "hide" else 0)
    opened.zgw.hidden.clear()
    opened.zgw.zaken[zaak["uuid"]] = zaak
    look(opened, days=1)
    assert opened.zaak().signal is None


def test_two_engines_record_it_once(opened: Town) -> None:
    opened.zgw.close(ID, "Verstrekt")
    opened.clock.advance(minutes=6)
    one, other = opened.systems(), opened.systems()
    looked: list[int] = []

    def also(call: Any) -> None:
        if call.path.endswith("/statussen") and not looked:
            looked.append(1)
            opened.clock.advance(minutes=6)  # the other one believes that the first died
            other.turn()

    opened.zgw.after = also
    one.turn()
    assert looked
    assert len(opened.lines("provision.outcome")) == 1


@pytest.mark.parametrize("many", [pytest.param(2000, marks=pytest.mark.skipif(not LONG, reason="long")), 130])
def test_many_are_looked_at_a_hundred_a_call(opened: Town, many: int) -> None:
    zaken = [{**opened.zgw.of(ID), "uuid": str(uuid4()), "identificatie": f"TR-{n}"} for n in range(many - 1)]
    opened.zgw.zaken |= {one["uuid"]: {**one, "url": f"{opened.zgw.root}/zaken/{one['uuid']}"} for one in zaken}
    with opened.engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO zaak (provision_id, attempt, municipality, number, mode, state, uuid, look_at) SELECT provision_id, "
                "9 + place, municipality, 'TR-' || place, mode, state, CAST(more.id AS uuid), look_at FROM zaak, "
                "unnest(CAST(:ids AS text[])) WITH ORDINALITY AS more (id, place)"
            ),
            {"ids": [one["uuid"] for one in zaken]},
        )
    opened.zgw.calls.clear()
    began = time.monotonic()
    assert opened.systems().look_due() == many
    asked = [len(call.body["uuid__in"]) for call in opened.zgw.calls]
    assert (max(asked), sum(asked), len(asked)) == (100, many, -(-many // 100))
    assert not LONG or time.monotonic() - began < 60


def test_with_all_of_this_the_whole_record_can_be_explained(opened: Town) -> None:
    opened.zgw.close(ID, "Verstrekt")
    look(opened)
    opened.zgw.reopen(ID)
    look(opened, days=2)
    with opened.engine.connect() as connection:
        assert list(unexplained(connection, opened.config.catalogue)) == []


def test_what_was_refused_for_want_of_an_address_and_is_asked_again_is_another_zaak(town: Town) -> None:
    town.intake("TR-2026-0042", "id_document", "postal_address", waive={("postal_address", "id_document"): "haast"})
    town.systems().turn()
    town.clock.advance(days=1)
    town.zgw.close(ID, "Geweigerd")
    look(town)
    assert town.provision().status is Status.REFUSED
    town.app.cases.brp("TR-2026-0042", "unregistered", by=typed(DIRECTOR))
    town.clock.advance(days=1)
    town.app.cases.record_outcome("TR-2026-0042", "postal_address", "delivered", by=typed(DIRECTOR))
    look(town)
    again = f"{ID}-2"
    assert (town.zgw.of(again)["startdatum"], len(town.zgw.statuses_of(again))) == ("2026-11-04", 1)
    town.zgw.close(again, "Verstrekt")
    look(town)
    look(town, minutes=6)
    assert town.provision().status is Status.DELIVERED
    assert (town.zaak().signal, town.zaak(again).signal) == (None, None)


def test_deleted_while_its_day_moved_it_is_shown_as_deleted(opened: Town) -> None:
    opened.zgw.delete(ID)
    opened.app.cases.suspend(
        "TR-2026-0042", "id_document", reason="client_asks", until=day("2026-11-12"), by=typed(DIRECTOR)
    )
    look(opened)
    look(opened)
    assert (opened.zaak().state, opened.zaak().signal, opened.zaak().next_try) == ("open", "deleted", None)
