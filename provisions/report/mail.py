"""The report as a mail to the steering group: page, plain text, and the figures as an attachment."""

from typing import Any

from provisions.catalogue import Config
from provisions.report.build import Report
from provisions.report.page import in_mail, plain_text, title
from provisions.report.table import as_csv


def prepared(report: Report, config: Config) -> dict[str, Any]:
    """The content of the message, as it is kept and sent."""
    to = config.organisation.steering_group
    return {
        "recipients": [{"name": to.name, "email": to.email}],
        "subject": title(report),
        "text": plain_text(report),
        "html": in_mail(report),
        "attachments": [
            {"name": f"weekrapport-{report['week']}.csv", "media_type": "text/csv", "content": as_csv(report)}
        ],
    }
