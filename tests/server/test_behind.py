"""Prefect behind the door: what goes on to its server and what comes back, by role and for a program. A stand-in is Prefect."""

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from starlette.testclient import TestClient

from flows.server.behind import Behind
from flows.server.guard import ENGINE_HEADER
from flows.server.upstream import Upstream
from provisions.app import App
from provisions.settings import utc_now
from provisions.web.application import application
from tests.conftest import MovingClock
from tests.door import ADMIN_PASSWORD, PASSWORD, SEALING, signing_in
from tests.web.conftest import AT_TABLE, HOME, Browser

RUN, FORM, OTHER = (f"00000000-0000-4000-8000-00000000000{n}" for n in (1, 2, 3))


@dataclass
class Prefect:
    """Answers as Prefect's API does, as far as a test needs. ``asked``: what came in. ``count``: of runs that fit a filter."""

    asked: list[tuple[str, str, Any, str]] = field(default_factory=list)
    count: int = 1
    closes: int = 0
    """How many calls find the connection closed."""

    @property
    def transport(self) -> httpx.MockTransport:
        return httpx.MockTransport(self._answer)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        path = request.url.raw_path.decode().removeprefix("/api/")
        body = json.loads(request.content) if request.content else None
        self.asked.append((request.method, path, body, request.headers.get("authorization", "")))
        assert "cookie" not in request.headers
        if self.closes:
            self.closes -= 1
            raise httpx.RemoteProtocolError("Server disconnected without sending a response.")
        if path == f"deployments/{FORM}":
            return httpx.Response(200, json={"id": FORM, "tags": ["formulier"]})
        if path == f"deployments/{OTHER}":
            return httpx.Response(200, json={"id": OTHER, "tags": ["voorziening"]})
        if path == "flow_runs/count":
            return httpx.Response(200, json=self.count)
        if path.startswith("artifacts/"):
            return httpx.Response(200, json={"flow_run_id": RUN if self.count else None})
        return httpx.Response(200, json={"path": path})


@pytest.fixture
def prefect() -> Prefect:
    return Prefect()


@pytest.fixture
def make_browser(app: App, clock: MovingClock, prefect: Prefect) -> Callable[[], Browser]:
    door = signing_in(app, clock)
    people = {
        "teamleider-1": ("team_lead", [HOME]),
        "teamleider-2": ("team_lead", [HOME, "havenmeer"]),
        "regie-1": ("case_director", [HOME]),
    }
    for code, (role, towns) in people.items():
        door.set_password(app.people.add(code, [role], towns), PASSWORD, PASSWORD, "")
    upstream = Upstream("http://127.0.0.1:9/api", ("admin", "nobody's"), {"x-provisions-engine": "token"})
    served = application(
        app,
        door,
        SEALING,
        tls=False,
        hosts=("127.0.0.1",),
        more=lambda house: Behind(house, upstream, prefect.transport).rooms(),
    )
    return lambda: Browser(TestClient(served, base_url="http://127.0.0.1:4200"))


@pytest.fixture
def browser(make_browser: Callable[[], Browser]) -> Browser:
    return make_browser()


def asks(browser: Browser, method: str, path: str, body: Any = None, *, token: str | None = None) -> Any:
    """A call as Prefect's UI makes it."""
    if token is None:
        token = browser.client.get("/prefect/api/csrf-token?client=x").json().get("token", "")
    response = browser.client.request(
        method, f"/prefect/api/{path}", json=body, headers={"prefect-csrf-token": token, "prefect-csrf-client": "x"}
    )
    browser.status = response.status_code
    return response.json() if "json" in response.headers["content-type"] else response.text


def test_a_look_finds_no_closed_connection_in_its_way_and_a_change_is_sent_once(
    browser: Browser, prefect: Prefect
) -> None:
    """Prefect closes the connection after an error of its own; the next call, of anybody, was told that it does not answer."""
    browser.signs_in("admin", ADMIN_PASSWORD)
    token = asks(browser, "GET", "csrf-token?client=x")["token"]
    prefect.closes = 1
    asks(browser, "POST", "flow_runs/filter", {}, token=token)
    assert (browser.status, len(prefect.asked)) == (200, 2)
    prefect.closes = 1
    asks(browser, "POST", f"flow_runs/{RUN}/resume", {"run_input": {}}, token=token)
    assert (browser.status, len(prefect.asked)) == (503, 3)


