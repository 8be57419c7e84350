"""The only writer to the screen: nothing that is shown can steer it, and nothing that can't be shown is fatal.

A change that was committed stays done, also when the disk is full, nobody listens any more, or the screen knows ASCII only.
"""

import codecs
import io
import os
import sys
import unicodedata
from typing import TextIO

from provisions.domain.characters import as_seen

_REPLACED = "provisions.replaced"
_PLAIN = {
    "\u2500": "-", "\u2013": "-", "\u2014": "-", "\u2026": "...", "\u00b7": "-", "\u2018": "'", "\u2019": "'", "\u201c": '"',
    "\u201d": '"', "\u20ac": "EUR", "\u2588": "#", "\u2592": "=",
}  # fmt: skip
_unwritten: list[str] = []  # why standard output took no more, the first time


def prepare() -> None:
    """Make standard output and error ready: open, and with a replacement for what they can't show."""
    _unwritten.clear()
    for descriptor in (0, 1, 2):  # one that is closed would be taken by the next file or connection
        try:
            os.fstat(descriptor)
        except OSError:
            opened = os.open(os.devnull, os.O_RDWR)
            if opened != descriptor:
                os.dup2(opened, descriptor)
                os.close(opened)
    codecs.register_error(_REPLACED, _replaced)
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115 - for as long as the process lives
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=_REPLACED)


def lines(*texts: str) -> None:
    """Lines of text on standard output, as they can be seen."""
    drawn(*(as_seen(line) for text in texts for line in text.split("\n")))


def drawn(*texts: str) -> None:
    """Lines on standard output that hold our own colours: what is in them was made visible before."""
    _write(sys.stdout, "".join(f"{text}\n" for text in texts))


def aside(*texts: str) -> None:
    """Lines of text on standard error, as they can be seen."""
    _write(sys.stderr, "".join(f"{as_seen(line)}\n" for text in texts for line in text.split("\n")))


def speaks_unicode() -> bool:
    """Whether standard output takes every character."""
    return codecs.lookup(getattr(sys.stdout, "encoding", None) or "utf-8").name.startswith("utf")


def finished() -> str | None:
    """Write what was held back. Why standard output could not take everything (Dutch), or ``None``.

    A reader that has seen enough (head, less) is no fault.
    """
    for stream in (sys.stdout, sys.stderr):
        _write(stream, "", flush=True)
    return _unwritten[0] if _unwritten else None


def _write(stream: TextIO, text: str, *, flush: bool = False) -> None:
    try:
        stream.write(text)
        if flush:
            stream.flush()
    except (OSError, ValueError) as fault:
        if stream is sys.stdout and not isinstance(fault, BrokenPipeError):
            _unwritten.append(os.strerror(fault.errno) if isinstance(fault, OSError) and fault.errno else "afgesloten")
        _silence(stream)


def _silence(stream: TextIO) -> None:
    """What was held back and what is still to come goes nowhere, so that the end of the process does not trip over it."""
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
    except (OSError, ValueError):
        pass


def _replaced(fault: UnicodeError) -> tuple[str, int]:
    if not isinstance(fault, UnicodeEncodeError):
        raise fault
    characters = fault.object[fault.start : fault.end]
    return "".join(_plain(character) for character in characters), fault.end


def _plain(character: str) -> str:
    if character in _PLAIN:
        return _PLAIN[character]
    base = unicodedata.normalize("NFKD", character).encode("ascii", "ignore").decode("ascii")
    return base or "?"
