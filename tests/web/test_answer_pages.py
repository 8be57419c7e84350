"""Answering by the link in a letter: from the mail, without an account, and what an attacker finds there instead."""

import re
from dataclasses import dataclass, replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from uuid import UUID

import pytest
from sqlalchemy import Engine, text
from starlette.testclient import TestClient

from provisions.access.guesses import Guesses
from provisions.app import App
from provisions.catalogue import Config
from provisions.domain.answering import AnswersBy
from provisions.domain.errors import DoneBefore
from provisions.domain.lifecycle import Sent
from provisions.machine.link_secrets import PATH, Link, LinkSecrets
from provisions.outbound.gathered import Gathered
from provisions.outbound.links import Links
from provisions.outbound.outbox import Outbox
from provisions.store.audit import RECORDED_AT
from provisions.usecases.intake import IntakeRequest
from provisions.web.application import application
from tests.builders import CONFIG, Letterbox, day, typed
from tests.conftest import MovingClock
from tests.door import PASSWORD, SEALING, signing_in
from tests.outbound.test_gathered import with_agenda
from tests.web.conftest import Browser

BASE = "https://regio.example"
REF, OTHER = "TR-2026-0051", "TR-2026-0052"
COUNTER, TABLE = "burgerzaken@voorbeeldstad.example", "doorbraaktafel@voorbeeldstad.example"
OFFICER = "maatwerk@voorbeeldstad.example"
SENTENCE = "U hoeft niet in te loggen. Er staat niets over de inwoner op."


@dataclass
class Post:
    """The letters as they left, and the door that their links lead to."""

    app: App
    clock: MovingClock
    letterbox: Letterbox
    outbox: Outbox
    door: TestClient
    behind: App

    def mails(self, to: str, reference: str = REF) -> list[EmailMessage]:
        while self.outbox.deliver_due():
            pass
        return [m for m in self.letterbox.mail if to in m["To"] and reference in m["Subject"]]

    def text(self, mail: EmailMessage, kind: str = "plain") -> str:
        whole = message_from_bytes(bytes(mail), policy=policy.default)
        body = whole.get_body((kind,))
        assert body is not None
        return str(body.get_content()).replace("\r\n", "\n")

    def link(self, to: str, reference: str = REF, at: int = -1) -> str:
        found = re.findall(rf"^{BASE}(/antwoord/\S+)$", self.text(self.mails(to, reference)[at]), re.M)
        assert len(found) == 1, self.text(self.mails(to, reference)[at])
        return str(found[0])

    def browser(self) -> Browser:
        return Browser(TestClient(self.door.app, base_url=BASE, follow_redirects=True))

    def opens(self, to: str, reference: str = REF) -> Browser:
        browser = self.browser()
        browser.opens(self.link(to, reference))
        return browser

    def record(self, reference: str = REF) -> list[tuple[str, str, object]]:
        return [(e.what, e.by, e.data.get("via")) for e in self.app.views.audit(reference)]


@pytest.fixture
def post(database: Engine, workplace: Engine, clock: MovingClock) -> Post:
    return posted(database, workplace, clock, CONFIG)


@pytest.fixture
def with_codes(database: Engine, workplace: Engine, clock: MovingClock) -> Post:
    """The same, where the counter answers with a code beside the link."""
    towns = CONFIG.organisation.municipalities
    home = towns["voorbeeldstad"]
    desk = replace(home.counters["burgerzaken"], answers=AnswersBy.LINK_AND_CODE)
    changed = replace(home, counters={**home.counters, "burgerzaken": desk})
    organisation = replace(CONFIG.organisation, municipalities={**towns, "voorbeeldstad": changed})
    return posted(database, workplace, clock, replace(CONFIG, organisation=organisation))


