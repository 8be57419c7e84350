"""The one way in which templates are read: what a template names and nobody gives is a fault, not an empty place."""

from pathlib import Path
from types import CodeType

from jinja2 import BytecodeCache, Environment, FileSystemLoader, StrictUndefined
from jinja2.bccache import Bucket


class _Compiled(BytecodeCache):
    """What was compiled stays for as long as this process, whichever environment asks for it: a template is code that takes a
    tenth of a second, and each of our environments differs from the others in its filters only, which are looked up as it runs.
    """

    def __init__(self) -> None:
        self._code: dict[tuple[str, str], CodeType] = {}  # by name and file, and by the text that was compiled

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give ``bucket`` its code, when it is known."""
        bucket.code = self._code.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep the code of ``bucket``."""
        if bucket.code is not None:
            self._code[bucket.key, bucket.checksum] = bucket.code


_COMPILED = _Compiled()


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
        bytecode_cache=_COMPILED,
    )