@pytest.mark.parametrize("code", ["regie-1", None])
def test_who_may_not_look_finds_nothing(browser: Browser, prefect: Prefect, code: str | None) -> None:
    if code:
        browser.signs_in(code)
    browser.client.follow_redirects = False
    for path in ("/prefect", "/prefect/runs", "/prefect/assets/index-B-oNxJUg.js"):
        browser.opens(path)
        assert browser.status == (404 if code else 303)
    # Who is in and may not look finds nothing (web.md); 401 would lead that one to signing in, time and again.
    assert browser.client.get("/prefect/ui-settings").status_code == (404 if code else 401)
    assert asks(browser, "POST", "flow_runs/filter", {}, token="x") is not None
    assert browser.status == (404 if code else 401)
    assert prefect.asked == []


def test_a_team_lead_sees_the_pages_with_our_bar_and_no_password(browser: Browser, prefect: Prefect) -> None:
    page = browser.signs_in("teamleider-1").opens("/prefect/runs")
    assert 'class="deur" lang="nl"' in page
    assert "te laat</a>" in page
    assert "Voorbeeldstad" in page
    assert "/prefect/minder.css" in page
    assert "PLACEHOLDER" not in page
    assert "unsafe-eval" in browser.headers["content-security-policy"]
    assert browser.client.get("/prefect/ui-settings").json()["auth"] is None
    assert browser.client.get("/prefect/login").url.path == "/prefect"
    assert prefect.asked == []


def test_from_a_run_one_goes_to_the_page_of_its_provision(browser: Browser, app: App) -> None:
    run = uuid4()
    (row,) = [one for one in app.runs.stale() if app.run_views.of(one.provision_id).reference == AT_TABLE]
    app.runs.observe(row.provision_id, row.generation, run)
    browser.signs_in("teamleider-2").client.follow_redirects = False
    assert "data-plan" in browser.opens("/prefect/runs")
    browser.opens(f"/prefect/plan/{run}")
    assert browser.headers["location"] == f"/clienten/{app.views.case(AT_TABLE).case.id}/id_document"
    for nothing in (uuid4(), "niets"):
        browser.opens(f"/prefect/plan/{nothing}")
        assert browser.status == 404
    browser.opens("/prefect/artifacts/key/te-laat")
    assert browser.headers["location"] == "/te-laat"


@pytest.mark.parametrize("path", ["/runs", "/runs/flow-run/x?a=1", "/artifacts/key/te-laat", "/dashboard"])
def test_old_bookmarks_lead_below_prefect(browser: Browser, path: str) -> None:
    browser.client.follow_redirects = False
    browser.opens(path)
    assert (browser.status, browser.headers["location"]) == (307, f"/prefect{path}")


@pytest.mark.parametrize(("key", "page"), [("te-laat", "/te-laat"), ("deze-week", "/te-laat#binnenkort")])
def test_lists_of_the_region_lead_to_our_own_page(browser: Browser, key: str, page: str) -> None:
    browser.client.follow_redirects = False
    response = browser.client.get(f"/prefect/artifacts/key/{key}")
    assert (response.status_code, response.headers["location"]) == (303, page)


def test_lists_are_limited_to_the_municipality_and_asked_with_a_password_of_nobody(
    browser: Browser, prefect: Prefect
) -> None:
    browser.signs_in("teamleider-1")
    asks(browser, "POST", "flow_runs/filter", {"flow_runs": {"tags": {"any_": ["x"]}}, "limit": 3})
    (asked,) = prefect.asked
    basic = base64.b64encode(b"admin:nobody's").decode()
    assert asked == (
        "POST",
        "flow_runs/filter",
        {"flow_runs": {"tags": {"any_": ["x"], "all_": [HOME]}}, "limit": 3},
        f"Basic {basic}",
    )
    asks(browser, "POST", "flow_runs/filter", {"flow_runs": {"operator": "or_"}})
    assert browser.status == 409
    assert len(prefect.asked) == 1


