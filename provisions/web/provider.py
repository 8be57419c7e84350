"""A provider of identities, by OpenID Connect: authorization code with PKCE. What it says is believed only when it is checked.

Discovery and keys are asked when they are first needed, and keys again when it signs with one that is not known.
"""

import hashlib
import threading
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote_plus, urlencode, urlsplit

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from provisions.usecases.provider_sign_in import NotVouchedError

ALGORITHMS = ["RS256", "PS256", "ES256"]
LEEWAY_SECONDS = 60
_TIMEOUT = 10.0
_LONGEST_ANSWER = 1_000_000
_SCOPE = "openid profile email"


class OpenIdProvider:
    """One provider, and our registration there. ``clock`` gives the moment (aware).

    Every answer that is wrong raises ``NotVouchedError``, whose text is for our log: it holds nothing of the person.
    """

    def __init__(
        self,
        issuer: str,
        client_id: str,
        client_secret: str,
        redirect: str,
        clock: Callable[[], datetime],
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self.issuer = issuer
        self._client_id = client_id
        self._client_secret = client_secret
        self._redirect = redirect
        self._clock = clock
        self._http = httpx.Client(timeout=_TIMEOUT, transport=transport, trust_env=False)
        self._lock = threading.Lock()
        self._found: Mapping[str, Any] | None = None
        self._keys: KeySet | None = None

    def address(self, state: str, nonce: str, verifier: str) -> str:
        """Where the browser is sent."""
        challenge = urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
        asked = {
            "response_type": "code",
            "client_id": self._client_id,
            "redirect_uri": self._redirect,
            "scope": _SCOPE,
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        where = str(self._discovered()["authorization_endpoint"])
        return f"{where}{'&' if '?' in where else '?'}{urlencode(asked)}"

    def vouched(self, code: str, nonce: str, verifier: str, issuer: str | None) -> Mapping[str, Any]:
        """The claims about whoever came back with ``code``. ``issuer``: what the address said of it (RFC 9207)."""
        if issuer is not None and issuer != self.issuer:
            raise NotVouchedError("the answer names another issuer")
        found = self._discovered()
        answer = self._json(
            "POST",
            str(found["token_endpoint"]),
            data={
                "grant_type": "authorization_code",
                "code": code,
                "redirect_uri": self._redirect,
                "code_verifier": verifier,
            },
            # What is in them may be anything: encoded first (RFC 6749, 2.3.1).
            auth=httpx.BasicAuth(quote_plus(self._client_id), quote_plus(self._client_secret)),
        )
        claims = self._checked(str(answer.get("id_token", "")), nonce)
        if "userinfo_endpoint" in found and answer.get("access_token"):
            bearer = {"authorization": f"Bearer {answer['access_token']}"}
            more = self._json("GET", str(found["userinfo_endpoint"]), headers=bearer)
            if more.get("sub") != claims["sub"]:
                raise NotVouchedError("userinfo is about somebody else")
            claims = {**more, **claims}
        return claims

    def _checked(self, token: str, nonce: str) -> dict[str, Any]:
        try:
            claims = self._decoded(token).claims
            now = int(self._clock().timestamp())
            registry = jwt.JWTClaimsRegistry(
                now=now,
                leeway=LEEWAY_SECONDS,
                iss={"essential": True, "value": self.issuer},
                sub={"essential": True},
                aud={"essential": True, "value": self._client_id},
                exp={"essential": True},
                iat={"essential": True},
                nonce={"essential": True, "value": nonce},
            )
            registry.validate(claims)
        except (JoseError, ValueError, TypeError) as error:
            raise NotVouchedError(f"the id token is not good: {type(error).__name__}") from None
        audience = claims["aud"]
        if isinstance(audience, list) and len(audience) > 1 and claims.get("azp") != self._client_id:
            raise NotVouchedError("the id token is for several, and not given to us")
        if not isinstance(claims["sub"], str) or not claims["sub"]:
            raise NotVouchedError("the id token is about nobody")
        return dict(claims)

    def _decoded(self, token: str) -> jwt.Token:
        try:
            return jwt.decode(token, self._key_set(anew=False), algorithms=ALGORITHMS)
        except (JoseError, ValueError):
            # Signed with a key that came later than ours, or not good: the second answer is the last.
            return jwt.decode(token, self._key_set(anew=True), algorithms=ALGORITHMS)

    def _key_set(self, *, anew: bool) -> KeySet:
        with self._lock:
            if self._keys is None or anew:
                found = self._discovered_locked()
                self._keys = KeySet.import_key_set(self._json("GET", str(found["jwks_uri"])))  # type: ignore[arg-type]
            return self._keys

    def _discovered(self) -> Mapping[str, Any]:
        with self._lock:
            return self._discovered_locked()

    def _discovered_locked(self) -> Mapping[str, Any]:
        if self._found is None:
            found = self._json("GET", f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")
            if found.get("issuer") != self.issuer:
                raise NotVouchedError("discovery names another issuer")
            for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
                if urlsplit(str(found.get(name, ""))).scheme not in _schemes(self.issuer):
                    raise NotVouchedError(f"discovery has no safe {name}")
            self._found = found
        return self._found

    def _json(self, method: str, address: str, **more: Any) -> dict[str, Any]:
        try:
            response = self._http.request(method, address, **more)
            if response.status_code != 200 or len(response.content) > _LONGEST_ANSWER:
                raise NotVouchedError(f"{method} gave {response.status_code}")
            found = response.json()
        except (httpx.HTTPError, ValueError) as error:
            raise NotVouchedError(f"{method} failed: {type(error).__name__}") from None
        if not isinstance(found, dict):
            raise NotVouchedError(f"{method} gave no object")
        return found


def _schemes(issuer: str) -> tuple[str, ...]:
    """HTTPS; on a loopback issuer, which the settings allow, also without."""
    return ("https",) if issuer.startswith("https:") else ("http", "https")
