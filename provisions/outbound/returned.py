"""What an automatic mail says of a message of ours: the address is not there, or its reader is away. Pure.

Recognised by what the standards have for it (RFC 3464 for what was not delivered, RFC 3834 for automatic answers) and by what
mail programs add to it. Everything else is a mail of a person, and is left alone. Of a mail nothing is kept but what is
declared here: no text, no subject, and of addresses only those that we wrote to ourselves.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import Message
from email.utils import getaddresses
from uuid import UUID

from provisions.domain import dutch

LONGEST_READ = 256 * 1024  # bytes: what matters of such a mail stands in front
_ID = re.compile(r"<([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})@([^\s<>@]+)>", re.IGNORECASE)
_WORD = re.compile(r"[a-z-]+")
_STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_NOT_THERE = re.compile(r"5\.1\.(?:1|2|3|6|10)")
_SUBJECTS = (
    "automatisch antwoord",
    "automatic reply",
    "automatische reactie",
    "out of office",
    "afwezig:",
    "autoreply",
)
_AWAY = re.compile(
    r"afwezig|automatisch antwoord|automatic reply|out of (?:the )?office|buiten kantoor|vakantie|met verlof|ben er niet|"
    r"niet (?:op kantoor|aanwezig|bereikbaar)",
    re.IGNORECASE,
)
_MONTHS = {name: number for number, name in enumerate(dutch.MONTHS, 1)}
_UNTIL = r"\b(?:tot en met|tot|t/m|until)\s+(?:(?:\w+dag|weekend)\s+)?"
_WORDED = re.compile(rf"{_UNTIL}(\d{{1,2}})\s+({'|'.join(_MONTHS)})(?:\s+(\d{{4}}))?", re.IGNORECASE)
_NUMBERED = re.compile(rf"{_UNTIL}(\d{{1,2}})[-/.](\d{{1,2}})[-/.](\d{{4}})", re.IGNORECASE)


@dataclass(frozen=True)
class Failure:
    """A receiver (an address, in small letters) who did not get it. ``why``: Dutch."""

    receiver: str
    why: str


@dataclass(frozen=True)
class Returned:
    """What came back on a message of ours: who did not get it, or that its reader is away (``until``: as far as was said)."""

    message: UUID
    domain: str
    failures: tuple[Failure, ...] = ()
    away: bool = False
    until: date | None = None
    sender: str = ""


def read(raw: bytes, today: date) -> Returned | None:
    """What a mail says; ``None`` for that of a person, and for what is about no message of ours. ``today``: for a day without a
    year.
    """
    mail = message_from_bytes(raw[:LONGEST_READ])
    report = mail.get_content_type() == "multipart/report"
    if report and str(mail.get_param("report-type") or "").lower() == "delivery-status":
        return _not_delivered(mail)
    if report or not _answers_by_itself(mail):
        return None
    about = _ours(_header(mail, "In-Reply-To"), _header(mail, "References"))
    if about is None:
        return None
    senders = getaddresses([_header(mail, "From")])
    sender = senders[0][1].lower() if senders else ""
    said = f"{_subject(mail)}\n{_text(mail)}"
    until = _until(said, today)
    if until is None and not _AWAY.search(said):
        return None  # a receipt: that it came in is known
    return Returned(*about, away=True, until=until, sender=sender)


# --- what was not delivered ----------------------------------------------------------------------------------------------


def _not_delivered(mail: Message) -> Returned | None:
    about = _ours(*_ids(mail))
    failures = tuple(dict.fromkeys(_failures(mail)))
    return Returned(*about, failures=failures) if about and failures else None


def _failures(mail: Message) -> Iterator[Failure]:
    """Each receiver of whom it is said that trying again is useless."""
    for block in _blocks(mail):
        action = _header(block, "Action").strip().lower()
        named = _header(block, "Final-Recipient") or _header(block, "Original-Recipient")
        address = named.partition(";")[2].strip().strip("<>").lower()
        if action == "failed" and address:
            status = _STATUS.search(_header(block, "Status"))
            yield Failure(address, _why(status[1] if status else ""))


def _why(status: str) -> str:
    if _NOT_THERE.fullmatch(status):
        return "het adres bestaat niet"
    if status == "5.2.2":
        return "de mailbox is vol"
    return f"de mailserver van de ontvanger nam het niet aan{f' (code {status})' if status else ''}"


def _blocks(mail: Message) -> Iterator[Message]:
    for part in mail.walk():
        if part.get_content_type() == "message/delivery-status" and isinstance(part.get_payload(), list):
            yield from (block for block in part.get_payload() if isinstance(block, Message))


def _ids(mail: Message) -> Iterator[str]:
    """Where the message that came back is named: in what is returned of it, and in the head of the report."""
    for part in mail.walk():
        if part.get_content_type() == "message/rfc822" and isinstance(part.get_payload(), list):
            yield from (_header(inner, "Message-ID") for inner in part.get_payload() if isinstance(inner, Message))
        elif part.get_content_type() == "text/rfc822-headers":
            found = re.search(r"(?im)^message-id:\s*(\S+)", _decoded(part))
            yield found[1] if found else ""
    yield _header(mail, "In-Reply-To")
    yield _header(mail, "References")


# --- who is away ---------------------------------------------------------------------------------------------------------


def _answers_by_itself(mail: Message) -> bool:
    """RFC 3834, and what programs had before it and beside it."""
    said = _WORD.match(_header(mail, "Auto-Submitted").strip().lower())
    by_its_subject = _subject(mail).strip().lower().startswith(_SUBJECTS)
    if said:
        # Exchange calls the answer of who is away "generated", as it does its other mails.
        return said[0] == "auto-replied" or (said[0] == "auto-generated" and by_its_subject)
    if any(mail.get(name) is not None for name in ("X-Autoreply", "X-Autorespond")):
        return True
    if _header(mail, "Precedence").strip().lower() == "auto_reply":
        return True
    return by_its_subject


def _until(said: str, today: date) -> date | None:
    """Until when somebody says they are away: the first day that is named."""
    if found := _NUMBERED.search(said):
        return _day(int(found[3]), int(found[2]), int(found[1]))
    if found := _WORDED.search(said):
        month = _MONTHS[found[2].lower()]
        if found[3]:
            return _day(int(found[3]), month, int(found[1]))
        this_year = _day(today.year, month, int(found[1]))
        return this_year if this_year is None or this_year >= today else _day(today.year + 1, month, int(found[1]))
    return None


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


# --- reading ---------------------------------------------------------------------------------------------------------------


def _ours(*named: str) -> tuple[UUID, str] | None:
    """The last message named that has an id as ours have, with its domain."""
    for text in named:
        if found := _ID.findall(text):
            identity, domain = found[-1]
            return UUID(identity), domain.lower()
    return None


def _header(mail: Message, name: str) -> str:
    return str(mail.get(name) or "")


def _subject(mail: Message) -> str:
    try:
        return str(make_header(decode_header(_header(mail, "Subject"))))
    except (LookupError, ValueError):  # what nobody can read
        return ""


def _text(mail: Message) -> str:
    """The first plain text of a mail."""
    for part in mail.walk():
        if part.get_content_type() == "text/plain":
            return _decoded(part)
    return ""


def _decoded(part: Message) -> str:
    content = part.get_payload(decode=True)
    if not isinstance(content, bytes):
        return ""
    try:
        return content.decode(part.get_content_charset() or "utf-8", "replace")
    except LookupError:  # a character set that nobody knows
        return content.decode("utf-8", "replace")
