"""``docs/letters/`` shows one of each letter as it arrives. ``make letters`` writes them anew from the example caseload."""

import email
import email.policy
import os
import re
from email.message import EmailMessage
from pathlib import Path
from uuid import UUID

from sqlalchemy import func, select

from provisions.app import App
from provisions.catalogue import Config
from provisions.database.connect import engine_for
from provisions.domain.messages import MessageKind, listed
from provisions.machine.link_secrets import LinkSecrets
from provisions.machine.sealing import Sealing
from provisions.outbound.days import DaysOverviews
from provisions.outbound.links import links_for
from provisions.outbound.outbox import Outbox
from provisions.outbound.transports import COPY, OutboxFolder
from provisions.overview import AbsenceEnds, Mornings, Overviews, Pages
from provisions.settings import PROJECT, Settings
from provisions.store import tables as t
from provisions.store.audit import RECORDED_AT
from tests.caseload import rarer
from tests.caseload.conftest import BASE, at_eight
from tests.overview.conftest import PlainLinks

LETTERS = PROJECT / "docs" / "letters"
MONDAY = "2026-11-23"
TO_BOTH = ("handover_plan", "handover_accepted", "handover_declined")
LINK = re.compile(rf"^({BASE}/(?:antwoord|oproep|clienten)/)\S+$", re.MULTILINE)  # another each time
CODE = re.compile(r"(?<=waar u haar vroeg: )\S+")
# What is no line in another: all but the weekly report, which is a page of its own.
SHOWN = {kind.value for kind in MessageKind if kind is not MessageKind.REPORT and kind not in listed()}
HEADERS = ("From", "To", "Reply-To", "Auto-Submitted", "Subject")


def shown(mail: EmailMessage) -> str:
    """A letter as its receiver sees it: above it who it is from and to, below it what it says."""
    body = mail.get_body(("plain",))
    assert body is not None
    above = "\n".join(f"{name}: {' '.join(str(mail[name]).split())}" for name in HEADERS if mail[name])
    said = CODE.sub("…", LINK.sub(r"\1…", body.get_content().rstrip().replace("\r\n", "\n")))
    return f"{above}\n\n{said}\n"


def one_of_each(settings: Settings, url: str) -> dict[str, str]:
    """The first letter of each kind that the example sends, by the name of its file: of a rung that of each rung, of what goes
    to the directors of two municipalities that of each municipality.
    """
    engine = engine_for(url)
    with engine.connect() as connection:
        query = (
            select(t.message.c.id, t.message.c.kind, t.message.c.detail, t.message.c.municipality)
            .outerjoin(t.provision, t.provision.c.id == t.message.c.provision_id)
            .outerjoin(t.case, t.case.c.id == func.coalesce(t.provision.c.case_id, t.message.c.case_id))
            .where(t.message.c.status == "sent", t.message.c.kind.not_in([kind.value for kind in listed()]))
            .order_by(
                t.message.c.created,
                t.case.c.reference,
                t.provision.c.key,
                t.provision.c.round,
                t.message.c.detail,
                t.message.c.municipality.desc(),
                t.message.c.body,
            )
        )
        rows = connection.execute(query).all()
    engine.dispose()
    written = [path for path in settings.home.glob("outbox/*.eml") if not path.stem.endswith(COPY)]
    mails: dict[UUID, Path] = {UUID(path.stem.partition("-")[2]): path for path in written}
    found: dict[str, str] = {}
    for row in rows:
        which = row.detail if row.kind == "rung" else row.municipality if row.kind in TO_BOTH else None
        name = f"{row.kind}-{which}.txt" if which else f"{row.kind}.txt"
        if name not in found:
            mail = email.message_from_bytes(mails[row.id].read_bytes(), policy=email.policy.default)
            found[name] = shown(mail)
    return found


def send_what_a_morning_brings(settings: Settings, url: str, config: Config) -> None:
    """What no case decides but the clock of the door: the team leads' message of the day, and who is back tomorrow."""
    engine, clock = engine_for(url), at_eight(MONDAY)
    app = App(engine.execution_options(**{RECORDED_AT: clock}), config, clock)
    overviews = Overviews(app.engine, config, app.views, clock)
    for tell in (
        Mornings(app.engine, config, overviews, Pages(config, PlainLinks()), clock).tell,
        DaysOverviews(app.engine, config, clock).tell,
        AbsenceEnds(app.engine, config, clock).ask,
        Outbox(
            app.engine, config, OutboxFolder(settings.home / "outbox"), clock, links=links_for(settings)
        ).deliver_due,
    ):
        tell()
    engine.dispose()


def send_what_is_rarer(settings: Settings, url: str, config: Config) -> None:
    """What the example has no reason for."""
    engine, clock, links = engine_for(url), at_eight(MONDAY), links_for(settings)
    assert links is not None
    secrets = LinkSecrets(Sealing.at(settings.secrets))
    known_by = engine.execution_options(**{RECORDED_AT: clock})
    rarer.send_what_is_rarer(known_by, config, clock, settings.home / "outbox", links, secrets)
    engine.dispose()


def test_the_letters_in_the_documentation_are_those_that_arrive(sunday: Settings, config: Config) -> None:
    assert sunday.database_url is not None
    url = sunday.database_url.get_secret_value()
    send_what_a_morning_brings(sunday, url, config)
    send_what_is_rarer(sunday, url, config)
    made = one_of_each(sunday, url)
    if os.environ.get("PROVISIONS_TEST_WRITE_LETTERS"):
        LETTERS.mkdir(exist_ok=True)
        for old in LETTERS.glob("*.txt"):
            old.unlink()
        for name, text in made.items():
            (LETTERS / name).write_text(text, "utf-8")
    assert {name.removesuffix(".txt").partition("-")[0] for name in made} == SHOWN
    there = {path.name: path.read_text("utf-8") for path in LETTERS.glob("*.txt")}
    assert set(there) == set(made), "make letters"
    for name, text in made.items():
        assert there[name] == text, f"docs/letters/{name} is not what arrives; make letters"
