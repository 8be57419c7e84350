"""Takes secrets out of texts that others made: what a driver or a library says may quote the address it was given.

Every secret that is read from the settings is made known here, for the whole process. What we write ourselves needs no
redaction, because no secret is put into it.
"""

import logging
import sys
import threading
import traceback
from types import TracebackType
from urllib.parse import quote, quote_plus

HIDDEN = "•••"
SHORTEST = 4  # characters of a secret that may not be shown in a row

_pieces: set[str] = set()


def keep_secret(*secrets: str) -> None:
    """Never show these, nor any four characters of them in a row, written plainly, percent-encoded or escaped."""
    for secret in secrets:
        for written in (secret, secret.lower(), secret.upper()):
            forms = {written, quote(written, safe=""), quote_plus(written), repr(written)[1:-1], ascii(written)[1:-1]}
            for form in forms:
                folded, _ = _folded(form)
                _pieces.update(folded[start : start + SHORTEST] for start in range(len(folded) - SHORTEST + 1))


def redacted(text: str) -> str:
    """``text`` without what must be kept secret."""
    if not _pieces:
        return text
    folded, origin = _folded(text)
    hidden = bytearray(len(text))
    for start in range(len(folded) - SHORTEST + 1):
        if folded[start : start + SHORTEST] in _pieces:
            for place in origin[start : start + SHORTEST]:
                hidden[place] = 1
    found: list[str] = []
    for place, character in enumerate(text):
        if not hidden[place]:
            found.append(character)
        elif place == 0 or not hidden[place - 1]:
            found.append(HIDDEN)
    return "".join(found)


def _folded(text: str) -> tuple[str, list[int]]:
    """``text`` without the difference of capitals, and of each of its characters the place in ``text`` that it came from.

    Character by character, because one may become several (``İ``, ``ß``), and a whole text folds as its parts do.
    """
    parts = [character.casefold() for character in text]
    return "".join(parts), [place for place, part in enumerate(parts) for _ in part]


def guard_this_process() -> None:
    """From now on no log line and no traceback of this process shows a secret."""
    if getattr(logging.getLogRecordFactory(), "redacts", False):
        return
    make = logging.getLogRecordFactory()

    def record(*args: object, **values: object) -> logging.LogRecord:
        made = make(*args, **values)
        if not _pieces:
            return made
        try:
            made.msg, made.args = redacted(made.getMessage()), ()
        except (TypeError, ValueError):
            return made  # what can't be written is told by logging itself, where it is written
        if made.exc_info and made.exc_info[0]:
            made.exc_text = redacted("".join(traceback.format_exception(*made.exc_info)).rstrip())
        return made

    record.redacts = True  # type: ignore[attr-defined] # a mark that it was done
    logging.setLogRecordFactory(record)
    sys.excepthook = _show
    threading.excepthook = lambda fault: _show(fault.exc_type, fault.exc_value, fault.exc_traceback)


def _show(kind: type[BaseException], fault: BaseException | None, trace: TracebackType | None) -> None:
    sys.stderr.write(redacted("".join(traceback.format_exception(kind, fault, trace))))
