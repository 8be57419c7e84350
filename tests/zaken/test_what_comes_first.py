"""A counter that answers by its link and closes its zaak is recorded once; a server that is away holds up no other."""

from dataclasses import replace

import pytest

from provisions.access import Actor
from provisions.app import App
from provisions.domain.case import ProvisionKey
from provisions.domain.errors import NotAllowed
from provisions.domain.questions import Question
from provisions.domain.zaken import Signal, said
from tests.zaken.conftest import PLACE, RESULTS, Town, read, written
from tests.zaken.openzaak import serving
from tests.zaken.test_following import look
from tests.zaken.test_opening import ID

REF, KEY = "TR-2026-0042", "id_document"


def counter(town: Town) -> Actor:
    """Whoever has the link of the letter."""
    about = ProvisionKey(KEY)
    question = Question(town.app.views.case(REF).case.id, about, None)
    return Actor.by_link(town.app.cases.receiver(about, None), question)


def test_by_the_link_first_the_zaak_only_confirms_it(opened: Town) -> None:
    opened.app.cases.reply(REF, KEY, "delivered", fields={"paid_by": "free"}, by=counter(opened))
    opened.zgw.close(ID, "Verstrekt")
    look(opened)
    look(opened, days=2)
    (line,) = opened.lines("provision.outcome")
    assert (line.by, line.data["via"]) == ("loket-burgerzaken", "link")
    assert (len(opened.lines("zaak.confirmed")), opened.zaak().signal) == (1, None)


def test_by_the_zaak_first_the_link_says_that_it_was_answered(opened: Town) -> None:
    by = counter(opened)
    opened.zgw.close(ID, "Verstrekt")
    look(opened)
    with pytest.raises(NotAllowed):
        opened.app.cases.reply(REF, KEY, "delivered", fields={"paid_by": "free"}, by=by)
    (line,) = opened.lines("provision.outcome")
    assert line.data["via"] == "zaaksysteem"


def test_one_that_is_away_holds_up_no_other(town: Town) -> None:
    with serving(town.clock) as other:
        other.zaaktype("B0255", RESULTS)
        config, faults = read({PLACE: written(town.zgw.root), "havenmeer": written(other.root)})
        assert faults == []
        town = replace(town, app=App(town.engine, config, town.clock), config=config)
        town.zgw.away = True
        town.intake()
        town.intake("TR-2026-0043", municipality="havenmeer")
        town.systems().turn()
        assert [zaak["identificatie"] for zaak in other.zaken.values()] == ["TR-2026-0043-ID-1"]
        assert town.zgw.zaken == {}
        town.zgw.away = False
        town.clock.advance(hours=1)
        town.systems().turn()
        assert [zaak["identificatie"] for zaak in town.zgw.zaken.values()] == [ID]
        assert other.violations == []


@pytest.mark.parametrize("signal", Signal)
@pytest.mark.parametrize("followed", [False, True])
def test_each_signal_is_said_in_words(signal: Signal, followed: bool) -> None:
    told = said(signal, followed=followed)
    assert told[0].islower()
    assert signal.value not in told
