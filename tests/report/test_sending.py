"""Monday 07:00: each week is frozen and mailed once, whatever was missed, and what changes later is a correction."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine, select

from provisions.app import App
from provisions.domain.errors import InvalidInput
from provisions.domain.weeks import Week
from provisions.outbound.outbox import Outbox
from provisions.report.page import as_page, plain_text
from provisions.report.reports import Reports
from provisions.store import tables as t
from provisions.usecases.intake import IntakeRequest
from tests.builders import CONFIG, Letterbox, at, typed
from tests.conftest import MovingClock
from tests.report.region import BY, dated


class Town:
    """A steering group that reads its mail, and one case director."""

    def __init__(self, database: Engine, clock: MovingClock) -> None:
        self.database, self.clock = database, clock
        self.app = App(dated(database, clock), CONFIG, clock)
        self.reports = Reports(database, CONFIG, clock)
        self.letterbox = Letterbox()
        self.outbox = Outbox(database, CONFIG, self.letterbox, clock)
        self.clients = 0

    def on(self, text: str) -> "Town":
        self.clock.now = at(text)
        self.app.time.tick_all()
        return self

    def takes_in(self, *needs: str, on: str | None = None, **known: Any) -> str:
        self.clients += 1
        reference = f"TR-2026-{self.clients:04}"
        day = date.fromisoformat(on) if on else None
        self.app.cases.intake(IntakeRequest(reference, "voluntary", needs, on=day, **known), by=typed(BY))
        return reference

    def sends(self) -> list[str]:
        return [str(week) for week in self.reports.send_due()]

    def mail(self) -> list[Any]:
        """What the steering group gets now."""
        self.letterbox.mail.clear()
        self.outbox.deliver_due()
        return [mail for mail in self.letterbox.mail if "stuurgroep@" in str(mail["To"])]


@pytest.fixture
def town(database: Engine, clock: MovingClock) -> Town:
    return Town(database, clock)


def test_the_first_report_covers_the_week_of_the_first_start_and_comes_on_monday_at_seven(town: Town) -> None:
    assert town.on("2026-11-04 10:00").sends() == []
    town.takes_in("id_document")
    assert town.sends() == []
    assert town.on("2026-11-09 06:59").sends() == []
    assert town.on("2026-11-09 07:00").sends() == ["2026-W45"]
    assert town.sends() == []


def test_missed_mondays_are_made_up_each_week_once(town: Town) -> None:
    town.on("2026-11-04 10:00").takes_in("id_document")
    assert town.on("2026-11-25 15:00").sends() == ["2026-W45", "2026-W46", "2026-W47"]
    assert [str(m["Subject"]) for m in town.mail()] == [
        f"Weekrapport basisvoorzieningen, week {week} van 2026" for week in (45, 46, 47)
    ]
    assert town.mail() == []
    assert town.on("2026-11-30 07:00").sends() == ["2026-W48"]


def test_what_was_recorded_after_monday_was_not_missed_on_it(town: Town) -> None:
    town.on("2026-11-04 10:00").takes_in("id_document", on="2026-10-20")
    assert town.on("2026-11-08 10:00").sends() == []
    assert town.on("2026-11-09 07:00").sends() == ["2026-W43", "2026-W44", "2026-W45"]


def test_seven_o_clock_is_amsterdams_in_summer_and_in_winter(town: Town) -> None:
    town.on("2026-10-21 10:00").takes_in("id_document")
    town.clock.set("2026-10-26T05:59:59+00:00")  # the clock went back the day before
    assert town.sends() == []
    town.clock.set("2026-10-26T06:00:00+00:00")
    assert town.sends() == ["2026-W43"]
    town.clock.set("2027-03-29T04:59:59+00:00")  # and forward
    assert town.sends()[-1] == "2027-W11"
    town.clock.set("2027-03-29T05:00:00+00:00")
    assert town.sends() == ["2027-W12"]


def test_two_at_the_same_time_send_each_week_once(town: Town) -> None:
    town.on("2026-11-04 10:00").takes_in("id_document")
    town.on("2026-11-16 07:00")
    with ThreadPoolExecutor(4) as pool:
        sent = [str(week) for weeks in pool.map(lambda _: town.reports.send_due(), range(4)) for week in weeks]
    assert sent == ["2026-W45", "2026-W46"]
    assert len(town.mail()) == 2


def test_the_mail_has_page_text_and_figures(town: Town) -> None:
    town.on("2026-11-04 10:00").takes_in("id_document", "emergency_shelter")
    town.on("2026-11-09 07:00").sends()
    (mail,) = town.mail()
    assert mail["Message-ID"].endswith("@voorbeeldland.example>")
    assert mail["Auto-Submitted"] == "auto-generated"
    html, text = mail.get_body(("html",)).get_content(), mail.get_body(("plain",)).get_content()
    assert '<html lang="nl">' in html
    assert "<svg" not in html
    assert "TER BESLUITVORMING" in text
    (attachment,) = list(mail.iter_attachments())
    assert attachment.get_filename() == "weekrapport-2026-W45.csv"
    assert "opvang" in attachment.get_content()
    with town.database.connect() as connection:
        row = connection.execute(select(t.message).where(t.message.c.kind == "report")).one()
    assert (row.status, row.recipients) == ("sent", ["stuurgroep@zvh-voorbeeldland.example"])


def test_a_frozen_week_gives_the_frozen_figures_and_later_changes_are_corrections_once(town: Town) -> None:
    town.on("2026-11-02 10:00")
    references = [town.takes_in("id_document") for _ in range(3)]
    town.on("2026-11-16 07:00").sends()  # weeks 45 and 46; the target of a week ended on the 9th
    week = Week.parse("2026-W46")
    frozen = town.reports.of_week(week)
    assert frozen["frozen"] is True
    assert frozen["totals"]["breaches"] == 3
    # Recorded late, dated on time: the breach is taken away.
    town.on("2026-11-17 10:00").app.cases.record_outcome(
        references[0], "id_document", "delivered", by=typed(BY), on=date(2026, 11, 9)
    )
    assert town.reports.of_week(week) == frozen
    assert town.on("2026-11-23 07:00").sends() == ["2026-W47"]
    following = town.reports.of_week(Week.parse("2026-W47"))
    found = {(c["week"], c["key"], c["figure"]): (c["was"], c["is"]) for c in following["corrections"]}
    assert found["2026-W46", "id_document", "breaches"] == (3, 2)
    assert found["2026-W46", "id_document", "delivered"] == (0, 1)
    assert found["2026-W46", "id_document", "open"] == (3, 2)
    # Told once; a further change is told against the last correction.
    assert town.on("2026-11-24 07:00").reports.of_week(Week.parse("2026-W48"))["corrections"] == []
    town.app.cases.record_outcome(references[1], "id_document", "delivered", by=typed(BY), on=date(2026, 11, 9))
    corrections = town.reports.of_week(Week.parse("2026-W48"))["corrections"]
    assert {"week": "2026-W46", "key": "id_document", "figure": "breaches", "was": 2, "is": 1} in corrections


def test_a_past_week_that_was_never_sent_is_computed_from_what_happened_then(town: Town) -> None:
    town.on("2026-11-02 10:00")
    reference = town.takes_in("id_document", "postal_address")
    town.on("2026-11-17 10:00").app.cases.record_outcome(reference, "id_document", "delivered", by=typed(BY))
    rows = {row["key"]: row for row in town.reports.of_week(Week.parse("2026-W46"))["provisions"]}
    assert (rows["id_document"]["open"], rows["id_document"]["overdue"]) == (1, 1)
    assert rows["id_document"]["longest_overdue_days"] is None  # of one case it would say too much
    assert rows["postal_address"]["blocked_on"] == {"id_document": 1}
    now = {row["key"]: row for row in town.reports.of_week(Week.parse("2026-W47"))["provisions"]}
    assert (now["id_document"]["delivered"], now["id_document"]["delivered_on_time"]) == (1, 0)
    assert (now["postal_address"]["blocked"], now["postal_address"]["started"]) == (0, 1)


def test_a_week_that_has_not_begun_is_refused_and_the_running_one_is_provisional(town: Town) -> None:
    town.on("2026-11-04 10:00").takes_in("id_document")
    assert town.reports.of_week(Week.parse("2026-W45"))["complete"] is False
    with pytest.raises(InvalidInput, match="2026-W46 begint pas op 2026-11-09"):
        town.reports.of_week(Week.parse("2026-W46"))
    with pytest.raises(InvalidInput, match="bestaat niet"):
        Week.parse("2025-W53")
    with pytest.raises(InvalidInput, match="Verwacht: JJJJ-Wnn"):
        Week.parse("week 46")


def test_who_is_without_shelter_income_or_identity_document(town: Town) -> None:
    town.on("2026-11-02 10:00")
    town.takes_in("id_document", "emergency_shelter")
    town.takes_in("emergency_shelter", needed_from={"emergency_shelter": date(2026, 12, 1)})
    town.takes_in("advance_payment", "benefit_decision", "id_document")
    town.takes_in("advance_payment", present=["benefit_decision"])
    town.on("2026-11-10 10:00")
    assert town.reports.of_week()["without"] == {"shelter": 1, "income": 1, "id": 2}
    town.app.cases.record_outcome("TR-2026-0003", "advance_payment", "delivered", by=typed(BY), on=date(2026, 11, 6))
    assert town.reports.of_week()["without"] == {"shelter": 1, "income": 0, "id": 2}


def test_the_cause_is_where_the_days_until_the_due_date_went(town: Town) -> None:
    town.on("2026-11-02 10:00")
    reference = town.takes_in("id_document", "postal_address", "emergency_shelter")
    town.on("2026-11-12 10:00").app.cases.record_outcome(reference, "id_document", "delivered", by=typed(BY))
    town.on("2026-11-23 10:00")
    causes = {
        row["key"]: row["causes"]
        for week in ("2026-W45", "2026-W46", "2026-W47")
        for row in town.reports.of_week(Week.parse(week))["provisions"]
        if row["causes"]
    }
    assert causes == {
        "id_document": {"counter": 1},
        "postal_address": {"blocked:id_document": 1},  # ten days of waiting, then two at the counter
        "emergency_shelter": {"counter": 1},
    }
    told = town.reports.of_week(Week.parse("2026-W47"))["headlines"]
    assert told == [
        "Briefadres: 1 overschrijding (vorige week 0), oorzaak: wacht op identiteitsbewijs.",
        "Identiteitsbewijs: geen nieuwe overschrijdingen (vorige week 1).",
    ]


def test_a_cause_that_was_given_goes_before_what_the_record_shows(town: Town) -> None:
    town.on("2026-11-02 10:00")
    late = [town.takes_in("emergency_shelter") for _ in range(4)]
    town.on("2026-11-04 10:00")
    town.takes_in("emergency_shelter", on="2026-11-02")  # recorded when its day had passed
    for reference in late[:2]:
        town.app.cases.why(reference, "emergency_shelter", "no_place", by=typed(BY))
    town.app.cases.answer(
        late[2], "emergency_shelter", "doorbraaktafel", "unresolved", by=typed(BY), cause="region_dispute"
    )
    town.on("2026-11-09 06:00")
    report = town.reports.of_week(Week.parse("2026-W45"))
    row = next(row for row in report["provisions"] if row["key"] == "emergency_shelter")
    assert row["causes"] == {"no_place": 2, "region_dispute": 1, "counter": 1, "registered_late": 1}
    assert report["causes"] == report["totals"]["causes"] == row["causes"]
    assert "Opvang: 5 overschrijdingen (vorige week 0), oorzaak het vaakst: er is geen plek." in report["headlines"]
    page = as_page(report)
    assert "pas vastgelegd toen de uiterste datum voorbij was 1 keer" in " ".join(page.split())
    assert not re.search(r"\b(no_place|registered_late)\b", page + plain_text(report))


def test_what_recurs_by_a_given_cause_is_asked_of_the_steering_group(town: Town) -> None:
    for monday in ("2026-11-02", "2026-11-09"):
        town.on(f"{monday} 10:00")
        for _ in range(2):
            town.app.cases.why(town.takes_in("emergency_shelter"), "emergency_shelter", "no_place", by=typed(BY))
    town.on("2026-11-16 06:00")
    (asked,) = town.reports.of_week(Week.parse("2026-W46"))["decisions"]
    assert asked["cause"] == "no_place"
    assert "er is geen plek" in str(asked["ask"])


def test_nothing_in_it_points_to_a_person(town: Town) -> None:
    town.on("2026-11-02 10:00")
    reference = town.takes_in("id_document", director="regisseur.noord")
    town.app.cases.record_outcome(reference, "id_document", "refused", by=typed(BY), note="Jansen kwam niet opdagen")
    town.on("2026-11-09 07:00").sends()
    (mail,) = town.mail()
    with town.database.connect() as connection:
        stored = str(connection.execute(select(t.report)).all()) + str(connection.execute(select(t.prepared)).all())
    for secret in ("TR-2026", "Jansen", "regisseur.noord", BY):
        assert secret not in stored
        assert secret not in mail.as_string()


def test_a_report_that_was_made_by_a_clock_ahead_is_made_anew_on_its_own_monday(town: Town) -> None:
    """The clock jumps a year ahead and is put right: no week is skipped, and none has the figures of half a week."""
    town.on("2026-11-04 10:00").takes_in("id_document")
    assert town.on("2026-11-09 07:00").sends() == ["2026-W45"]
    assert len(town.mail()) == 1
    assert len(town.on("2027-11-10 12:00").sends()) == 52
    assert town.mail()
    town.on("2026-11-10 09:00").takes_in("emergency_shelter")
    assert town.sends() == []
    assert not town.reports.of_week(Week.parse("2026-W46")).get("frozen")
    assert town.on("2026-11-16 07:00").sends() == ["2026-W46"]
    assert len(town.mail()) == 1
    told = town.reports.of_week(Week.parse("2026-W46"))
    assert told["frozen"]
    assert str(told).count("emergency_shelter")
    assert town.sends() == []
    assert town.on("2026-11-23 07:00").sends() == ["2026-W47"]


def test_a_report_made_by_a_clock_ahead_that_has_not_left_is_not_sent(town: Town, database: Engine) -> None:
    """The mail server was away while the clock ran ahead."""
    town.on("2026-11-04 10:00").takes_in("id_document")
    assert town.on("2027-01-11 07:00").sends()
    town.on("2026-11-05 09:00")
    assert town.mail() == []
    with database.connect() as connection:
        kinds = t.message.c.kind == "report"
        assert set(connection.execute(select(t.message.c.status).where(kinds)).scalars()) == {"void"}
    assert town.on("2026-11-09 07:00").sends() == ["2026-W45"]
    assert len(town.mail()) == 1


def test_a_clock_that_is_set_right_by_some_minutes_mails_nothing_twice(town: Town) -> None:
    town.on("2026-11-04 10:00").takes_in("id_document")
    assert town.on("2026-11-09 07:20").sends() == ["2026-W45"]
    assert town.on("2026-11-09 07:01").sends() == []
