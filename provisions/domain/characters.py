"""What a text is made of: what can be seen, what steers a screen, and what is the same sign in another shape.

Unicode's own tables decide (UAX #44, general categories; UAX #15, NFKD), so that no list here has to be complete.
"""

import unicodedata
from functools import lru_cache

# Letters and signs by category that nobody can see all the same (Unicode: Hangul fillers, Braille without dots).
_BLANK = frozenset("\u115f\u1160\u3164\uffa0\u2800\u17b4\u17b5")
# Full stops of other scripts, which NFKD leaves alone.
_STOPS = {"。": ".", "｡": ".", "․": "."}


def is_blank(text: str) -> bool:
    """Whether there is nothing to see in ``text``: white space, control and format characters, marks on nothing.

    >>> is_blank("\\u200b \\u2060"), is_blank("-")
    (True, False)
    """
    return all(_kind(c)[0] in "ZCM" or c in _BLANK for c in text)


def as_seen(text: str) -> str:
    """``text`` as a screen can show it without being steered: control, format and bidi characters become text.

    A line feed and a tab stay what they are only where the caller puts them: here they become text too.

    >>> as_seen("rood \\x1b[31m \\u202eom")
    'rood \\\\x1b[31m \\\\u202eom'
    """
    return text if text.isprintable() else "".join(_seen(c) for c in text)


def folded(text: str) -> str:
    """``text`` with one sign for what reads the same: compatibility forms, digits of every script, no accents, nothing
    that can't be seen, one space for every white space. Case stays.

    >>> folded("０６–1\\u200b2 caf\\u00e9")
    '06–12 cafe'
    """
    if text.isascii():
        return "".join(" " if c.isspace() or not c.isprintable() else c for c in text)
    # Marks go first: putting a long run of them in order (NFKD) takes the square of its length.
    plain = unicodedata.normalize("NFKD", "".join(c for c in text if not _is_unseen(c)))
    return "".join(_folded(c) for c in plain if not _is_unseen(c))


def is_utf8(text: str) -> bool:
    """Whether ``text`` can be written as UTF-8: half a surrogate pair is a byte that was none (PEP 383)."""
    return not any("\ud800" <= c <= "\udfff" for c in text)


@lru_cache(maxsize=4096)
def _kind(character: str) -> str:
    return unicodedata.category(character)


def _is_unseen(character: str) -> bool:
    return _kind(character) in ("Mn", "Me", "Cf") or character in _BLANK


@lru_cache(maxsize=4096)
def _folded(character: str) -> str:
    digit = unicodedata.digit(character, None)
    if digit is not None:
        return str(digit)
    if _kind(character)[0] in "ZC":
        return " "
    return _STOPS.get(character, character)


@lru_cache(maxsize=4096)
def _seen(character: str) -> str:
    if character.isprintable() or _kind(character) == "Zs":
        return character
    return character.encode("unicode_escape").decode("ascii")
