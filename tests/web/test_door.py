"""The door: who comes in and who does not, and what a browser may do with what it gets."""

import html
import re
from datetime import timedelta
from urllib.parse import parse_qs, unquote, urlsplit
from uuid import uuid4

import pytest
from sqlalchemy import Engine
from starlette.testclient import TestClient

from provisions.access.log import Logged
from provisions.app import App
from provisions.usecases.signing_in import IDLE
from provisions.web.application import PAGES, application
from provisions.web.fence import LARGEST_BODY
from provisions.web.qr import qr_code
from tests.builders import CONFIG
from tests.conftest import MovingClock
from tests.door import ADMIN_PASSWORD, PASSWORD, SEALING, signing_in
from tests.web.addresses import CLOSED, address_of
from tests.web.conftest import Browser, NewBrowser


@pytest.mark.parametrize("path", CLOSED)
def test_without_a_session_every_page_leads_to_signing_in(browser: Browser, path: str) -> None:
    browser.client.follow_redirects = False
    browser.opens(path)
    assert browser.status == 303
    assert browser.headers["location"].split("?")[0] == "/aanmelden"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/aanmelden", 200),
        ("/live", 200),
        ("/robots.txt", 200),
        ("/privacy", 200),
        ("/stijl/werkplek.css", 200),
        ("/welkom/niemand", 404),
        ("/v2", 404),
        ("/v2/dashboard", 404),
        ("/wp-login.php", 404),
        ("/docs", 404),
        ("/openapi.json", 404),
        ("/api", 401),
        ("/api/flow_runs/filter", 401),
    ],
)
def test_what_answers_by_itself_without_a_session(browser: Browser, path: str, status: int) -> None:
    browser.opens(path)
    assert browser.status == status
    assert browser.headers["content-security-policy"].startswith("default-src 'none'; ")
    assert "unsafe" not in browser.headers["content-security-policy"]
    assert browser.headers["cache-control"] == (
        "no-store" if ".css" not in path else "public, max-age=31536000, immutable"
    )


@pytest.mark.parametrize("code", ["regie-1", "fg-1", "beheer-1"])
def test_no_page_is_kept_by_a_browser(browser: Browser, code: str) -> None:
    browser.signs_in(code)
    for path in CLOSED:
        browser.opens(path)
        assert browser.headers["cache-control"] == "no-store", path


def test_signing_in_leads_on_and_signing_out_ends_it_at_once(browser: Browser) -> None:
    browser.opens("/te-laat")
    assert "Aanmelden" in browser.last
    browser.fills("/aanmelden", code="regie-1", password=PASSWORD, second="")
    assert "<h1>Te laat</h1>" in browser.last
    token = browser.client.cookies["sessie"]
    browser.fills("/afmelden")
    assert browser.client.cookies["sessie"] != token
    browser.client.cookies.clear()
    browser.client.cookies.set("sessie", token)
    assert "<h1>Aanmelden</h1>" in browser.opens("/werk")


def test_a_wrong_password_says_what_to_do_and_keeps_the_code(browser: Browser) -> None:
    browser.signs_in("regie-1", "fout")
    assert browser.status == 401
    assert 'role="alert"' in browser.last
    assert 'name="code" value="regie-1"' in browser.last
    assert "fout" not in browser.last.replace("fouten", "")


def test_the_session_has_a_new_id_after_signing_in(browser: Browser) -> None:
    browser.opens("/aanmelden")
    before = browser.client.cookies["sessie"]
    browser.fills("/aanmelden", code="regie-1", password=PASSWORD, second="")
    first = browser.client.cookies["sessie"]
    assert first != before
    browser.signs_in("teamleider-1")
    second = browser.client.cookies["sessie"]
    assert second != first
    assert "teamleider-1" in browser.last
    browser.client.cookies.clear()
    browser.client.cookies.set("sessie", first)
    assert "<h1>Aanmelden</h1>" in browser.opens("/werk"), "who was in with this browser is out"


@pytest.mark.parametrize(("tls", "name"), [(False, "sessie"), (True, "__Host-sessie")])
def test_the_cookie_is_for_us_alone(make_browser: NewBrowser, tls: bool, name: str) -> None:
    browser = make_browser(tls=tls)
    browser.opens("/aanmelden")
    cookie = browser.headers["set-cookie"]
    assert cookie.startswith(f"{name}=")
    assert {"HttpOnly", "Path=/", "SameSite=lax"} <= set(cookie.split("; "))
    assert ("Secure" in cookie) is tls
    assert "Domain" not in cookie
    assert ("strict-transport-security" in browser.headers) is tls


def test_ten_wrong_ones_and_the_address_waits_whatever_headers_it_sends(browser: Browser, clock: MovingClock) -> None:
    browser.opens("/aanmelden")
    for number in range(10):
        browser.fills(
            "/aanmelden", {"x-forwarded-for": f"192.0.2.{number}"}, code=f"x{number}", password="fout", second=""
        )
        assert browser.status == 401
    browser.fills("/aanmelden", {"x-forwarded-for": "192.0.2.99"}, code="regie-1", password=PASSWORD, second="")
    assert browser.status == 429
    assert 1 <= int(browser.headers["retry-after"]) <= 61
    clock.advance(seconds=61)
    browser.fills("/aanmelden", code="regie-1", password=PASSWORD, second="")
    assert browser.status == 200


