"""A list to take away: as CSV that a spreadsheet opens as it is."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date

from starlette.responses import Response

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def as_csv(name: str, heads: Sequence[str], rows: Iterable[Sequence[object]]) -> Response:
    """The rows under their heads, with semicolons and in UTF-8, as ``name``.csv. What a spreadsheet would take for a formula is
    text. Days are ISO.
    """
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(heads)
    writer.writerows([_cell(value) for value in row] for row in rows)
    headers = {"content-disposition": f'attachment; filename="{name}.csv"'}
    return Response(f"\ufeff{text.getvalue()}".encode(), media_type="text/csv; charset=utf-8", headers=headers)


def _cell(value: object) -> object:
    if value is None:
        return ""
    if isinstance(value, date):
        return value.isoformat()
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
