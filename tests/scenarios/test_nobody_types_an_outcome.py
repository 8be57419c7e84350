"""A month of a region in which each counter, table and officer answers by the link in its message: the record is complete, and
no director typed an outcome.
"""

from datetime import date
from typing import Any

from provisions.access import Actor
from provisions.domain.lifecycle import round_of
from provisions.domain.questions import Question
from provisions.domain.rungs import RungName
from provisions.domain.weeks import Week
from provisions.store.verification import verify
from provisions.views.answers import asked_and_answered
from provisions.views.replied import course
from tests.builders import CONFIG, CaseFile, Town, day, typed

TABLE, DESK = RungName.DOORBRAAKTAFEL, RungName.MAATWERKLOKET


def link(case: CaseFile, key: str, rung: RungName | None = None) -> Actor:
    of = case.view.case
    question = Question(of.id, round_of(of, key, None), rung)
    return Actor.by_link(case.town.app.cases.receiver(question.key, rung), question)


def counter(case: CaseFile, key: str, said: str, **more: Any) -> None:
    """Whoever works at the counter of ``key`` answers."""
    case.does("reply", key, said, by=link(case, key), **more)


def test_a_month_in_which_nobody_types_an_outcome(town: Town) -> None:
    # Monday 2 November: two clients, in two municipalities.
    needs = ("id_document", "postal_address", "wmo_indication", "advance_payment")
    here = town.takes_in("TR-2026-0101", *needs, municipality="voorbeeldstad")
    there = town.takes_in("TR-2026-0102", "id_document", "wmo_indication", municipality="havenmeer")

    # The counters take it up, with their own number, and name a day.
    town.on("2026-11-03 10:00")
    counter(here, "id_document", "seen", number="BZ-2026-0815")
    counter(here, "wmo_indication", "applied", on=day("2026-11-03"))
    town.on("2026-11-04 10:00")
    counter(here, "id_document", "promised", on=day("2026-11-09"))
    counter(here, "advance_payment", "call_me", remark="welke rekening?")
    counter(there, "id_document", "seen")
    plan = course(here["id_document"].provision)
    assert plan == "gevraagd 2 nov, pakken het op 3 nov, klaar op 9 nov"

    # The director called, and says so; the counter pays.
    here.does("take_up", "advance_payment")
    town.on("2026-11-05 11:00")
    counter(here, "advance_payment", "delivered", fields={"paid_how": "cash"})
    counter(there, "wmo_indication", "delivered", fields={"plan_by_director": "yes", "support_starts_on": "2026-11-16"})

    # On the day that it promised the counter is reminded, once; it delivers, and the address can begin.
    town.on("2026-11-09 12:00")
    reminded = [one for one in town.letters_to("burgerzaken@voorbeeldstad.example") if "U noemde" in one.subject]
    assert len(reminded) == 1
    assert "BZ-2026-0815" in reminded[0].text
    counter(here, "id_document", "ready")
    counter(here, "id_document", "delivered", fields={"paid_by": "free"})
    assert here["id_document"].breached is False
    assert here["postal_address"].status == "waiting"

    # The other card is late: the table reads what its counter said, and gives a budget. The counter goes on.
    town.on("2026-11-11 09:00")
    counter(there, "id_document", "obstacle", cause="no_funding")
    budget = {"amount": 7540, "purpose": "enable_treatment", "spent_on": "id_and_photo"}
    there.does(
        "reply_as_table",
        "id_document",
        TABLE.value,
        "customised_budget",
        by=link(there, "id_document", TABLE),
        **budget,
    )
    letter = next(one for one in town.letters_to("doorbraaktafel@havenmeer.example") if "TR-2026-0102" in one.subject)
    assert "het loket zei: wij pakken dit op" in letter.text
    town.on("2026-11-12 10:00")
    counter(there, "id_document", "delivered", fields={"paid_by": "free"})

    # An address is refused: with day and way of announcing; the director reads the last day to object.
    counter(
        here,
        "wmo_indication",
        "refused",
        cause="no_indication",
        fields={"announced_on": "2026-11-12", "announced_by": "letter"},
    )
    assert here["wmo_indication"].objection_until == day("2026-12-24")
    town.on("2026-11-20 09:00")
    here.does(
        "reply_as_officer",
        "wmo_indication",
        "not_submitted",
        because="solved_soon",
        checked=True,
        by=link(here, "wmo_indication", DESK),
    )
    counter(here, "wmo_indication", "delivered", fields={"plan_by_director": "yes", "support_starts_on": "2026-11-30"})
    counter(here, "postal_address", "delivered", fields={"ground": "no_residence"})

    # All is settled, and each outcome came from whom it was asked.
    town.on("2026-11-30 09:00")
    record = [line for case in (here, there) for line in town.app.views.audit(case.reference)]
    decided = [
        line
        for line in record
        if line.what in ("provision.outcome", "rung.answered", "rung.submitted", "provision.milestone")
    ]
    assert {line.data["via"] for line in decided} == {"link"}
    assert {line.by for line in decided} == {
        "loket-burgerzaken", "loket-wmo", "loket-werk-en-inkomen", "doorbraaktafel", "maatwerkfunctionaris",
    }  # fmt: skip
    assert {status for case in (here, there) for status in case.status().values()} == {"delivered"}
    told = [one.as_json() for one in asked_and_answered(there.view, town.app.views.audit(there.reference))]
    assert [(one["receiver"], [answer["said"] for answer in one["answers"]]) for one in told] == [
        ("loket-burgerzaken", ["seen", "obstacle", "delivered"]),
        ("doorbraaktafel", ["customised_budget"]),
        ("loket-wmo", ["delivered"]),
    ]
    assert told[1]["answers"][0]["amount"] == "75.40"
    counted = town.app.reports.of_week(Week.of(date(2026, 11, 23)))["answered"]
    assert [(row["counter"], row["asked"], row["answered"]) for row in counted] == [
        ("burgerzaken", 3, 3), ("werk_en_inkomen", 1, 1), ("wmo", 2, 2),
    ]  # fmt: skip

    # The letters hold no remark, amount or reason, the export holds all; what is forgotten is gone, and the chain is whole.
    texts = " ".join(f"{one.subject} {one.text}" for one in town.letters)
    assert not [word for word in ("welke rekening", "75,40", "75.40", "geen financiering") if word in texts]
    assert "welke rekening?" in str(town.app.exports.of_case(here.reference))
    for case in (here, there):
        case.does("close")
        town.app.retention.forget(case.reference, by=typed("fg-1"))
    with town.database.connect() as connection:
        assert verify(connection, catalogue=CONFIG.catalogue).faults == []
        rows = connection.exec_driver_sql("SELECT amount, purpose, spent_on, because, checked FROM reply").all()
    assert {tuple(row) for row in rows} == {(None,) * 5}
