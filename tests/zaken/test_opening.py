"""A zaak is opened once, with one first status, whatever dies, answers late, or says 500."""

import os
from collections.abc import Iterator
from typing import Any

import pytest

from provisions.domain.case import Status
from provisions.outbound.outbox import Outbox
from provisions.usecases.case_system import CaseSystems
from tests.builders import DIRECTOR, Letterbox, day, typed
from tests.zaken.conftest import Town
from tests.zaken.openzaak import BrokenLine, Call, Refusal
from tests.zaken.steps import Killed, mortal

ID = "TR-2026-0042-ID-1"
LONG = os.environ.get("PROVISIONS_TEST_FAULTS") == "long"


def test_what_is_asked_of_the_counter_becomes_a_zaak_with_its_first_status(town: Town) -> None:
    town.intake()
    assert town.zaak().state == "wanted"
    town.systems().turn()

    zaak = town.zgw.of(ID)
    assert zaak["startdatum"] == "2026-11-02"
    assert zaak["einddatumGepland"] == "2026-11-09"  # D, and not the servicenorm of the zaaktype
    assert zaak["bronorganisatie"] == zaak["verantwoordelijkeOrganisatie"] == "002564440"
    assert len(town.zgw.statuses_of(ID)) == 1
    assert (town.zaak().state, town.zaak().fault) == ("open", None)
    (line,) = town.lines("zaak.opened")
    assert (line.by, line.data["via"], line.key) == ("zaaksysteem", "zaaksysteem", "id_document")
    assert line.data["zaak"] == zaak["uuid"]


def test_where_nothing_is_configured_nothing_is_wanted(town: Town) -> None:
    town.intake("TR-2026-0042", "advance_payment")
    assert town.systems().turn() == 0
    assert town.zgw.calls == []


def test_what_waits_for_something_else_gets_its_zaak_when_it_starts(town: Town) -> None:
    town.intake("TR-2026-0042", "id_document", "postal_address")
    town.systems().turn()
    assert [z["identificatie"] for z in town.zgw.zaken.values()] == [ID]


def _deaths(at_most: int) -> Iterator[int]:
    """After how many steps each life ends: every number in turn, so that each step is once the last."""
    while True:
        yield from range(3, at_most)


def _live(systems: CaseSystems, town: Town) -> None:
    try:
        systems.turn()
    except Killed:
        town.clock.advance(minutes=4)  # its lease ends


@pytest.mark.parametrize("zaken", [pytest.param(50, marks=pytest.mark.skipif(not LONG, reason="long")), 2])
def test_killed_at_every_step_it_is_one_zaak_with_one_status_each(town: Town, zaken: int) -> None:
    for number in range(zaken):
        town.intake(f"TR-2026-{1000 + number}")
    deaths = _deaths(14)
    for _ in range(40 * zaken):
        _live(town.systems(mortal(next(deaths))), town)
        if len(town.lines("zaak.opened")) == zaken:
            break
    assert len(town.zgw.zaken) == zaken
    assert [len(town.zgw.statuses_of(z["identificatie"])) for z in town.zgw.zaken.values()] == [1] * zaken
    assert len(town.lines("zaak.opened")) == zaken


@pytest.mark.parametrize("path", ["/zaken", "/statussen"])
@pytest.mark.parametrize(
    "fault", [BrokenLine(), Refusal(500, "error"), Refusal(502, "error")], ids=["cut", "500", "502"]
)
def test_a_line_that_breaks_is_no_proof_that_nothing_happened(town: Town, path: str, fault: Exception) -> None:
    broken: list[Call] = []

    def once(call: Call) -> None:
        if call.method == "POST" and call.path.endswith(path) and not broken:
            broken.append(call)
            raise fault

    town.zgw.after = once
    town.intake()
    town.systems().turn()
    town.clock.advance(hours=1)
    town.systems().turn()
    assert broken
    assert len(town.zgw.zaken) == 1
    assert len(town.zgw.statuses_of(ID)) == 1
    assert town.zaak().state == "open"


def test_two_engines_open_each_zaak_once(town: Town) -> None:
    for number in range(6):
        town.intake(f"TR-2026-{1000 + number}")
    one, other = town.systems(), town.systems()
    between = iter(range(100))

    def also(_call: Call) -> None:
        if next(between) % 5 == 2:
            other.turn()

    town.zgw.lock = _NoLock()  # type: ignore[assignment] # the other engine calls from within a call
    town.zgw.after = also
    one.turn()
    assert len(town.zgw.zaken) == 6
    assert all(len(town.zgw.statuses_of(z["identificatie"])) == 1 for z in town.zgw.zaken.values())


class _NoLock:
    def __enter__(self) -> None: ...

    def __exit__(self, *_: object) -> None: ...


