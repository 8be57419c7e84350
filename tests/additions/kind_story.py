"""Run in a copy of the product to which a kind of message was added: from decision to letter. Prints what was seen, as JSON."""

import io
import json
import sys
from contextlib import redirect_stdout

from sqlalchemy import select

from provisions.catalogue import PROJECT
from provisions.cli.tables import Tables
from provisions.database.connect import engine_for, pooled
from provisions.domain.case import ProvisionKey
from provisions.outbound.context import MessageFacts
from provisions.outbound.render import Rendered, render
from provisions.outbound.webhook import Event
from provisions.store import tables as t
from provisions.views.messages import Messages
from tests.builders import CONFIG, Town, at, typed
from tests.conftest import MovingClock


def main() -> None:
    """A card is delivered; a second one is, and is not after all, before the letter has left."""
    clock = MovingClock(at("2026-11-02 10:00"))
    database = engine_for(sys.argv[1])
    town = Town(database, clock)
    case = town.takes_in("TR-2026-0042", "id_document")
    other = town.takes_in("TR-2026-0043", "id_document")
    town.on("2026-11-04 10:00")
    case.gets("id_document")
    mails = [(x.to, x.subject, x.text) for x in town.letters_since("2026-11-04 10:00")]
    town.app.cases.record_outcome(
        other.reference, "id_document", "delivered", by=typed("regisseur.noord"), on=None, fields={}
    )
    town.app.cases.reopen(other.reference, "id_document", reason="vergissing", by=typed("regisseur.noord"))
    before = len(town.letters)
    town.on("2026-11-04 12:00")
    screen = io.StringIO()
    with redirect_stdout(screen):
        Tables(CONFIG, clock().date()).show_messages(Messages(pooled(database), CONFIG).found(reference="TR-2026-0042"))
    with database.connect() as connection:
        rows = [
            {"kind": row.kind, "status": row.status, "recipients": row.recipients}
            for row in connection.execute(select(t.message).order_by(t.message.c.created, t.message.c.kind))
        ]
    event = Event("1", "thanks", None, clock(), "TR-2026-0042", "id_document", "voorbeeldstad")
    view = town.app.views.case("TR-2026-0042")
    facts = MessageFacts("1", "thanks", None, "voorbeeldstad", clock())
    rendered = render(facts, view.case, view.case.provisions[ProvisionKey("id_document")], CONFIG, clock())
    assert isinstance(rendered, Rendered)
    seen = {
        "project": str(PROJECT),
        "mails": mails,
        "after": [(x.to, x.subject) for x in town.letters[before:]],
        "messages": rows,
        "screen": screen.getvalue(),
        "event": event.cloud_event(rendered, CONFIG.organisation),
        "html": rendered.html,
        "audit": [e.because for e in town.app.views.audit("TR-2026-0043")],
    }
    sys.stdout.write(json.dumps(seen))


if __name__ == "__main__":
    main()