def posted(database: Engine, workplace: Engine, clock: MovingClock, config: Config) -> Post:
    app = App(database.execution_options(**{RECORDED_AT: clock}), config, clock)
    letterbox = Letterbox()
    links = Links(BASE, LinkSecrets(SEALING))
    outbox = Outbox(database, config, letterbox, clock, spread=lambda: 0.5, links=links)
    behind = App(workplace, config, clock)
    door = application(
        behind,
        signing_in(behind, clock, off_loopback=True),
        SEALING,
        tls=True,
        hosts=("regio.example",),
        guesses=Guesses(lambda: clock.now.timestamp()),
    )
    clock.set("2026-11-02T09:00:00+00:00")
    for reference in (REF, OTHER):
        needs = ["id_document", "advance_payment", "postal_address"]
        request = IntakeRequest(reference, "voluntary", needs, director="regisseur.noord")
        app.cases.intake(request, by=typed("regisseur.noord"))
    return Post(app, clock, letterbox, outbox, TestClient(door, base_url=BASE), behind)


def status_of(post: Post, key: str = "id_document", reference: str = REF) -> str:
    return next(p.status for p in post.app.views.case(reference).provisions if p.provision.key == key)


def test_a_counter_delivers_from_its_mail_and_takes_it_back(post: Post) -> None:
    (mail,) = post.mails(COUNTER)
    for kind in ("plain", "html"):
        assert SENTENCE in " ".join(post.text(mail, kind).split())
    assert post.text(mail, "html").count(f'href="{BASE}/antwoord/') == 1
    before = post.record()
    browser = post.opens(COUNTER)
    assert (browser.status, browser.client.cookies.get("__Host-antwoord") is not None) == (200, True)
    assert "identiteitsbewijs" in browser.last
    assert "briefadres" not in browser.last.lower(), "nothing else of the case"
    assert browser.headers["x-robots-tag"] == "noindex, nofollow"
    assert (browser.headers["referrer-policy"], browser.headers["cache-control"]) == ("no-referrer", "no-store")
    answers = re.findall(r'name="answer" value="(\w+)"', browser.last)
    assert answers == ["seen", "applied", "promised", "ready", "delivered", "refused", "obstacle", "call_me"]
    browser.fills("/antwoord", answer="delivered", on="2026-11-02", paid_by="free", remark="Bel 06-12345678")
    assert (browser.status, 'role="alert"' in browser.last, "Het is geregeld" in browser.last) == (422, True, True)
    browser.fills("/antwoord", answer="delivered", on="2026-11-02", paid_by="free", remark="Kaart ligt bij de balie.")
    assert "Klopt dit?" in browser.last
    assert post.record() == before, "nothing before it is confirmed"
    browser.fills("/antwoord", confirm="ja")
    assert "Het is geregeld, op ma 2 november 2026." in browser.last
    assert "briefadres" not in browser.last.lower(), "what starts because of it is of others"
    assert "tot ma 2 november 2026, 10.05 uur" in browser.last, "until the first letter of it leaves"
    assert status_of(post) == "delivered"
    assert ("provision.replied", "loket-burgerzaken", "link") in post.record()
    done, client = browser.last, browser.client
    assert "Dit is al" not in browser.opens("/antwoord"), "looked at again"
    browser.last, browser.client = done, client
    browser.fills("/antwoord/terugdraaien")
    assert (browser.status, "Uw antwoord is teruggedraaid" in browser.last) == (200, True)
    assert status_of(post) == "waiting"


def answers(browser: Browser, **typed_in: str) -> str:
    """Both steps of the page that is open."""
    browser.fills("/antwoord", None, **typed_in)
    assert "Klopt dit?" in browser.last, browser.last
    return browser.fills("/antwoord", confirm="ja")


def test_promised_refused_and_call_me(post: Post) -> None:
    browser = post.opens(COUNTER)
    browser.fills("/antwoord", answer="promised", on="2026-10-30")
    assert "Klopt dit?" in browser.last
    browser.fills("/antwoord", confirm="ja")
    assert (browser.status, "voorbij" in browser.last) == (422, True), "refused at its field"
    assert "Het is klaar op vr 6 november 2026." in answers(browser, answer="promised", on="2026-11-06")
    browser.opens("/antwoord")
    assert "Bel mij." in answers(browser, answer="call_me", number="BZ-2026-7")
    browser.opens("/antwoord")
    browser.fills("/antwoord", answer="refused", on="2026-11-02")
    assert (browser.status, "Kies een van de mogelijkheden" in browser.last) == (422, True)
    assert "Wij wijzen het af, op ma 2 november 2026." in answers(
        browser, answer="refused", on="2026-11-02", cause="documents", announced_by="letter"
    )
    assert status_of(post) == "refused"
    page = browser.opens("/antwoord")
    assert (browser.status, REF in page, "088 000 10 04" in page) == (410, False, True), "over, and whom to call"
    assert [who for what, who, _ in post.record() if what == "provision.replied"] == ["loket-burgerzaken"] * 3


