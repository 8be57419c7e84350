"""What a browser gets besides pages: the style with its themes, and the script. Made once at start, under names that change with
what is in them, so that a browser keeps them for a year.
"""

import gzip
import hashlib
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from provisions.catalogue.themes import COLOURS, Theme

FOLDER = Path(__file__).parent / "style"
STYLES = ("componenten.css", "werkplek.css")
SCRIPT = "werkplek.js"
YEAR = "public, max-age=31536000, immutable"


@dataclass(frozen=True)
class Kept:
    """A file as it is sent. ``version``: follows from what is in it."""

    content: bytes
    packed: bytes
    kind: str
    version: str

    @classmethod
    def of(cls, content: bytes, kind: str) -> "Kept":
        """``content`` with what follows from it."""
        return cls(content, gzip.compress(content, 9, mtime=0), kind, hashlib.sha256(content).hexdigest()[:12])


class Files:
    """Everything that pages refer to. ``themes``: by name."""

    def __init__(self, themes: Mapping[str, Theme]) -> None:
        style = "\n".join((FOLDER / name).read_text("utf-8") for name in STYLES)
        self._kept = {
            "/stijl/werkplek.css": Kept.of(style.encode(), "text/css"),
            "/stijl/werkplek.js": Kept.of((FOLDER / SCRIPT).read_bytes(), "text/javascript"),
            **{theme_path(name): Kept.of(css_of(theme).encode(), "text/css") for name, theme in themes.items()},
        }

    def address(self, path: str) -> str:
        """Where the file at ``path`` is now: another address when its content changes."""
        return f"{path}?v={self._kept[path].version}"

    def routes(self) -> list[Route]:
        """Each file answers to everybody."""
        return [Route(path, _sender(kept)) for path, kept in self._kept.items()]


def theme_path(name: str) -> str:
    """The address of a theme, without its version."""
    return f"/stijl/thema-{name}.css"


def css_of(theme: Theme) -> str:
    """A theme as custom properties: ours for each colour (``--werkplek-late``), and NL Design System's own that it names."""
    shape = {"werkplek-font": theme.font, "werkplek-radius": theme.radius}
    light = _colours(theme.light)
    dark = _colours(theme.dark)
    return (
        f":root {{\n{_lines((light | shape).items())}}}\n"
        f"@media screen and (prefers-color-scheme: dark) {{\n:root {{\n{_lines(dark.items())}}}\n}}\n"
        # A token of the municipality goes before what our own style says of it.
        f":root:root {{\n{_lines(theme.tokens.items())}}}\n"
    )


def _colours(colours: Mapping[str, str]) -> dict[str, str]:
    return {f"werkplek-{name.replace('_', '-')}": colours[name] for name in COLOURS}


def _lines(tokens: Iterable[tuple[str, str]]) -> str:
    return "".join(f"--{name}: {value};\n" for name, value in tokens)


def _sender(kept: Kept) -> Callable[[Request], Awaitable[Response]]:
    async def send(request: Request) -> Response:
        headers = {"cache-control": YEAR, "vary": "accept-encoding"}
        if "gzip" in request.headers.get("accept-encoding", ""):
            return Response(kept.packed, media_type=kept.kind, headers=headers | {"content-encoding": "gzip"})
        return Response(kept.content, media_type=kept.kind, headers=headers)

    return send
