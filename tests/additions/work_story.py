"""Run in a copy of the product to which a provision, a use case, an act or a form was added. Prints what was seen, as JSON."""

import html
import io
import json
import re
import sys
from contextlib import redirect_stdout

from flows import context, entrypoints
from flows.forms import catalogue as forms
from flows.provision.catalogue import process_of, provision_plans
from provisions.catalogue import PROJECT
from provisions.cli import changing
from provisions.cli.arguments import parser
from provisions.cli.tables import Tables
from provisions.database.connect import engine_for
from provisions.overview import Pages
from tests.additions.workplace import page_of, signed_in
from tests.builders import CONFIG, Town, at
from tests.conftest import MovingClock
from tests.overview.conftest import PlainLinks

REFERENCE = "TR-2026-0042"


def provision() -> dict[str, object]:
    """A bank account: asked, late, delivered."""
    clock = MovingClock(at("2026-11-02 10:00"))
    town = Town(engine_for(sys.argv[2]), clock)
    case = town.takes_in(REFERENCE, "bank_account")
    town.on("2026-11-20 10:00")
    shown = town.app.run_views.of(case["bank_account"].id)
    record = town.app.run_views.record(shown, after=None)
    told = process_of("bank_account").told
    screen = io.StringIO()
    with redirect_stdout(screen):
        Tables(CONFIG, clock().date()).show_case(case.view)
    plan = Pages(CONFIG, PlainLinks()).plan(case.view, clock().date())
    page = signed_in(town.app, clock, "team_lead").opens(f"{page_of(town.app, REFERENCE)}/bank_account")
    case.gets("bank_account")
    return {
        "letters": [[x.to, x.subject, x.text] for x in town.letters],
        "run": [shown.run_name, shown.state],
        "steps": [step for line in record.lines if (step := told.step(line.facts))],
        "plan": plan.text,
        "screen": screen.getvalue(),
        "page": page,
        "flow": provision_plans(CONFIG.catalogue)["bank_account"].flow.name,
        "errors": [[m.kind, m.status.value, m.error] for m in town.app.messages.found(reference=REFERENCE)],
        "end": town.app.run_views.of(case["bank_account"].id).state,
    }


def use_case() -> dict[str, object]:
    """Somebody notes at the shell that the client was visited."""
    town = Town(engine_for(sys.argv[2]), MovingClock(at("2026-11-02 10:00")))
    town.takes_in(REFERENCE, "advance_payment")
    args = parser().parse_args(["visit", REFERENCE, "advance_payment", "--by", "regisseur-3"])
    changing.CHANGES.get(args.command, changing._as_named)(args, town.app)
    return {"audit": [[e.what, e.because, e.by] for e in town.app.views.audit(REFERENCE)]}


def act() -> dict[str, object]:
    """A team lead greets the client on the client's page; a table that sees the page is not offered it."""
    clock = MovingClock(at("2026-11-02 10:00"))
    town = Town(engine_for(sys.argv[2]), clock)
    town.takes_in(REFERENCE, "advance_payment")
    town.on("2026-11-12 08:00")  # it lies with the table, which sees the case now
    page, lead, table = (page_of(town.app, REFERENCE), *(signed_in(town.app, clock, x) for x in ("team_lead", "table")))
    offered, of_table = lead.opens(page), table.opens(page)
    (sent,) = re.findall(r'<form[^>]* id="greet".*?</form>', offered, re.DOTALL)
    unseen = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', sent))
    answered = lead.client.post(page, data={name: html.unescape(value) for name, value in unseen.items()})
    return {
        "to_a_table": [table.status, 'id="greet"' in of_table],
        "done": [answered.status_code, [note.text for note in town.app.views.case(REFERENCE).notes]],
    }


def form() -> dict[str, object]:
    """The form is among the deployments, a process of a pool finds it, and what it says is carried out."""
    town = Town(engine_for(sys.argv[2]), MovingClock(at("2026-11-02 10:00")))
    town.takes_in(REFERENCE, "advance_payment")
    context.use(town.app)
    made = forms.forms(CONFIG)["Verhuisd"]
    done = made.act(made.read(made.fill_in({"reference": REFERENCE, "to": "havenmeer", "by": "regisseur-03"})))
    plan = next(plan for plan in forms.form_plans(CONFIG) if plan.name == made.name)
    flow = getattr(entrypoints, plan.entrypoint.rpartition(".")[2])
    return {
        "done": done,
        "flow": [plan.flow.name, flow.name],
        "to": town.app.views.case(REFERENCE).case.handover_with,
    }


def main() -> None:
    """What the first argument names."""
    seen = {"provision": provision, "use_case": use_case, "act": act, "form": form}[sys.argv[1]]()
    sys.stdout.write(json.dumps({"project": str(PROJECT), **seen}))


if __name__ == "__main__":
    main()
