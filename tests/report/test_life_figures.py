"""What a life adds to the report, counted a second time from nothing but the record: new rounds, moves, ends, cases at rest."""

from collections import Counter
from datetime import date
from typing import Any

from sqlalchemy import Engine, text

from provisions.app import App
from provisions.domain.weeks import Week
from provisions.report.page import context
from provisions.report.pdf import as_pdf
from provisions.usecases.intake import IntakeRequest
from tests.builders import CONFIG, day, typed
from tests.conftest import MovingClock

BY = typed("regie-1")
KEYS = ["id_document", "wmo_indication", "special_assistance"]


def from_audit(engine: Engine, week: Week) -> dict[str, Any]:
    """In the week by what happened, and who was at rest at the end of its Sunday; an undone act is none."""

    def inside(on: str) -> bool:
        return week.monday <= date.fromisoformat(on) <= week.sunday

    found: Counter[str] = Counter()
    rests: dict[int, list[tuple[date, date]]] = {}
    continues: set[tuple[int, str, int]] = set()
    with engine.connect() as connection:
        lines = connection.execute(
            text("SELECT case_id, what, key, data FROM audit WHERE case_id IS NOT NULL ORDER BY id")
        )
        for case_id, what, key, data in lines:
            which = (case_id, key, data.get("round", 1) if data else 1)
            match what:
                case "provision.needed" if data.get("continues") is not None:
                    continues.add(which)
                case "provision.started" if inside(data["on"]):
                    found["taken_over" if which in continues else "started"] += 1
                case "provision.handed_over" if inside(data["on"]):
                    found["handed_over"] += 1
                case "provision.ended" if inside(data["on"]):
                    found["ended"] += 1
                case "case.rested":
                    span = date.fromisoformat(data["on"]), date.fromisoformat(data["until"])
                    rests.setdefault(case_id, []).append(span)
                case "case.woken":
                    start, _ = rests[case_id][-1]
                    rests[case_id][-1] = start, date.fromisoformat(data["on"])
    resting = sum(any(start <= week.sunday < end for start, end in spans) for spans in rests.values())
    return {"at_rest": resting, **{name: found[name] for name in ("started", "taken_over", "handed_over", "ended")}}


def test_a_life_in_the_report_is_what_the_record_says(database: Engine, clock: MovingClock) -> None:
    clock.set("2026-11-02T09:00:00+00:00")
    app = App(database, CONFIG, clock)
    for number in range(1, 8):
        app.cases.intake(IntakeRequest(f"TR-2026-000{number}", "voluntary", KEYS, director="regie-1"), by=BY)
    clock.set("2026-11-10T09:00:00+00:00")
    app.time.tick_all()
    app.cases.record_outcome("TR-2026-0001", "id_document", "delivered", by=BY)
    app.cases.again("TR-2026-0001", "id_document", reason="lost", by=BY, anyway=True)  # a new round starts as such
    for reference in ("TR-2026-0002", "TR-2026-0003"):
        app.cases.transfer(reference, "duinrade", by=BY)
        app.cases.accept(reference, by=typed("regie-9"))
    app.cases.close("TR-2026-0004", reason="died", by=BY)
    for reference in ("TR-2026-0005", "TR-2026-0006"):
        app.cases.rest(reference, reason="out_of_sight", by=typed("leider-1"))
    clock.set("2026-11-18T09:00:00+00:00")
    app.time.tick_all()
    app.cases.wake("TR-2026-0006", on=day("2026-11-17"), by=BY)
    clock.set("2026-11-30T09:00:00+00:00")
    app.time.tick_all()
    for week in ("2026-W45", "2026-W46", "2026-W47"):
        report = app.reports.of_week(Week.parse(week))
        told = {name: report["totals"][name] for name in ("started", "taken_over", "handed_over", "ended")}
        assert {"at_rest": report["at_rest"], **told} == from_audit(database, Week.parse(week)), week
    report = app.reports.of_week(Week.parse("2026-W46"))
    assert (report["totals"]["started"], report["totals"]["taken_over"], report["totals"]["handed_over"]) == (1, 6, 6)
    assert (report["totals"]["ended"], report["at_rest"]) == (3, 2)
    moves = context(report)["moves"]
    assert moves[-1] == ("Totaal", 3, 6, 6)
    assert ("Identiteitsbewijs", 1, 2, 2) in moves
    assert as_pdf(report).startswith(b"%PDF")
