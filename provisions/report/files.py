"""The report as files: a page to read, PDF for paper, CSV for a spreadsheet, JSON for programs; all with the same figures."""

import json
from collections.abc import Mapping
from pathlib import Path

from provisions.domain.errors import Unreachable
from provisions.machine.files import reason, write_together
from provisions.report.build import Report
from provisions.report.page import as_page
from provisions.report.pdf import as_pdf
from provisions.report.table import as_csv


def write(report: Report, folder: Path) -> list[Path]:
    """Write the files into ``folder`` (made when missing), readable by their owner only. Returns their paths.

    Raises ``Unreachable`` when the folder can't be written.
    """
    name = f"weekrapport-{report['week']}"
    contents = {
        f"{name}.html": as_page(report).encode(),
        f"{name}.pdf": as_pdf(report),
        f"{name}.csv": as_csv(report).encode(),
        f"{name}.json": (json.dumps(report, ensure_ascii=False, indent=2) + "\n").encode(),
    }
    return write_files(folder, contents, what="Het rapport")


def write_files(folder: Path, contents: Mapping[str, bytes], *, what: str) -> list[Path]:
    """Write files by name into ``folder`` (made when missing), all or none, for their owner only. Returns their paths.

    Raises ``Unreachable`` when the folder can't be written; ``what`` is what it then says can't be.
    """
    try:
        return write_together(folder, contents)
    except OSError as error:
        raise Unreachable(
            f"{what} kan niet worden geschreven in {folder}: {reason(error)}.", "Of kies een andere map met --out."
        ) from None
