"""Who adds something touches the files that CONTRIBUTING lists and no other, and it works from config to letter to page."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import pytest
from sqlalchemy import make_url

from provisions.machine.postgres import EmbeddedPostgres
from tests.additions.conftest import Copy
from tests.conftest import owner_url

NewDatabase = Callable[..., AbstractContextManager[str]]

RUNG = """    PROVINCIAL = (
        "provincial",
        RungKind(
            label="provinciale tafel",
            short="provinciale tafel",
            holder="provinciale tafel",
            ahead="naar de provinciale tafel",
            past="voorgelegd aan de provinciale tafel",
            mark="P",
            subject="Provinciale tafel: {reference}",
            to=(Recipient.TABLE,),
            contact="provincial_table",
            optional=True,
        ),
    )
"""
RUNG_LETTER = """{% extends "escalation/_escalation.md.j2" %}
{% block opening %}
In traject **{{ reference }}** is niet geregeld: **{{ provision }}**. Kan de provincie helpen?
{% endblock %}
{% block question %}
{% include "escalation/_answer.md.j2" %}
{% endblock %}
"""
CONTACT = (
    'provincial_table = { name = "Provinciale tafel", email = "tafel@provincie.example", phone = "088 000 00 06" }\n'
)
KIND = """    THANKS = (
        "thanks",
        Letter(
            label="bedankje aan het loket",
            to=Recipient.COUNTER,
            template="notice/thanks.md.j2",
            subject="Bedankt: {reference}",
            event="loket-bedankt",
            lapses=lapses.not_delivered,
        ),
    )
"""
KIND_LETTER = """{% extends "base.md.j2" %}
{% block body %}
U heeft geholpen met **{{ provision }}** voor de inwoner met referentie **{{ reference }}**. Bedankt.
{% endblock %}
"""
MIGRATION = """import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "{number}", "{before}", None, None


def upgrade() -> None:
    op.add_column("{table}", sa.Column("{column}", sa.Text()))


def downgrade() -> None:
    op.drop_column("{table}", "{column}")
"""
PROVISION = """[provision.bank_account]
name = "bankrekening"
guide = "1.4"
promise_text = "Een basisbankrekening binnen twee weken."
target = "2 weken"
municipal = "afspraak in de regio"
roll = true
promise = "delivery"
after = []
counter = "werk_en_inkomen"
ladder = "standard"

"""
PROCESS = """\"\"\"A bank account.\"\"\"

from flows.provision.process import Ended, Process, process


@process
def bank_account(p: Process) -> Ended:
    \"\"\"Een basisbankrekening.\"\"\"
    p.asks("Werk en inkomen gevraagd om een bankrekening")
    p.waits_until("er een bankrekening is")
    return p.ends()
"""
REQUEST = """{% extends "request/_request.md.j2" %}
{% block ask %}
Wilt u helpen met een basisbankrekening voor deze inwoner?
{% endblock %}
{% block practical %}
- **Mist er een bewijsstuk?** Vraag het achteraf op.
{% endblock %}
"""
DECISION = '''def visit(case: Case, key: ProvisionKey, moment: Moment) -> Decision:
    """Somebody went to see the client."""
    draft = Draft(case, moment)
    draft.note("case.visited", "bezocht", provision_of(case, key).id)
    return draft.done()


'''
USE_CASE = '''    def visit(self, reference: str, key: str, *, by: Actor) -> Case:
        """Somebody went to see the client."""
        moment, asked = self._doing(by, UseCase.MILESTONE), self._asked(key)
        return self._decide(reference, moment, lambda case: visit(case, asked.of(case), moment), about=asked)

'''
ACT = """def _greet_form(_: Scene) -> Form:
    return Form("greet", "Groeten", "De cliënt groeten", guarded=False)


def _greet(cases: Cases, scene: Scene, _filled: Filled) -> None:
    cases.note(scene.reference, "gegroet", by=scene.by)


