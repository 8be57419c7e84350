"""No letter speaks as the shell does: no command, no option, no code of the catalogue, no date as a machine writes it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from html.parser import HTMLParser
from uuid import UUID

from provisions.catalogue import Config
from provisions.domain import dutch, lifecycle
from provisions.domain.approvals import Act
from provisions.domain.case import Answer, Approval, Asked, CaseFollowUp, ProvisionKey, Reason, Rest, Said
from provisions.domain.lifecycle import Decision, MessageIntent, Moment, Via
from provisions.domain.lifecycle.rest import LONGEST, Woken
from provisions.domain.messages import MessageKind
from provisions.domain.rules import Brp, OutcomeName
from provisions.domain.rungs import RungName
from provisions.outbound.context import MessageFacts
from provisions.outbound.render import Rendered, render, render_for_case
from tests.builders import NUDGE, WITH_NUDGE
from tests.outbound.conftest import NewStory, Story
from tests.outbound.test_render import ALL

COMMAND = re.compile(r"\bprovisions [a-z]+")
OPTION = re.compile(r"(?<![\w-])--[a-z][\w-]*")
ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")

TO_A_COUNTER = ("request", "application", "proceed", "again", "cancelled", "handover")
RARE = {MessageKind.RECORDED: "new_day", MessageKind.NEW_DAY_TABLE: "doorbraaktafel", MessageKind.SUBMISSION: "maatwerkloket",
        MessageKind.TAKEN_OVER: "doorbraaktafel", MessageKind.UNSETTLED: "doorbraaktafel",
        **dict.fromkeys((MessageKind.LINK, MessageKind.LINK_CODE), f"{UUID(int=1)}/1/-/wmo@elders.example")}  # fmt: skip
# All that have a template of their own; a line in the overview of the day is tested with that overview.
WRITTEN = {kind for kind in MessageKind if kind.letter.template} - {MessageKind.NEW_DAY_LISTED}


class Seen(HTMLParser):
    """The text of a page, without its style."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.text: list[str] = []
        self._style = False
        self.feed(page)

    def handle_starttag(self, tag: str, _attrs: list[tuple[str, str | None]]) -> None:
        self._style = self._style or tag == "style"

    def handle_endtag(self, tag: str) -> None:
        self._style = self._style and tag != "style"

    def handle_data(self, data: str) -> None:
        if not self._style:
            self.text.append(data)


def codes(config: Config) -> set[str]:
    """What the catalogue calls things; of the other codes those that are no ordinary word."""
    rules = config.catalogue.provisions.values()
    found = {rule.key for rule in rules} | {rung.value for rung in RungName}
    found |= {follow_up.name for rule in rules for follow_up in rule.follow_ups}
    found |= {own.name for rule in rules for own in rule.fields}
    found |= {choice.value for rule in rules for own in rule.fields for choice in own.choices}
    found |= {code for listed in config.catalogue.codes.values() for code in listed}
    found |= {str(code) for labels in dutch.CALLED.values() for code in labels}
    return {code for code in found if "_" in code or code in config.catalogue.provisions}


def shell_words(rendered: Rendered, config: Config) -> list[str]:
    """Everything in a letter that only the shell understands. Addresses and telephone numbers are data of the municipality."""
    keys = re.compile(rf"(?<![\w.@-])(?:{'|'.join(sorted(codes(config), key=len, reverse=True))})(?![\w.@-])")
    seen = "\n".join((rendered.subject, rendered.text, *Seen(rendered.html).text))
    return [found for pattern in (COMMAND, OPTION, ISO_DAY, keys) for found in pattern.findall(seen)]


@dataclass
class Read(Story):
    """A story of which every letter is read at the moment that it was decided on: kind, provision, letter."""

    letters: list[tuple[MessageKind, str, Rendered]] = field(default_factory=list)

    def take(self, decision: Decision) -> None:
        super().take(decision)
        self.read_out(decision.messages)

    def read_out(self, intents: Iterable[MessageIntent]) -> None:
        """Read what was asked for now."""
        for intent in intents:
            if intent.key is None:
                facts = MessageFacts(intent.id, intent.kind, intent.detail, intent.municipality, self.now)
                written = render_for_case(facts, self.case, self.config, self.now)
            else:
                message = self.last(intent.kind, intent.key, intent.detail)
                provision = self.case.provisions[intent.key]
                written = render(message, self.case, provision, self.config, self.now)
            if isinstance(written, Rendered):
                about = intent.key.key if intent.key else "id_document"
                self.letters.append((MessageKind(intent.kind), about, written))


