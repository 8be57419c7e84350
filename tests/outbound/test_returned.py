"""What comes back on our mails: recognised by its head, and never taken for an answer of a person."""

from datetime import date
from email.message import EmailMessage
from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from provisions.outbound.returned import Failure, Returned, read

OURS = UUID("0b9a3f0e-6f6e-5c55-9d3c-5d0a6a3f1c77")
DOMAIN = "voorbeeldland.example"
ID = f"<{OURS}@{DOMAIN}>"
TODAY = date(2026, 11, 26)
RECEIVER = "wmo@voorbeeldstad.example"

# As Postfix writes it (RFC 3464).
BOUNCE = """\
From: MAILER-DAEMON@mx.voorbeeldstad.example (Mail Delivery System)
To: basisvoorzieningen@voorbeeldstad.example
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="grens"

--grens
Content-Type: text/plain; charset=us-ascii

This is the mail system. <wmo@voorbeeldstad.example>: User unknown, Jan Jansen

--grens
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.voorbeeldstad.example

Final-Recipient: rfc822; {receiver}
Original-Recipient: rfc822;wmo@voorbeeldstad.example
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 5.1.1 User unknown

--grens
Content-Type: {returned}

From: basisvoorzieningen@voorbeeldstad.example
Message-ID: {id}
Subject: Verzoek TR-2026-0042

--grens--
"""


def bounce(status: str = "5.1.1", action: str = "failed", returned: str = "message/rfc822", of: str = ID) -> bytes:
    return BOUNCE.format(
        receiver="WMO@voorbeeldstad.example", action=action, status=status, returned=returned, id=of
    ).encode()


def answer(text: str = "Ik ben er niet.", **headers: str) -> bytes:
    mail = EmailMessage()
    mail["From"] = "Loket Wmo <WMO@voorbeeldstad.example>"
    mail["In-Reply-To"] = ID
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(text)
    return bytes(mail)


AUTOMATIC = {"Auto_Submitted": "auto-replied (vacation)"}


@pytest.mark.parametrize(
    ("status", "why"),
    [
        ("5.1.1", "het adres bestaat niet"),
        ("5.1.10", "het adres bestaat niet"),
        ("5.2.2", "de mailbox is vol"),
        ("5.7.1", "de mailserver van de ontvanger nam het niet aan (code 5.7.1)"),
        ("onzin", "de mailserver van de ontvanger nam het niet aan"),
    ],
)
@pytest.mark.parametrize("returned", ["message/rfc822", "text/rfc822-headers"])
def test_a_report_says_who_did_not_get_it_and_why(status: str, why: str, returned: str) -> None:
    assert read(bounce(status, returned=returned), TODAY) == Returned(OURS, DOMAIN, (Failure(RECEIVER, why),))


def test_what_is_delayed_is_tried_again_by_the_mail_server_and_says_nothing_yet() -> None:
    assert read(bounce("4.4.1", action="delayed"), TODAY) is None


def test_a_report_on_another_message_is_not_about_ours() -> None:
    assert read(bounce(of="<abc@elders.example>"), TODAY) is None


@pytest.mark.parametrize(
    "headers",
    [
        AUTOMATIC,
        {"X_Autoreply": "yes"},
        {"Precedence": "auto_reply"},
        {"Subject": "Automatisch antwoord: Verzoek TR-2026-0042"},
        {"Subject": "=?utf-8?q?Out_of_office=3A_geen_post?="},
        {"Subject": "Automatisch antwoord: Verzoek TR-2026-0042", "Auto_Submitted": "auto-generated"},
    ],
)
def test_who_answers_by_itself_is_away(headers: dict[str, str]) -> None:
    assert read(answer(**headers), TODAY) == Returned(OURS, DOMAIN, away=True, sender=RECEIVER)


@pytest.mark.parametrize(
    ("text", "until"),
    [
        ("Ik ben afwezig tot 14 december.", date(2026, 12, 14)),
        ("Ik ben vrij tot en met vrijdag 4 december 2026.", date(2026, 12, 4)),
        ("Afwezig t/m 04-12-2026, bel het loket.", date(2026, 12, 4)),
        ("Wij zijn dicht tot 5 januari", date(2027, 1, 5)),
        ("Ik ben afwezig tot 31 februari 2027.", None),
        ("Ik ben er niet.", None),
    ],
)
def test_until_when_is_read_where_it_is_said(text: str, until: date | None) -> None:
    found = read(answer(text, **AUTOMATIC), TODAY)
    assert found is not None
    assert found.until == until


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Subject": "Re: Verzoek TR-2026-0042 is geregeld op 12 november"},
        {"Auto_Submitted": "no", "Subject": "Automatisch antwoord: van een mens"},
        {"Auto_Submitted": "auto-generated", "Subject": "Afwezigheid van uw cliënt"},
        {"Auto_Submitted": "auto-generated"},
    ],
)
def test_a_mail_of_a_person_or_a_program_is_left_alone(headers: dict[str, str]) -> None:
    assert read(answer(**headers), TODAY) is None


def test_a_receipt_of_a_system_says_nothing_of_who_is_away() -> None:
    assert read(answer("Wij hebben uw bericht ontvangen onder nummer 12.", **AUTOMATIC), TODAY) is None


def test_a_receipt_that_it_was_read_is_no_answer_either() -> None:
    receipt = bounce().replace(b"report-type=delivery-status", b"report-type=disposition-notification")
    assert read(receipt, TODAY) is None


def test_of_the_text_nothing_is_kept() -> None:
    found = read(answer("Mijn moeder ligt in het ziekenhuis. Afwezig tot 4 december.", **AUTOMATIC), TODAY)
    assert "moeder" not in repr(found)
    assert "Jansen" not in repr(read(bounce(), TODAY))


@given(st.binary(max_size=400), st.integers(0, 900))
@example(b"Content-Type: multipart/report; report-type=delivery-status; boundary=a\n\n--a\n", 0)
@example(b"\xff\xfe\0", 40)
def test_no_mail_is_too_broken_to_read(noise: bytes, at: int) -> None:
    whole = bounce()
    read(noise, TODAY)
    read(whole[:at] + noise + whole[at:], TODAY)
    read(answer(**AUTOMATIC)[:at] + noise, TODAY)
