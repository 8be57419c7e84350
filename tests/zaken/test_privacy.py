"""What leaves is what ``zgw.md`` maps, and no more; what comes in is ids, days and the names of types."""

import logging

import pytest
from sqlalchemy import text

from tests.builders import DIRECTOR, day, typed
from tests.zaken.conftest import Town
from tests.zaken.openzaak import BrokenLine, Call
from tests.zaken.test_opening import ID

WRITTEN_BY_COUNTERS = ("Jansen", "de Vries", "oma")  # as the server of these tests gives it in its answers
OURS = ("levensloop", "ZVH", "voluntary", "vrijwillig", "homeless", "Wlz", "client_asks", DIRECTOR, "geheim-van-ons")


def test_a_whole_life_lets_nothing_out_and_nothing_in(town: Town, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    systems, ref, by = town.systems(), "TR-2026-0042", typed(DIRECTOR)
    town.intake(ref, "id_document", "wmo_indication", living="homeless", wlz="applied", contact="two_people")
    town.zgw.after = lambda call: _cut(town, call)  # the answer is lost: it is looked up by its number
    systems.turn()
    town.clock.advance(hours=1)
    systems.turn()
    town.app.cases.note(ref, "geheim-van-ons", by=by)
    town.app.cases.suspend(ref, "id_document", reason="client_asks", until=day("2026-11-12"), by=by)
    town.clock.advance(minutes=6)
    systems.turn()
    town.app.cases.resume(ref, "id_document", by=by)
    town.app.cases.record_outcome(ref, "wmo_indication", "withdrawn", by=by)
    town.clock.advance(minutes=6)
    systems.turn()
    town.zgw.close(ID, "Geweigerd")
    town.clock.advance(minutes=6)
    systems.turn()

    left = "\n".join(f"{call.path}?{call.query} {call.raw}" for call in town.zgw.calls)
    assert {call.method for call in town.zgw.calls} >= {"GET", "POST", "PATCH"}
    assert any(call.query.get("identificatie") == ID for call in town.zgw.calls), "it was looked up by its number"
    for word in OURS:
        assert word not in left
    kept = "\n".join(_everything(town))
    assert ID in kept
    for word in WRITTEN_BY_COUNTERS:
        assert word not in kept
        assert word not in caplog.text
    assert "TR-2026-0042" not in caplog.text
    # That nothing but the mapping left, key by key, is what the fixture checks at the end.


def _cut(town: Town, call: Call) -> None:
    if call.method == "POST" and call.path.endswith("/zaken"):
        town.zgw.after = lambda _call: None
        raise BrokenLine


def _everything(town: Town) -> list[str]:
    with town.engine.connect() as connection:
        tables = connection.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).scalars().all()
        return [
            f"{table}: {row}"
            for table in tables
            for row in connection.execute(text(f'SELECT t::text FROM "{table}" t')).scalars()  # noqa: S608
        ]


def test_a_key_that_is_not_in_the_mapping_fails_the_test(town: Town) -> None:
    town.intake()
    systems = town.systems()
    systems.turn()
    client = systems._servers[next(iter(town.config.zaken))].client
    client.change(town.zaak().uuid, {"toelichting": "mag niet"})
    assert town.zgw.violations == ["PATCH /zaken/…: ['toelichting'] may not leave"]
    town.zgw.violations.clear()


def test_forgotten_nothing_of_a_zaak_is_left(town: Town) -> None:
    town.intake()
    systems = town.systems()
    systems.turn()
    town.zgw.close(ID, "Verstrekt")
    town.clock.advance(minutes=6)
    systems.turn()
    town.app.cases.close("TR-2026-0042", by=typed(DIRECTOR))
    town.clock.advance(days=366 * 6)
    town.app.retention.forget_expired()
    with town.engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM zaak")).scalar_one() == 0
        assert connection.execute(text("SELECT count(*) FROM zaak_closing")).scalar_one() == 0
    assert not [row for row in _everything(town) if "TR-2026-0042" in row and "erasure" not in row]
    assert systems.turn() == 0