def test_who_sees_several_looks_at_one_at_a_time(browser: Browser, prefect: Prefect) -> None:
    browser.signs_in("teamleider-2").opens("/prefect/runs")
    asks(browser, "POST", "flow_runs/count", {})
    browser.fills("/prefect/gemeente", gemeente="havenmeer")
    asks(browser, "POST", "flow_runs/count", {})
    browser.fills("/prefect/gemeente", gemeente="duinrade")
    asks(browser, "POST", "flow_runs/count", {})
    assert [body["flow_runs"]["tags"]["all_"] for _, _, body, _ in prefect.asked] == [
        [HOME],
        ["havenmeer"],
        ["havenmeer"],
    ]


def test_one_run_is_seen_when_it_is_of_the_municipality(browser: Browser, prefect: Prefect) -> None:
    browser.signs_in("teamleider-1")
    for path in (
        f"flow_runs/{RUN}",
        f"flow_runs/{RUN}/graph-v2",
        f"artifacts/{RUN}",
        "artifacts/traject-tr-2026-0001/latest",
    ):
        assert asks(browser, "GET", path) is not None
        assert browser.status == 200, path
    prefect.count = 0
    browser.client.get(f"/prefect/api/flow_runs/{RUN}")
    for path in (f"flow_runs/{RUN}", f"flow_runs/{RUN}/graph-v2", f"artifacts/{RUN}"):
        asks(browser, "GET", path)
        assert browser.status == 404, path


def test_what_can_not_be_limited_is_empty(browser: Browser, prefect: Prefect) -> None:
    browser.signs_in("teamleider-1")
    assert asks(browser, "POST", "logs/filter", {}) == []
    assert asks(browser, "POST", "block_documents/filter", {}) == []
    assert asks(browser, "POST", "block_documents/count", {}) == 0
    assert asks(browser, "POST", "ui/flows/next-runs", {"flow_ids": [RUN]}) == {RUN: None}
    assert asks(browser, "GET", f"automations/related-to/{RUN}") == []
    assert prefect.asked == []


def test_a_change_is_refused_with_a_sentence(browser: Browser, prefect: Prefect) -> None:
    browser.signs_in("teamleider-1")
    for method, path in (
        ("POST", f"flow_runs/{RUN}/set_state"),
        ("DELETE", f"flow_runs/{RUN}"),
        ("POST", f"flow_runs/{RUN}/resume"),
        ("POST", f"deployments/{FORM}/create_flow_run"),
    ):
        assert "om te kijken" in asks(browser, method, path, {})["detail"]
        assert browser.status == 409
    assert prefect.asked == []


def test_a_call_without_the_token_of_this_session_is_refused(browser: Browser, prefect: Prefect) -> None:
    browser.signs_in("teamleider-1")
    assert asks(browser, "POST", "flow_runs/filter", {}, token="x")["detail"] == "Missing CSRF token."
    assert browser.status == 403
    assert prefect.asked == []


def test_the_administrator_fills_in_forms_of_ours_and_nothing_else(browser: Browser, prefect: Prefect) -> None:
    browser.signs_in("admin", ADMIN_PASSWORD)
    asks(
        browser,
        "POST",
        f"deployments/{FORM}/create_flow_run",
        {"parameters": {"formulier": {"a": 1, "by": "x"}}, "job_variables": {}},
    )
    assert prefect.asked[-1][1:3] == (
        f"deployments/{FORM}/create_flow_run",
        {
            "parameters": {"formulier": {"a": 1, "by": "admin"}},
            "tags": ["formulier"],
            "state": {"type": "SCHEDULED"},
            "enforce_parameter_schema": True,
        },
    )
    asks(browser, "POST", f"flow_runs/{RUN}/resume", {"run_input": {"outcome": "geregeld"}})
    assert prefect.asked[-1][2] == {"run_input": {"outcome": "geregeld", "by": "admin"}}
    before = len(prefect.asked)
    asks(browser, "POST", f"deployments/{OTHER}/create_flow_run", {"parameters": {"formulier": {}}})
    assert browser.status == 409
    assert [path for _, path, _, _ in prefect.asked[before:]] == [f"deployments/{OTHER}"]