def filled_in(told: Story, key: str, outcome: OutcomeName) -> dict[str, str]:
    """A value for every field of an outcome."""
    rules = [rule for rule in told.config.catalogue.rule(key).fields if outcome in rule.outcomes]
    return {
        rule.name: "2026-12-18" if rule.kind == "date" else rule.choices[0].value if rule.choices else "yes"
        for rule in rules
    }


def moves(told: Read) -> None:
    """To another municipality, which declines first."""
    told.take(lifecycle.transfer(told.case, "duinrade", told.moment, "regisseur-7"))
    told.take(lifecycle.decline(told.case, "incomplete", told.moment))
    told.take(lifecycle.transfer(told.case, "duinrade", told.moment, "regisseur-7"))
    told.take(lifecycle.accept(told.case, told.moment))


def a_life(story: NewStory) -> Read:
    """All provisions: asked, stopped, late, answered, refused or delivered with every field filled in, moved, followed up."""
    begun = story(*ALL, needed_from=date(2026, 11, 20), urgent=("debt_counselling",))
    told = Read(begun.config, begun.case, begun.now, begun.sent)
    told.read_out([intent for intent, _ in begun.sent])
    told.until("2026-11-04T12:00+01:00")
    told.suspend("wmo_indication", 5, Reason.CLIENT_DOCUMENTS)
    told.until("2026-11-20T12:00+01:00")
    told.answer("id_document", RungName.DOORBRAAKTAFEL, Answer.PRIORITY)
    told.take(lifecycle.assign(told.case, "regisseur.zuid", told.moment))
    told.until("2026-12-20T12:00+01:00")
    for key in ALL:
        name = OutcomeName.REFUSED if key == "postal_address" else OutcomeName.DELIVERED
        told.outcome(key, name, **filled_in(told, key, name))
    moves(told)
    told.until("2027-02-01T12:00+01:00")
    return told


def refused_too_early(story: NewStory) -> Story:
    """The card was refused before anybody knew that the address had to come first."""
    told = story("id_document", "postal_address").outcome("id_document", OutcomeName.REFUSED)
    told.take(lifecycle.register(told.case, Brp.UNREGISTERED, told.moment, told.moment.today))
    return told.outcome("postal_address", OutcomeName.DELIVERED, ground="no_residence")


def answered(story: NewStory) -> list[tuple[MessageKind, str, Rendered]]:
    """What the director reads of what a counter and a table say, and the counter of the day that it named."""
    told, key, letters = story("id_document"), ProvisionKey("id_document"), []

    def by_link() -> Moment:
        return replace(told.moment, by="loket-burgerzaken", via=Via.LINK)

    for said in (Said.OBSTACLE, Said.READY, Said.CALL_ME, Said.PROMISED):
        on = told.moment.today + timedelta(days=2) if said is Said.PROMISED else None
        given = lifecycle.FromCounter(said, on, cause="access_denied")
        told.take(lifecycle.reply_as_counter(told.case, key, given, by_link()))
        letter = told.read("replied", "id_document", said.value)
        assert dutch.SAID[said] in letter.text
        assert "toegang" not in letter.text  # why is for the page of the case
        letters.append((MessageKind.REPLIED, key.key, letter))
    told.until("2026-11-04T09:00+01:00")
    letters.append((MessageKind.PROMISED_TODAY, key.key, told.read("promised_today", "id_document")))
    told.until("2026-11-11T09:00+01:00")
    rung = told.read("rung", "id_document", RungName.DOORBRAAKTAFEL.value)
    assert "het loket zei: klaar op 4 november 2026" in rung.text
    back = lifecycle.FromTable(Said.ASK_BACK)
    told.take(lifecycle.reply_as_table(told.case, key, RungName.DOORBRAAKTAFEL, back, by_link()))
    return [*letters, (MessageKind.REPLIED, key.key, told.read("replied", "id_document", Said.ASK_BACK.value))]