def test_a_table_answers_with_a_budget_and_an_officer_signs_in(post: Post) -> None:
    post.clock.set("2026-11-24T09:00:00+00:00")
    post.app.time.tick_all()
    browser = post.opens(TABLE)
    assert len(re.findall(r'name="answer"', browser.last)) == 7
    browser.fills("/antwoord", answer="customised_budget")
    assert browser.status == 422
    told = answers(browser, answer="customised_budget", amount="120,50", purpose="keep_place", spent_on="fees")
    assert "Maatwerkbudget." in told
    rungs = [r for p in post.app.views.case(REF).provisions for r in p.provision.rungs if r.answer]
    assert [(r.name.value, r.answer) for r in rungs] == [("doorbraaktafel", "customised_budget")]
    officer, copy = post.mails(OFFICER)[0], post.mails("regisseur.noord@", REF)
    assert "U meldt zich aan" in post.text(officer)
    assert {f"{BASE}/antwoord/" in post.text(mail) for mail in copy if "Beoordeel" in mail["Subject"]} == {False}
    door = signing_in(post.behind, post.clock)
    for code, role in (("maatwerk-1", "customisation_officer"), ("regie-8", "case_director")):
        door.set_password(post.app.people.add(code, [role], ["voorbeeldstad"]), PASSWORD, PASSWORD, "")
    pages = application(post.behind, door, SEALING, tls=False, hosts=("127.0.0.1",))
    browser = Browser(TestClient(pages, base_url="http://127.0.0.1:4200", follow_redirects=True))
    browser.signs_in("regie-8").opens(post.link(OFFICER))
    assert browser.status == 404, "whoever may not judge"
    browser.client.cookies.clear()
    browser.opens(post.link(OFFICER))
    assert "Aanmelden" in browser.last
    browser.fills("/aanmelden", code="maatwerk-1", password=PASSWORD, second="")
    assert re.findall(r'name="answer" value="(\w+)"', browser.last) == ["submitted", "not_submitted"]
    assert "Niet indienen." in answers(browser, answer="not_submitted", because="not_tried_here", checked="ja")
    assert ("rung.submitted", "maatwerk-1", "link") in post.record()
    browser.fills("/antwoord/terugdraaien")
    assert (browser.status, "Uw antwoord is teruggedraaid" in browser.last) == (200, True), "who signed in too"
    assert ("act.undone", "maatwerk-1", "link") in post.record()
    browser.opens("/antwoord")
    assert "Wel indienen." in answers(browser, answer="submitted", because="not_tried_here", checked="ja")


def test_a_new_link_goes_to_the_first_address_three_times_a_day_and_only_while_it_is_asked(post: Post) -> None:
    first = post.link(COUNTER)
    post.clock.advance(days=31)
    browser = post.opens(COUNTER)
    assert browser.status == 410
    for _ in range(4):
        over = browser.opens("/antwoord")
        for _ in ("pressed", "and pressed again"):
            browser.last = over
            browser.fills("/antwoord/nieuw", to="iemand@elders.example", receiver="iemand@elders.example")
            assert "Aangevraagd" in browser.last
    assert not [m for m in post.letterbox.mail if "elders" in m["To"]]
    anew = [m for m in post.mails(COUNTER) if "Nieuwe link" in m["Subject"]]
    assert len(anew) == 3
    second = post.link(COUNTER)
    assert second != first
    for link in (first, second):
        browser.opens(link)
        assert browser.status == 200, "earlier mails on the same question work until it is answered"
    pressed = post.app.cases.by_form(Sent("a" * 32))
    pressed.link(REF, "id_document", by=typed("regisseur.noord"))
    assert post.app.messages.found()[0].kind == "link"
    with pytest.raises(DoneBefore):
        pressed.link(REF, "id_document", by=typed("regisseur.noord"))
    assert post.link(COUNTER) not in (first, second), "a director has one sent too"
    assert ("message.requested", "regisseur.noord", "shell") in post.record()
    answers(browser, answer="delivered", on="2026-11-03", paid_by="free")
    browser.opens("/antwoord")
    browser.fills("/antwoord/nieuw")
    assert len([m for m in post.mails(COUNTER) if "Nieuwe link" in m["Subject"]]) == 4