def test_while_it_is_away_all_of_it_is_left_alone_and_everything_catches_up(town: Town) -> None:
    town.zgw.away = True
    for number in range(5):
        town.intake(f"TR-2026-{1000 + number}")
    systems = town.systems()
    systems.turn()
    assert len(town.zgw.calls) == 1  # the second is not tried
    for _ in range(12):
        town.clock.advance(minutes=5)
        systems.turn()
    assert len(town.zgw.calls) < 13
    assert {town.zaak(f"TR-2026-{1000 + n}-ID-1").attempts for n in range(5)} == {0}
    assert Outbox(town.engine, town.config, Letterbox(), town.clock).deliver_due() > 0  # no letter waits for it
    town.zgw.away = False
    town.clock.advance(hours=1)
    systems.turn()
    assert len(town.zgw.zaken) == 5


def test_a_number_that_is_taken_where_we_may_not_look_is_given_up_at_once_and_shown(town: Town) -> None:
    town.intake()
    systems = town.systems()
    town.zgw.after = lambda call: _hide(town, call)
    systems.turn()  # made, but its answer was lost, and somebody made it more confidential
    town.zgw.after = lambda _call: None
    town.clock.advance(hours=1)
    systems.turn()
    assert (town.zaak().state, town.zaak().fault, town.zaak().signal) == (
        "given_up",
        "identificatie-niet-uniek",
        "given_up",
    )
    assert "neem zelf contact op" in town.lines("zaak.signal")[0].because


def _hide(town: Town, call: Call) -> None:
    if call.method == "POST" and call.path.endswith("/zaken"):
        town.zgw.hidden |= set(town.zgw.zaken)
        raise BrokenLine


def test_a_zaak_of_another_with_our_number_is_never_ours(town: Town) -> None:
    town.intake("TR-2026-0041")
    systems = town.systems()
    systems.turn()
    other = town.zgw.of("TR-2026-0041-ID-1")
    town.intake()
    town.zgw.before = lambda call: _takes_the_number(other, call)
    systems.turn()
    assert town.zaak().fault == "nummer-van-een-ander"
    assert len(town.zgw.zaken) == 1
    other["identificatie"] = "TR-2026-0041-ID-1"  # that was put right
    town.zgw.before = lambda _call: None
    assert town.app.resending.open_zaken_again(by=typed("beheerder-1")) == 1
    systems.turn()
    assert (town.zaak().state, len(town.zgw.zaken), len(town.lines("zaak.again"))) == ("open", 2, 1)
    assert town.app.resending.open_zaken_again(by=typed("beheerder-1")) == 0


def _takes_the_number(other: dict[str, Any], call: Call) -> None:
    if call.method == "POST" and call.path.endswith("/zaken"):
        other["identificatie"] = ID


def test_a_right_that_the_new_version_lacks_is_asked_for_again_and_holds_nothing_else(town: Town) -> None:
    town.zgw.zaaktypen[0]["eindeGeldigheid"] = "2026-11-02"
    new = town.zgw.zaaktype("B0255", {"Verstrekt": "Toegekend"}, begins="2026-11-03")
    town.zgw.without_right.add(new)
    town.intake("TR-2026-0041")
    town.clock.advance(days=1)
    town.intake("TR-2026-0042")
    systems = town.systems()
    systems.turn()
    assert town.zaak("TR-2026-0041-ID-1").state == "open"
    assert (town.zaak().state, town.zaak().fault, town.zaak().attempts) == ("wanted", "permission_denied", 1)
    town.zgw.without_right.clear()
    town.clock.advance(hours=1)
    systems.turn()
    assert town.zgw.of(ID)["zaaktype"] == new


def test_taken_back_before_it_left_no_zaak_is_made_and_afterwards_it_is_not_taken_back(town: Town) -> None:
    town.intake("TR-2026-0042", "advance_payment")
    town.app.cases.add("TR-2026-0042", ["id_document"], by=typed(DIRECTOR))
    assert town.zaak().state == "wanted"
    town.app.cases.undo("TR-2026-0042", by=typed(DIRECTOR))
    assert town.systems().turn() == 0
    town.app.cases.add("TR-2026-0042", ["id_document"], by=typed(DIRECTOR))
    town.systems().turn()
    assert not town.app.cases.may_be_undone("TR-2026-0042", by=typed(DIRECTOR))


def test_what_is_not_needed_any_more_before_it_left_gets_no_zaak(town: Town) -> None:
    town.intake()
    town.app.cases.record_outcome("TR-2026-0042", "id_document", "withdrawn", by=typed(DIRECTOR))
    town.systems().turn()
    assert town.zgw.zaken == {}


