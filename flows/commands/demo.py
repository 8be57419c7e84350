"""``provisions demo``: ``provisions up`` in a home of its own, with an example caseload."""

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from flows.commands import up
from flows.commands.supervisor import say
from provisions.app import App
from provisions.caseload.loading import example_settings, is_example, load_example
from provisions.domain import dutch
from provisions.domain.case import Status
from provisions.settings import Settings
from provisions.views.standing import SUSPENDED, CaseView, ProvisionView


def run(settings: Settings) -> int:
    """Run the demo until SIGINT or SIGTERM; returns 0 then. Raises what ``up.run`` raises."""
    example = example_settings(settings)

    def prepare(app: App, stopped: Callable[[], bool]) -> None:
        if not is_example(example.home):
            say(f"Voorbeeld laden in {example.home} …")
        load_example(example, app.config, say, stopped)
        if not stopped():
            _tell(app)
            _tell_where_to_look(app, example, own_database=settings.database_url is not None)

    return up.run(example, prepare=prepare)


def _tell(app: App) -> None:
    views = app.views.all_cases()
    say(f"Voorbeeld met {dutch.counted(len(views), 'traject', 'trajecten')}:")
    for view in views:
        municipality = app.config.organisation.municipalities[view.case.municipality].name
        say(f"  {view.case.reference}  {municipality}: {what_goes_on(view)}")


def what_goes_on(view: CaseView) -> str:
    """A case in one line: first what is late, then what stands still, then how many others there are."""
    if view.case.closed:
        return f"afgesloten op {dutch.dutch_date(view.case.closed)}"
    parts = []
    for p in view.provisions:
        if p.overdue:
            lies = f", ligt bij {dutch.holder(p.lies_with)}" if p.lies_with else ""
            parts.append(f"{p.name} {dutch.days(p.days_overdue)} te laat{lies}")
        elif p.status == SUSPENDED:
            parts.append(f"{p.name}: {dutch.SUSPENDED}")
        elif p.status == Status.REFUSED:
            parts.append(f"{p.name} {dutch.STATUS[Status.REFUSED]}")
    for status, one, more in (
        (Status.BLOCKED, "wacht", "wachten"),
        (Status.WAITING, "loopt", "lopen"),
        (Status.DELIVERED, "geregeld", "geregeld"),
        (Status.WITHDRAWN, "niet meer nodig", "niet meer nodig"),
    ):
        count = sum(1 for p in view.provisions if p.status == status and not p.overdue)
        if count:
            parts.append(dutch.counted(count, one, more))
    return "; ".join(parts)


def _tell_where_to_look(app: App, example: Settings, *, own_database: bool) -> None:
    worst: ProvisionView | None = next(iter(app.views.overdue()), None)
    say(f"Berichten staan in {example.home / 'outbox'} en worden nooit echt verstuurd.")
    say("Kijk verder in een ander venster, bijvoorbeeld met:")
    if shutil.which("provisions") is None:
        say(f'  export PATH="{Path(sys.executable).parent}:$PATH"')
    say(f"  export PROVISIONS_HOME={example.home}")
    say("  provisions overdue")
    if worst:
        say(f"  provisions show {worst.case.reference}")
        say(f"  provisions audit {worst.case.reference}")
    if own_database:
        say("Let op: PROVISIONS_DATABASE_URL is ingesteld. Zet die in dat venster (en in .env) eerst uit;")
        say("anders gaan deze opdrachten naar uw eigen database in plaats van naar het voorbeeld.")
