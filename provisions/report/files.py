"""The report as files: a page to read, PDF for paper, CSV for a spreadsheet, JSON for programs; all with the same figures."""

import json
import os
from collections.abc import Mapping
from pathlib import Path

from provisions.domain.errors import Unreachable
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
    """Write files by name into ``folder`` (made when missing), readable by their owner only. Returns their paths.

    Raises ``Unreachable`` when the folder can't be written; ``what`` is what it then says can't be.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return [write_file(folder / name, content) for name, content in contents.items()]
    except OSError as error:
        raise Unreachable(
            f"{what} kan niet worden geschreven in {folder}: {error.strerror}. Kies een andere map met --out."
        ) from None


def write_file(path: Path, content: bytes) -> Path:
    """Write a file whole or not at all, readable by its owner only. Raises ``OSError``."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    draft.replace(path)
    return path
