"""Calls to one case system: signed, checked, and never to another host than the configured ones.

Addresses in answers are passed on as they are and never fetched: what is asked for is built from the configured root and the
uuid at the end. Only codes of what went wrong are kept.
"""

import base64
import hashlib
import hmac
import json
import logging
import ssl
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from email.utils import parsedate_to_datetime
from functools import cache
from http import HTTPStatus
from typing import TypeVar
from uuid import UUID

import httpx

from provisions.catalogue import CaseSystem
from provisions.zaken.faults import AlreadyThere, Away, Fault, NoRight, NotSignedIn, NotThere, Wrong
from provisions.zaken.types import (
    Json,
    Resultaat,
    Resultaattype,
    Status,
    Statustype,
    Subscription,
    Unreadable,
    Zaak,
    Zaaktype,
)

# It writes the whole address of each call at INFO, and where a zaak is looked up by its number, that holds the reference.
logging.getLogger("httpx").setLevel(logging.WARNING)

T = TypeVar("T")

DEADLINE = 10.0  # seconds
MOST_ZAKEN = 100  # in one call
LARGEST = 16_000_000  # bytes of an answer
_PAGES = 100
_CRS = {"Accept-Crs": "EPSG:4326"}
_SIGNING = frozenset(
    {"invalid-jwt-signature", "invalid-client-identifier", "jwt-expired", "jwt-missing-iat-claim", "not_authenticated"}
)
_TWICE = frozenset({"unique", "identificatie-niet-uniek", "niet-uniek"})
EXPANDED = "status,resultaat"
CERTIFICATE = "certificaat"  # the code of what failed


@cache
def _certificates() -> ssl.SSLContext:
    """Whom we believe: as the machine says (``SSL_CERT_FILE``), or as shipped."""
    return httpx.create_ssl_context()


def token(client: str, secret: str, at: datetime) -> str:
    """A JWT (HS256) of this moment; without the claims that name a person, because they end in the municipality's audit trail."""
    claims = {"iss": client, "client_id": client, "iat": int(at.timestamp())}
    parts = (
        _packed(json.dumps(part, separators=(",", ":")).encode()) for part in ({"alg": "HS256", "typ": "JWT"}, claims)
    )
    signed = b".".join(parts)
    return b".".join((signed, _packed(hmac.new(secret.encode(), signed, hashlib.sha256).digest()))).decode()


def _packed(raw: bytes) -> bytes:
    return base64.urlsafe_b64encode(raw).rstrip(b"=")


