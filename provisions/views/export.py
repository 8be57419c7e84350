"""Everything that is known of a case, on request of the client (AVG, article 15)."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from provisions.domain.case import Provision
from provisions.views.cases import Views, utc
from provisions.views.messages import Messages


class Exports:
    """Cases as a whole, for whoever they are about. ``clock`` gives the moment (aware)."""

    def __init__(self, views: Views, messages: Messages, clock: Callable[[], datetime]) -> None:
        self._views = views
        self._messages = messages
        self._clock = clock

    def of_case(self, reference: str) -> dict[str, Any]:
        """Everything that is known of a case, free text and messages included. Raises ``NotFound``."""
        view = self._views.case(reference)
        shown = view.as_json()
        shown["provisions"] = [{**one.as_json(), **_details(one.provision)} for one in view.provisions]
        return {
            "exported": utc(self._clock()),
            "case": shown,
            "audit": [entry.as_json() for entry in self._views.audit(reference)],
            "messages": [
                message.as_json(body=True)
                for message in reversed(self._messages.found(reference=reference, limit=None))
            ],
        }


def _details(provision: Provision) -> dict[str, Any]:
    """What ``show`` leaves out: outcomes with their fields, and suspensions."""
    if not provision.outcomes and not provision.suspensions:
        return {}
    return {
        "outcomes": [
            {
                "name": outcome.name.value,
                "day": _plain(outcome.on),
                "recorded": _plain(outcome.recorded),
                "fields": dict(outcome.fields),
                "undone": outcome.undone,
            }
            for outcome in provision.outcomes
        ],
        "suspensions": [
            {"start": _plain(s.start), "until": _plain(s.until), "reason": s.reason.value, "resumed": _plain(s.resumed)}
            for s in provision.suspensions
        ],
    }


def _plain(value: date | datetime | None) -> str | None:
    if isinstance(value, datetime):
        return utc(value.astimezone(UTC))
    return value.isoformat() if value else None
