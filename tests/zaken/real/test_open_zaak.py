"""The whole life of a zaak in a real Open Zaak; skipped where there is none.

What differs here from ``tests/zaken/openzaak.py`` is a fault of that server, or of our client.
"""

import logging
import os
import threading
import time
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import text

from provisions.app import App
from provisions.domain.calendar import AMSTERDAM
from provisions.domain.case import Status
from provisions.zaken.checking import examine
from provisions.zaken.client import Client
from provisions.zaken.faults import NotSignedIn
from provisions.zaken.servers import servers_for
from tests.builders import DIRECTOR, typed
from tests.zaken.conftest import GIVEN, PLACE, read, written
from tests.zaken.openzaak import RSIN, SECRET
from tests.zaken.real.conftest import ROOT, RealTown, now
from tests.zaken.steps import Killed, mortal

logger = logging.getLogger(__name__)
pytestmark = pytest.mark.skipif(not ROOT, reason="PROVISIONS_TEST_OPENZAAK names no Open Zaak")

EMPTY = (
    *("omschrijving", "toelichting", "communicatiekanaal", "zaakgeometrie", "hoofdzaak", "verlenging", "kenmerken"),
    *(
        "rollen",
        "zaakobjecten",
        "eigenschappen",
        "relevanteAndereZaken",
        "productenOfDiensten",
        "zaakinformatieobjecten",
    ),
)


def test_check_finds_it_in_order(real: RealTown) -> None:
    (server,) = servers_for(real.config.zaken, GIVEN, now, lambda: 0.5).values()
    found = examine(server, now(), callback="", answers=lambda _url: None)
    assert found.faults == []
    (warning,) = found.warnings
    assert "meer dan nodig (notificaties.consumeren)" in warning, "no Open Notificaties is set here"
    assert found.done[0] == f"zaaksysteem van {PLACE}: aangemeld, 2 zaaktypen gevonden"


def test_it_is_opened_with_our_days_and_nothing_that_names_anybody(real: RealTown) -> None:
    real.opened()
    zaak = real.counter.of(real.number)
    today = now().astimezone(AMSTERDAM).date()
    assert (zaak["startdatum"], zaak["einddatumGepland"]) == (today.isoformat(), real.due().isoformat())
    assert zaak["bronorganisatie"] == zaak["verantwoordelijkeOrganisatie"] == RSIN
    assert not any(zaak[name] for name in EMPTY)
    assert not zaak["opschorting"]["indicatie"]
    assert len(real.counter.statuses_of(real.number)) == 1
    assert (real.zaak().state, real.zaak().fault) == ("open", None)
    made = [one for one in real.counter.trail_of(real.number) if one["actie"] == "create"]
    assert {(one["applicatieWeergave"], one["gebruikersId"], one["gebruikersWeergave"]) for one in made} == {
        ("Regie basisvoorzieningen", "", "")
    }


@pytest.mark.parametrize("step", range(3, 15))
def test_killed_at_this_step_it_is_one_zaak_with_one_status(real: RealTown, step: int) -> None:
    real.intake()
    try:
        real.turn(transport=mortal(step))
    except Killed:
        real.turn()
    assert len(real.counter.all_of(real.number)) == 1
    assert len(real.counter.statuses_of(real.number)) == 1
    assert len(real.lines("zaak.opened")) == 1


