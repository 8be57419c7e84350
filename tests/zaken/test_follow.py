"""A zaak that the counter made: a case director says which one, and we follow it without ever writing to it."""

from copy import deepcopy
from dataclasses import replace

import pytest

from provisions.app import App
from provisions.domain.case import Status
from provisions.domain.errors import InvalidInput, NotAllowed, Refused
from tests.builders import DIRECTOR, is_dutch, typed
from tests.zaken.conftest import PLACE, Town, read, written

REF, KEY = "TR-2026-0042", "wmo_indication"


@pytest.fixture
def following(town: Town) -> Town:
    """A municipality where the counter makes the zaak of a Wmo-indicatie itself, and made one."""
    table = deepcopy(written(town.zgw.root))
    table["provision"][KEY] |= {"mode": "follow"}
    del table["provision"][KEY]["withdrawn"]
    config, faults = read({PLACE: table})
    assert faults == []
    town = replace(town, app=App(town.engine, config, town.clock), config=config)
    town.intake(REF, KEY)
    made(town, "ZAAK-7")
    return town


def made(town: Town, number: str) -> None:
    """The counter makes a zaak."""
    body = {
        "identificatie": number,
        "bronorganisatie": "002564440",
        "verantwoordelijkeOrganisatie": "002564440",
        "zaaktype": town.zgw.zaaktypen[0]["url"],
        "startdatum": "2026-10-30",
    }
    town.zgw._make(body)


def test_its_end_is_the_outcome_and_nothing_is_ever_written_there(following: Town) -> None:
    assert following.systems().turn() == 0
    following.app.cases.follow_zaak(REF, KEY, "ZAAK-7", by=typed(DIRECTOR))
    following.systems().turn()
    assert following.app.views.case(REF).as_json()["provisions"][0]["zaak"]["state"] == "open"
    following.zgw.close("ZAAK-7", "Verstrekt")
    following.clock.advance(minutes=6)
    following.systems().turn()
    assert following.provision(REF, KEY).status is Status.DELIVERED
    assert {call.method for call in following.zgw.calls if not call.path.endswith("_zoek")} == {"GET"}


def test_a_number_that_is_not_there_is_shown(following: Town) -> None:
    following.app.cases.follow_zaak(REF, KEY, "ZAAK-8", by=typed(DIRECTOR))
    following.systems().turn()
    found = following.app.views.case(REF).provisions[0].zaak
    assert found is not None
    assert (found.state, found.fault) == ("given_up", "niet-gevonden")
    assert found.stands == "niet gevonden in het zaaksysteem"
    assert "controleer het nummer" in found.told
    assert following.lines("zaak.signal")[0].because == found.told


def test_another_takes_its_place_as_long_as_nothing_came_of_it(following: Town) -> None:
    following.app.cases.follow_zaak(REF, KEY, "ZAAK-8", by=typed(DIRECTOR))
    following.systems().turn()
    following.app.cases.follow_zaak(REF, KEY, "ZAAK-7", by=typed(DIRECTOR))
    following.systems().turn()
    assert [z["zaak"]["number"] for z in following.app.views.case(REF).as_json()["provisions"]] == ["ZAAK-7"]
    following.zgw.close("ZAAK-7", "Geweigerd")
    following.clock.advance(minutes=6)
    following.systems().turn()
    assert following.provision(REF, KEY).status is Status.REFUSED
    made(following, "ZAAK-9")  # the director asked again, and the counter made another
    following.app.cases.follow_zaak(REF, KEY, "ZAAK-9", by=typed(DIRECTOR))
    following.systems().turn()
    following.zgw.close("ZAAK-9", "Verstrekt")
    following.clock.advance(minutes=6)
    following.systems().turn()
    assert following.provision(REF, KEY).status is Status.DELIVERED
    assert (following.zaak("ZAAK-7").state, following.zaak("ZAAK-9").signal) == ("closed", None)


@pytest.mark.parametrize(
    ("key", "number", "kind", "said"),
    [
        (KEY, "zaak 7/8", InvalidInput, "geen zaaknummer"),
        (KEY, "Z" * 41, InvalidInput, "hoogstens 40"),
        (KEY, "111222333", InvalidInput, "BSN"),
        ("advance_payment", "ZAAK-7", NotAllowed, "geen zaaksysteem ingesteld"),
        ("id_document", "ZAAK-7", NotAllowed, "heeft al een open zaak"),
    ],
)
def test_what_can_not_be_followed_is_refused(
    following: Town, key: str, number: str, kind: type[Refused], said: str
) -> None:
    following.app.cases.add(REF, ["id_document", "advance_payment"], by=typed(DIRECTOR))
    with pytest.raises(kind) as refusal:
        following.app.cases.follow_zaak(REF, key, number, by=typed(DIRECTOR))
    assert said in str(refusal.value)
    assert is_dutch(refusal.value)


def test_two_rounds_never_follow_one_zaak(following: Town) -> None:
    following.app.cases.follow_zaak(REF, KEY, "ZAAK-7", by=typed(DIRECTOR))
    following.intake("TR-2026-0043", KEY)
    with pytest.raises(NotAllowed, match="hoort bij een andere voorziening"):
        following.app.cases.follow_zaak("TR-2026-0043", KEY, "ZAAK-7", by=typed(DIRECTOR))
