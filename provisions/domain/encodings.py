"""From the bytes of a file that somebody saved to its text: UTF-8, and what Excel, Notepad and PowerShell write instead.

Other encodings are taken in where they are clear, and otherwise named with what to do.
"""

import codecs

from provisions.domain.errors import InvalidInput

# What a Dutch text in Windows-1252 has beyond ASCII; anything else says that it is another encoding.
_WINDOWS = frozenset("áàâäãåçéèêëíìîïñóòôöõúùûüýÿÁÀÂÄÅÇÉÈÊËÍÌÎÏÑÓÒÔÖÚÙÛÜß€‘’‚“”„…–—•·´«»°§±²³½¼¾×©®\u00a0\u00ad")
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def decoded(content: bytes, name: str, remedy: str = "Sla het bestand op als UTF-8 en probeer het opnieuw.") -> str:
    """The text of the file called ``name``, without a byte order mark; line ends stay as they are.

    Raises ``InvalidInput`` naming the line (from 1) and ``remedy`` (Dutch) when it can't be read with certainty.
    """
    encoding = next((encoding for mark, encoding in _MARKS if content.startswith(mark)), "utf-8")
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as fault:
        text = "" if encoding != "utf-8" else _windows(content)
        if not text:
            line = content.count(b"\n", 0, fault.start) + 1
            raise InvalidInput(
                f"Het bestand {name} is niet te lezen als UTF-8-tekst: op regel {line} staat een teken in een andere codering. "
                f"{remedy}"
            ) from None
    if "\x00" in text:
        raise InvalidInput(
            f"Het bestand {name} is niet te lezen als UTF-8-tekst (het is UTF-16 of geen tekst). {remedy}"
        )
    return text


def _windows(content: bytes) -> str:
    """The text when it is clearly Windows-1252; empty when it is not clear."""
    try:
        text = content.decode("cp1252")
    except UnicodeDecodeError:
        return ""
    return text if all(c.isascii() or c in _WINDOWS for c in text) else ""
