"""Header lines that every mail program reads back as what was meant: names in any alphabet, with commas, quotes, of any length.

Made here and not by the library, whose folding loses the quotes of a long name (so that a comma in it begins another address)
in the versions of Python that are in use. RFC 5322 (folding, quoted strings), RFC 2047 (encoded words), RFC 5890 (domains).
"""

import base64
from collections.abc import Iterable

LONGEST_NAME = 60  # characters: a name in quotes is not folded
LONGEST_WORD = 42  # bytes: with the marks of an encoded word it stays below 75 characters
FOLD = "\r\n "
_NEVER_QUOTED = ("=?", "?=")  # a reader might take it for an encoded word


def addresses(contacts: Iterable[tuple[str, str]]) -> str:
    """A header of addresses, from (name, e-mail address) pairs."""
    return f",{FOLD}".join(_address(name, email) for name, email in contacts)


def text(value: str) -> str:
    """A header of text, such as a subject, on one line for the reader."""
    clean = one_line(value)
    return clean if _is_plain(clean) else _encoded(clean)


def one_line(value: str) -> str:
    """Without line ends and other control characters: nothing that is said can begin another header."""
    return " ".join("".join(c if c.isprintable() else " " for c in value).split())


def ascii_address(email: str) -> str:
    """An e-mail address as mail servers take it: the domain in ASCII. Of the part before it only they know the meaning."""
    local, at, domain = email.rpartition("@")
    try:
        return f"{local}{at}{domain.encode('idna').decode()}"
    except UnicodeError:
        return email


def _address(name: str, email: str) -> str:
    clean = one_line(name)
    if not clean:
        return f"<{ascii_address(email)}>"
    if not _is_plain(clean):
        return f"{_encoded(clean)}{FOLD}<{ascii_address(email)}>"
    quoted = clean.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{quoted}"{FOLD}<{ascii_address(email)}>'


def _is_plain(clean: str) -> bool:
    return clean.isascii() and len(clean) <= LONGEST_NAME and not any(mark in clean for mark in _NEVER_QUOTED)


def _encoded(clean: str) -> str:
    """As encoded words, each of whole characters and on a line of its own."""
    words, word = [], b""
    for character in clean:
        code = character.encode("utf-8", "replace")
        if len(word) + len(code) > LONGEST_WORD:
            words.append(word)
            word = b""
        word += code
    return FOLD.join(f"=?utf-8?b?{base64.b64encode(part).decode()}?=" for part in (*words, word))