def about_the_case(told: Story, kind: MessageKind) -> Rendered:
    """What the director reads of a case as a whole: what he is asked for the second time, or that it is at rest, or is not."""
    today = told.moment.today
    asked = CaseFollowUp(NUDGE.name, today, reminded=True, reminded_again=True)
    woken = today if kind is MessageKind.WOKEN else None
    case = replace(told.case, follow_ups=(asked,), rests=(Rest(today, "out_of_sight", today + LONGEST, woken),))
    detail = {MessageKind.CASE_FOLLOW_UP: NUDGE.name, MessageKind.WOKEN: Woken.STATUTORY.value}.get(kind)
    facts = MessageFacts("an id", kind, detail, told.case.municipality, told.now)
    rendered = render_for_case(facts, case, WITH_NUDGE, told.now)
    assert isinstance(rendered, Rendered)
    return rendered


def about_an_approval(told: Story, kind: MessageKind) -> Rendered:
    """What a second person is asked, and what the asker hears of it."""
    until = {"until": "2026-12-18", "start": "2026-11-10", "reason": "client_asks"}
    asked = Approval(17, Act.LONGER_STOP.value, until, "regisseur.noord", told.now, "id_document", 1, asked_again=True)
    if kind is MessageKind.APPROVAL_COLLEAGUES:
        money = {"budget": "3", "amount": "8000", "reason": "less_stress", "purpose": "night", "seen_by": "2026-11-12"}
        asked = replace(asked, act=Act.SMALL_BUDGET.value, data=money, key=None, round=None)
    if kind is MessageKind.APPROVAL_DECIDED:
        asked = replace(asked, state=Asked.LAPSED)
    facts = MessageFacts("an id", kind.value, "17", told.case.municipality, told.now)
    rendered = render_for_case(facts, replace(told.case, approvals=(asked,)), told.config, told.now)
    assert isinstance(rendered, Rendered)
    return rendered


def test_no_letter_speaks_as_the_shell_does(story: NewStory) -> None:
    told = a_life(story)
    asked = story(*ALL)
    told_to_counters = {(kind, key): asked.written(kind, key) for kind in TO_A_COUNTER for key in ALL}
    letters = [*told.letters, *((MessageKind(kind), key, letter) for (kind, key), letter in told_to_counters.items())]
    running = story("id_document").until("2026-11-25T12:00+01:00")
    letters += [(kind, "id_document", running.written(kind, "id_document", detail)) for kind, detail in RARE.items()]
    letters.append((MessageKind.SETTLED_DESK, "id_document", told.written("settled_desk", "id_document")))
    letters.append((MessageKind.UNSETTLED_DESK, "id_document", running.written("unsettled_desk", "id_document")))
    letters.append((MessageKind.SETTLED_CENTRAL, "id_document", told.written("settled_central", "id_document")))
    letters.append((MessageKind.UNSETTLED_CENTRAL, "id_document", running.written("unsettled_central", "id_document")))
    losing = story("emergency_shelter", needed_from=date(2026, 11, 27)).until("2026-11-20T12:00+01:00")
    asked_there = losing.written("central_submission", "emergency_shelter", "central_desk/2026-11-27")
    letters.append((MessageKind.CENTRAL_SUBMISSION, "emergency_shelter", asked_there))
    moved = losing.written("new_day_central", "emergency_shelter")
    letters.append((MessageKind.NEW_DAY_CENTRAL, "emergency_shelter", moved))
    letters.append((MessageKind.ASKED_ANEW, "id_document", refused_too_early(story).read("asked_anew", "id_document")))
    for kind in (MessageKind.CASE_FOLLOW_UP, MessageKind.RESTED, MessageKind.WOKEN):
        letters.append((kind, "id_document", about_the_case(asked, kind)))
    for kind in (MessageKind.APPROVAL, MessageKind.APPROVAL_COLLEAGUES, MessageKind.APPROVAL_DECIDED):
        letters.append((kind, "id_document", about_an_approval(asked, kind)))
    letters += answered(story)
    assert {kind for kind, _, _ in letters} == WRITTEN
    assert {key for _, key, _ in letters} == set(ALL)
    said = {(kind.value, key, word) for kind, key, letter in letters for word in shell_words(letter, told.config)}
    assert not said