@pytest.mark.parametrize(
    "path", ["../admin/database/clear", "flow_runs/%2e%2e/filter", "/flow_runs/filter", "flow_runs//filter"]
)
def test_an_address_that_folds_goes_nowhere(browser: Browser, prefect: Prefect, path: str) -> None:
    browser.signs_in("admin", ADMIN_PASSWORD)
    asks(browser, "POST", path, {})
    assert prefect.asked == []


def test_a_program_reads_with_the_password_and_fills_in_forms(
    make_browser: Callable[[], Browser], prefect: Prefect
) -> None:
    client = make_browser().client
    assert client.get("/api/health").status_code == 200
    assert client.post("/api/flow_runs/filter", json={}).status_code == 401
    assert client.post("/api/flow_runs/filter", json={}, auth=("admin", "fout")).status_code == 401
    auth = ("admin", ADMIN_PASSWORD)
    assert client.post("/api/flow_runs/filter", json={}, auth=auth).json() == {"detail": "Missing CSRF token."}
    token = client.get("/api/csrf-token?client=me", auth=auth).json()["token"]
    sealed = {"prefect-csrf-token": token, "prefect-csrf-client": "me"}
    assert client.post("/api/flow_runs/filter", json={}, auth=auth, headers=sealed).status_code == 200
    assert prefect.asked[-1][2] == {}
    assert (
        client.post(f"/api/flow_runs/{RUN}/resume", json={"run_input": {}}, auth=auth, headers=sealed).status_code
        == 200
    )
    assert prefect.asked[-1][2] == {"run_input": {"by": "admin"}}
    for method, path in (
        ("POST", f"flow_runs/{RUN}/set_state"),
        ("DELETE", f"flow_runs/{RUN}"),
        ("POST", "block_documents/"),
    ):
        assert client.request(method, f"/api/{path}", json={}, auth=auth, headers=sealed).status_code == 403
    assert client.get(f"/api/flow_runs/{RUN}/input/antwoord-1", auth=auth).status_code == 403


def test_a_token_ends_within_a_month_for_a_browser_counts_in_milliseconds_of_31_bits(browser: Browser) -> None:
    browser.signs_in("teamleider-1")
    said = browser.client.get("/prefect/api/csrf-token?client=x").json()
    ahead = datetime.fromisoformat(said["expiration"]) - utc_now()
    assert timedelta(minutes=50) < ahead < timedelta(days=20)


def test_guessing_by_a_program_is_slowed(make_browser: Callable[[], Browser]) -> None:
    client = make_browser().client
    statuses = [client.get("/api/admin/version", auth=("admin", f"raad-{n}")).status_code for n in range(8)]
    assert statuses == [401] * 6 + [429] * 2


def test_who_signs_out_or_is_blocked_is_out_here_too(browser: Browser, app: App) -> None:
    browser.signs_in("teamleider-1").opens("/prefect/runs")
    app.people.block("teamleider-1")
    browser.client.follow_redirects = False
    browser.opens("/prefect/runs")
    assert browser.status == 303


def test_signing_out_ends_an_open_page_of_prefect_at_once(browser: Browser) -> None:
    browser.signs_in("teamleider-1").opens("/prefect/runs")
    token = browser.client.cookies["sessie"]
    asks(browser, "POST", "flow_runs/filter", {})
    assert browser.status == 200
    browser.opens("/werk")
    browser.fills("/afmelden")
    browser.client.cookies.clear()
    browser.client.cookies.set("sessie", token)
    asks(browser, "POST", "flow_runs/filter", {}, token="x")
    assert browser.status == 401


@pytest.mark.parametrize(
    "body",
    [b"[" * 5000, b'{"limit": NaN}', b'{"sort": "\\ud800"}', b"{", b"\xff"],
    ids=["very deep", "no number", "half a character", "half", "no UTF-8"],
)
@pytest.mark.parametrize("code", ["teamleider-1", "admin"])
def test_what_is_no_json_is_refused_and_breaks_nothing(
    browser: Browser, prefect: Prefect, body: bytes, code: str
) -> None:
    browser.signs_in(code, PASSWORD if code != "admin" else ADMIN_PASSWORD)
    token = browser.client.get("/prefect/api/csrf-token?client=x").json()["token"]
    sealed = {"prefect-csrf-token": token, "prefect-csrf-client": "x"}
    assert browser.client.post("/prefect/api/flow_runs/filter", content=body, headers=sealed).status_code == 409
    auth = ("admin", ADMIN_PASSWORD)
    token = browser.client.get("/api/csrf-token?client=me", auth=auth).json()["token"]
    sealed = {"prefect-csrf-token": token, "prefect-csrf-client": "me"}
    assert browser.client.post("/api/flow_runs/filter", content=body, auth=auth, headers=sealed).status_code == 403
    assert prefect.asked == []


