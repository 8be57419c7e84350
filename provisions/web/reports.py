"""The weekly reports to read, to take along, and as the paper of a meeting."""

from starlette.responses import Response

from provisions.domain.weeks import number_in_year
from provisions.report import page
from provisions.report.build import Report
from provisions.report.chart import CHARTS
from provisions.report.page import context, count, week_words
from provisions.report.table import as_csv
from provisions.web.charts import Chart, chart
from provisions.web.pages import Page
from provisions.web.visits import Visit


def every(visit: Visit) -> Response:
    """Which reports there are."""
    found = visit.house.app.reading.listed(visit.actor)
    return visit.house.page(visit, "reports.html.j2", title="Rapporten", reports=found, called=week_words)


def one(visit: Visit) -> Response:
    """One report."""
    report = _report(visit)
    return visit.house.page(
        visit,
        "report.html.j2",
        **context(report),
        charts=[(name, _chart(report, figure, name)) for figure, name in CHARTS],
        count=count,
        called=week_words,
    )


def pdf(visit: Visit) -> Response:
    """The same for paper."""
    from provisions.report.pdf import as_pdf  # a typesetter and fonts: only where somebody takes one along

    report = _report(visit)
    return _file(as_pdf(report), "application/pdf", f"weekrapport-{report['week']}.pdf")


def csv(visit: Visit) -> Response:
    """Its figures for a spreadsheet."""
    report = _report(visit)
    return _file(as_csv(report).encode(), "text/csv; charset=utf-8", f"weekrapport-{report['week']}.csv")


def paper(visit: Visit) -> Response:
    """What lies on the table of a meeting: what recurs, and what is asked."""
    report = _report(visit)
    made = page.paper(report)
    return visit.house.page(visit, "paper.html.j2", title=made["title"], paper=made, week=report["week"])


def paper_pdf(visit: Visit) -> Response:
    """The same on at most two pages."""
    from provisions.report.pdf import paper_as_pdf  # as above

    report = _report(visit)
    return _file(paper_as_pdf(report), "application/pdf", f"vergadering-{report['week']}.pdf")


def _report(visit: Visit) -> Report:
    return visit.house.app.reading.of_week(visit.actor, visit.path["week"])


def _chart(report: Report, figure: str, name: str) -> Chart:
    label = f"Staafgrafiek: {name[0].lower()}{name[1:]}. De tabel hieronder heeft dezelfde cijfers."
    return chart(label, [(str(number_in_year(row["week"])), row[figure]) for row in report["weeks"]])


def _file(content: bytes, media_type: str, name: str) -> Response:
    return Response(content, media_type=media_type, headers={"content-disposition": f'attachment; filename="{name}"'})


PAGES = (
    Page("/rapporten", every),
    Page("/rapporten/{week}", one),
    Page("/rapporten/{week}/pdf", pdf),
    Page("/rapporten/{week}/csv", csv),
    Page("/rapporten/{week}/vergadering", paper),
    Page("/rapporten/{week}/vergadering/pdf", paper_pdf),
)