def test_settled_while_it_was_away_no_zaak_is_made_of_it(town: Town) -> None:
    town.zgw.away = True
    town.intake()
    systems = town.systems()
    systems.turn()
    town.app.cases.record_outcome("TR-2026-0042", "id_document", "delivered", by=typed(DIRECTOR))
    town.zgw.away = False
    town.clock.advance(hours=1)
    systems.turn()
    assert town.zgw.zaken == {}


def test_withdrawn_here_it_is_closed_there(town: Town) -> None:
    town.intake()
    systems = town.systems()
    systems.turn()
    town.clock.advance(hours=1)
    town.app.cases.record_outcome("TR-2026-0042", "id_document", "withdrawn", by=typed(DIRECTOR))
    town.clock.advance(minutes=6)
    systems.turn()
    assert town.zgw.of(ID)["einddatum"] == "2026-11-02"
    assert len(town.zgw.statuses_of(ID)) == 2
    town.clock.advance(minutes=6)
    systems.turn()
    assert (town.zaak().state, town.zaak().signal) == ("closed", None)
    assert len(town.lines("zaak.confirmed")) == 1


def test_withdrawn_while_the_counter_closes_it_his_resultaat_counts(town: Town) -> None:
    town.intake()
    systems = town.systems()
    systems.turn()
    town.app.cases.record_outcome("TR-2026-0042", "id_document", "withdrawn", by=typed(DIRECTOR))
    town.zgw.give_result(ID, "Verstrekt")
    town.clock.advance(minutes=6)
    systems.turn()
    assert town.zgw.of(ID)["einddatum"] is None
    town.zgw.close(ID, "Verstrekt")
    town.clock.advance(minutes=6)
    systems.turn()
    assert town.provision().status is Status.WITHDRAWN
    assert town.zaak().signal == "different"


def test_another_round_is_another_zaak_with_the_next_number(town: Town) -> None:
    town.intake()
    systems = town.systems()
    systems.turn()
    town.app.cases.record_outcome("TR-2026-0042", "id_document", "delivered", by=typed(DIRECTOR))
    town.clock.advance(days=3)
    town.app.cases.again("TR-2026-0042", "id_document", reason="lost", by=typed(DIRECTOR))
    systems.turn()
    assert sorted(z["identificatie"] for z in town.zgw.zaken.values()) == [ID, "TR-2026-0042-ID-2"]


def test_a_day_that_moved_and_a_clock_that_stands_still_go_along_in_one_change(town: Town) -> None:
    town.intake()
    systems = town.systems()
    systems.turn()
    town.app.cases.suspend(
        "TR-2026-0042", "id_document", reason="client_asks", until=day("2026-11-12"), by=typed(DIRECTOR)
    )
    town.clock.advance(minutes=6)
    systems.turn()
    changes = [call.body for call in town.zgw.calls if call.method == "PATCH"]
    assert changes == [
        {"einddatumGepland": town.provision_due(), "opschorting": {"indicatie": True, "reden": ""}},
    ]
    town.clock.advance(minutes=30)
    systems.turn()
    assert len([call for call in town.zgw.calls if call.method == "PATCH"]) == 1


def test_nothing_is_changed_once_the_counter_gave_it_a_resultaat(town: Town) -> None:
    town.intake()
    systems = town.systems()
    systems.turn()
    town.app.cases.suspend(
        "TR-2026-0042", "id_document", reason="client_asks", until=day("2026-11-12"), by=typed(DIRECTOR)
    )
    town.zgw.give_result(ID, "Verstrekt")
    town.clock.advance(minutes=6)
    systems.turn()
    assert not [call for call in town.zgw.calls if call.method == "PATCH"]


def test_what_got_lost_is_written_again_and_what_the_counter_changed_stays(town: Town) -> None:
    town.intake()
    systems = town.systems()
    systems.turn()
    lost: list[Call] = []

    def lose(call: Call) -> None:
        if call.method == "PATCH" and not lost:
            lost.append(call)
            town.zgw.of(ID)["einddatumGepland"] = "2026-11-09"  # another saved the whole zaak as it had read it

    town.zgw.after = lose
    town.app.cases.suspend(
        "TR-2026-0042", "id_document", reason="client_asks", until=day("2026-11-12"), by=typed(DIRECTOR)
    )
    town.clock.advance(minutes=6)
    systems.turn()
    town.clock.advance(minutes=2)
    systems.turn()
    assert lost
    assert town.zgw.of(ID)["einddatumGepland"] == town.provision_due()

    town.zgw.of(ID)["einddatumGepland"] = "2026-12-01"  # the counter
    town.app.cases.resume("TR-2026-0042", "id_document", by=typed(DIRECTOR))
    town.clock.advance(minutes=6)
    systems.turn()
    assert town.zgw.of(ID)["einddatumGepland"] == "2026-12-01"
    assert town.zgw.of(ID)["opschorting"]["indicatie"] is False
    assert town.zaak().signal == "moved"