def test_a_code_goes_to_the_same_mailbox_for_one_browser(with_codes: Post) -> None:
    post, link = with_codes, with_codes.link(COUNTER)
    browser = post.browser()
    browser.opens(link)
    assert (REF in browser.last, "identiteitsbewijs" in browser.last) == (False, False), (
        "before the code nothing is shown"
    )
    browser.fills("/antwoord", answer="seen", confirm="ja")
    assert "zes cijfers" in browser.last
    asking = browser.last
    for _ in ("once", "and again"):
        browser.last = asking
        browser.fills("/antwoord/code", sturen="ja")
        assert "onderweg" in browser.last
    assert len([m for m in post.mails(COUNTER) if "Code" in m["Subject"]]) == 1, "pressed twice it is one mail"
    digits = re.findall(r"^.*: (\d{6})$", post.text(post.mails(COUNTER)[-1]), re.M)[-1]
    assert digits in post.text(post.mails(COUNTER)[-1], "html")
    assert digits not in str([m.body for m in post.app.messages.found(reference=REF)])
    other = post.browser()
    other.opens(link)
    other.fills("/antwoord/code", code=digits)
    assert other.status == 422, "bound to the browser that asked"
    for _ in range(4):
        browser.fills("/antwoord/code", code="000000" if digits != "000000" else "000001")
        assert browser.status == 422
    browser.fills("/antwoord/code", code=f"{digits[:3]} {digits[3:]}")
    assert REF in browser.last
    answers(browser, answer="seen")
    other.fills("/antwoord/code", sturen="ja")
    post.clock.advance(minutes=10, seconds=1)
    digits = re.findall(r"^.*: (\d{6})$", post.text(post.mails(COUNTER)[-1]), re.M)[-1]
    other.fills("/antwoord/code", code=digits)
    assert other.status == 422, "too old"
    for _ in range(3):
        other.fills("/antwoord/code", sturen="ja")
    assert other.status == 200
    other.fills("/antwoord/code", sturen="ja")
    assert (other.status, "vijf codes" in other.last) == (422, True)
    digits = re.findall(r"^.*: (\d{6})$", post.text(post.mails(COUNTER)[-1]), re.M)[-1]
    for _ in range(5):
        other.fills("/antwoord/code", code="000000" if digits != "000000" else "000001")
    other.fills("/antwoord/code", code=digits)
    assert other.status == 422, "tried too often"


@pytest.mark.parametrize("value", ["", "AAAA", "AAAAAAAAAAAAAAAAAAAA", "\u00e9", "~", "=" * 4000])
def test_a_cookie_that_is_none_of_ours_is_no_link(post: Post, value: str) -> None:
    asked = post.door.get("/antwoord", headers={"cookie": f"__Host-antwoord={value}".encode("latin-1")})
    assert asked.status_code == 404


def test_each_page_of_an_answer_has_one_form(with_codes: Post) -> None:
    """The page of the code too: what is typed and what is asked anew are sent by buttons of one form."""
    browser = with_codes.opens(COUNTER)
    assert browser.last.count("<form") == 1
    browser.fills("/antwoord/code", sturen="ja")
    assert browser.last.count("<form") == 1
    digits = re.findall(r"^.*: (\d{6})$", with_codes.text(with_codes.mails(COUNTER)[-1]), re.M)[-1]
    browser.fills("/antwoord/code", code=digits)
    assert (REF in browser.last, browser.last.count("<form")) == (True, 1)
    browser.fills("/antwoord", answer="seen")
    assert browser.last.count("<form") == 1
    browser.fills("/antwoord", answer="seen", confirm="ja")
    assert browser.last.count("<form") == 1


