"""Everything that is known of a case, on request of the client (AVG, article 15)."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from provisions.domain.calendar import utc_text
from provisions.domain.case import Provision
from provisions.store.columns import CASE, CASE_CHILDREN, CHILDREN, PROVISION
from provisions.views.cases import Views
from provisions.views.messages import Messages


class Exports:
    """Cases as a whole, for whoever they are about. ``looks``: of a reference, when it was looked at with a reason, as JSON.

    ``clock`` gives the moment (aware).
    """

    def __init__(
        self,
        views: Views,
        messages: Messages,
        looks: Callable[[str], list[dict[str, Any]]],
        clock: Callable[[], datetime],
    ) -> None:
        self._views = views
        self._messages = messages
        self._looks = looks
        self._clock = clock

    def of_case(self, reference: str) -> dict[str, Any]:
        """Everything that is known of a case, free text and messages included. Raises ``NotFound``."""
        view = self._views.case(reference)
        shown = view.as_json()
        belongs = {
            child.field: [child.columns.row(one) for one in getattr(view.case, child.field)]
            for child in CASE_CHILDREN.values()
        }
        shown["recorded"] = _plain({**CASE.row(view.case), **belongs})
        shown["provisions"] = [{**one.as_json(), **_details(one.provision)} for one in view.provisions]
        return {
            "exported": utc_text(self._clock()),
            "case": shown,
            "audit": [entry.as_json() for entry in self._views.audit(reference)],
            "messages": [
                message.as_json(body=True)
                for message in reversed(self._messages.found(reference=reference, limit=None))
            ],
            "looked_with_reason": self._looks(reference),
        }


def _details(provision: Provision) -> dict[str, Any]:
    """What ``show`` leaves out: all that is recorded of a provision, whatever that comes to be."""
    recorded = PROVISION.row(provision)
    belongs = {
        child.field: [child.columns.row(one) for one in getattr(provision, child.field)] for child in CHILDREN.values()
    }
    return {
        "outcomes": _plain(belongs["outcomes"]),
        "suspensions": _plain(belongs["suspensions"]),
        "recorded": _plain({**recorded, **belongs}),
    }


def _plain(value: Any) -> Any:
    """As JSON has it: days as ISO 8601, moments in UTC."""
    match value:
        case datetime():
            return utc_text(value.astimezone(UTC))
        case UUID():
            return str(value)
        case date():
            return value.isoformat()
        case dict():
            return {name: _plain(one) for name, one in value.items()}
        case list():
            return [_plain(one) for one in value]
    return value