@pytest.mark.parametrize(
    "said", ["Basic", "Basic \u00e9\u00e9n", "Basic YQ", "Basic /w==", "Bearer x", "Basic YWRtaW4="]
)
def test_a_header_that_is_no_password_is_no_password(browser: Browser, said: str) -> None:
    asked = browser.client.get("/api/admin/version", headers={"authorization": said.encode("latin-1")})
    assert asked.status_code == 401


def test_a_page_of_events_of_very_deep_brackets_is_not_there(browser: Browser, prefect: Prefect) -> None:
    browser.signs_in("teamleider-1")
    forged = base64.b64encode(base64.b64encode(b"[" * 5000)).decode()
    assert browser.client.get(f"/prefect/api/events/filter/next?page-token={forged}").status_code == 404
    assert prefect.asked == []


# --- of the list of attacks (docs/attacks.md) ---------------------------------------------------------------------------


def test_a_forged_token_of_the_engine_and_other_addresses_help_nobody_to_guess(
    make_browser: Callable[[], Browser], prefect: Prefect
) -> None:
    client = make_browser().client
    statuses = []
    for number in range(12):
        said = {ENGINE_HEADER: f"geraden-{number}", "x-forwarded-for": f"192.0.2.{number}", "upgrade": "websocket"}
        statuses.append(client.get("/api/admin/version", auth=("admin", f"raad-{number}"), headers=said).status_code)
    assert statuses[:6] == [401] * 6
    assert set(statuses[6:]) == {429}
    assert prefect.asked == []


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PATCH", "work_pools/gemeenten"),  # a job command
        ("POST", "deployments/"),  # a pull step
        ("POST", "block_documents/"),
        ("POST", "automations/"),
        ("POST", "variables/"),
        ("POST", "events"),
        ("POST", "flow_runs/"),  # a run of one's own
        ("PATCH", f"flow_runs/{RUN}"),  # other parameters
        ("POST", f"flow_runs/{RUN}/set_state"),
    ],
)
def test_who_has_the_password_of_admin_starts_and_fakes_nothing_through_the_door(
    make_browser: Callable[[], Browser], prefect: Prefect, method: str, path: str
) -> None:
    client, auth = make_browser().client, ("admin", ADMIN_PASSWORD)
    token = client.get("/api/csrf-token?client=me", auth=auth).json()["token"]
    sealed = {"prefect-csrf-token": token, "prefect-csrf-client": "me"}
    body = {"job_variables": {"command": "id"}, "pull_steps": [{"prefect.deployments.steps.run_shell_script": {}}]}
    asked = len(prefect.asked)
    assert client.request(method, f"/api/{path}", json=body, auth=auth, headers=sealed).status_code == 403
    assert prefect.asked[asked:] == []


def test_who_fills_in_no_form_lets_prefect_judge_none(browser: Browser, prefect: Prefect) -> None:
    """A pattern of one's own against a value of one's own would keep Prefect's one process, and so the engine, busy for ever."""
    slow = {"properties": {"a": {"type": "string", "pattern": "(a+)+$"}}}
    asked = {"schema": slow, "values": {"a": "a" * 40 + "b"}}
    browser.signs_in("teamleider-1")
    assert asks(browser, "POST", "ui/schemas/validate", asked) == {"valid": True, "errors": []}
    assert prefect.asked == []
    browser.opens("/werk")
    browser.signs_in("admin", ADMIN_PASSWORD)
    asks(browser, "POST", "ui/schemas/validate", {"schema": {}, "values": {}})
    assert [path for _, path, _, _ in prefect.asked] == ["ui/schemas/validate"]
    asks(browser, "POST", "ui/schemas/validate", asked)
    assert "(a+)+$" not in str(prefect.asked[-1]), "of whoever does, a pattern stays here"
