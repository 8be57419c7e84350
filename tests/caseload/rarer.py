"""Letters that the example has no reason for: its region has no central desk, none of its tables an agenda, none of its directors
one message a day; nothing that was done turns out not to be, and no link gets lost.
"""

import email
import email.policy
import re
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path

from sqlalchemy import Engine

from provisions.access.guesses import Guesses
from provisions.catalogue import Config
from provisions.domain.rungs import RungName
from provisions.machine.link_secrets import LinkSecrets
from provisions.outbound.links import Links
from provisions.outbound.outbox import Outbox
from provisions.outbound.transports import OutboxFolder
from provisions.usecases.link_answers import LinkAnswers
from tests.builders import DIRECTOR, CaseFile, Town, day, typed, with_central_desk
from tests.conftest import MovingClock

SHELTER, DAILY = "emergency_shelter", "regisseur.zuid"
TOWN = "voorbeeldstad"


def with_what_is_rarer(config: Config) -> Config:
    """The shipped configuration, with what is set in few regions."""
    towns = config.organisation.municipalities
    place = replace(towns[TOWN], agendas=frozenset({RungName.DOORBRAAKTAFEL}))
    organisation = replace(config.organisation, municipalities={**towns, TOWN: place})
    return with_central_desk(replace(config, organisation=organisation))


def send_what_is_rarer(
    engine: Engine, config: Config, clock: MovingClock, outbox: Path, links: Links, secrets: LinkSecrets
) -> None:
    """A Monday (``clock``) and the morning after it, in the database that holds the example. ``outbox``: where letters go."""
    config = with_what_is_rarer(config)
    town = Town(engine, clock, config)
    town.outbox = Outbox(engine, config, OutboxFolder(outbox), clock, links=links)
    town.on("2026-11-23 09:00")
    town.app.preferences.choose(typed(DAILY), "daily", quiet=False)
    hers = town.takes_in("TR-2026-0903", "id_document", "wmo_indication", director=DAILY)
    hers.does("record_outcome", "id_document", "delivered", by="loket-burgerzaken")
    town.takes_in("TR-2026-0902", "wmo_indication", on=day("2026-11-16"))
    _a_place_is_looked_for(town)
    _it_was_not_done(town)
    _a_link_gets_lost(town, outbox, secrets)
    hers.does("suspend", "wmo_indication", reason="other_body", until=day("2026-12-01"), by=DIRECTOR)
    town.on("2026-11-24 09:00")


def _a_place_is_looked_for(town: Town) -> None:
    """In the whole region, from a day that moves."""
    case = town.takes_in("TR-2026-0901", SHELTER, needed_from={SHELTER: day("2026-11-30")})
    town.on("2026-11-23 09:30")
    case.does("submit", SHELTER, "submitted", reason="in de gemeente is geen plek", by="maatwerk-1")
    town.on("2026-11-23 10:00")
    case.does("move", SHELTER, day("2026-12-07"))
    town.on("2026-11-23 11:00")
    case.gets(SHELTER)
    town.on("2026-11-23 12:00")
    case.does("reopen", SHELTER, reason="de plek ging niet door")


def _it_was_not_done(town: Town) -> None:
    """What tables and the national desk were told."""
    view = next(
        p
        for case in town.app.views.all_cases()
        for p in case.provisions
        if not p.provision.status.is_open and any(rung.submitted for rung in p.provision.rungs)
    )
    case = CaseFile(town, view.case.reference)
    case.does("reopen", str(view.provision.id), reason="het bleek niet te kloppen")


def _a_link_gets_lost(town: Town, outbox: Path, secrets: LinkSecrets) -> None:
    town.app.cases.link("TR-2026-0902", "wmo_indication", by=typed(DIRECTOR))
    town.on("2026-11-23 13:00")
    (link,) = [mail for mail in _mails(outbox) if mail["Subject"].startswith("Nieuwe link")]
    body = link.get_body(("plain",))
    assert body is not None
    found = re.search(r"/antwoord/(\S+)", body.get_content())
    assert found is not None
    never = Guesses(lambda: town.clock().timestamp())
    answers = LinkAnswers(
        town.database, town.app.config, town.app.views, secrets, town.clock, never, never, lambda _seconds: None
    )
    assert answers.send_code(answers.asked(answers.opened(found[1], "127.0.0.1")), b"a browser")


def _mails(outbox: Path) -> list[EmailMessage]:
    return [email.message_from_bytes(path.read_bytes(), policy=email.policy.default) for path in outbox.glob("*.eml")]
