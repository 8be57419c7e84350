"""Asks Prefect how it is doing, for whoever watches an engine: one request of three seconds at most, from any thread.

Not by Prefect's client: that belongs to a thread, tries again by itself and waits half a minute, and a health page must answer.
"""

import json
import os
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from http import HTTPStatus

import httpx
from prefect.client.schemas.objects import StateType

from flows.prefect.deployments import Deployments

NOT_BEGUN = timedelta(minutes=2)  # a run that is due and that nobody begins
ANSWER_SECONDS = 3.0


class PrefectProbe:
    """Asks Prefect how many of our runs are due and have not begun, which also tells whether it can be reached."""

    def __init__(self, deployments: Deployments) -> None:
        """Reads the address, the sign-in and further headers from the environment, as Prefect's own client does."""
        self._deployments = deployments
        user, _, password = os.environ.get("PREFECT_API_AUTH_STRING", "").partition(":")
        self._client = httpx.Client(
            base_url=os.environ.get("PREFECT_API_URL", ""),
            auth=(user, password),
            headers=_custom_headers(),
            timeout=ANSWER_SECONDS,
            trust_env=False,
        )

    def not_begun(self) -> int | None:
        """How many runs have been due for more than two minutes and have not begun; ``None`` when Prefect does not answer."""
        wanted = {
            "flow_runs": {
                "deployment_id": {"any_": [str(found) for found in self._deployments.ids]},
                "state": {"type": {"any_": [StateType.SCHEDULED.value]}},
                "next_scheduled_start_time": {"before_": (datetime.now(UTC) - NOT_BEGUN).isoformat()},
            }
        }
        with suppress(httpx.HTTPError, ValueError):
            answer = self._client.post("/flow_runs/count", json=wanted)
            if answer.status_code == HTTPStatus.OK:
                return int(answer.json())
        return None

    def close(self) -> None:
        """Close the connections."""
        self._client.close()


def _custom_headers() -> dict[str, str]:
    given = os.environ.get("PREFECT_CLIENT_CUSTOM_HEADERS")
    return dict(json.loads(given)) if given else {}
