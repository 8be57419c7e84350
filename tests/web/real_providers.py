"""Two providers of identities that others wrote: PyPI's ``oidc-provider-mock``, and npm's ``oidc-provider``, which is strict.

What ``identities.py`` has wrong about the protocol, these have not. Neither can be told to lie: that is what ours is for.
"""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import parse_qsl, urljoin, urlsplit

import httpx
import oidc_provider_mock
import pytest

FOLDER = Path(__file__).parent / "providers"
CLIENT = "provisions"
SECRET = "a secret: 100% + ours"  # whatever may be in one: it is encoded before it is sent (RFC 6749, 2.3.1)
BACK = "http://127.0.0.1:4200/aanmelden/terug"
Claims = Mapping[str, Any]


class RealProvider(Protocol):
    """One of both. ``transport``: the way to it; ``None`` is the network of this machine."""

    issuer: str
    transport: httpx.BaseTransport | None
    checks_pkce: bool
    token_seconds: int

    def people(self, people: Mapping[str, Claims]) -> None:
        """From now on these exist there, by subject."""

    def authorize(self, address: str, subject: str) -> dict[str, str]:
        """What a browser that was sent to ``address`` comes back with, once ``subject`` signed in there."""


class Mock:
    """``oidc-provider-mock``: signs in whoever it is told to, and does not check PKCE."""

    issuer = "https://mock.example"
    checks_pkce = False
    token_seconds = 300

    def __init__(self) -> None:
        served = oidc_provider_mock.app(require_nonce=True, access_token_max_age=timedelta(seconds=self.token_seconds))
        self.transport: httpx.BaseTransport | None = httpx.WSGITransport(app=served)
        self._browser = httpx.Client(transport=self.transport, base_url=self.issuer)

    def people(self, people: Mapping[str, Claims]) -> None:
        for subject, claims in people.items():
            self._browser.put(f"/users/{subject}", json=claims).raise_for_status()

    def authorize(self, address: str, subject: str) -> dict[str, str]:
        form = {"sub": subject} if subject else {"action": "deny"}
        answer = self._browser.post(address, data=form)
        assert answer.status_code == 302, answer.text
        return dict(parse_qsl(urlsplit(answer.headers["location"]).query))


class Strict:
    """npm's ``oidc-provider``: PKCE demanded, a code once, groups by userinfo only, its answers name their issuer."""

    checks_pkce = True
    token_seconds = 300
    transport: httpx.BaseTransport | None = None

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process
        self.issuer = self._read()

    def _read(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()

    def people(self, people: Mapping[str, Claims]) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{json.dumps(people)}\n")
        self._process.stdin.flush()
        assert self._read() == "ok"

    def authorize(self, address: str, subject: str) -> dict[str, str]:
        with httpx.Client(trust_env=False) as browser:  # its cookies: each time another browser
            answer = browser.get(address)
            for _ in range(10):
                where = urljoin(str(answer.url), answer.headers.get("location", ""))
                if where.startswith(BACK):
                    return dict(parse_qsl(urlsplit(where).query))
                answer = browser.get(where) if answer.is_redirect else self._filled_in(browser, answer, subject)
        raise AssertionError(f"{answer.url} leads nowhere: {answer.text[:500]}")

    def _filled_in(self, browser: httpx.Client, page: httpx.Response, subject: str) -> httpx.Response:
        """Its own page: signing in, or agreeing."""
        action = re.search(r'action="([^"]+)"', page.text)
        prompt = re.search(r'name="prompt" value="([^"]+)"', page.text)
        assert action, page.text[:500]
        assert prompt, page.text[:500]
        form = {"prompt": prompt[1], "login": subject, "password": "any"}
        return browser.post(urljoin(str(page.url), action[1]), data=form)


@contextmanager
def strict() -> Iterator[Strict]:
    """The strict one, running; skipped without node or what it needs, but never where it is required."""
    node = shutil.which("node")
    if node is None or not (FOLDER / "node_modules" / "oidc-provider").is_dir():
        why = f"needs node, and: npm ci --ignore-scripts --prefix {FOLDER.relative_to(Path.cwd())}"
        if os.environ.get("PROVISIONS_TEST_NODE") == "required":
            pytest.fail(why)
        pytest.skip(why)
    process = subprocess.Popen(
        [node, FOLDER / "provider.mjs", CLIENT, SECRET, BACK],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        yield Strict(process)
    finally:
        process.kill()
        process.wait()
