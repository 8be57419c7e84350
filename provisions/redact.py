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
    for secret in (secret.lower() for secret in secrets):
        forms = {secret, quote(secret, safe=""), quote_plus(secret), repr(secret)[1:-1], ascii(secret)[1:-1]}
        for form in (form.lower() for form in forms):
            _pieces.update(form[start : start + SHORTEST] for start in range(len(form) - SHORTEST + 1))


def redacted(text: str) -> str:
    """``text`` without what must be kept secret."""
    if not _pieces:
        return text
    hidden = bytearray(len(text))
    folded = "".join(low if len(low := character.lower()) == 1 else character for character in text)
    for start in range(len(text) - SHORTEST + 1):
        if folded[start : start + SHORTEST] in _pieces:
            hidden[start : start + SHORTEST] = b"\1" * SHORTEST
    found: list[str] = []
    for place, character in enumerate(text):
        if not hidden[place]:
            found.append(character)
        elif place == 0 or not hidden[place - 1]:
            found.append(HIDDEN)
    return "".join(found)


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
