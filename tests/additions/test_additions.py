"""Who adds a rung or a kind of message touches these files and no other, and it works from config to letter to page."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import pytest

from tests.additions.conftest import Copy

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
            lapses=_not_delivered,
        ),
    )
"""
KIND_LETTER = """{% extends "base.md.j2" %}
{% block body %}
U heeft geholpen met **{{ provision }}** voor de inwoner met referentie **{{ reference }}**. Bedankt.
{% endblock %}
"""


@pytest.fixture
def url(new_database: NewDatabase) -> Iterator[str]:
    with new_database() as made:
        yield made


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
