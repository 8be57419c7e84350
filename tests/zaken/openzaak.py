"""A case system for tests: real HTTP on this machine, and it behaves as servers were seen to (``zgw.md``), nasty parts included.

Every request is held against the OpenAPI documents and against what may leave at all; every answer against the documents.
What is wrong is noted in ``violations``, and the fixture fails the test.
"""

import base64
import hashlib
import hmac
import json
import re
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

from tests.zaken.openapi import document

RSIN = "002564440"
CLIENT = "basisvoorzieningen"
SECRET = "een-geheim-van-meer-dan-tweeendertig-tekens"
NOTIFIED = "wat-een-notificatie-mee-moet-brengen-1234567"
DOCUMENTS = {
    "/zaken/api/v1": "zaken-standard.yaml",
    "/catalogi/api/v1": "catalogi.yaml",
    "/autorisaties/api/v1": "autorisaties.yaml",
    "/notificaties/api/v1": "notificaties.yaml",
}
# All that may ever leave, by what is written; nested keys with a dot. What is not here names people, or tells more than we may.
MAY_LEAVE = {
    ("POST", "/zaken"): {
        "identificatie",
        "bronorganisatie",
        "verantwoordelijkeOrganisatie",
        "zaaktype",
        "startdatum",
        "einddatumGepland",
        "uiterlijkeEinddatumAfdoening",
        "opschorting",
        "opschorting.indicatie",
        "opschorting.reden",
    },
    ("POST", "/zaken/_zoek"): {"uuid__in"},
    ("PATCH", "/zaken/…"): {
        "einddatumGepland",
        "uiterlijkeEinddatumAfdoening",
        "opschorting",
        "opschorting.indicatie",
        "opschorting.reden",
    },
    ("POST", "/statussen"): {"zaak", "statustype", "datumStatusGezet"},
    ("POST", "/resultaten"): {"zaak", "resultaattype"},
    ("POST", "/abonnement"): {"callbackUrl", "auth", "kanalen"},
    ("PUT", "/abonnement/…"): {"callbackUrl", "auth", "kanalen"},
}
LEVEL = "zaakvertrouwelijk"


class Refusal(Exception):  # noqa: N818 - an answer
    """An answer that is an error of the standard."""

    def __init__(self, status: int, code: str, *params: tuple[str, str]) -> None:
        super().__init__(code)
        self.status, self.code, self.params = status, code, params


class BrokenLine(Exception):  # noqa: N818 - it is so
    """The connection is cut: what was done is done, and nobody is told."""


@dataclass
class Call:
    """A call as it came in."""

    method: str
    path: str
    query: dict[str, str]
    body: Any
    raw: str


