"""Prefect's own pages, as the door serves them below ``/prefect``: read once from the package, with our bar on top.

The package is found without importing Prefect. What is text is compressed once: Prefect does so at each request.
"""

import gzip
import mimetypes
import re
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

from flows.server.stylesheet import STYLES

BASE = "/prefect"
_OURS = Path(__file__).parent / "pages_of_ours"
_PLACEHOLDER = "/PREFECT_UI_SERVE_BASE_REPLACE_PLACEHOLDER"
_TEXT = (".js", ".css", ".html", ".svg", ".webmanifest", ".xml", ".txt", ".json")

_HIDDEN = "".join(
    f'.p-context-sidebar a[href$="/{name}"] {{ display: none; }}\n'
    for name in ("work-pools", "blocks", "variables", "automations", "concurrency-limits")
)


@dataclass(frozen=True)
class File:
    """A file of the UI, plain and compressed."""

    content: bytes
    compressed: bytes | None
    media_type: str
    forever: bool


class PackagedPages:
    """All files of the UI, by the path below ``BASE``."""

    def __init__(self) -> None:
        spec = find_spec("prefect")
        assert spec is not None  # noqa: S101 - it is pinned
        assert spec.submodule_search_locations  # noqa: S101 - a package
        folder = Path(spec.submodule_search_locations[0]) / "server" / "ui"
        self._files = {
            path.relative_to(folder).as_posix(): _file(path, folder) for path in folder.rglob("*") if path.is_file()
        }
        self._files["deur.js"] = _made((_OURS / "deur.js").read_text("utf-8"), "text/javascript")
        self._files["deur.css"] = _made(STYLES + (_OURS / "deur.css").read_text("utf-8"), "text/css")
        self._files["minder.css"] = _made(_HIDDEN, "text/css")
        self._index = self._files.pop("index.html").content.decode()

    def file(self, path: str) -> File | None:
        """A file; ``None`` when it is none, and then it is a page."""
        return self._files.get(path)

    def index(self, bar: str, *, whole: bool, theme: str) -> str:
        """The one page of the UI, with a bar (HTML, safe) on top. ``whole``: the menu is the administrator's. ``theme``: the
        address of the colours of our own pages, which the bar has too.
        """
        less = "" if whole else f'<link rel="stylesheet" href="{BASE}/minder.css">'
        styles = f'<link rel="stylesheet" href="{theme}"><link rel="stylesheet" href="{BASE}/deur.css">{less}'
        head = f'<script src="{BASE}/deur.js"></script>{styles}'
        html = re.sub(r'<link rel="icon" href="/favicon[^>]*>', "", self._index)
        return html.replace("<head>", f"<head>{head}", 1).replace("<body>", f"<body>{bar}", 1)


def _file(path: Path, folder: Path) -> File:
    content = path.read_bytes()
    is_text = path.suffix in _TEXT
    if is_text:
        content = content.replace(_PLACEHOLDER.encode(), BASE.encode())
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    kind = "text/javascript" if path.suffix == ".js" else kind
    forever = path.relative_to(folder).parts[0] == "assets"
    return File(content, gzip.compress(content, 6) if is_text else None, kind, forever)


def _made(text: str, media_type: str) -> File:
    return File(text.encode(), gzip.compress(text.encode()), media_type, forever=False)


def below_base(path: str, query: str) -> str:
    """Where a page of Prefect is that had its address at the root."""
    return f"{BASE}{quote(path)}{f'?{query}' if query else ''}"