def test_a_form_that_is_not_ours_does_nothing(browser: Browser, app: App) -> None:
    browser.signs_in("regie-1")
    for headers, csrf in (
        ({}, "x" * 64),
        ({}, ""),
        ({"sec-fetch-site": "cross-site"}, None),
        ({"sec-fetch-site": "same-site"}, None),
    ):
        browser.opens("/clienten")
        browser.fills("/afmelden", headers, **({} if csrf is None else {"csrf": csrf}))
        assert browser.status == 403
        assert 'role="alert"' in browser.last
    assert "<h1>Mijn werk</h1>" in browser.opens("/werk")
    assert Logged.SIGNED_OUT not in [look.what for look in app.looks.of("regie-1")]


def test_signing_in_needs_a_form_of_ours_too(browser: Browser) -> None:
    browser.client.post("/aanmelden", data={"code": "regie-1", "password": PASSWORD})
    assert "<h1>Aanmelden</h1>" in browser.opens("/werk")


def test_a_form_of_one_browser_is_none_of_another(make_browser: NewBrowser) -> None:
    mine, theirs = make_browser(), make_browser()
    mine.opens("/aanmelden")
    theirs.opens("/aanmelden")
    theirs.last = mine.last
    theirs.fills("/aanmelden", code="regie-1", password=PASSWORD, second="")
    assert theirs.status == 403


@pytest.mark.parametrize(
    "naar",
    [
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "/aanmelden?x",
        "werk",
        "/a\r\nx: y",
        "/.//evil.example",
        "/werk//evil.example",
        "/werk/../evil",
    ],
)
def test_nobody_is_led_to_another_machine(browser: Browser, naar: str) -> None:
    browser.client.follow_redirects = False
    browser.opens("/aanmelden")
    browser.fills("/aanmelden", code="regie-1", password=PASSWORD, second="", naar=naar)
    assert (browser.status, browser.headers["location"]) == (303, "/werk")


def test_another_name_than_ours_is_refused(browser: Browser) -> None:
    for host in ("evil.example", "127.0.0.1.evil.example", "evil.example:4200", ""):
        browser.opens("/aanmelden", host=host)
        assert browser.status == 421
    for host in ("127.0.0.1", "127.0.0.1:4200", "REGIO.example"):
        browser.opens("/aanmelden", host=host)
        assert browser.status == 200


def test_a_body_of_more_than_a_megabyte_is_refused(browser: Browser) -> None:
    kind = {"content-type": "application/x-www-form-urlencoded"}
    whole = browser.client.post("/aanmelden", content=b"x" * (LARGEST_BODY + 1), headers=kind)
    pieces = browser.client.post("/aanmelden", content=iter([b"x" * LARGEST_BODY, b"y"]), headers=kind)
    many = browser.client.post("/aanmelden", content="&".join(f"a{n}=1" for n in range(5000)), headers=kind)
    assert [whole.status_code, pieces.status_code, many.status_code] == [413, 413, 403]


def test_half_an_hour_idle_and_one_signs_in_again(browser: Browser, clock: MovingClock) -> None:
    browser.signs_in("regie-1")
    clock.now += IDLE - timedelta(seconds=1)
    assert "<h1>Mijn werk</h1>" in browser.opens("/werk")
    clock.now += IDLE
    assert "<h1>Aanmelden</h1>" in browser.opens("/werk")


def test_who_is_blocked_sees_nothing_more(browser: Browser, app: App) -> None:
    browser.signs_in("regie-1")
    app.people.block("regie-1")
    assert "<h1>Aanmelden</h1>" in browser.opens("/werk")
    browser.signs_in("regie-1")
    assert "geblokkeerd" in browser.last


def test_a_one_time_address_as_a_browser_sees_it(make_browser: NewBrowser, app: App) -> None:
    path = f"/welkom/{app.people.add('regie-7', ['case_director'], ['voorbeeldstad'])}"
    browser = make_browser()
    for _ in range(2):
        assert browser.opens(path).count("<form") == 1  # looking uses nothing up
    browser.fills(path, password="kort", again="kort")
    assert (browser.status, 'role="alert"' in browser.last) == (400, True)
    browser.fills(path, password=PASSWORD, again="iets anders dan dat")
    assert "niet gelijk" in browser.last
    browser.fills(path, password=PASSWORD, again=PASSWORD)
    assert "regie-7" in browser.last
    browser.opens(path)
    assert (browser.status, 'role="alert"' in browser.last) == (404, True)
    assert "<h1>Mijn werk</h1>" in browser.signs_in("regie-7").last