@dataclass
class OpenZaak:
    """The state of the case system, and what counters do in it. ``clock``: its own moment (aware)."""

    clock: Callable[[], datetime]
    root: str = ""
    calls: list[Call] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    zaaktypen: list[dict[str, Any]] = field(default_factory=list)
    statustypen: list[dict[str, Any]] = field(default_factory=list)
    resultaattypen: list[dict[str, Any]] = field(default_factory=list)
    zaken: dict[str, dict[str, Any]] = field(default_factory=dict)
    statussen: dict[str, dict[str, Any]] = field(default_factory=dict)
    resultaten: dict[str, dict[str, Any]] = field(default_factory=dict)
    abonnementen: dict[str, dict[str, Any]] = field(default_factory=dict)
    scopes: list[str] = field(
        default_factory=lambda: ["zaken.lezen", "zaken.aanmaken", "zaken.bijwerken", "zaken.statussen.toevoegen"]
    )
    everything: bool = False
    hidden: set[str] = field(default_factory=set)
    without_right: set[str] = field(default_factory=set)  # versions of a zaaktype for which creating is 403
    expands: bool = True
    searches: bool = True
    away: bool = False
    after: Callable[[Call], None] = lambda _call: None
    """Called when a call was carried out, before the answer: may cut the line, or do what a counter does at that moment."""
    before: Callable[[Call], None] = lambda _call: None
    lock: threading.RLock = field(default_factory=threading.RLock)

    # --- setting up -----------------------------------------------------------------------------------------------------

    def zaaktype(
        self, identification: str, results: dict[str, str], *, begins: str = "2020-01-01", ends: str | None = None
    ) -> str:
        """A published version of a zaaktype with two statustypen, and resultaattypen (name → generic name)."""
        base = f"{self.root}/catalogi/api/v1"
        url = f"{base}/zaaktypen/{uuid4()}"
        self.zaaktypen.append(
            {
                "url": url,
                "identificatie": identification,
                "beginGeldigheid": begins,
                "eindeGeldigheid": ends,
                "concept": False,
            }
        )
        for number, name in ((1, "Ontvangen"), (2, "Afgehandeld")):
            self.statustypen.append(
                {
                    "url": f"{base}/statustypen/{uuid4()}",
                    "zaaktype": url,
                    "omschrijving": name,
                    "volgnummer": number,
                    "isEindstatus": number == 2,
                }
            )
        for name, generic in results.items():
            self.resultaattypen.append(
                {
                    "url": f"{base}/resultaattypen/{uuid4()}",
                    "zaaktype": url,
                    "omschrijving": name,
                    "omschrijvingGeneriek": generic,
                }
            )
        return url

    # --- what counters do -----------------------------------------------------------------------------------------------

    def of(self, number: str) -> dict[str, Any]:
        """The zaak of this number."""
        return next(zaak for zaak in self.zaken.values() if zaak["identificatie"] == number)

    def give_result(self, number: str, words: str) -> str:
        """The counter gives it a resultaat."""
        zaak = self.of(number)
        kind = next(r for r in self.resultaattypen if r["omschrijving"] == words and r["zaaktype"] == zaak["zaaktype"])
        return self._result(zaak["url"], kind["url"])

    def close(self, number: str, words: str, at: str | None = None) -> None:
        """The counter closes it with a resultaat, by an end status of moment ``at``."""
        zaak = self.of(number)
        if zaak["resultaat"] is None:
            self.give_result(number, words)
        end = next(s for s in self.statustypen if s["zaaktype"] == zaak["zaaktype"] and s["isEindstatus"])
        self._status(zaak["url"], end["url"], at or self.clock().isoformat())

    def reopen(self, number: str) -> None:
        """The counter opens it again; its resultaat stays."""
        zaak = self.of(number)
        first = next(s for s in self.statustypen if s["zaaktype"] == zaak["zaaktype"] and not s["isEindstatus"])
        self._status(zaak["url"], first["url"], (self.clock() - timedelta(seconds=1)).isoformat())
        zaak["einddatum"] = None

    def replace_result(self, number: str, words: str) -> None:
        """The counter takes the resultaat away and makes another."""
        zaak = self.of(number)
        self.resultaten.pop(_last(zaak["resultaat"]))
        zaak["resultaat"] = None
        self.give_result(number, words)

    def delete(self, number: str) -> None:
        """It is deleted; its number is free again."""
        del self.zaken[self.of(number)["uuid"]]

    def statuses_of(self, number: str) -> list[dict[str, Any]]:
        """Every status that was ever set on it."""
        url = self.of(number)["url"]
        return [status for status in self.statussen.values() if status["zaak"] == url]

    # --- the API ----------------------------------------------------------------------------------------------------------

    def answer(self, call: Call) -> tuple[int, Any]:
        """The status and body of the answer."""
        with self.lock:
            return self._routed(call)

    def _routed(self, call: Call) -> tuple[int, Any]:
        match call.method, *call.path.strip("/").split("/")[0:1], call.path.strip("/").split("/")[3:]:
            case "GET", "zaken", ["zaken"]:
                found = [
                    z
                    for z in self.zaken.values()
                    if z["identificatie"] == call.query.get("identificatie")
                    and z["bronorganisatie"] == call.query.get("bronorganisatie")
                ]
                return 200, _page([self._shown(z) for z in found if z["uuid"] not in self.hidden])
            case "POST", "zaken", ["zaken"]:
                return 201, self._make(call.body)
            case "POST", "zaken", ["zaken", "_zoek"]:
                if not self.searches:
                    raise Refusal(404, "not_found")
                wanted = call.body["uuid__in"]
                if len(wanted) > 100:
                    raise Refusal(400, "invalid", ("uuid__in", "max_length"))
                expand = "expand" in call.query
                if expand and not self.expands:
                    raise Refusal(400, "unknown-parameters")
                found = [z for z in self.zaken.values() if z["uuid"] in wanted and z["uuid"] not in self.hidden]
                return 200, _page([self._shown(z, expand=expand) for z in found])
            case "GET", "zaken", ["zaken", uuid]:
                return 200, self._shown(self._zaak(uuid))
            case "PATCH", "zaken", ["zaken", uuid]:
                return 200, self._patch(self._zaak(uuid), call.body)
            case "GET", "zaken", ["statussen"]:
                return 200, _page([s for s in self.statussen.values() if s["zaak"] == call.query["zaak"]])
            case "POST", "zaken", ["statussen"]:
                return 201, self._post_status(call.body)
            case "POST", "zaken", ["resultaten"]:
                url = self._result(call.body["zaak"], call.body["resultaattype"])
                return 201, self.resultaten[_last(url)]
            case "GET", "zaken", ["resultaten", uuid]:
                if uuid not in self.resultaten:
                    raise Refusal(404, "not_found")
                return 200, self.resultaten[uuid]
            case "GET", "catalogi", [("zaaktypen" | "statustypen" | "resultaattypen") as kind]:
                return 200, self._listed(kind, call.query)
            case "GET", "autorisaties", ["applicaties", "consumer"]:
                return 200, [self._application()]
            case _, "notificaties", ["abonnement", *rest]:
                return self._subscriptions(call, rest)
        raise Refusal(404, "not_found")

    def _make(self, body: dict[str, Any]) -> dict[str, Any]:
        if any(
            z["identificatie"] == body["identificatie"] and z["bronorganisatie"] == body["bronorganisatie"]
            for z in self.zaken.values()
        ):
            raise Refusal(400, "invalid", ("identificatie", "identificatie-niet-uniek"))
        kind = next((z for z in self.zaaktypen if z["url"] == body["zaaktype"]), None)
        if kind is None:
            raise Refusal(400, "invalid", ("zaaktype", "bad-url"))
        if kind["url"] in self.without_right:
            raise Refusal(403, "permission_denied")
        uuid = str(uuid4())
        started = date.fromisoformat(body["startdatum"])
        filled = {
            "einddatumGepland": started + timedelta(days=5),
            "uiterlijkeEinddatumAfdoening": started + timedelta(days=56),
        }
        zaak = {
            **_EMPTY_ZAAK,
            **{name: day.isoformat() for name, day in filled.items()},
            "registratiedatum": self.clock().date().isoformat(),
            "vertrouwelijkheidaanduiding": "zaakvertrouwelijk",
            **body,
            "url": f"{self.root}/zaken/api/v1/zaken/{uuid}",
            "uuid": uuid,
        }
        self.zaken[uuid] = zaak
        return self._shown(zaak)

    def _zaak(self, uuid: str) -> dict[str, Any]:
        if uuid not in self.zaken:
            raise Refusal(404, "not_found")
        if uuid in self.hidden:
            raise Refusal(403, "permission_denied")
        return self.zaken[uuid]

    def _patch(self, zaak: dict[str, Any], body: dict[str, Any]) -> dict[str, Any]:
        if zaak["einddatum"] is not None:
            raise Refusal(403, "permission_denied")
        zaak.update(body)
        return self._shown(zaak)

    def _post_status(self, body: dict[str, Any]) -> dict[str, Any]:
        zaak = self._zaak(_last(body["zaak"]))
        if datetime.fromisoformat(body["datumStatusGezet"]) > self.clock():
            raise Refusal(400, "invalid", ("datumStatusGezet", "date-in-future"))
        if zaak["einddatum"] is not None:
            raise Refusal(403, "permission_denied")
        return self.statussen[_last(self._status(body["zaak"], body["statustype"], body["datumStatusGezet"]))]

    def _status(self, zaak_url: str, kind: str, at: str) -> str:
        zaak = self.zaken[_last(zaak_url)]
        moment = datetime.fromisoformat(at).astimezone(UTC)
        if any(
            s["zaak"] == zaak_url and datetime.fromisoformat(s["datumStatusGezet"]) == moment
            for s in self.statussen.values()
        ):
            raise Refusal(400, "invalid", ("nonFieldErrors", "unique"))
        is_end = next(s["isEindstatus"] for s in self.statustypen if s["url"] == kind)
        if is_end and zaak["resultaat"] is None:
            raise Refusal(400, "invalid", ("nonFieldErrors", "resultaat-does-not-exist"))
        uuid = str(uuid4())
        url = f"{self.root}/zaken/api/v1/statussen/{uuid}"
        self.statussen[uuid] = {
            "url": url,
            "uuid": uuid,
            "zaak": zaak_url,
            "statustype": kind,
            "datumStatusGezet": moment.isoformat().replace("+00:00", "Z"),
            "statustoelichting": "Gezet door J. de Vries",
            "indicatieLaatstGezetteStatus": True,
            "gezetdoor": "",
            "zaakinformatieobjecten": [],
        }
        mine = [s for s in self.statussen.values() if s["zaak"] == zaak_url]
        zaak["status"] = max(mine, key=lambda s: datetime.fromisoformat(s["datumStatusGezet"]))["url"]
        if is_end:
            zaak["einddatum"] = at[:10]
        return url

    def _result(self, zaak_url: str, kind: str) -> str:
        zaak = self.zaken[_last(zaak_url)]
        if zaak["resultaat"] is not None:
            raise Refusal(400, "invalid", ("zaak", "unique"))
        uuid = str(uuid4())
        url = f"{self.root}/zaken/api/v1/resultaten/{uuid}"
        self.resultaten[uuid] = {
            "url": url,
            "uuid": uuid,
            "zaak": zaak_url,
            "resultaattype": kind,
            "toelichting": "Mevrouw Jansen belde hierover",
        }
        zaak["resultaat"] = url
        return url

    def _shown(self, zaak: dict[str, Any], *, expand: bool = False) -> dict[str, Any]:
        if not expand:
            return dict(zaak)
        more = {
            name: rows.get(_last(zaak[name]))
            for name, rows in (("status", self.statussen), ("resultaat", self.resultaten))
            if zaak[name]
        }
        return {**zaak, "_expand": more}

    def _listed(self, kind: str, query: dict[str, str]) -> dict[str, Any]:
        rows: list[dict[str, Any]] = getattr(self, kind)
        wanted = {name: query[name] for name in ("identificatie", "zaaktype") if name in query}
        return _page([row for row in rows if all(row[name] == value for name, value in wanted.items())])

    def _application(self) -> dict[str, Any]:
        rights = [
            {"component": "zrc", "zaaktype": z["url"], "scopes": self.scopes, "maxVertrouwelijkheidaanduiding": LEVEL}
            for z in self.zaaktypen
            if z["url"] not in self.without_right
        ]
        url = f"{self.root}/autorisaties/api/v1/applicaties/{uuid4()}"
        return {
            "url": url,
            "clientIds": [CLIENT],
            "label": "Regie basisvoorzieningen",
            "heeftAlleAutorisaties": self.everything,
            "autorisaties": [] if self.everything else rights,
        }

    def _subscriptions(self, call: Call, rest: list[str]) -> tuple[int, Any]:
        if call.method == "GET":
            return 200, [{**one, "auth": "•••"} for one in self.abonnementen.values()]
        uuid = rest[0] if rest else str(uuid4())
        url = f"{self.root}/notificaties/api/v1/abonnement/{uuid}"
        self.abonnementen[uuid] = {**call.body, "url": url}
        return (200 if rest else 201), self.abonnementen[uuid]

    # --- around it -----------------------------------------------------------------------------------------------------------

    def handled(self, call: Call, headers: Any) -> tuple[int, Any]:
        """A call from outside: signing in, the documents, what may leave; then the answer, held against the documents."""
        base = next((b for b in DOCUMENTS if call.path.startswith(b)), None)
        if base is None:
            return 404, {"code": "not_found"}
        inner = call.path.removeprefix(base)
        operation = document(DOCUMENTS[base]).operation(call.method, inner)
        self.calls.append(call)
        try:
            if self.away:
                raise Refusal(503, "away")
            self._sign_in(headers)
            if operation is None:
                self.violations.append(f"{call.method} {inner}: not in the standard")
                raise Refusal(404, "not_found")
            self._may_leave(call, inner)
            self._known(call, inner, operation)
            if (
                base == "/zaken/api/v1"
                and inner.startswith("/zaken")
                and "EPSG:4326" not in headers.get("Accept-Crs", "")
            ):
                raise Refusal(412, "missing-crs")
            self.before(call)
            status, body = self.answer(call)
            self._hold(call, operation, status, body)
            self.after(call)
        except Refusal as refusal:
            return refusal.status, _fault(refusal)
        return status, body

    def _sign_in(self, headers: Any) -> None:
        kind, _, token = headers.get("Authorization", "").partition(" ")
        parts = token.split(".")
        if kind != "Bearer" or len(parts) != 3:
            raise Refusal(403, "not_authenticated")
        claims = json.loads(_unpacked(parts[1]))
        if set(claims) - {"iss", "client_id", "iat"}:
            self.violations.append(f"claims {sorted(claims)}")
        if claims["client_id"] != CLIENT:
            raise Refusal(403, "invalid-client-identifier")
        signed = hmac.new(SECRET.encode(), f"{parts[0]}.{parts[1]}".encode(), hashlib.sha256).digest()
        if not hmac.compare_digest(signed, _unpacked(parts[2])):
            raise Refusal(403, "invalid-jwt-signature")
        if abs(self.clock().timestamp() - claims["iat"]) > 3600:
            raise Refusal(403, "jwt-expired")

    def _may_leave(self, call: Call, inner: str) -> None:
        if call.method == "GET":
            return
        path = re.sub(r"/[0-9a-f-]{36}$", "/…", inner)
        allowed = MAY_LEAVE.get((call.method, path))
        found = set(call.body or {}) | {
            f"{k}.{i}" for k, v in (call.body or {}).items() if isinstance(v, dict) for i in v
        }
        if allowed is None or found - allowed:
            self.violations.append(f"{call.method} {path}: {sorted(found - (allowed or set()))} may not leave")
        if isinstance(call.body, dict) and call.body.get("opschorting", {}).get("reden"):
            self.violations.append("a reason left")

    def _known(self, call: Call, inner: str, operation: Any) -> None:
        if unknown := set(call.query) - operation.query - ({"expand"} if inner == "/zaken/_zoek" else set()):
            self.violations.append(f"{call.method} {inner}: unknown parameters {sorted(unknown)}")
            raise Refusal(400, "unknown-parameters")
        if call.body is not None and operation.takes is not None and inner != "/zaken/_zoek":
            for error in operation.takes.iter_errors(call.body):
                self.violations.append(f"{call.method} {inner}: {error.json_path}: {error.message[:200]}")

    def _hold(self, call: Call, operation: Any, status: int, body: Any) -> None:
        """Our own answers are as the standard has them, where we say all that it asks for."""
        validator = operation.gives.get(str(status))
        if (
            validator is None
            or "/catalogi/" in call.path
            or "/autorisaties/" in call.path
            or "/notificaties/" in call.path
        ):
            return
        rows = body.get("results", [])
        bare = [
            {k: v for k, v in row.items() if k != "_expand"} for row in rows
        ]  # what is expanded is held where it is read alone
        for error in validator.iter_errors({**body, "results": bare} if rows else body):
            self.violations.append(f"answer to {call.method} {call.path}: {error.json_path}: {error.message[:200]}")