def test_without_the_code_what_was_answered_is_not_taken_back(with_codes: Post) -> None:
    """A question that is answered asks for no code to say that it is over; taking back is another matter."""
    post, link = with_codes, with_codes.link(COUNTER)
    browser = post.browser()
    browser.opens(link)
    browser.fills("/antwoord/code", sturen="ja")
    digits = re.findall(r"^.*: (\d{6})$", post.text(post.mails(COUNTER)[-1]), re.M)[-1]
    browser.fills("/antwoord/code", code=digits)
    done = answers(browser, answer="delivered", on="2026-11-02", paid_by="free")
    assert status_of(post) == "delivered"
    forwarded = post.browser()
    forwarded.opens(link)
    assert forwarded.status == 410
    forwarded.fills("/antwoord/terugdraaien")
    assert "zes cijfers" in forwarded.last
    assert status_of(post) == "delivered"
    browser.last = done
    browser.fills("/antwoord/terugdraaien")
    assert status_of(post) == "waiting"


def test_a_table_with_an_agenda_answers_each_question_in_it(
    database: Engine, workplace: Engine, clock: MovingClock
) -> None:
    config = with_agenda()
    post = posted(database, workplace, clock, config)
    post.clock.set("2026-11-12T06:20:00+00:00")
    post.app.time.tick_all()
    while post.outbox.deliver_due():
        pass
    post.clock.set("2026-11-12T06:31:00+00:00")
    Gathered(database, config, clock).tell()
    (agenda,) = (m for m in post.mails(TABLE, "Agenda"))
    links = re.findall(rf"^{BASE}(/antwoord/\S+)$", post.text(agenda), re.M)
    assert len(links) == len(set(links)) > 1
    assert post.text(agenda, "html").count(SENTENCE) == len(links)
    browser = post.browser()
    browser.opens(links[0])
    assert "Voorrang." in answers(browser, answer="priority")
    browser.opens(links[1])
    assert 'value="priority"' in browser.last, "the other waits still"
    secrets = [link.rpartition(".")[2] for link in links]
    kept = str([m.body for m in post.app.messages.found()])
    assert not [secret for secret in secrets if secret in kept]


# --- attacks -----------------------------------------------------------------------------------------------------------


def test_guessing_waits_and_tells_nothing(post: Post) -> None:
    link = post.link(COUNTER)
    browser = post.browser()
    for attempt in range(1, 11):
        wrong = link[:-1] + ("A" if link[-1] != "A" else "B") if attempt % 2 else f"/antwoord/{'x' * attempt}"
        page = browser.opens(wrong)
        assert (browser.status, REF in page, "oorbeeldstad" in page) == (404, False, False)
    browser.opens(link)
    assert browser.status == 429, "the right one among them too"
    post.clock.advance(minutes=1, seconds=1)
    browser.opens(link)
    assert browser.status == 200


def test_the_page_that_a_form_led_to_is_no_link_when_it_is_asked_for_again(post: Post) -> None:
    """Enter in the bar of the browser, with the address of what was just sent: back to the question, and nothing is guessed."""
    browser = post.browser()
    browser.opens(post.link(COUNTER))
    for _ in range(4):
        for page in ("nieuw", "code", "terugdraaien"):
            browser.opens(f"/antwoord/{page}")
            assert (browser.status, REF in browser.last) == (200, True)


def test_nothing_works_without_the_cookie_the_form_and_our_own_site(post: Post) -> None:
    browser = post.opens(COUNTER)
    browser.fills("/antwoord", {"sec-fetch-site": "cross-site"}, answer="seen", confirm="ja")
    assert browser.status == 403
    browser.opens("/antwoord")
    browser.fills("/antwoord", csrf="0" * 64, answer="seen", confirm="ja")
    assert browser.status == 403
    browser.opens("/antwoord")
    stranger = post.browser()
    stranger.last = browser.last
    stranger.fills("/antwoord", answer="seen", confirm="ja")
    assert stranger.status == 403
    browser.client.cookies.delete("__Host-antwoord")
    browser.fills("/antwoord", answer="seen", confirm="ja")
    assert browser.status == 404
    assert not [line for line in post.record() if line[2] == "link"]


