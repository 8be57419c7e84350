"""What can be answered by the link in a letter: the answers in their words, the form that asks them, and what is then recorded.

What may be done by a link is in the list of rights, what an answer is and when it is refused in the use cases. To add one: a word
of ``Said`` in its list there, and its label here.
"""

from collections.abc import Mapping, Sequence
from datetime import date

from provisions.access import Actor
from provisions.catalogue import Config
from provisions.domain import dutch
from provisions.domain.case import AFTER_MOVE, BY_COUNTER, BY_OFFICER, BY_TABLE, Said
from provisions.domain.errors import Part
from provisions.domain.questions import AskedAs
from provisions.domain.rules import CodeList, OutcomeName, ProvisionRule
from provisions.usecases.cases import Cases
from provisions.usecases.link_answers import AskedNow
from provisions.web.acts import JUDGEMENTS, amount, cause_of, judge, labelled, of_budget, of_judgement, remark
from provisions.web.acts_of_provision import own_field
from provisions.web.forms import YES, Field, Filled, Form, Kind
from provisions.web.house import in_words

ANSWER, FORM = "answer", "antwoord"
_DATED = (Said.APPLIED, Said.PROMISED, Said.READY, Said.DELIVERED, Said.REFUSED)
_WITH_CAUSE = (Said.REFUSED, Said.OBSTACLE)
_OF: Mapping[AskedAs, Sequence[Said]] = {
    AskedAs.COUNTER: BY_COUNTER,
    AskedAs.TABLE: BY_TABLE,
    AskedAs.OFFICER: BY_OFFICER,
}
LABELS: Mapping[Said, str] = {
    Said.SEEN: "Wij pakken dit op",
    Said.APPLIED: "De aanvraag is bij ons binnen",
    Said.PROMISED: "Het is klaar op …",
    Said.READY: "Het ligt klaar",
    Said.DELIVERED: "Het is geregeld",
    Said.REFUSED: "Wij wijzen het af",
    Said.OBSTACLE: "Dit lukt nu niet, want …",
    Said.CALL_ME: "Bel mij",
    Said.ASK_BACK: "Wij hebben eerst een vraag aan u",
    **{Said(said): words for said, words in JUDGEMENTS},
}
_AFTER_MOVE = "Bijvoorbeeld hoever u bent, of op welke dag u stopt. Alleen de regisseur leest dit."


def label(said: Said) -> str:
    """An answer, as whoever gives it says it."""
    return LABELS.get(said) or dutch.capitalised(dutch.SAID[said])


def offered(asked: AskedNow) -> list[Said]:
    """What can be answered, in the order of the page."""
    if asked.question.moved:
        return list(AFTER_MOVE)
    of_an_application = asked.view.situation.rule.milestone(Said.APPLIED.value) is not None
    return [said for said in _OF[asked.question.asked_as] if said is not Said.APPLIED or of_an_application]


def form_of(asked: AskedNow, config: Config, today: date) -> Form:
    """The one form of the page."""
    can, codes = offered(asked), config.catalogue.codes
    choices = [(said.value, label(said)) for said in can]
    fields = [Field(ANSWER, "Wat is uw antwoord?", Kind.ONE, choices, required=True)]
    match asked.question.asked_as:
        case AskedAs.COUNTER if asked.question.moved:
            pass
        case AskedAs.COUNTER:
            fields += _of_counter(asked.view.situation.rule, can, labelled(codes[CodeList.CAUSE]), today)
        case AskedAs.TABLE:
            fields += of_budget(config)
            fields.append(cause_of(config))
        case AskedAs.OFFICER:
            fields += of_judgement(config)
    fields.append(remark(_AFTER_MOVE) if asked.question.moved else remark())
    return Form(FORM, "Uw antwoord", "Verder: nakijken", tuple(fields), guarded=False)


Choices = Sequence[tuple[str, str]]


def _of_counter(rule: ProvisionRule, can: Sequence[Said], causes: Choices, today: date) -> list[Field]:
    dated, with_cause = _only(_DATED, can), _only(_WITH_CAUSE, can)
    own = [field for field in rule.fields if field.outcomes & {OutcomeName.DELIVERED, OutcomeName.REFUSED}]
    given = (today.isoformat(),)
    return [
        Field("on", "Op welke dag?", Kind.DAY, required=True, given=given, only_for=dated, parts=(Part.ON,)),
        *(own_field(field) for field in own),
        Field("cause", "Waarom?", Kind.LIST, causes, required=True, only_for=with_cause, parts=(Part.CAUSE,)),
        Field(
            "number",
            "Uw eigen nummer hiervoor",
            Kind.LINE,
            hint="Dan staat het in onze volgende brieven. Nooit een BSN.",
        ),
    ]


def _only(these: Sequence[Said], can: Sequence[Said]) -> tuple[str, ...]:
    return tuple(said.value for said in these if said in can)


def record(cases: Cases, asked: AskedNow, filled: Filled, by: Actor) -> None:
    """Record what was filled in. Raises as the use cases do."""
    about, said, added = (asked.reference, asked.key), filled.one(ANSWER), filled.text("remark")
    match asked.question.asked_as:
        case AskedAs.COUNTER:
            own = {field.name: filled.one(field.name) for field in asked.view.situation.rule.fields}
            cases.reply(
                *about,
                said,
                by=by,
                on=filled.day("on"),
                cause=filled.text("cause"),
                fields={name: value for name, value in own.items() if value},
                number=filled.text("number"),
                remark=added,
            )
        case AskedAs.TABLE:
            cases.reply_as_table(
                *about,
                asked.question.rung or "",
                said,
                by=by,
                cause=filled.text("cause"),
                amount=amount(filled.text("amount")),
                purpose=filled.text("purpose"),
                spent_on=filled.text("spent_on"),
                remark=added,
            )
        case AskedAs.OFFICER:
            judge(cases, *about, filled, by)


def sentence(filled: Filled) -> str:
    """What was answered, in a sentence, without what is for the director alone."""
    said, day = Said(filled.one(ANSWER)), in_words(filled.one("on"))
    words = label(said).removesuffix(" …").removesuffix(", want")
    if said is Said.PROMISED:
        return f"{words} {day}."
    return f"{words}, op {day}." if day else f"{words}."


def summary(filled: Filled) -> list[tuple[str, str]]:
    """What was filled in, as people read it: what was asked, and what was said."""
    return [
        (declared.label, said)
        for declared in filled.form.fields
        if (said := ", ".join(_said(declared, value) for value in filled.many(declared.name)))
    ]


def _said(declared: Field, value: str) -> str:
    if declared.kind is Kind.DAY:
        return in_words(value)
    if declared.kind is Kind.TICK:
        return "ja" if value == YES else ""
    return dict(declared.choices).get(value, value.strip())
