"""Prefect's server as we start it: closed without the password, one UI, nothing called outside. One real server."""

import json
import secrets
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import psutil
import pytest
from prometheus_client.parser import text_string_to_metric_families

from flows.server.child import PrefectServer, ui_password
from flows.server.guard import ENGINE_HEADER, Guesses
from provisions.database.connect import database
from provisions.machine.postgres import EmbeddedPostgres, running
from provisions.settings import Settings
from tests.conftest import free_port
from tests.homes import Homes
from tests.privacy.test_whole import search

TOKEN = secrets.token_urlsafe(24)


@pytest.fixture(scope="module")
def server(short_folder: Path, homes: Homes) -> Iterator[tuple[PrefectServer, Settings]]:
    settings = Settings(home=short_folder / "server", port=free_port())
    homes.started_before(settings.home)
    with running(settings.home):
        started = PrefectServer(settings, TOKEN)
        started.start()
        try:
            _wait_until_ready(started)
            yield started, settings
        finally:
            started.stop()


def _wait_until_ready(server: PrefectServer) -> None:
    deadline = time.monotonic() + 90
    while not server.ready():
        assert server.alive(), server.last_words()
        assert time.monotonic() < deadline, server.last_words()
        time.sleep(0.1)


@pytest.fixture
def client(server: tuple[PrefectServer, Settings]) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server[1].url, headers={ENGINE_HEADER: TOKEN}, trust_env=False) as client:
        yield client


def _password(server: tuple[PrefectServer, Settings]) -> tuple[str, str]:
    return "admin", ui_password(server[1])


def test_the_api_asks_for_the_password(server: tuple[PrefectServer, Settings], client: httpx.Client) -> None:
    assert client.get("/api/admin/version").status_code == 401
    assert client.get("/api/admin/version", auth=("admin", "fout")).status_code == 401
    assert client.get("/api/admin/version", auth=_password(server)).status_code == 200


def test_a_change_needs_a_csrf_token(server: tuple[PrefectServer, Settings], client: httpx.Client) -> None:
    from_a_browser = {ENGINE_HEADER: "geen"}
    answer = client.post("/api/flow_runs/filter", json={}, auth=_password(server), headers=from_a_browser)
    assert (answer.status_code, answer.json()["detail"]) == (403, "Missing CSRF token.")


def test_our_own_engine_is_no_browser_and_still_needs_the_password(
    server: tuple[PrefectServer, Settings], client: httpx.Client
) -> None:
    assert client.post("/api/flow_runs/filter", json={}, auth=_password(server)).status_code == 200
    assert client.post("/api/flow_runs/filter", json={}, auth=("admin", "fout")).status_code in (401, 403)
    assert client.get("/api/flow_runs/4711", auth=_password(server)).status_code == 404


def test_its_metrics_are_for_who_has_the_password(server: tuple[PrefectServer, Settings]) -> None:
    with httpx.Client(base_url=server[1].url, trust_env=False) as prometheus:
        assert prometheus.get("/api/metrics").status_code == 401
        page = prometheus.get("/api/metrics", auth=_password(server))
    assert page.status_code == 200
    assert "process_resident_memory_bytes" in {
        sample.name for family in text_string_to_metric_families(page.text) for sample in family.samples
    }


@pytest.mark.parametrize("path", ["/v2", "/v2/", "/v2/dashboard", "/v2/assets/x.js"])
def test_the_second_ui_is_not_there(client: httpx.Client, path: str) -> None:
    assert client.get(path, headers={"accept": "text/html"}).status_code == 404


def test_the_first_ui_is_the_only_one_offered_and_calls_where_it_came_from(client: httpx.Client) -> None:
    answer = client.get("/ui-settings").json()
    assert (answer["api_url"], answer["available_uis"], answer["default_ui"]) == ("/api", ["v1"], "v1")
    cookie = {"cookie": "prefect_ui_version=v2", "accept": "text/html"}
    assert client.get("/", headers=cookie).status_code == 200


@pytest.mark.parametrize("path", ["/", "/runs", "/api/health", "/api/admin/version", "/docs", "/v2", "/nergens.js"])
def test_every_answer_tells_the_browser_to_call_nobody_else(client: httpx.Client, path: str) -> None:
    headers = client.get(path).headers
    assert "connect-src 'self'" in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"


def test_guessing_is_slowed_down_but_not_for_the_engine(server: tuple[PrefectServer, Settings]) -> None:
    with httpx.Client(base_url=server[1].url, trust_env=False) as stranger:
        for _ in range(10):
            assert stranger.get("/api/admin/version", auth=("admin", "raad")).status_code == 401
        refused = stranger.get("/api/admin/version", auth=_password(server))
        assert refused.status_code == 429
        assert 0 < int(refused.headers["retry-after"]) <= 60
        engine = stranger.get("/api/admin/version", auth=_password(server), headers={ENGINE_HEADER: TOKEN})
        assert engine.status_code == 200


def test_no_secret_is_on_a_command_line_or_in_the_log(server: tuple[PrefectServer, Settings]) -> None:
    prefect, settings = server
    secrets = [file.read_text().strip() for file in settings.secrets.iterdir()] + [TOKEN]
    lines = [" ".join(process.info["cmdline"] or []) for process in psutil.process_iter(["cmdline"])]
    assert len(secrets) > 3
    assert not [secret for secret in secrets for line in lines if secret in line]
    assert not [secret for secret in secrets if secret in prefect.log.read_text()]


def test_no_secret_is_in_the_databases(server: tuple[PrefectServer, Settings], client: httpx.Client) -> None:
    assert client.get("/api/admin/version", auth=_password(server)).status_code == 200
    settings = server[1]
    secrets = (*(file.read_text().strip() for file in settings.secrets.iterdir()), TOKEN)
    postgres = EmbeddedPostgres(settings.home)
    assert search(postgres, "prefect", secrets) == {}
    with database(settings):
        assert search(postgres, "provisions", secrets) == {}


def test_the_server_ends_when_its_parent_is_gone(server: tuple[PrefectServer, Settings]) -> None:
    settings = replace(server[1], port=free_port())
    orphan = PrefectServer(settings, TOKEN)
    orphan.start()
    child = orphan._child
    assert child is not None
    assert child.stdin is not None
    _wait_until_ready(orphan)
    child.stdin.close()  # what the death of the parent does
    assert child.wait(timeout=20) == 0


def test_what_the_user_set_for_prefect_does_not_leak_in(
    server: tuple[PrefectServer, Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PREFECT_HOME", "/elders")
    monkeypatch.setenv("PROVISIONS_SMTP_URL", "smtp://me:geheim@mail:587")
    environment = server[0]._environment()
    assert environment["PREFECT_HOME"] == str(server[1].home / "prefect")
    assert "geheim" not in json.dumps(environment)


def test_the_wait_after_ten_guesses_ends_after_a_minute_and_is_per_address() -> None:
    moment = [0.0]
    guesses = Guesses(lambda: moment[0])
    for _ in range(10):
        assert guesses.wait("10.0.0.1") == 0
        guesses.wrong("10.0.0.1")
    assert guesses.wait("10.0.0.1") == 60
    assert guesses.wait("10.0.0.2") == 0
    moment[0] = 60
    assert guesses.wait("10.0.0.1") == 0