def test_a_form_of_one_question_answers_no_other_and_the_same_form_is_done_once(post: Post) -> None:
    browser = post.opens(COUNTER)
    first = browser.last
    browser.opens(post.link(COUNTER, OTHER))
    browser.last = first
    browser.fills("/antwoord", answer="seen", confirm="ja")
    assert (browser.status, "andere link" in browser.last) == (409, True)
    browser.opens("/antwoord")
    browser.fills("/antwoord", answer="seen")
    check = browser.last
    for _ in range(2):
        browser.last = check
        browser.fills("/antwoord", confirm="ja")
        assert (browser.status, "Wij pakken dit op." in browser.last) == (200, True), browser.last
    said = [line for line in post.record(OTHER) if line[0] == "provision.replied"]
    assert (len(said), len([line for line in post.record() if line[2] == "link"])) == (1, 0)


def test_whoever_has_a_copy_or_a_link_of_another_question_makes_no_link_of_it(post: Post) -> None:
    post.clock.set("2026-11-24T09:00:00+00:00")
    post.app.time.tick_all()
    asked = post.mails(OFFICER)[0]
    copy = next(m for m in post.mails("regisseur.noord@") if "Beoordeel" in m["Subject"])
    known = UUID(copy["Message-ID"][1:37])
    assert str(known) in asked["Message-ID"], "the id of what was asked stands in the copy"
    own = post.link(COUNTER)
    secret = own.rpartition(".")[2]
    browser = post.browser()
    for forged in (f"{PATH}/{Link(known)}.{secret}", f"{PATH}/{Link(known, 1)}.{secret}", f"{PATH}/{known}.{secret}"):
        page = browser.opens(forged)
        assert (browser.status, REF in page) == (404, False), forged
    browser.opens(own)
    assert browser.status == 200


def test_a_scanner_that_opens_everything_and_presses_every_button_records_nothing(post: Post) -> None:
    browser = post.opens(COUNTER)
    before = post.record()
    for _ in range(2):
        browser.opens(post.link(COUNTER))
        for button in ("", "confirm", "terug"):
            browser.opens("/antwoord")
            browser.fills("/antwoord", None, **({button: "ja"} if button else {}))
        browser.fills("/antwoord/terugdraaien")
    browser.client.head(post.link(COUNTER))
    assert post.record() == before


def test_half_a_megabyte_in_any_field_of_an_answer_breaks_nothing_and_is_not_kept(post: Post) -> None:
    much = "06 " * 166_666
    for to in (COUNTER, TABLE):
        if to == TABLE:
            post.clock.set("2026-11-12T09:00:00+00:00")
            post.app.time.tick_all()
        browser = post.opens(to)
        page = browser.last
        names = set(re.findall(r'<(?:input|textarea|select)[^>]* name="([^"]+)"', page))
        assert len(names) > 4
        for name in sorted(names):
            browser.last = page
            browser.fills("/antwoord", None, **{"answer": "seen", name: much})
            assert browser.status < 500, name
            browser.last = page
            browser.fills("/antwoord", None, **{"answer": "promised", "on": "2026-11-20", "confirm": "ja", name: much})
            assert browser.status < 500, name
    kept = str(post.app.exports.of_case(REF))
    assert "06 06" not in kept


def test_who_answers_very_often_by_one_link_waits(post: Post) -> None:
    browser = post.opens(COUNTER)
    for _ in range(6):
        answers(browser, answer="seen")
        browser.opens("/antwoord")
    browser.fills("/antwoord", answer="seen")
    browser.fills("/antwoord", confirm="ja")
    assert (browser.status, 'role="alert"' in browser.last) == (429, True)
    assert len([line for line in post.record() if line[0] == "provision.replied"]) == 6


