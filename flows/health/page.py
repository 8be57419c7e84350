"""What an engine tells whoever watches over it: ``/live``, ``/ready`` and ``/metrics``. No password: nothing is secret.

``/live`` is 503 only when starting the process again would help; ``/ready`` when anything does not work. Each says why, in Dutch.
"""

import logging
import os
import threading
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from flows.health.metrics import registry
from flows.health.probes import Probes
from provisions.domain.errors import NotAllowed

logger = logging.getLogger(__name__)

PLAIN = "text/plain; charset=utf-8"
Answer = tuple[HTTPStatus, str, bytes]


class Health:
    """Listens in a thread of its own. ``start`` raises ``NotAllowed`` when the port is taken."""

    def __init__(self, probes: Probes, host: str, port: int) -> None:
        self._address = (host, port)
        made = registry(probes)
        self._answers: dict[str, Callable[[], Answer]] = {
            "/live": lambda: _verdict(probes.not_live()),
            "/ready": lambda: _verdict(probes.not_ready()),
            "/health": lambda: _verdict(probes.not_ready()),
            "/metrics": lambda: (HTTPStatus.OK, CONTENT_TYPE_LATEST, generate_latest(made)),
        }
        self._server: ThreadingHTTPServer | None = None

    def start(self) -> None:
        """Listen; returns at once."""
        try:
            self._server = _Server(self._address, _handler(self._answers))
        except OSError as error:
            host, port = self._address
            raise NotAllowed(
                f"Poort {port} op {host} is niet vrij ({os.strerror(error.errno or 0)}).",
                "Kies een andere poort met PROVISIONS_METRICS_PORT.",
            ) from None
        threading.Thread(target=self._server.serve_forever, name="provisions-gezondheid", daemon=True).start()

    def stop(self) -> None:
        """Stop listening."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None


class _Server(ThreadingHTTPServer):
    daemon_threads = True


def _handler(answers: dict[str, Callable[[], Answer]]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = 10  # seconds: a client that opens a connection and says nothing does not keep a thread

        def do_GET(self) -> None:
            answer = answers.get(self.path.partition("?")[0])
            status, kind, body = answer() if answer else (HTTPStatus.NOT_FOUND, PLAIN, b"Niet gevonden.\n")
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Cache-Control", "no-store")
            self.end_headers()
            self.wfile.write(body)

        def version_string(self) -> str:
            return "provisions"

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
            logger.debug(format, *args)

    return Handler


def _verdict(reasons: list[str]) -> Answer:
    status = HTTPStatus.SERVICE_UNAVAILABLE if reasons else HTTPStatus.OK
    return status, PLAIN, "".join(f"{line}\n" for line in reasons or ["In orde."]).encode()
