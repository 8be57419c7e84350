"""The mails of report, overview of the day and morning, as they arrive: made by the product to ``.eml``, and read again."""

import re
from dataclasses import dataclass, replace
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import getaddresses, parsedate_to_datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine

from provisions.app import App
from provisions.catalogue import Config
from provisions.outbound.days import DaysOverviews
from provisions.outbound.outbox import Outbox
from provisions.outbound.transports import OutboxFolder
from provisions.overview import Mornings, Overviews, Pages
from provisions.report.reports import Reports
from provisions.usecases.intake import IntakeRequest
from tests.builders import CONFIG, at, day, typed
from tests.conftest import MovingClock
from tests.overview.conftest import PlainLinks
from tests.report.region import dated

BY = "regisseur.noord"
LONG = (
    "Team Zorg, Veiligheid en Wonen – Ålesund & Ëén, afdeling Nazorg (gemeente Voorbeeldstad en de hele regio eromheen)"
)
TEXT = re.compile(r"[\r\n\t\x20-\x7e\u00a0-\u024f‑–—‘’“”•…€·<>≥≤]*")


def with_long_names() -> Config:
    """Names as organisations have them: commas, accents, brackets, and longer than a line."""
    organisation = CONFIG.organisation
    place = organisation.municipalities["voorbeeldstad"]
    counters = {key: replace(one, name=f"{one.name}, {LONG}") for key, one in place.counters.items()}
    leads = tuple(replace(lead, name=f"{lead.name}; {LONG}") for lead in place.team_leads)
    team = replace(place.default_director, name=LONG)
    changed = replace(place, default_director=team, counters=counters, team_leads=leads)
    municipalities = {**organisation.municipalities, place.key: changed}
    steering_group = replace(organisation.steering_group, name=LONG)
    return replace(
        CONFIG, organisation=replace(organisation, municipalities=municipalities, steering_group=steering_group)
    )


@dataclass(frozen=True)
class Arrived:
    """A mail that was read. ``names``: of its receivers."""

    mail: EmailMessage
    names: list[str]


@pytest.fixture
def arrived(database: Engine, clock: MovingClock, tmp_path: Path) -> dict[str, Arrived]:
    """A week in which each of the three is sent, by the first words of its subject."""
    config = with_long_names()
    app = App(dated(database, clock), config, clock)
    outbox = Outbox(database, config, OutboxFolder(tmp_path), clock)
    overviews = Overviews(database, config, app.views, clock)
    mornings = Mornings(database, config, overviews, Pages(config, PlainLinks()), clock)
    days, reports = DaysOverviews(database, config, clock), Reports(database, config, clock)
    for number, needs in ((41, ["special_assistance", "wmo_indication"]), (42, ["id_document", "postal_address"])):
        app.cases.intake(IntakeRequest(f"TR-2026-00{number}", "voluntary", needs, director=BY), by=typed(BY))
    app.cases.suspend("TR-2026-0041", "special_assistance", reason="client_asks", until=day("2026-11-12"), by=typed(BY))
    outbox.deliver_due()
    for moment in ("2026-11-03 07:30", "2026-11-10 07:30", "2026-11-16 07:30"):
        clock.now = at(moment)
        app.time.tick_all()
        days.tell()
        mornings.tell()
        reports.send_due()
        outbox.deliver_due()
    found: dict[str, Arrived] = {}
    for path in sorted(tmp_path.glob("*.eml")):
        raw = path.read_bytes()
        assert all(len(line) <= 998 for line in raw.splitlines()), "RFC 5322, 2.1.1"
        head = raw.replace(b"\r\n", b"\n").partition(b"\n\n")[0]
        assert head.isascii()
        assert all(len(line) <= 78 for line in head.splitlines()), head.decode()
        mail = BytesParser(policy=policy.default).parsebytes(raw)
        assert isinstance(mail, EmailMessage)
        # By the older parser as well: the newer leaves a space between two encoded words of a name, which RFC 2047 (6.2) says
        # is not there, so that a long name looks broken.
        names = [str(make_header(decode_header(name))) for name, _ in getaddresses([message_from_bytes(raw)["To"]])]
        found[str(mail["Subject"]).split()[0]] = Arrived(mail, names)
    return found


ADDRESSES = {
    "Nieuwe": ("voorbeeldstad.example", "werkeninkomen@voorbeeldstad.example", "regisseurs@voorbeeldstad.example"),
    "Basisvoorzieningen": (
        "voorbeeldstad.example",
        "teamleider@voorbeeldstad.example",
        "regisseurs@voorbeeldstad.example",
    ),
    "Weekrapport": ("voorbeeldland.example", "stuurgroep@zvh-voorbeeldland.example", None),
}


@pytest.mark.parametrize("kind", ADDRESSES)
def test_every_header_says_exactly_what_it_should(arrived: dict[str, Arrived], kind: str) -> None:
    mail, (sender, to, answers) = arrived[kind].mail, ADDRESSES[kind]
    assert [a.addr_spec.rpartition("@")[2] for a in mail["From"].addresses] == [sender]
    assert [a.addr_spec for a in mail["To"].addresses] == [to]
    assert all(name.endswith(LONG) for name in arrived[kind].names)
    assert [a.addr_spec for a in mail["Reply-To"].addresses] == [answers] if answers else mail["Reply-To"] is None
    assert not any(header.defects for header in mail.values() if hasattr(header, "defects"))
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Message-ID"].endswith("@voorbeeldland.example>")
    assert parsedate_to_datetime(str(mail["Date"])).utcoffset() is not None


@pytest.mark.parametrize("kind", ADDRESSES)
def test_each_is_read_as_text_and_as_a_page(arrived: dict[str, Arrived], kind: str) -> None:
    text, page = (arrived[kind].mail.get_body((form,)) for form in ("plain", "html"))
    assert text is not None
    assert page is not None
    said, shown = text.get_content(), page.get_content()
    assert TEXT.fullmatch(said), sorted({c for c in said if not TEXT.fullmatch(c)})
    assert "**" not in said and "{{" not in said and "None" not in said  # noqa: PT018
    assert '<html lang="nl">' in shown
    assert 'name="viewport"' in shown
    assert not re.search(r"(?:src|href)=\"https?://", shown), "nothing is fetched from elsewhere"
    assert not re.search(r"TR-\d{4}-\d{4}", said) or kind != "Weekrapport"


def test_each_says_what_it_is_for(arrived: dict[str, Arrived]) -> None:
    said = {kind: " ".join(one.mail.get_body(("plain",)).get_content().split()) for kind, one in arrived.items()}  # type: ignore[union-attr]
    assert "TR-2026-0041: bijzondere bijstand, nu uiterlijk" in said["Nieuwe"]
    assert "Te laat (" in said["Basisvoorzieningen"]
    assert "TR-2026-0042, identiteitsbewijs" in said["Basisvoorzieningen"]
    assert "TER BESLUITVORMING" in said["Weekrapport"]
    (figures,) = arrived["Weekrapport"].mail.iter_attachments()
    assert figures.get_content_type() == "text/csv"
    assert str(figures.get_filename()).startswith("weekrapport-2026-W4")
