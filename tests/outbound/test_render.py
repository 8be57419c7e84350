"""What people read: complete, to the right desk, and never more than they may know."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser

import pytest

from provisions.catalogue import Config
from provisions.domain import lifecycle
from provisions.domain.case import Answer, ProvisionKey, Reason, Said
from provisions.domain.lifecycle import FromTable, Need
from provisions.domain.messages import MessageKind
from provisions.domain.rules import OutcomeName
from provisions.domain.rungs import RungName
from provisions.outbound.render import Lapsed, Rendered, render
from provisions.outbound.transports import compose
from tests.outbound.conftest import NewStory, Story, which

ALL = (
    "id_document", "postal_address", "emergency_shelter", "housing", "day_activity", "advance_payment",
    "benefit_decision", "special_assistance", "debt_counselling", "wmo_indication", "health_insurance", "social_network",
)  # fmt: skip
# What would tell a counter, or the national desk, by which way somebody came (domain.md, "Privacy").
FORBIDDEN = re.compile(
    r"levensloop|zvh|veiligheidshuis|wvggz|wzd|ggz|bemoeizorg|detentie|gevangen|vrijlat|strafrecht|forensisch|psychi"
    r"|kliniek|verslav|verward|zorgmachtiging|voorwaardelijk|route",
    re.IGNORECASE,
)


def addresses(rendered: Rendered) -> list[str]:
    return [contact.email.partition("@")[0] for contact in rendered.recipients]


def words(rendered: Rendered) -> str:
    """The text without its line breaks."""
    return " ".join(rendered.text.split())


def test_every_provision_has_a_request_of_its_own(story: NewStory) -> None:
    told = story(*ALL)
    asked = {key: told.written("request", key) for key in ALL}
    bodies = {
        rendered.text.partition("Goed om te weten")[2].partition("- Welke inwoner")[0] for rendered in asked.values()
    }
    assert len(bodies) == len(ALL)
    for key, rendered in asked.items():
        assert re.fullmatch(
            r"(SPOED )?Verzoek TR-2026-0042 · (uiterlijk|telt vanaf) \d+ \w+( \d{4})?", rendered.subject
        )
        assert told.config.catalogue.rule(key).name in words(rendered)


@pytest.mark.parametrize("key", ALL)
@pytest.mark.parametrize("kind", ["request", "application", "proceed", "again", "cancelled", "handover"])
def test_no_message_to_a_counter_tells_how_somebody_came(story: NewStory, key: str, kind: str) -> None:
    told = story(*ALL, needed_from=date(2026, 11, 20), urgent=("debt_counselling",))
    told.suspend("advance_payment", 5, Reason.CLIENT_DOCUMENTS)
    rendered = told.written(kind, key)
    for text in (rendered.subject, rendered.text, rendered.html):
        assert not FORBIDDEN.search(text), FORBIDDEN.findall(text)
    assert "TR-2026-0042" in rendered.subject


def test_a_request_says_what_by_when_and_whom_to_call(story: NewStory) -> None:
    rendered = story("id_document").read("request", "id_document")
    text = words(rendered)
    assert addresses(rendered) == ["burgerzaken"]
    assert "Uiterste datum: 9 november 2026 (1 week vanaf 2 november 2026)" in text
    assert "gratis, tegen een wederdienst of uit een voorschot" in text
    assert "pasfoto" in text
    assert "stuur de inwoner geen brief" in text
    assert "regisseur.noord@voorbeeldstad.example" in text


def test_an_application_goes_out_before_the_promise_starts(story: NewStory) -> None:
    text = words(story("id_document", "benefit_decision").read("application", "benefit_decision"))
    assert "Wij melden dit op 2 november 2026" in text
    assert "Dit bericht is niet de aanvraag zelf" in text
    assert "U krijgt bericht als u verder kunt" in text
    assert "ettelijke termijn" not in text, "eight weeks away: named now it would invite to wait"
    assert "identiteitsbewijs" not in text, "a counter need not know what else somebody waits for"


def test_the_counter_hears_that_it_can_go_on(story: NewStory) -> None:
    told = story("id_document", "benefit_decision").until("2026-11-05T12:00+01:00")
    rendered = told.outcome("id_document", OutcomeName.DELIVERED).read("proceed", "benefit_decision")
    assert rendered.subject == "U kunt verder TR-2026-0042 · uiterlijk 19 november"
    assert "Uiterste datum: 19 november 2026" in words(rendered)


def test_shelter_from_a_known_day_is_asked_for_that_day(story: NewStory) -> None:
    text = words(story("emergency_shelter", needed_from=date(2026, 11, 20)).read("request", "emergency_shelter"))
    assert "vanaf 20 november 2026" in text
    assert "Dit is nodig op 20 november 2026" in text


def test_urgent_debts_are_asked_for_differently(story: NewStory) -> None:
    told = story("debt_counselling", urgent=("debt_counselling",))
    text = words(told.read("request", "debt_counselling"))
    assert "Er dreigt uitzetting of afsluiting" in text
    assert "5 november 2026 (3 werkdagen vanaf 2 november 2026)" in text


def test_the_doorbraaktafel_reads_what_was_promised_since_when_it_is_late_and_what_was_tried(story: NewStory) -> None:
    told = story("id_document").until("2026-11-04T12:00+01:00").suspend("id_document", 3, Reason.CLIENT_DOCUMENTS)
    rendered = told.until("2026-11-13T10:00+01:00").read("rung", "id_document", "doorbraaktafel")
    text = words(rendered)
    assert addresses(rendered) == ["doorbraaktafel"]
    assert 'paragraaf 1.2) zegt: "Een ID-bewijs binnen 1-2 werkdagen tot maximaal een week."' in text
    assert "Klok 2 dagen stilgezet, dus 11 november 2026 (Awb art. 4:15)" in text
    assert "Te laat sinds 12 november 2026: 2 dagen" in text
    assert "2 november 2026: gevraagd aan het loket in Voorbeeldstad" in text
    assert "klok stilgezet tot 7 november 2026 (cliënt levert nog stukken aan)" in text
    assert "Loket Burgerzaken" in text


def test_a_reminder_that_comes_too_late_says_so(story: NewStory) -> None:
    told = story("advance_payment").until("2026-11-12T10:00+01:00")
    text = words(told.read("rung", "advance_payment", "case_director"))
    assert "De uiterste datum was 9 november 2026" in text
    assert "nu nog voorkomen" not in text


def test_each_rung_goes_to_its_own_table_and_tells_of_those_below(story: NewStory) -> None:
    told = story("advance_payment", municipality="havenmeer").until("2026-11-11T10:00+01:00")
    told.answer("advance_payment", RungName.DOORBRAAKTAFEL, Answer.UNRESOLVED).until("2026-11-20T10:00+01:00")
    regional = told.read("rung", "advance_payment", "regional")
    assert addresses(regional) == ["regionaletafel"]
    assert "voorgelegd aan de doorbraaktafel; antwoord: geen oplossing" in words(regional)
    assert "regionale tafel; " not in words(regional), "a message does not tell of its own rung"
    review = told.read("rung", "advance_payment", "maatwerkloket")
    assert addresses(review) == ["maatwerk", "regisseurs"], "an unknown code is the mailbox of all directors"
    assert review.subject == "Beoordeel indiening TR-2026-0042 · te laat sinds 10 november"
    assert 'Kies "Wel indienen", en waarom' in words(review)
    assert "voorgelegd aan de regionale tafel; nog geen antwoord" in words(review)


def test_the_director_reads_what_went_to_a_table_why_and_what_comes(story: NewStory) -> None:
    told = story("advance_payment", municipality="havenmeer").until("2026-11-11T10:00+01:00")
    letter = told.read("climbed", "advance_payment", "doorbraaktafel")
    assert addresses(letter) == ["regisseurs"]
    assert letter.subject == "Naar een tafel TR-2026-0042 · te laat sinds 10 november"
    told_of = MessageKind("climbed").rung("doorbraaktafel")
    assert told_of is RungName.DOORBRAAKTAFEL, "a webhook names the rung"
    text = words(letter)
    assert "is niet op tijd geregeld: voorschot. De uiterste datum was 9 november 2026" in text
    assert "Daarom ligt het sinds 10 november 2026 bij de doorbraaktafel" in text
    assert "Doorbraaktafel Havenmeer krijgt bericht" in text
    assert "Gevraagd is een antwoord uiterlijk op 12 november 2026. Dat antwoord krijgt u ook" in text
    assert "dan volgt op 13 november 2026: naar de regionale tafel" in text
    assert "Het loket houdt het verzoek" in text
    assert "U hoeft niets door te sturen" in text
    told.until("2026-11-13T10:00+01:00")
    second = words(told.read("climbed", "advance_payment", "regional"))
    assert "De doorbraaktafel kreeg dit op 10 november 2026 en heeft nog niet geantwoord" in second
    told = story("advance_payment", municipality="havenmeer").outcome("advance_payment", OutcomeName.REFUSED)
    refused = words(told.until("2026-11-13T10:00+01:00").read("climbed", "advance_payment", "regional"))
    assert "is op 2 november 2026 afgewezen: voorschot. Daarom ligt het" in refused
    assert "Het loket houdt" not in refused


def test_what_the_director_would_read_of_a_table_lapses_when_it_is_settled_answered_or_a_step_higher(
    story: NewStory,
) -> None:
    def lapsed(told: Story) -> str:
        message = told.last("climbed", "advance_payment", "doorbraaktafel")
        found = render(message, told.case, told.case.provisions[which("advance_payment")], told.config, told.now)
        assert isinstance(found, Lapsed)
        return found.why

    def late() -> Story:
        return story("advance_payment", municipality="havenmeer").until("2026-11-11T10:00+01:00")

    assert lapsed(late().outcome("advance_payment", OutcomeName.DELIVERED)) == "de voorziening is al afgesloten"
    answered = late().answer("advance_payment", RungName.DOORBRAAKTAFEL, Answer.PRIORITY)
    assert lapsed(answered) == "de tafel heeft al geantwoord"
    assert lapsed(late().until("2026-11-16T10:00+01:00")) == "het ligt intussen een stap hoger"


def test_a_refusal_goes_to_the_table_with_the_last_day_to_object(story: NewStory) -> None:
    told = story("special_assistance").until("2026-11-04T12:00+01:00")
    told.outcome("special_assistance", OutcomeName.REFUSED).until("2026-11-04T13:00+01:00")
    text = words(told.read("rung", "special_assistance", "doorbraaktafel"))
    assert "op 4 november 2026 afgewezen: bijzondere bijstand" in text
    assert "Bezwaar kan tot en met 16 december 2026" in text
    assert "Te laat" not in text


def test_the_national_desk_gets_a_reference_to_call_about_and_nothing_else(story: NewStory) -> None:
    told = story("postal_address", present=("id_document",)).until("2026-11-11T10:00+01:00")
    told.take(lifecycle.submit(told.case, ProvisionKey("postal_address"), True, "Geheime reden over Piet", told.moment))
    rendered = told.read("submission", "postal_address")
    assert [c.email for c in rendered.recipients] == ["indienen@maatwerkloket.example"]
    assert "Geheime reden" not in rendered.text
    assert not FORBIDDEN.search(rendered.text)
    assert "alleen bedoeld om over terug te bellen" in words(rendered)
    assert "Maatwerkfunctionaris Voorbeeldstad" in rendered.text


def test_outside_office_hours_the_stand_by_hears_of_shelter_in_words_of_its_own(story: NewStory) -> None:
    told = story("emergency_shelter").until("2026-11-03T00:00+01:00")
    assert addresses(told.read("rung", "emergency_shelter", "doorbraaktafel")) == ["doorbraaktafel"]
    rendered = told.read("standby", "emergency_shelter")
    assert addresses(rendered) == ["bereikbaarheidsdienst"]
    assert "vannacht binnen kan slapen" in words(rendered)
    assert "de uiterste datum was 2 november 2026" in words(rendered)
    assert "antwoorden aan de" not in words(rendered), "what a table is asked is not for who is on duty"


def test_when_the_card_is_ready_the_director_is_told(story: NewStory) -> None:
    told = story("id_document", "postal_address").until("2026-11-04T12:00+01:00")
    rendered = told.outcome("id_document", OutcomeName.DELIVERED).read("ready", "id_document")
    assert addresses(rendered) == ["regisseur.noord"]
    assert "geen brief" in rendered.text
    assert "Dit kon meteen starten: briefadres" in words(rendered)


def test_what_started_by_itself_afterwards_did_not_start_because_of_the_card(story: NewStory) -> None:
    told = story("id_document", "postal_address", "health_insurance").until("2026-11-04T12:00+01:00")
    told.outcome("id_document", OutcomeName.DELIVERED).until("2026-11-05T12:00+01:00")
    told.outcome("postal_address", OutcomeName.DELIVERED)
    assert told.case.provisions[ProvisionKey("health_insurance")].started_on is not None
    rendered = told.read("ready", "id_document")
    assert "Dit kon meteen starten: briefadres." in words(rendered)


def test_the_director_is_offered_the_waiver_and_reads_where(story: NewStory) -> None:
    told = story("id_document", "benefit_decision", "debt_counselling", "emergency_shelter").until(
        "2026-11-10T10:00+01:00"
    )
    rendered = told.read("waiver_offer", "id_document")
    assert "besluit bijstandsuitkering wacht al 8 dagen" in words(rendered)
    assert 'kies "Toch beginnen zonder …"' in words(rendered)
    assert "wacht al 8 dagen" in words(rendered)
    assert "ook op" in words(rendered)


def test_an_offer_with_nothing_left_to_waive_is_void(story: NewStory) -> None:
    told = story("id_document", "benefit_decision").until("2026-11-10T10:00+01:00")
    message = told.last("waiver_offer", "id_document")
    told.outcome("id_document", OutcomeName.DELIVERED)
    written = render(message, told.case, told.case.provisions[ProvisionKey("id_document")], told.config, told.now)
    assert written == Lapsed("er wacht niets meer op")


def test_a_follow_up_is_told_until_it_is_done(story: NewStory) -> None:
    told = story("advance_payment").until("2026-11-04T12:00+01:00").outcome("advance_payment", OutcomeName.DELIVERED)
    told.until("2026-12-03T10:00+01:00")
    rendered = told.read("follow_up", "advance_payment", "next_advance")
    assert "Volgend voorschot laten betalen" in words(rendered)
    assert 'Leg dat vast op de pagina van de voorziening, bij "Vervolgactie"' in words(rendered)
    assert "voor 2 december 2026" in words(rendered)
    message = told.last("follow_up", "advance_payment", "next_advance")
    told.take(
        lifecycle.settle_follow_up(
            told.case, ProvisionKey("advance_payment"), "next_advance", told.moment, told.moment.today
        )
    )
    follow_ups = told.case.provisions[ProvisionKey("advance_payment")].follow_ups
    assert sum(f.name == "next_advance" and f.is_open for f in follow_ups) == 1, "the next advance is planned"
    assert message.detail == "next_advance"


def test_after_a_move_the_old_counter_hears_where_it_goes(story: NewStory) -> None:
    told = story("advance_payment")
    told.take(lifecycle.transfer(told.case, "duinrade", told.moment))
    told.take(lifecycle.accept(told.case, told.moment))
    handover = told.read("handover", "advance_payment")
    assert [c.email for c in handover.recipients] == ["werkeninkomen@voorbeeldstad.example"]
    assert "gemeente Duinrade" in words(handover)
    assert "Sluit niets af" in words(handover)
    again = told.read("request", ProvisionKey("advance_payment", 2))
    assert [c.email for c in again.recipients] == ["werkeninkomen@duinrade.example"]


def test_what_is_settled_meanwhile_is_said(story: NewStory) -> None:
    told = story("advance_payment").until("2026-11-10T10:00+01:00").outcome("advance_payment", OutcomeName.DELIVERED)
    assert "Inmiddels: geregeld op 10 november 2026" in words(told.read("rung", "advance_payment", "doorbraaktafel"))


def test_a_cancelled_request_says_that_nothing_is_needed(story: NewStory) -> None:
    told = story("advance_payment").outcome("advance_payment", OutcomeName.WITHDRAWN)
    text = words(told.read("cancelled", "advance_payment"))
    assert "Onze vraag" in text
    assert "vervalt op 2 november 2026: voorschot" in text
    assert "dan loopt die aanvraag gewoon door" in text
    assert "ziet" not in text, "why is nobody's business"


def test_an_added_need_is_asked_for_like_the_others(story: NewStory) -> None:
    told = story("advance_payment").until("2026-11-05T12:00+01:00")
    told.take(lifecycle.add(told.case, [Need("wmo_indication")], told.moment, told.moment.today))
    assert "10 november 2026 (3 werkdagen vanaf 5 november 2026)" in words(told.read("request", "wmo_indication"))


def test_a_statutory_term_is_named_from_ten_working_days_before_its_end(story: NewStory) -> None:
    told = story("postal_address", present=("id_document",))
    told.now = datetime(2026, 12, 11, 9, 0, tzinfo=UTC)
    assert "ettelijke termijn" not in told.written("request", "postal_address").text, (
        "what is presumed is told to nobody"
    )
    told.take(lifecycle.milestone(told.case, ProvisionKey("postal_address"), "applied", told.moment, date(2026, 11, 2)))
    told.now = datetime(2026, 12, 10, 9, 0, tzinfo=UTC)  # eleven working days before it
    assert "ettelijke termijn" not in told.written("request", "postal_address").text
    told.now = datetime(2026, 12, 11, 9, 0, tzinfo=UTC)
    assert "wettelijke termijn tot en met 28 december 2026" in words(told.written("request", "postal_address"))


def test_a_table_reads_by_which_day_it_answers_and_what_comes_after(story: NewStory) -> None:
    told = story("advance_payment", municipality="havenmeer").until("2026-11-10T10:00+01:00")
    text = words(told.read("rung", "advance_payment", "doorbraaktafel"))
    assert "Geef uiterlijk op 12 november 2026 een van deze antwoorden" in text
    assert "Is het dan nog niet geregeld, dan volgt op 13 november 2026: naar de regionale tafel." in text
    alone = story("social_network").until("2026-12-02T10:00+01:00")
    assert "Geef uiterlijk op 9 december 2026" in words(alone.read("rung", "social_network", "doorbraaktafel"))
    assert "Na u is er geen volgende tafel" in words(alone.read("rung", "social_network", "doorbraaktafel"))


def test_a_table_that_hears_late_reads_who_has_it_too(story: NewStory) -> None:
    told = story("advance_payment", municipality="havenmeer").until("2026-11-20T10:00+01:00")
    text = words(told.read("rung", "advance_payment", "doorbraaktafel"))
    assert "geen volgende tafel" not in text, "two had it already"
    assert (
        "is ook al gedaan: voorgelegd aan de regionale tafel en indiening bij het landelijk Maatwerkloket voorbereid."
        in text
    )


def test_which_of_several_stands_in_each_letter(story: NewStory) -> None:
    told = story("special_assistance", purpose="bed").until("2026-11-30T10:00+01:00")
    request = words(told.read("request", "special_assistance"))
    assert "bijzondere bijstand (een bed)" in request
    assert "Voor welke kosten het is" not in request, "that was just said"
    for rung in ("case_director", "doorbraaktafel", "maatwerkloket"):
        assert "bijzondere bijstand (een bed)" in words(told.read("rung", "special_assistance", rung)), rung


def test_urgency_does_not_say_that_what_comes_first_is_there(story: NewStory) -> None:
    told = story("debt_counselling", "id_document", "emergency_shelter", "benefit_decision")
    told.take(lifecycle.urgent(told.case, ProvisionKey("debt_counselling"), "eviction", told.moment, told.moment.today))
    text = words(told.read("proceed", "debt_counselling"))
    assert "Wij wachten niet langer op wat er eerst moest zijn" in text
    assert "is er nu" not in text
    told.now += timedelta(days=10)
    assert "dat had er op 5 november 2026 moeten zijn" in words(told.read("proceed", "debt_counselling"))


def test_outside_the_municipality_the_guide_has_no_title_and_what_was_tried_is_the_record(story: NewStory) -> None:
    told = story("advance_payment", municipality="havenmeer").until("2026-11-20T10:00+01:00")
    told.take(lifecycle.submit(told.case, ProvisionKey("advance_payment"), True, "alles geprobeerd", told.moment))
    inside = told.read("rung", "advance_payment", "doorbraaktafel")
    assert "VNG-handreiking" in inside.text
    for rendered in (told.read("rung", "advance_payment", "regional"), told.read("submission", "advance_payment")):
        assert "De richtlijn van de VNG zegt" in words(rendered)
        assert "andreiking" not in rendered.text
        assert "De doorbraaktafel kreeg dit op 10 november 2026 en heeft nog niet geantwoord" in words(rendered)
    told.answer("advance_payment", RungName.DOORBRAAKTAFEL, Answer.PRIORITY)
    text = words(told.read("submission", "advance_payment"))
    assert "De doorbraaktafel kreeg dit op 10 november 2026 en antwoordde: voorrang" in text
    assert "Alles wat redelijk is" not in text, "nothing is said that is not on record"


def test_a_letter_comes_from_the_municipality_and_is_answered_to_team_and_director(story: NewStory) -> None:
    told = story("advance_payment")
    rendered = told.read("request", "advance_payment")
    made = compose(rendered, "an-id", told.now, told.config.organisation)
    assert [(a.display_name, a.addr_spec) for a in made["From"].addresses] == [
        ("Gemeente Voorbeeldstad", "basisvoorzieningen@voorbeeldstad.example")
    ]
    assert [a.addr_spec for a in made["Reply-To"].addresses] == [
        "regisseurs@voorbeeldstad.example",
        "regisseur.noord@voorbeeldstad.example",
    ]
    assert made["Auto-Submitted"] == "auto-generated"
    text = words(rendered)
    assert "Noem geen naam of BSN als u per mail antwoordt" in text
    assert "088\u00a0000\u00a010\u00a005" in rendered.text, "the person's number"
    assert "088\u00a0000\u00a010\u00a004" in rendered.text, "and the team's"
    assert "Voor deze inwoner geldt: het contact loopt via de regisseur" in text


def test_a_municipality_without_a_mailbox_to_send_from_is_named_all_the_same(config: Config) -> None:
    place = replace(config.organisation.municipalities["voorbeeldstad"], own_sender=None)
    sender = config.organisation.sender_of(place)
    assert (sender.name, sender.email) == ("Gemeente Voorbeeldstad", "basisvoorzieningen@voorbeeldland.example")


FIRST_LINE = re.compile(
    r"\d+ (januari|februari|maart|april|mei|juni|juli|augustus|september|oktober|november|december)"
)


def test_every_letter_has_the_provision_and_a_day_in_its_first_line(config: Config, story: NewStory) -> None:
    told: Story = story(*ALL).until("2027-01-20T10:00+01:00")
    letters = {f"{i.kind} {i.key} {i.detail}": told.last(i.kind, i.key, i.detail) for i, _ in told.sent if i.key}
    seen = 0
    for intent, _ in told.sent:
        assert intent.key is not None
        message = letters[f"{intent.kind} {intent.key} {intent.detail}"]
        rendered = render(message, told.case, told.case.provisions[intent.key], config, told.now)
        if isinstance(rendered, Rendered):
            first = " ".join(rendered.text.split("\n\n")[1].split())
            assert config.catalogue.rule(intent.key.key).name in first, first
            assert FIRST_LINE.search(first), first
            seen += 1
    assert seen > 20


class Outline(HTMLParser):
    """The tags and attributes that matter to a screen reader."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.languages: list[str | None] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.languages += [value for name, value in attrs if name == "lang"]


