"""The one way in which templates are read: what a template names and nobody gives is a fault, not an empty place."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined


def environment(*folders: Path) -> Environment:
    """Templates in ``folders``, the first that has one. What becomes HTML or SVG is escaped; Markdown is not, for
    markdown-it escapes what becomes HTML, and what is put in it comes from closed lists, codes and config.
    """
    return Environment(
        loader=FileSystemLoader(folders),
        undefined=StrictUndefined,
        autoescape=lambda name: name is not None and name.endswith((".html.j2", ".svg.j2")),  # noqa: S701 - see above
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
