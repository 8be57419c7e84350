"""``provisions report``: the breach report of a week, on the screen and as files."""

from argparse import Namespace

from provisions.cli.database import app_on
from provisions.cli.output import as_json, progress, say
from provisions.domain.weeks import Week
from provisions.machine.files import path_of
from provisions.report.build import Report
from provisions.report.files import write
from provisions.report.page import title
from provisions.settings import Settings


def report(args: Namespace, settings: Settings) -> None:
    """Write the report as HTML, CSV and JSON, and tell what is in it (or print the JSON)."""
    week = Week.parse(args.week) if args.week else None
    folder = path_of(str(args.out)) if args.out else settings.home / "reports"
    progress("Rapport maken …")
    with app_on(settings) as app:
        made = app.reports.of_week(week)
    paths = write(made, folder)
    if args.json:
        as_json(made)
        for path in paths:
            progress(f"Geschreven: {path}")
        return
    say(*_summary(made), *(f"Geschreven: {path}" for path in paths))


def _summary(report: Report) -> list[str]:
    totals = report["totals"]
    lines = [
        title(report),
        f"  overschrijdingen: {totals['breaches']}   nu te laat: {totals['overdue']}   nog open: {totals['open']}   "
        f"geregeld: {totals['delivered']}, waarvan op tijd {totals['delivered_on_time']}",
    ]
    lines += [f"  {sentence}" for sentence in report["headlines"]]
    if report["corrections"]:
        lines.append(f"  correcties op eerdere rapporten: {len(report['corrections'])}")
    if report["frozen"]:
        lines.append("  Dit rapport is verzonden; de cijfers liggen vast.")
    elif not report["complete"]:
        lines.append("  Deze week is nog niet om; de cijfers zijn voorlopig.")
    return lines