"""
FORM = '''def move(config: Config) -> Form:
    """The form by which a client goes to another municipality."""
    towns = {key: place.name for key, place in config.organisation.municipalities.items()}
    fields = choices.with_reference(config).choose("to", towns, "Naar welke gemeente?")
    return fields.form("Verhuisd", "Begint de overdracht van een traject aan een andere gemeente.", _move)


def _move(values: Values) -> str:
    context.app().cases.transfer(values["reference"], values["to"], by=context.ADMIN)
    return "De overdracht is begonnen."


'''


@pytest.fixture
def url(new_database: NewDatabase) -> Iterator[str]:
    with new_database() as made:
        yield made


@pytest.fixture
def owned(new_database: NewDatabase, postgres: EmbeddedPostgres) -> Iterator[str]:
    """A migrated database, for the role that may change its schema."""
    with new_database() as made:
        yield owner_url(postgres, make_url(made).database or "")


def add_column(copy: Copy, table: str, column: str) -> None:
    newest = max(path.name[:4] for path in (copy.folder / "migrations/versions").glob("0*.py"))
    number = f"{int(newest) + 1:04}"
    text = MIGRATION.format(number=number, before=newest, table=table, column=column)
    copy.write(f"migrations/versions/{number}_invented.py", text)


def test_a_column_of_a_provision_is_four_files(copy: Copy, owned: str) -> None:
    copy.insert("provisions/domain/case.py", "    late_noted: date | None = None", "    greeted: str | None = None\n")
    copy.insert(
        "provisions/domain/lifecycle/starting.py", "            started_on=day,", '            greeted="in person",\n'
    )
    copy.insert(
        "provisions/store/tables.py", '    Column("late_noted", Date),  # the D+1', '    Column("greeted", Text),\n'
    )
    add_column(copy, "provision", "greeted")
    assert len(copy.touched) == 4
    seen = copy.run("column_story", owned)
    assert seen["foreseen"], "nothing was decided ahead"
    for how in ("loaded", "looked_at", "exported"):
        assert seen[how]["greeted"] == "in person", how


def test_a_column_of_what_belongs_to_a_provision_is_four_files(copy: Copy, owned: str) -> None:
    copy.insert(
        "provisions/domain/case.py", "    answer: Answer | None = None\n    submitted", "    told: str | None = None\n"
    )
    copy.insert("provisions/domain/lifecycle/tick.py", "submitted=automatic or None)", 'told="by letter", ')
    copy.insert("provisions/store/tables.py", '    Column("submitted", Boolean),', '    Column("told", Text),\n')
    add_column(copy, "rung", "told")
    assert len(copy.touched) == 4
    seen = copy.run("column_story", owned)
    assert {rung["told"] for rung in seen["foreseen"]} == {"by letter"}
    for how in ("loaded", "looked_at", "exported"):
        told = [rung["told"] for rung in seen[how]["rungs"]]
        assert told, how
        assert set(told) == {"by letter"}, how


def test_a_provision_is_three_files(copy: Copy, url: str) -> None:
    copy.insert("config/provisions.toml", "[provision.special_assistance]", PROVISION)
    copy.write("flows/provision/bank_account.py", PROCESS)
    copy.write("templates/request/bank_account.md.j2", REQUEST)
    assert len(copy.touched) == 3
    seen = copy.run("work_story", "provision", url)
    texts = [" ".join(text.split()) for _, _, text in seen["letters"]]
    assert any("Wilt u helpen met een basisbankrekening" in text for text in texts), seen["errors"]
    assert seen["run"] == ["Bankrekening · TR-2026-0042", "Te laat"]
    assert seen["steps"][0] == "Werk en inkomen gevraagd om een bankrekening"
    assert any(step.startswith("Escalatie") for step in seen["steps"])
    assert "bankrekening" in seen["screen"]
    assert "ankrekening" in seen["plan"]
    assert "Bankrekening" in seen["page"]
    assert 'id="outcome"' in seen["page"], "the workplace offers to record what became of it"
    assert seen["flow"] == "Bankrekening"
    assert seen["end"] == "Geregeld"


def test_a_use_case_is_three_files(copy: Copy, url: str) -> None:
    copy.insert("provisions/domain/lifecycle/decision.py", "def running_provision(", DECISION)
    copy.insert("provisions/usecases/agreements.py", "    def settle_follow_up(", USE_CASE)
    copy.insert(
        "provisions/usecases/agreements.py",
        "from provisions.domain.privacy",
        "from provisions.domain.lifecycle.decision import visit\n",
    )
    copy.insert(
        "provisions/cli/arguments/recording.py",
        "    resume = commands.on_provision(",
        '    options.by(commands.on_provision("visit", "iemand ging bij de cliënt langs"))\n',
    )
    assert len(copy.touched) == 3
    seen = copy.run("work_story", "use_case", url)
    assert ["case.visited", "bezocht", "regisseur-3"] in seen["audit"]


def test_an_act_on_a_page_is_one_file(copy: Copy, url: str) -> None:
    copy.insert("provisions/web/acts_of_case.py", "UNDO = Act(", ACT)
    copy.insert(
        "provisions/web/acts_of_case.py",
        '    Act("contact", Can',
        '    Act("greet", None, UseCase.NOTE, _greet_form, _greet),\n',
    )
    assert len(copy.touched) == 1
    seen = copy.run("work_story", "act", url)
    assert seen["to_a_table"] == [200, False]
    assert seen["done"] == [200, ["gegroet"]]


def test_a_form_is_two_files(copy: Copy, url: str) -> None:
    copy.insert("flows/forms/suspension.py", "def resume(", FORM)
    copy.insert("flows/forms/catalogue.py", "    suspension.resume,", "    suspension.move,\n")
    assert len(copy.touched) == 2
    seen = copy.run("work_story", "form", url)
    assert seen["done"] == "De overdracht is begonnen."
    assert seen["flow"] == ["Verhuisd", "Verhuisd"]
    assert seen["to"] == "havenmeer"


def test_a_rung_is_three_files_and_its_letter(copy: Copy, url: str) -> None:
    copy.insert("provisions/domain/rungs.py", "    MAATWERKLOKET = (", RUNG)
    copy.insert(
        "config/provisions.toml",
        '[[ladder.standard]]\nrung = "maatwerkloket"',
        '[[ladder.standard]]\nrung = "provincial"\nanchor = "doorbraaktafel"\nafter = "3 werkdagen"\n\n',
    )
    copy.insert("config/organisation.toml", "customisation_officer = ", CONTACT)
    copy.write("templates/escalation/provincial.md.j2", RUNG_LETTER)
    assert len(copy.touched) == 4
    seen = copy.run("rung_story", url)

    assert seen["next"] == ["provincial"]
    assert seen["rungs"] == ["case_director", "doorbraaktafel", "provincial"]
    assert seen["json"][-1]["rung"] == "provincial"
    assert seen["lies_with"] == "provincial"
    _, subject, text = next(x for x in seen["letters"] if x[0] == "tafel@provincie.example")
    assert "TR-2026-0042" in subject
    assert "Kan de provincie helpen?" in " ".join(text.split())
    assert "voorgelegd aan de doorbraaktafel" in text
    last = seen["letters"][-1][2]
    assert "voorgelegd aan de provinciale tafel; antwoord: voorrang" in " ".join(last.split()), last
    assert "provinciale tafel" in seen["plan"].replace("<br>", " ")
    assert "[antwoord provinciale tafel](/form/answer" in seen["plan"]
    assert "provinciale tafel" in seen["late"].replace("<br>", " ")
    assert "ligt bij provinciale tafel" in seen["screen"]
    assert "provinciale tafel" in seen["page"]
    assert seen["run"][0] == "Te laat"
    assert "ligt bij provinciale tafel" in seen["run"][1]
    assert "provinciale-tafel" in seen["run"][2]
    counted, page, table = seen["report"]
    assert counted["provincial"] == 1
    assert "provinciale tafel 1 keer" in page
    assert "provincial" in table
    assert seen["form"]["provincial"] == "Provinciale tafel"
    assert "escalatiestap: provinciale tafel" in seen["audit"]
    assert "antwoord van provinciale tafel: voorrang" in seen["audit"]


def test_a_kind_of_message_is_two_files_and_its_letter(copy: Copy, url: str) -> None:
    copy.insert("provisions/domain/messages.py", "    WAIVER_OFFER = (", KIND)
    copy.insert(
        "provisions/domain/lifecycle/outcomes.py",
        "    if name is OutcomeName.WITHDRAWN and",
        "    if name is OutcomeName.DELIVERED:\n        draft.send(MessageKind.THANKS, before.id, occasion=occasion)\n",
    )
    copy.write("templates/notice/thanks.md.j2", KIND_LETTER)
    assert len(copy.touched) == 3
    seen = copy.run("kind_story", url)

    (ready, *_), (to, subject, text) = seen["mails"]
    assert ready == "regisseur.noord@voorbeeldstad.example", "in the order of the declarations"
    assert (to, "Bedankt" in subject, "TR-2026-0042" in subject) == ("burgerzaken@voorbeeldstad.example", True, True)
    assert "U heeft geholpen met identiteitsbewijs" in text
    assert "<strong>identiteitsbewijs</strong>" in seen["html"]
    assert "bedankje aan het loket" in seen["screen"]
    assert seen["event"]["type"] == "nl.basisvoorzieningen.loket-bedankt"
    assert seen["event"]["data"]["tekst"] in seen["mails"][-1][2]
    thanks = [m for m in seen["messages"] if m["kind"] == "thanks"]
    assert [m["status"] for m in thanks] == ["sent", "void"], "what was reopened before it left has lapsed"
    assert not any("Bedankt" in subject for _, subject in seen["after"])
    assert any(because.startswith("niet verzonden") for because in seen["audit"])