class Client:
    """One case system. ``clock`` gives the moment (aware), by which calls are signed. Every method raises ``Fault``."""

    def __init__(
        self,
        system: CaseSystem,
        secret: str,
        clock: Callable[[], datetime],
        *,
        transport: httpx.BaseTransport | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.system = system
        self._secret = secret
        self._clock = clock
        # Nothing of the environment but its certificates: a name and password for this host in a .netrc would go instead of ours.
        self._http = httpx.Client(
            timeout=DEADLINE,
            follow_redirects=False,
            transport=transport,
            trust_env=False,
            verify=tls or _certificates(),
        )
        self.ahead: float | None = None
        """Seconds that the server's clock is ahead of ours, as its last answer said; ``None`` where it says nothing."""
        self._expands = True

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()

    # --- zaken -------------------------------------------------------------------------------------------------------

    def find(self, number: str) -> list[Zaak]:
        """The zaken of the municipality with exactly this zaaknummer: one, or none."""
        query = {"identificatie": number, "bronorganisatie": self.system.rsin}
        return [Zaak.read(one) for one in self._listed(f"{self.system.zaken}/zaken", query, _CRS)]

    def zaak(self, zaak: UUID) -> Zaak:
        """One zaak."""
        return self._read(Zaak.read, "GET", f"{self.system.zaken}/zaken/{zaak}", headers=_CRS)

    def open(self, body: Json) -> Zaak:
        """Make a zaak."""
        return self._read(
            Zaak.read, "POST", f"{self.system.zaken}/zaken", body, headers=_CRS | {"Content-Crs": "EPSG:4326"}
        )

    def change(self, zaak: UUID, body: Json) -> Zaak:
        """Change these fields of a zaak, and no other."""
        crs = _CRS | {"Content-Crs": "EPSG:4326"}
        return self._read(Zaak.read, "PATCH", f"{self.system.zaken}/zaken/{zaak}", body, headers=crs)

    def zaken(self, ids: Sequence[UUID]) -> list[Zaak]:
        """Those of these zaken (at most ``MOST_ZAKEN``) that we may see, with status and resultaat where the server expands."""
        if not ids:
            return []
        body = {"uuid__in": [str(one) for one in ids[:MOST_ZAKEN]]}
        if self._expands:
            try:
                return self._searched(body, {"expand": EXPANDED})
            except (Away, Wrong):  # it may not know ``expand``: 400 or 500
                found = self._searched(body, {})  # raises when it is away
                self._expands = False
                return found
        return self._searched(body, {})

    def _searched(self, body: Json, query: Mapping[str, str]) -> list[Zaak]:
        crs = _CRS | {"Content-Crs": "EPSG:4326"}
        address = f"{self.system.zaken}/zaken/_zoek"
        answer = self._call("POST", address, body, query=query, headers=crs)
        return [self._taken(Zaak.read, one) for one in _results(answer)]

    def statuses(self, zaak: Zaak) -> list[Status]:
        """All statuses of a zaak."""
        found = self._listed(f"{self.system.zaken}/statussen", {"zaak": zaak.url})
        return [self._taken(Status.read, one) for one in found]

    def set_status(self, zaak: str, statustype: str, at: datetime) -> Status:
        """Set a status of moment ``at`` (UTC); ``zaak`` and ``statustype`` as the server gave them."""
        body = {"zaak": zaak, "statustype": statustype, "datumStatusGezet": at.isoformat().replace("+00:00", "Z")}
        return self._read(Status.read, "POST", f"{self.system.zaken}/statussen", body)

    def result(self, result: UUID) -> Resultaat:
        """A resultaat."""
        return self._read(Resultaat.read, "GET", f"{self.system.zaken}/resultaten/{result}")

    def set_result(self, zaak: str, resultaattype: str) -> Resultaat:
        """Give a zaak its resultaat."""
        body = {"zaak": zaak, "resultaattype": resultaattype}
        return self._read(Resultaat.read, "POST", f"{self.system.zaken}/resultaten", body)

    # --- the catalogue -------------------------------------------------------------------------------------------------

    def zaaktypen(self, identification: str) -> list[Zaaktype]:
        """Every published version of a zaaktype."""
        query = {"catalogus": self.system.catalogue, "identificatie": identification, "status": "definitief"}
        return [self._taken(Zaaktype.read, one) for one in self._listed(f"{self.system.catalogues}/zaaktypen", query)]

    def statustypen(self, zaaktype: str) -> list[Statustype]:
        """The statustypen of a version, in order."""
        found = self._listed(f"{self.system.catalogues}/statustypen", {"zaaktype": zaaktype})
        return sorted((self._taken(Statustype.read, one) for one in found), key=lambda one: one.number)

    def resultaattypen(self, zaaktype: str) -> list[Resultaattype]:
        """The resultaattypen of a version."""
        found = self._listed(f"{self.system.catalogues}/resultaattypen", {"zaaktype": zaaktype})
        return [self._taken(Resultaattype.read, one) for one in found]

    # --- rights and notifications ----------------------------------------------------------------------------------------

    def rights(self) -> list[Json]:
        """What the server says that we may do."""
        address = f"{self.system.authorisations}/applicaties/consumer"
        found = self._call("GET", address, query={"clientId": self.system.client})
        return [one for one in (found if isinstance(found, list) else [found]) if isinstance(one, Mapping)]

    def subscriptions(self) -> list[Subscription]:
        """Every subscription, those of others too."""
        found = self._call("GET", f"{self.system.notifications}/abonnement")
        return [self._taken(Subscription.read, one) for one in _results(found)]

    def subscribe(self, body: Json) -> None:
        """A new subscription."""
        self._call("POST", f"{self.system.notifications}/abonnement", body)

    def resubscribe(self, subscription: Subscription, body: Json) -> None:
        """A subscription as it should be, whole: changing a part of it can silence it."""
        self._call("PUT", f"{self.system.notifications}/abonnement/{_last(subscription.url)}", body)

    # --- one call --------------------------------------------------------------------------------------------------------

    def _read(
        self,
        read: Callable[[Json], T],
        method: str,
        address: str,
        body: Json | None = None,
        *,
        headers: Json | None = None,
    ) -> T:
        return self._taken(read, self._call(method, address, body, headers=headers))

    def _taken(self, read: Callable[[Json], T], body: object) -> T:
        try:
            return read(body)  # type: ignore[arg-type] # what is no mapping ends below
        except (AttributeError, KeyError, TypeError, ValueError, Unreadable):
            raise Away("onleesbaar antwoord") from None

    def _listed(self, address: str, query: Mapping[str, str], headers: Json | None = None) -> Iterator[Json]:
        """Every page. Where the next one is, is counted here: an address in an answer is not gone to."""
        for page in range(1, _PAGES + 1):
            try:
                answer = self._call(
                    "GET", address, query={**query, **({"page": str(page)} if page > 1 else {})}, headers=headers
                )
            except NotThere:
                if page == 1:
                    raise
                return  # the list became shorter while it was read
            yield from _results(answer)
            if not (isinstance(answer, Mapping) and answer.get("next")):
                return

    def _call(
        self,
        method: str,
        address: str,
        body: Json | None = None,
        *,
        query: Mapping[str, str] | None = None,
        headers: Json | None = None,
    ) -> object:
        signed = {
            "Authorization": f"Bearer {token(self.system.client, self._secret, self._clock())}",
            "Accept": "application/json",
            **(headers or {}),
        }
        try:
            with self._http.stream(method, address, params=query, json=body, headers=signed) as answer:
                raw = _limited(answer)
        except httpx.HTTPError as error:
            raise Away(CERTIFICATE if _is_about_certificates(error) else type(error).__name__) from None
        self._note_clock(answer)
        if answer.is_success:
            return _parsed(raw)
        raise _fault(answer, raw)

    def _note_clock(self, answer: httpx.Response) -> None:
        try:
            said = parsedate_to_datetime(answer.headers["Date"])
            self.ahead = (said - self._clock()).total_seconds()
        except (KeyError, ValueError, TypeError):
            return


def _is_about_certificates(error: BaseException | None) -> bool:
    """Whether it was the TLS that failed: theirs is not believed, or ours not."""
    while error is not None:
        if isinstance(error, ssl.SSLError):
            return True
        error = error.__cause__ or error.__context__
    return False


def _limited(answer: httpx.Response) -> bytes:
    raw = b""
    for piece in answer.iter_bytes():
        raw += piece
        if len(raw) > LARGEST:
            raise Away("antwoord te groot")
    return raw


def _parsed(raw: bytes) -> object:
    try:
        return json.loads(raw) if raw.strip() else {}
    except ValueError:  # a proxy that says "welcome" is no case system
        raise Away("geen JSON") from None


def _results(answer: object) -> list[Json]:
    found = answer.get("results", []) if isinstance(answer, Mapping) else answer
    if not isinstance(found, list):
        raise Away("onleesbaar antwoord")
    return found


def _last(url: str) -> str:
    return url.rstrip("/").rpartition("/")[2]


def _fault(answer: httpx.Response, raw: bytes) -> Fault:
    """By the codes of the standard, never by words."""
    try:
        body = json.loads(raw)
    except ValueError:
        body = {}
    body = body if isinstance(body, Mapping) else {}
    code = str(body.get("code") or answer.status_code)[:60]
    params = body.get("invalidParams")
    codes = (
        [str(one.get("code"))[:60] for one in params if isinstance(one, Mapping)] if isinstance(params, list) else []
    )
    if answer.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR or answer.status_code == HTTPStatus.TOO_MANY_REQUESTS:
        asked = answer.headers.get("Retry-After", "")
        return Away(str(answer.status_code), min(int(asked), 86_400) if asked.isdecimal() else 0)
    if answer.status_code == HTTPStatus.NOT_FOUND:
        return NotThere(code)
    if answer.status_code in (HTTPStatus.UNAUTHORIZED, HTTPStatus.PRECONDITION_FAILED):
        return NotSignedIn(code)
    if answer.status_code == HTTPStatus.FORBIDDEN:
        return NotSignedIn(code) if code in _SIGNING or code.startswith("jwt-") else NoRight(code)
    if _TWICE & {code, *codes}:
        return AlreadyThere(code if code in _TWICE else next(one for one in codes if one in _TWICE))
    if answer.is_redirect:
        return Away(str(answer.status_code))
    return Wrong(",".join(dict.fromkeys(codes)) or code)
