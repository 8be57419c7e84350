"""A small provider of identities, as far as we use OpenID Connect: it checks PKCE, gives a code once, and can change its key.

What a test wants wrong is set on it: ``says`` changes the claims, ``algorithm`` and ``key`` how they are signed.
"""

import base64
import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, parse_qsl, quote_plus, urlsplit

import httpx
from joserfc import jwt
from joserfc.jwk import RSAKey

from tests.conftest import MovingClock

ISSUER = "https://login.example/realms/gemeente"
CLIENT, SECRET = "provisions", "a secret of ours"


@dataclass
class Identities:
    """The provider. ``user``: who signs in there next, as claims."""

    clock: MovingClock
    user: dict[str, Any] = field(
        default_factory=lambda: {"sub": "s-1", "preferred_username": "regie-20", "groups": ["team"]}
    )
    says: Callable[[dict[str, Any]], dict[str, Any]] = lambda claims: claims
    userinfo: dict[str, Any] | None = None
    algorithm: str = "RS256"
    issuer: str = ISSUER

    def __post_init__(self) -> None:
        self.new_key()
        self.codes: dict[str, dict[str, str]] = {}
        self.asked: list[str] = []
        self.signs_with: Any = None

    def new_key(self) -> None:
        """From now on it signs with another key."""
        self.key = RSAKey.generate_key(2048, {"kid": secrets.token_hex(4), "use": "sig"})

    def authorize(self, address: str) -> dict[str, str]:
        """What a browser that was sent to ``address`` comes back with, once the person signed in there."""
        asked = dict(parse_qsl(urlsplit(address).query))
        assert address.startswith(f"{ISSUER}/authorize?")
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe(12)
        self.codes[code] = asked
        return {"code": code, "state": asked["state"], "iss": ISSUER}

    @property
    def transport(self) -> httpx.MockTransport:
        """The way to it for an httpx client: this provider, and no network."""
        return httpx.MockTransport(self._answer)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        path = str(request.url).removeprefix(ISSUER)
        self.asked.append(path)
        match path:
            case "/.well-known/openid-configuration":
                return httpx.Response(200, json=self._configuration())
            case "/keys":
                return httpx.Response(200, json={"keys": [self.key.as_dict(private=False)]})
            case "/token":
                return self._token(request)
            case "/userinfo" if request.headers["authorization"] == "Bearer access":
                return httpx.Response(200, json=self.userinfo)
        return httpx.Response(404)

    def _configuration(self) -> dict[str, str]:
        names = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys"}
        if self.userinfo is not None:
            names["userinfo_endpoint"] = "userinfo"
        return {"issuer": self.issuer, **{name: f"{ISSUER}/{path}" for name, path in names.items()}}

    def _token(self, request: httpx.Request) -> httpx.Response:
        said = {name: values[0] for name, values in parse_qs(request.content.decode()).items()}
        basic = base64.b64encode(f"{quote_plus(CLIENT)}:{quote_plus(SECRET)}".encode()).decode()
        asked = self.codes.pop(said.get("code", ""), None)
        verified = (
            base64.urlsafe_b64encode(hashlib.sha256(said["code_verifier"].encode()).digest()).decode().rstrip("=")
        )
        if (
            asked is None
            or request.headers["authorization"] != f"Basic {basic}"
            or said["redirect_uri"] != asked["redirect_uri"]
            or verified != asked["code_challenge"]
        ):
            return httpx.Response(400, json={"error": "invalid_grant"})
        now = int(self.clock.now.timestamp())
        claims = {"iss": ISSUER, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": asked["nonce"], **self.user}
        key = self.signs_with or self.key
        header = {"alg": self.algorithm, **({"kid": self.key.kid} if self.signs_with is None else {})}
        token = jwt.encode(header, self.says(claims), key, algorithms=[self.algorithm])
        return httpx.Response(200, json={"id_token": token, "access_token": "access", "token_type": "Bearer"})
