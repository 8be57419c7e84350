"""What those answer who were asked, by the link in their message: only about that question, on record by their function."""

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from sqlalchemy import Engine

from provisions.access import Actor
from provisions.app import App
from provisions.domain.case import ProvisionKey
from provisions.domain.errors import NoLongerAsked, NotAllowed, NotFound, Refused
from provisions.domain.questions import Question
from provisions.domain.rungs import RungName
from provisions.store.verification import verify
from provisions.usecases.intake import IntakeRequest
from provisions.views.answers import asked_and_answered
from tests.builders import CONFIG, DIRECTOR, day, everything_in, refusal, typed
from tests.conftest import MovingClock

REF, KEY = "TR-2026-0001", "id_document"
TABLE = RungName.DOORBRAAKTAFEL


@pytest.fixture
def app(database: Engine, clock: MovingClock) -> App:
    """A card and a benefit, asked on 2 November, seen on the fourth."""
    app = App(database, CONFIG, clock)
    app.cases.intake(IntakeRequest(REF, "voluntary", [KEY, "benefit_decision"], director=DIRECTOR), by=typed(DIRECTOR))
    clock.set("2026-11-04T09:00:00+00:00")
    app.time.tick_all()
    return app


def by_link(app: App, key: str = KEY, rung: RungName | None = None, case: UUID | None = None) -> Actor:
    about = ProvisionKey(key)
    question = Question(case or app.views.case(REF).case.id, about, rung)
    return Actor.by_link(app.cases.receiver(about, rung), question)


def test_an_answer_is_on_record_with_the_function_and_the_door_and_its_remark_nowhere_else(app: App) -> None:
    app.cases.reply(REF, KEY, "promised", on=day("2026-11-06"), remark="de pasfoto's zijn er", by=by_link(app))
    line = next(entry for entry in app.views.audit(REF) if entry.what == "provision.replied")
    assert (line.by, line.as_json()["via"], line.note) == ("loket-burgerzaken", "link", "de pasfoto's zijn er")
    assert app.views.case(REF).as_json()["provisions"][0]["promised"] == "2026-11-06"
    told = asked_and_answered(app.views.case(REF), app.views.audit(REF))[0].as_json()
    assert (told["receiver"], told["asked_on"]) == ("loket-burgerzaken", "2026-11-02")
    answer = told["answers"][0]
    assert (answer["said"], answer["named"], answer["via"], answer["remark"]) == (
        "promised",
        "2026-11-06",
        "link",
        "de pasfoto's zijn er",
    )
    assert not [
        text for letter in app.messages.found() for text in (letter.subject, letter.body) if "pasfoto" in (text or "")
    ]


def test_a_link_is_good_for_its_question_and_nothing_else(app: App, database: Engine) -> None:
    mine, before = by_link(app), everything_in(database)
    nothing = [
        lambda: app.cases.reply(REF, "benefit_decision", "seen", by=mine),
        lambda: app.cases.reply(REF, KEY, "seen", by=by_link(app, case=UUID(int=7))),
        lambda: app.cases.reply_as_table(REF, KEY, "doorbraaktafel", "priority", by=mine),
        lambda: app.cases.reply(REF, KEY, "seen", by=by_link(app, rung=TABLE)),
        lambda: app.cases.record_outcome(REF, KEY, "delivered", by=mine),
        lambda: app.cases.note(REF, "hallo", by=mine),
        lambda: app.cases.undo(REF, by=mine),
        lambda: app.cases.take_up(REF, KEY, by=mine),
    ]
    for attempt in nothing:
        refused = refusal(attempt)
        assert isinstance(refused, NotFound | NotAllowed), refused
    after = {table: rows for table, rows in everything_in(database).items() if table != "access_log"}
    assert after == {table: rows for table, rows in before.items() if table != "access_log"}


def test_the_receiver_takes_its_own_answer_back_and_not_what_another_did(app: App) -> None:
    mine = by_link(app)
    app.cases.reply(REF, KEY, "delivered", fields={"paid_by": "free"}, by=mine)
    assert app.cases.may_be_taken_back(REF, KEY, by=mine)
    app.cases.take_back(REF, KEY, by=mine)
    shown = app.views.case(REF).as_json()["provisions"][0]
    assert (shown["status"], shown["answered"]) == ("waiting", [])
    assert not app.cases.may_be_taken_back(REF, KEY, by=mine)
    app.cases.reply(REF, KEY, "call_me", by=mine)
    app.cases.note(REF, "gebeld", key=KEY, by=typed(DIRECTOR))
    assert not app.cases.may_be_taken_back(REF, KEY, by=mine)
    assert isinstance(refusal(lambda: app.cases.take_back(REF, KEY, by=mine)), NotAllowed)


def test_of_two_answers_at_once_the_second_hears_of_the_first(app: App, database: Engine, clock: MovingClock) -> None:
    clock.set("2026-11-11T09:00:00+00:00")
    app.time.tick_all()
    table = by_link(app, rung=TABLE)

    def answers(said: str) -> Refused | None:
        try:
            app.cases.reply_as_table(REF, KEY, "doorbraaktafel", said, by=table)
        except Refused as refused:
            return refused
        return None

    with ThreadPoolExecutor(2) as pool:
        told = list(pool.map(answers, ("priority", "deviation")))
    refused = [one for one in told if one is not None]
    assert len(refused) == 1
    assert isinstance(refused[0], NoLongerAsked)
    app.cases.reply(REF, KEY, "obstacle", cause="capacity", by=by_link(app))
    app.cases.take_up(REF, KEY, by=typed(DIRECTOR))
    clock.set("2026-11-20T09:00:00+00:00")
    app.time.tick_all()
    officer = by_link(app, rung=RungName.MAATWERKLOKET)
    app.cases.reply_as_officer(REF, KEY, "not_submitted", because="solved_soon", checked=True, by=officer)
    with database.connect() as connection:
        assert verify(connection, catalogue=CONFIG.catalogue).told == []


def test_what_identifies_somebody_is_refused_in_a_remark_and_it_has_an_end(app: App, database: Engine) -> None:
    before = everything_in(database)
    for remark in ("bel 06-12345678", "x" * 201):
        with pytest.raises(Refused):
            app.cases.reply(REF, KEY, "seen", remark=remark, by=by_link(app))
    assert everything_in(database) == before