def test_behind_tls_the_page_of_a_one_time_address_has_the_second_step(make_browser: NewBrowser, app: App) -> None:
    browser = make_browser(tls=True)
    browser.opens(f"/welkom/{app.people.add('regie-7', ['case_director'], ['voorbeeldstad'])}")
    assert 'type="text" name="second" value=""' in browser.last
    opened = html.unescape(re.findall(r'href="(otpauth://totp/[^"]+)"', browser.last)[0])
    secret = parse_qs(urlsplit(opened).query)["secret"][0]
    assert secret == re.findall(r'class="key">([^<]+)', browser.last)[0].replace(" ", "")
    picture = re.findall(r'<img src="(data:image/svg[^"]+)" width="220" height="220" alt="[^"]+"', browser.last)
    assert picture == [qr_code(opened)]
    assert secret not in unquote(picture[0])
    browser.opens(f"/welkom/{app.people.add('stuur-7', ['steering_group'])}")
    assert "second" not in browser.last


@pytest.mark.parametrize("path", ["/aanmelden", "/welkom/{}"])
def test_inputs_are_written_as_programs_read_them(browser: Browser, app: App, path: str) -> None:
    page = browser.opens(path.format(app.people.add("regie-7", ["case_director"], ["voorbeeldstad"])))
    inputs = re.findall(r"<input ([^>]*)>", page)
    assert inputs
    assert all(re.match(r'type="\w+" name="\w+" value="[^"]*"', one) for one in inputs), inputs
    assert page.count("<form") == 1


def test_admin_is_told_on_every_page_that_there_is_no_other(browser: Browser) -> None:
    browser.signs_in("admin", ADMIN_PASSWORD)
    assert "Er is nog geen andere beheerder" not in browser.opens("/werk"), "beheer-1 is one"
    assert [entry for entry in ("Cliënten", "Beheer") if f">{entry}</a>" in browser.last] == ["Beheer"]


def test_until_there_is_another_administrator_every_page_says_so(
    app: App, workplace: Engine, clock: MovingClock
) -> None:
    behind = App(workplace, CONFIG, clock)
    served = application(behind, signing_in(behind, clock), SEALING, tls=False)
    browser = Browser(TestClient(served, base_url="http://127.0.0.1:4200", follow_redirects=True))
    browser.signs_in("admin", ADMIN_PASSWORD)
    uid = str(app.views.case("TR-2026-0001").case.id)
    pages = [address_of(page, id=uid) for page in PAGES if page.get and not page.anyone and ".csv" not in page.path]
    opened = [path for path in pages if "<h1>" in browser.opens(path)]
    assert len(opened) > len(pages) // 2
    assert [path for path in opened if "Er is nog geen andere beheerder" not in browser.opens(path)] == []
    app.people.add("beheer-1", ["administrator"], [])
    assert [path for path in opened if "Er is nog geen andere beheerder" in browser.opens(path)] == []


def test_what_is_recorded_of_users_is_told_with_the_terms_of_here(browser: Browser, app: App) -> None:
    told = browser.opens("/privacy")
    assert f"wanneer u zich aanmeldde: {app.config.organisation.keep_looks_months} maanden" in told
    assert f"het traject ({app.config.organisation.keeping.lines} na het einde)" in told
    assert told.count("<h1>") == 1


def test_what_no_browser_asks_is_answered_in_dutch_too(browser: Browser) -> None:
    assert (browser.opens("/nergens/%0d%0aSet-Cookie:a"), browser.status) == ("Niet gevonden.\n", 404)
    answer = browser.client.request("PROPFIND", "/werk")
    assert (answer.text, answer.status_code) == ("Dit kan op dit adres niet.\n", 405)
    assert "allow" in answer.headers
    assert "content-security-policy" in answer.headers


def test_a_character_that_no_database_takes_breaks_nothing(browser: Browser) -> None:
    browser.signs_in("teamleider-1")
    looked = ("/ingebracht?gedaan=%00S-1", "/clienten?blad=%00", "/bord?gemeente=%00", "/maatwerkbudget?jaar=%00")
    for path in (*looked, "/clienten/%00", f"/clienten/{uuid4()}/%00", "/rapporten/%00/csv", "/hulp/%00"):
        browser.opens(path)
        assert browser.status in (200, 404), path
    officer = browser.signs_in("maatwerk-1")
    officer.opens("/maatwerkloket")
    for name in ("nummer", "handeling", "gezien", "van"):
        officer.fills("/maatwerkloket", None, **{name: "\0"})
        assert officer.status < 500, name
        officer.opens("/maatwerkloket")


def test_what_is_typed_is_shown_as_text(browser: Browser) -> None:
    browser.opens("/aanmelden")
    browser.fills("/aanmelden", code='"><script>x</script>', password="fout", second="")
    assert "<script>" not in browser.last
    browser.signs_in("regie-1").opens("/clienten")
    browser.fills("/clienten", zoek='"><script>x</script>')
    assert "<script>" not in browser.last


def test_a_request_that_breaks_says_so_in_one_line(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    browser.signs_in("regie-1")
    monkeypatch.setattr(App, "seen_by", None)
    browser.client._transport.raise_server_exceptions = False
    browser.opens("/werk")
    assert browser.status == 500
    assert "Traceback" not in browser.last
    assert "Er ging iets mis" in browser.last
