"""Run in a copy of the product to which a rung was added: from config to letter to page. Prints what was seen, as JSON."""

import io
import json
import sys
from contextlib import redirect_stdout

from sqlalchemy import update

from flows.forms import catalogue
from provisions.catalogue import PROJECT
from provisions.cli.arguments import parser
from provisions.cli.tables import Tables
from provisions.database.connect import engine_for
from provisions.domain.weeks import Week
from provisions.overview import Overviews, Pages
from provisions.report import page, table
from provisions.report.reports import Reports
from provisions.store import tables as t
from tests.additions.workplace import page_of, signed_in
from tests.builders import CONFIG, Town, at
from tests.conftest import MovingClock
from tests.overview.conftest import PlainLinks


def main() -> None:
    """The card is three weeks late in a town that has the new table."""
    clock = MovingClock(at("2026-11-02 10:00"))
    database = engine_for(sys.argv[1])
    town = Town(database, clock)
    case = town.takes_in("TR-2026-0042", "advance_payment")
    town.on("2026-11-12 08:00")
    next_seen = [p["next_rung"]["rung"] for p in case.view.as_json()["provisions"]]
    town.on("2026-11-14 08:00")
    pages = Pages(CONFIG, PlainLinks())
    plan = pages.plan(case.view, clock().date())
    late = pages.late(Overviews(database, CONFIG, town.app.views, clock).late())
    shown = town.app.run_views.of(case["advance_payment"].id)
    lies_with = case["advance_payment"].lies_with
    rungs, as_json = case.rungs("advance_payment"), case["advance_payment"].as_json()["rungs"]
    screen = io.StringIO()
    with redirect_stdout(screen):
        Tables(CONFIG, clock().date()).show_case(case.view)
    opened = signed_in(town.app, clock, "team_lead").opens(f"{page_of(town.app, 'TR-2026-0042')}/advance_payment")
    case.does("answer", "advance_payment", "provincial", "priority", by="procesregisseur-1")
    town.on("2026-11-24 08:00")
    with database.begin() as connection:  # the database's own clock wrote these moments, and it is not the story's
        connection.execute(update(t.rung).values(climbed=t.rung.c.due))
    report = Reports(database, CONFIG, clock).of_week(Week.parse("2026-W46"))
    answered = catalogue.forms(CONFIG)["Antwoord van de tafel"]
    sys.stdout.write(
        json.dumps(
            {
                "project": str(PROJECT),
                "next": next_seen,
                "rungs": rungs,
                "json": as_json,
                "lies_with": lies_with,
                "letters": [[x.to, x.subject, x.text] for x in town.letters],
                "plan": plan.text,
                "late": late.text,
                "page": opened,
                "screen": screen.getvalue(),
                "run": [shown.state, shown.message, list(shown.tags)],
                "report": [dict(report["totals"]["rungs"]), page.as_page(report), table.as_csv(report)],
                "form": answered.choices["rung"],
                "help": parser().format_help(),
                "audit": [e.because for e in town.app.views.audit("TR-2026-0042")],
            }
        )
    )


if __name__ == "__main__":
    main()