def test_the_secret_is_in_the_mail_and_nowhere_else(
    post: Post, database: Engine, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    link = post.link(COUNTER)
    secret = link.rpartition(".")[2]
    again = post.mails(COUNTER)[0]
    browser = post.opens(COUNTER)
    answers(browser, answer="seen")
    assert secret not in str(browser.client.cookies)
    with database.connect() as connection:
        for (table,) in connection.execute(
            text("SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema()")
        ).all():
            rows = connection.execute(text(f'SELECT row_to_json(r)::text FROM "{table}" AS r')).scalars()  # noqa: S608
            assert not [row for row in rows if secret in row], table
    kept = post.app.messages.found(reference=REF)
    assert all("antwoord/" not in (letter.body or "") for letter in kept)
    assert secret not in str(post.app.exports.of_case(REF))
    assert secret not in str([line.as_json() for line in post.app.views.audit(REF)])
    out, err = capfd.readouterr()
    assert secret not in out + err + caplog.text
    mine = next(letter for letter in kept if letter.recipients == (COUNTER,))
    post.app.resending.resend(str(mine.id), by=typed("beheer"))
    assert post.link(COUNTER) == link, "sent again it is the same mail"
    assert bytes(post.mails(COUNTER)[-1]) == bytes(again)


def test_after_a_handover_or_a_month_the_page_says_that_it_is_over(post: Post) -> None:
    browser = post.opens(COUNTER)
    asked = browser.last
    post.app.cases.transfer(REF, "havenmeer", by=typed("regisseur.noord"))
    post.app.cases.accept(REF, by=typed("regisseur.haven"))
    browser.fills("/antwoord", answer="seen", confirm="ja")
    assert browser.status == 410
    page = browser.opens("/antwoord")
    assert (browser.status, REF in page, "avenmeer" in page) == (410, False, False)
    assert REF in asked
    other = post.opens(COUNTER, OTHER)
    assert other.status == 200
    post.clock.advance(days=31)
    other = post.opens(COUNTER, OTHER)
    assert (other.status, OTHER in other.last) == (410, False)


def test_the_counter_that_a_client_moved_away_from_says_that_it_passes_on_what_it_has(post: Post) -> None:
    first = post.link(COUNTER)
    post.app.cases.transfer(REF, "havenmeer", by=typed("regisseur.noord"))
    post.app.cases.accept(REF, by=typed("regisseur.haven"))
    (mail,) = [one for one in post.mails(COUNTER) if one["Subject"].startswith("Overdracht")]
    assert SENTENCE in " ".join(post.text(mail).split())
    link = post.link(COUNTER)
    assert link != first
    browser = post.opens(COUNTER)
    assert "valt nu onder een andere gemeente" in browser.last
    assert re.findall(r'name="answer" value="(\w+)"', browser.last) == ["seen", "call_me"]
    told = answers(browser, answer="seen", remark="De foto's liggen klaar.")
    assert "Wij pakken dit op." in told
    browser.fills("/antwoord/terugdraaien")
    assert browser.status == 200
    browser.opens("/antwoord")
    assert "Bel mij." in answers(browser, answer="call_me")
    post.clock.advance(minutes=6)
    (told_director,) = [m for m in post.mails("regisseur.noord@") if m["Subject"].startswith("Antwoord")]
    assert "valt nu onder gemeente Havenmeer" in " ".join(post.text(told_director).split())
    said = [line for line in post.record() if line[0] == "provision.replied"]
    assert said == [("provision.replied", "loket-burgerzaken", "link")] * 2
    ((old, _),) = [(p.status, p) for p in post.app.views.case(REF).provisions if p.provision.id == ("id_document", 1)]
    assert old == "handed_over", "nothing of the round changed"
    browser.opens(first)
    assert browser.status == 410, "what was asked before the move ends with it"


def test_who_answers_second_is_told_what_was_answered_first(post: Post) -> None:
    browser = post.opens(COUNTER)
    browser.fills("/antwoord", answer="delivered", on="2026-11-02", paid_by="free")
    post.app.cases.record_outcome(
        REF, "id_document", "delivered", by=typed("regisseur.noord"), fields={"paid_by": "free"}
    )
    browser.fills("/antwoord", confirm="ja")
    assert (browser.status, REF in browser.last) == (410, False)
    assert day("2026-11-02") == next(
        p.provision.closed_on for p in post.app.views.case(REF).provisions if p.provision.key == "id_document"
    )
