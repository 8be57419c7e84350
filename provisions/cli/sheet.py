"""``provisions sheet``: one page about a case, for a meeting or for the client, as files."""

from argparse import Namespace

from provisions.cli.database import app_on
from provisions.cli.output import as_json, say
from provisions.domain.calendar import day_of
from provisions.machine.files import path_of
from provisions.overview.sheet import as_html, as_pdf
from provisions.overview.sheet import sheet as page_of
from provisions.report.files import write_files
from provisions.settings import Settings


def sheet(args: Namespace, settings: Settings) -> None:
    """Write the page as HTML and as PDF into a folder."""
    with app_on(settings) as app:
        view = app.views.case(args.reference)
        page = page_of(view, app.config, day_of(app.clock()), client=args.client)
    name = f"{'client' if args.client else 'overleg'}-{view.case.reference}"
    contents = {f"{name}.html": as_html(page).encode(), f"{name}.pdf": as_pdf(page)}
    paths = write_files(path_of(str(args.out)), contents, what="Het blad")
    if args.json:
        as_json([str(path) for path in paths])
        return
    say(*(f"Geschreven: {path}" for path in paths))