def test_two_that_open_it_at_once_leave_one(real: RealTown) -> None:
    (system,) = real.config.zaken.values()
    client = Client(system, SECRET, now)
    version = client.zaaktypen("B0255")[0].url
    body = {
        "identificatie": real.number,
        "bronorganisatie": RSIN,
        "verantwoordelijkeOrganisatie": RSIN,
        "zaaktype": version,
        "startdatum": now().astimezone(AMSTERDAM).date().isoformat(),
    }
    seen: list[str] = []

    def post() -> None:
        try:
            Client(system, SECRET, now).open(body)
            seen.append("201")
        except Exception as error:  # noqa: BLE001 - what it is, is what is asked
            seen.append(f"{type(error).__name__} {error}")

    threads = [threading.Thread(target=post) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen.count("201") == 1, seen  # the others: 500, seldom 400
    assert len(real.counter.all_of(real.number)) == 1


@pytest.mark.parametrize(("words", "status"), [("Verstrekt", Status.DELIVERED), ("Geweigerd", Status.REFUSED)])
def test_what_the_counter_closes_is_the_outcome_once(real: RealTown, words: str, status: Status) -> None:
    real.opened()
    real.counter.close(real.number, words)
    for _ in range(3):
        real.turn()
    assert real.provision().status is status
    assert len(real.lines("provision.outcome")) == 1
    assert (real.zaak().state, real.zaak().signal, real.zaak().words) == ("closed", None, words)


def test_the_day_is_that_of_amsterdam(real: RealTown) -> None:
    real.opened()
    last_night = now().astimezone(AMSTERDAM).replace(hour=0, minute=10)
    written = last_night.astimezone(UTC)  # of the day before, as Open Zaak sees it
    real.counter.close(real.number, "Verstrekt", written.isoformat().replace("+00:00", "Z"))
    assert real.counter.of(real.number)["einddatum"] == written.date().isoformat()
    real.turn()
    assert real.provision().closed_on == last_night.date()


def test_withdrawn_here_it_is_closed_there(real: RealTown) -> None:
    real.opened()
    real.record("withdrawn")
    real.turn()
    real.turn()
    zaak = real.counter.of(real.number)
    assert zaak["einddatum"] is not None
    assert len(real.counter.statuses_of(real.number)) == 2
    assert (real.zaak().state, real.zaak().signal) == ("closed", None)
    assert len(real.lines("zaak.confirmed")) == 1


def test_withdrawn_while_the_counter_closes_it_his_counts(real: RealTown) -> None:
    real.opened()
    real.record("withdrawn")
    real.counter.give_result(real.number, "Verstrekt")
    real.turn()
    assert real.counter.of(real.number)["einddatum"] is None
    real.counter.set_status(real.number, end=True)
    real.turn()
    assert (real.provision().status, real.zaak().signal) == (Status.WITHDRAWN, "different")


def test_a_stop_and_its_end_go_along(real: RealTown) -> None:
    real.opened()
    until = now().date() + timedelta(days=10)
    real.app.cases.suspend(real.reference, "id_document", reason="client_asks", until=until, by=typed(DIRECTOR))
    real.turn()
    zaak = real.counter.of(real.number)
    assert zaak["opschorting"]["indicatie"] is True
    assert zaak["opschorting"]["reden"] == ""
    assert zaak["einddatumGepland"] == real.due().isoformat()
    real.app.cases.resume(real.reference, "id_document", by=typed(DIRECTOR))
    real.turn()
    zaak = real.counter.of(real.number)
    assert zaak["opschorting"]["indicatie"] is False
    assert zaak["einddatumGepland"] == real.due().isoformat()
    assert (real.zaak().signal, real.zaak().fault) == (None, None)


def test_a_day_that_the_counter_changed_stays(real: RealTown) -> None:
    real.opened()
    real.counter.change(real.number, einddatumGepland="2027-01-15")
    until = now().date() + timedelta(days=10)
    real.app.cases.suspend(real.reference, "id_document", reason="client_asks", until=until, by=typed(DIRECTOR))
    real.turn()
    assert real.counter.of(real.number)["einddatumGepland"] == "2027-01-15"
    assert real.zaak().signal == "moved"


def test_reopened_there_what_is_recorded_stands(real: RealTown) -> None:
    real.opened()
    real.counter.close(real.number, "Verstrekt")
    real.turn()
    real.counter.set_status(real.number, end=False)
    real.turn()
    assert (real.provision().status, real.zaak().signal) == (Status.DELIVERED, "reopened")
    real.counter.set_status(real.number, end=True)
    real.turn()
    assert (real.zaak().state, real.zaak().signal) == ("closed", None)
    assert len(real.lines("provision.outcome")) == 1


def test_a_resultaat_that_was_replaced_overwrites_nothing(real: RealTown) -> None:
    real.opened()
    real.counter.close(real.number, "Verstrekt")
    real.turn()
    real.counter.take_result(real.number)
    real.turn()
    assert real.zaak().signal is None  # it is being corrected
    real.counter.give_result(real.number, "Geweigerd")
    real.turn()
    assert (real.provision().status, real.zaak().signal) == (Status.DELIVERED, "replaced")


def test_reopened_with_an_older_day_it_contradicts_itself(real: RealTown) -> None:
    real.opened()
    real.counter.close(real.number, "Verstrekt")
    older = datetime.now(UTC) - timedelta(hours=2)
    real.counter.set_status(real.number, end=False, at=older.isoformat())
    real.turn()
    assert (real.provision().status, real.zaak().signal) == (Status.WAITING, None)
    real.doubted_long_enough()
    real.turn()
    assert (real.provision().status, real.zaak().signal) == (Status.WAITING, "contradicting")


def test_deleted_is_no_outcome_and_it_is_not_opened_again(real: RealTown) -> None:
    real.opened()
    real.counter.delete(real.number)
    real.turn()
    real.turn()
    assert (real.provision().status, real.zaak().signal) == (Status.WAITING, "deleted")
    assert real.counter.all_of(real.number) == []


def test_made_more_confidential_it_is_shown_and_passes(real: RealTown) -> None:
    real.opened()
    real.counter.change(real.number, vertrouwelijkheidaanduiding="zeer_geheim")
    real.turn()
    assert (real.provision().status, real.zaak().signal) == (Status.WAITING, "secret")
    real.counter.change(real.number, vertrouwelijkheidaanduiding="zaakvertrouwelijk")
    real.turn()
    assert real.zaak().signal is None


def test_a_resultaat_without_a_meaning_is_for_the_director(real: RealTown) -> None:
    real.opened()
    real.counter.close(real.number, "Niet ontvankelijk")
    real.turn()
    assert (real.provision().status, real.zaak().signal) == (Status.WAITING, "unmapped")


def test_a_zaak_of_the_counter_is_followed(real: RealTown) -> None:
    real.intake("wmo_indication")
    number = f"ZAAK-{real.reference}"
    real.counter.open(number, "B0366")
    real.app.cases.follow_zaak(real.reference, "wmo_indication", number, by=typed(DIRECTOR))
    real.turn()
    assert real.zaak(number).state == "open"
    real.counter.close(number, "Toegekend")
    real.turn()
    assert real.provision("wmo_indication").status is Status.DELIVERED


def test_another_round_is_another_zaak(real: RealTown) -> None:
    real.opened()
    real.record("delivered")
    real.app.cases.again(real.reference, "id_document", reason="lost", by=typed(DIRECTOR))
    real.turn()
    assert len(real.counter.all_of(f"{real.reference}-ID-2")) == 1


def test_without_expand_it_is_read_piece_by_piece(real: RealTown) -> None:
    class Without(httpx.HTTPTransport):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            if "expand" in request.url.params:
                return httpx.Response(400, json={"code": "unknown-parameters"})
            return super().handle_request(request)

    real.opened()
    real.counter.close(real.number, "Verstrekt")
    real.turn(transport=Without())
    assert real.provision().status is Status.DELIVERED


def test_a_change_of_ours_while_the_counter_closes_it_is_seen(real: RealTown) -> None:
    """Both write the whole zaak: whatever is left of it, nothing is recorded that is not so."""
    real.opened()
    until = now().date() + timedelta(days=10)
    real.app.cases.suspend(real.reference, "id_document", reason="client_asks", until=until, by=typed(DIRECTOR))
    closing = threading.Thread(target=real.counter.close, args=(real.number, "Verstrekt"))

    class Meanwhile(httpx.HTTPTransport):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            if request.method == "PATCH" and not closing.is_alive():
                closing.start()
            return super().handle_request(request)

    real.turn(transport=Meanwhile())
    closing.join()
    real.turn()
    put_back = real.counter.of(real.number)["einddatum"] is None
    logger.info("einddatum was put back: %s", put_back)
    assert real.provision().status is (Status.WAITING if put_back else Status.DELIVERED)


@pytest.mark.parametrize(
    ("setting", "value", "code"),
    [("client", "wie-is-dat", "invalid-client-identifier"), ("secret", "x" * 40, "invalid-jwt-signature")],
)
def test_it_does_not_let_us_in_with_another_name_or_secret(real: RealTown, setting: str, value: str, code: str) -> None:
    (system,) = real.config.zaken.values()
    secret = value if setting == "secret" else SECRET
    client = Client(replace(system, client=value) if setting == "client" else system, secret, now)
    with pytest.raises(NotSignedIn) as refused:
        client.zaaktypen("B0255")
    assert refused.value.code == code


def test_check_says_that_an_application_may_too_much(real: RealTown) -> None:
    (system,) = real.config.zaken.values()
    wide = {PLACE: replace(system, client="te-veel")}
    (server,) = servers_for(wide, GIVEN, now, lambda: 0.5).values()
    (fault,) = examine(server, now(), callback="", answers=lambda _url: None).faults
    assert "wij mogen te veel (zaken.heropenen)" in fault


def test_on_the_day_that_one_version_ends_and_another_begins_it_is_the_new_one(real: RealTown) -> None:
    (server,) = servers_for(real.config.zaken, GIVEN, now, lambda: 0.5).values()
    found = {day: server.catalogue.version("B0366", date(2026, 1, day)).begins for day in (1, 2)}
    assert found == {1: date(2026, 1, 1), 2: date(2026, 1, 1)}
    assert server.catalogue.version("B0366", date(2025, 12, 31)).begins == date(2020, 1, 1)


def test_a_zaak_of_an_earlier_version_is_followed_by_the_words_of_its_own(real: RealTown) -> None:
    real.intake("wmo_indication")
    number = f"OUD-{real.reference}"
    real.counter.open(number, "B0366", begins="2020-01-01")
    real.app.cases.follow_zaak(real.reference, "wmo_indication", number, by=typed(DIRECTOR))
    real.turn()
    real.counter.close(number, "Afgewezen")
    real.turn()
    assert real.provision("wmo_indication").status is Status.REFUSED


def test_moved_it_is_withdrawn_there_and_opened_here(real: RealTown) -> None:
    there, tables = "havenmeer", written(ROOT, catalogus=real.counter.catalogue(), rsin=RSIN)
    del tables["notificaties"]
    del tables["provision"]["wmo_indication"]
    config, faults = read({PLACE: tables, there: tables})
    assert faults == []
    real = replace(real, app=App(real.engine, config, now), config=config)
    real.opened()
    real.app.cases.transfer(real.reference, there, by=typed(DIRECTOR))
    real.app.cases.accept(real.reference, by=typed("regisseur-9"))
    real.turn()
    assert real.counter.of(real.number)["einddatum"] is not None
    assert real.counter.of(f"{real.reference}-ID-2")["einddatum"] is None
    real.turn()
    assert (real.provision(number=1).status, real.zaak().signal) == (Status.HANDED_OVER, None)


def test_a_hundred_are_read_in_one_call(real: RealTown) -> None:
    """Those that the trial left behind, as many as there are, and one that is not there."""
    (system,) = real.config.zaken.values()
    client = Client(system, SECRET, now)
    real.opened()
    ids = [real.zaak().uuid, uuid4()]
    found = client.zaken([*ids, *real.counter.some(98)])
    assert 0 < len(found) <= 99
    assert {one.id for one in found} & set(ids) == {real.zaak().uuid}


def test_a_round_past_all_that_are_there_takes_under_a_minute(real: RealTown) -> None:
    """As many as ``PROVISIONS_TEST_OPENZAAK_IDS`` names: a file with an id a line, for a server that was filled on purpose."""
    named = Path(os.environ.get("PROVISIONS_TEST_OPENZAAK_IDS", "/nowhere"))
    real.opened()
    ids = named.read_text().split() if named.exists() else [str(one) for one in real.counter.some(100)]
    ids = [one for one in ids if one != str(real.zaak().uuid)]
    with real.engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO zaak (provision_id, attempt, municipality, number, mode, state, uuid, look_at) SELECT provision_id, "
                "9 + place, municipality, 'TR-' || place, mode, state, CAST(more.id AS uuid), look_at FROM zaak, "
                "unnest(CAST(:ids AS text[])) WITH ORDINALITY AS more (id, place)"
            ),
            {"ids": ids},
        )
        connection.execute(text("UPDATE zaak SET look_at = now()"))
    began = time.monotonic()
    assert real.systems().look_due() == len(ids) + 1
    took = time.monotonic() - began
    logger.info("%d zaken in %.1f seconds", len(ids) + 1, took)
    assert took < 60
