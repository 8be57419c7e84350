"""A stylesheet of our own for Prefect's pages: it mends what the shipped UI does wrong.

Prefect copies its pages to a folder when it starts; the stylesheet is put beside them and named in ``index.html``. It comes
from our own address, as the guard's policy asks.
"""

from pathlib import Path

from provisions.machine.files import write

NAME = "provisions.css"
_LINK = f'<link rel="stylesheet" href="/{NAME}">'

# A click on the text of a drop-down reaches both its button and its frame, and each toggles it: it opened and closed at once
# (Prefect 3.8.8). Now it falls on the frame alone, as a click on the arrow does; the keyboard still finds the button. What is
# inside the button and must be clicked by itself is the cross of something chosen.
#
# A table in a page never broke a line, was as narrow as it could be, and hid its scroll bar: on a screen of less than 1,600
# pixels the last columns were gone without a trace.
STYLES = """\
.p-select-button__control:not(:disabled) { pointer-events: none; }
.p-select-button__control .p-tag__dismiss { pointer-events: auto; }
.markdown-renderer__table { max-width: 100%; scrollbar-width: auto; }
.markdown-renderer__table::-webkit-scrollbar { display: block; }
.markdown-renderer__table .p-table-data, .markdown-renderer__table .p-table-header { white-space: normal; vertical-align: top; }
"""


def put_in(pages: Path) -> None:
    """Give every ``index.html`` below ``pages`` the stylesheet. Doing it again changes nothing."""
    for index in pages.rglob("index.html"):
        write(index.parent / NAME, STYLES.encode())
        html = index.read_text("utf-8")
        if _LINK not in html:
            write(index, html.replace("</head>", f"  {_LINK}\n  </head>", 1).encode())
