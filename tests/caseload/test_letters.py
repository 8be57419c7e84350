"""``docs/letters/`` shows one of each letter as it arrives. ``make letters`` writes them anew from the example caseload."""

import email
import email.policy
import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path
from uuid import UUID

from sqlalchemy import make_url, select

from provisions.caseload.loading import load_example
from provisions.catalogue import load
from provisions.database.connect import engine_for
from provisions.machine.postgres import EmbeddedPostgres
from provisions.settings import PROJECT, Secret, Settings
from provisions.store import tables as t
from tests.caseload.test_caseload import SUNDAY, at_eight
from tests.conftest import owner_url

LETTERS = PROJECT / "docs" / "letters"
HEADERS = ("From", "To", "Reply-To", "Auto-Submitted", "Subject")


def shown(mail: EmailMessage) -> str:
    """A letter as its receiver sees it: above it who it is from and to, below it what it says."""
    body = mail.get_body(("plain",))
    assert body is not None
    above = "\n".join(f"{name}: {' '.join(str(mail[name]).split())}" for name in HEADERS if mail[name])
    return f"{above}\n\n{body.get_content().rstrip()}\n".replace("\r\n", "\n")


def one_of_each(settings: Settings, url: str) -> dict[str, str]:
    """The first letter of each kind that the example sends, of a rung that of each rung, by the name of its file."""
    engine = engine_for(url)
    with engine.connect() as connection:
        query = (
            select(t.message.c.id, t.message.c.kind, t.message.c.detail)
            .join(t.provision, t.provision.c.id == t.message.c.provision_id)
            .join(t.case, t.case.c.id == t.provision.c.case_id)
            .where(t.message.c.status == "sent")
            .order_by(
                t.message.c.created,
                t.case.c.reference,
                t.provision.c.key,
                t.provision.c.round,
                t.message.c.detail,
                t.message.c.municipality.desc(),
            )
        )
        rows = connection.execute(query).all()
    engine.dispose()
    mails: dict[UUID, Path] = {UUID(path.stem.partition("-")[2]): path for path in settings.home.glob("outbox/*.eml")}
    found: dict[str, str] = {}
    for row in rows:
        name = f"{row.kind}-{row.detail}.txt" if row.kind == "rung" else f"{row.kind}.txt"
        if name not in found:
            mail = email.message_from_bytes(mails[row.id].read_bytes(), policy=email.policy.default)
            found[name] = shown(mail)
    return found


def test_the_letters_in_the_documentation_are_those_that_arrive(
    settings: Settings, new_database: Callable[..., AbstractContextManager[str]], postgres: EmbeddedPostgres
) -> None:
    with new_database() as url:
        settings.home.mkdir(parents=True)
        owner = owner_url(postgres, make_url(url).database or "")
        here = replace(settings, database_url=Secret(url), migration_url=Secret(owner))
        load_example(here, load(PROJECT / "config"), print, clock=at_eight(SUNDAY))
        made = one_of_each(here, url)
    if os.environ.get("PROVISIONS_TEST_WRITE_LETTERS"):
        LETTERS.mkdir(exist_ok=True)
        for old in LETTERS.glob("*.txt"):
            old.unlink()
        for name, text in made.items():
            (LETTERS / name).write_text(text, "utf-8")
    there = {path.name: path.read_text("utf-8") for path in LETTERS.glob("*.txt")}
    assert set(there) == set(made), "make letters"
    for name, text in made.items():
        assert there[name] == text, f"docs/letters/{name} is not what arrives; make letters"