def test_the_html_says_the_same_and_is_accessible(story: NewStory) -> None:
    rendered = story("postal_address", present=("id_document",)).read("request", "postal_address")
    outline = Outline(rendered.html)
    assert outline.languages[0] == "nl"
    assert outline.tags.count("h1") == 1
    assert outline.tags.count("h2") >= 3
    assert not {"img", "script", "link", "iframe"} & set(outline.tags), "nothing is fetched from elsewhere"
    plain = re.sub(r"<[^>]+>", " ", rendered.html.partition("<body>")[2])
    for word in ("4 november 2026", "Doorverwijzen", "2.23"):
        assert word in plain
        assert word in rendered.text


def test_no_template_leaves_marks_or_gaps(config: Config, story: NewStory) -> None:
    told: Story = story(*ALL).until("2027-01-20T10:00+01:00")
    assert len(told.sent) > 20
    for intent, _ in told.sent:
        assert intent.key is not None
        message = told.last(intent.kind, intent.key, intent.detail)
        rendered = render(message, told.case, told.case.provisions[intent.key], config, told.now)
        if isinstance(rendered, Lapsed):
            continue
        assert not re.search(r"\*\*|`|\{\{|\{%|None|\(\)|\n\n\n|\w  \w|Undefined", rendered.text), rendered.text
        assert len(rendered.subject) < 75
        assert re.search(r"TR-2026-0042 · .*\d+ \w+", rendered.subject), "a subject names a day"
        assert not any(rule.name in rendered.subject for rule in config.catalogue.provisions.values())


@pytest.mark.parametrize(
    ("amount", "says"), [(None, "Vraag het zelf aan"), (12_050, "vraag om akkoord bij een collega")]
)
def test_the_director_reads_whether_the_money_of_a_table_was_asked(
    story: NewStory, amount: int | None, says: str
) -> None:
    told = story("id_document").until("2026-11-13T10:00+01:00")
    if amount is None:
        told.answer("id_document", RungName.DOORBRAAKTAFEL, Answer.CUSTOMISED_BUDGET)
    else:
        given = FromTable(Said.CUSTOMISED_BUDGET, amount=amount, purpose="keep_place")
        key = ProvisionKey("id_document")
        told.take(lifecycle.reply_as_table(told.case, key, RungName.DOORBRAAKTAFEL, given, told.moment))
    assert says in words(told.read("answer", "id_document", "doorbraaktafel"))
