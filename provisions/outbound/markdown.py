"""One Markdown text, read as plain text by one person and as HTML by another."""

import re
import textwrap

from markdown_it import MarkdownIt

WIDTH = 76
_HTML = MarkdownIt("commonmark", {"html": False})
_MARKS = re.compile(r"\*\*|`")


def html(markdown: str) -> str:
    """The body as HTML. Whatever looks like HTML in the text is escaped."""
    return str(_HTML.render(markdown))


def plain_text(markdown: str) -> str:
    """The body as plain text: without marks, wrapped, headings underlined. Commands stay on one line."""
    blocks = re.split(r"\n{2,}", markdown.strip())
    return "\n\n".join(_plain_block(block) for block in blocks) + "\n"


def _plain_block(block: str) -> str:
    if block == "---":
        return "-" * WIDTH
    if block.startswith("## "):
        title = block.removeprefix("## ")
        return f"{title}\n{'-' * len(title)}"
    return "\n".join(_plain_line(line) for line in block.split("\n"))


def _plain_line(line: str) -> str:
    text = _MARKS.sub("", line).rstrip("\\")
    if "`" in line:
        return text
    quote = "> " if text.startswith(">") else ""
    indent = quote or ("  " if text.startswith("- ") else "")
    return textwrap.fill(text, WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)