_EMPTY_ZAAK: dict[str, Any] = {
    "omschrijving": "",
    "toelichting": "Kind woont bij oma",
    "publicatiedatum": None,
    "communicatiekanaal": "",
    "productenOfDiensten": [],
    "betalingsindicatie": "",
    "betalingsindicatieWeergave": "",
    "laatsteBetaaldatum": None,
    "zaakgeometrie": None,
    "verlenging": None,
    "opschorting": {"indicatie": False, "reden": ""},
    "selectielijstklasse": "",
    "hoofdzaak": None,
    "deelzaken": [],
    "relevanteAndereZaken": [],
    "eigenschappen": [],
    "rollen": [],
    "status": None,
    "zaakinformatieobjecten": [],
    "zaakobjecten": [],
    "kenmerken": [],
    "archiefnominatie": None,
    "archiefstatus": "nog_te_archiveren",
    "archiefactiedatum": None,
    "resultaat": None,
    "opdrachtgevendeOrganisatie": "",
    "processobjectaard": "",
    "startdatumBewaartermijn": None,
    "einddatum": None,
    "processobject": {"datumkenmerk": "", "identificatie": "", "objecttype": "", "registratie": ""},
}


def _page(rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {"count": len(rows), "next": None, "previous": None, "results": rows}


def _fault(refusal: Refusal) -> dict[str, Any]:
    params = [{"name": name, "code": code, "reason": "In gewone woorden"} for name, code in refusal.params]
    return {
        "type": "urn:fout",
        "code": refusal.code,
        "title": "Fout",
        "status": refusal.status,
        "detail": "",
        "instance": "urn:uuid:1",
        "invalidParams": params,
    }


def _last(url: str) -> str:
    return url.rpartition("/")[2]


def _unpacked(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    system: OpenZaak

    def _all(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts = urlsplit(self.path)
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        call = Call(self.command, parts.path, query, json.loads(raw) if raw else None, raw.decode())
        try:
            status, body = self.system.handled(call, self.headers)
        except BrokenLine:
            self.close_connection = True
            return
        made = json.dumps(body).encode()
        self.send_response_only(status)
        self.send_header("Date", self.system.clock().strftime("%a, %d %b %Y %H:%M:%S GMT"))
        self.send_header("ETag", '"liegt"')  # it never changes
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(made)))
        self.end_headers()
        self.wfile.write(made)

    do_GET = do_POST = do_PATCH = do_PUT = _all  # noqa: N815

    def log_message(self, *_: object) -> None:
        """Nothing is written."""


@contextmanager
def serving(clock: Callable[[], datetime], tls: ssl.SSLContext | None = None) -> Iterator[OpenZaak]:
    """A case system on a port of this machine."""
    system = OpenZaak(clock)
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"system": system}))
    server.daemon_threads = True
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    system.root = f"http{'s' if tls else ''}://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield system
    finally:
        server.shutdown()
        server.server_close()
