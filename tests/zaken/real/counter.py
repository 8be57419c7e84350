"""What a counter does in a real Open Zaak: by the API, with an application of its own that may do everything."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import httpx

from provisions.zaken.client import token
from tests.zaken.openzaak import CLIENT, RSIN, SECRET

COUNTER = "loket"
CRS = {"Accept-Crs": "EPSG:4326", "Content-Crs": "EPSG:4326"}


@dataclass
class Counter:
    """The counter's own program. ``root``: of the Open Zaak, without a slash at its end."""

    root: str

    def _call(self, method: str, address: str, body: object = None, *, by: str = COUNTER, **query: str) -> Any:
        signed = {"Authorization": f"Bearer {token(by, SECRET, datetime.now(UTC))}", **CRS}
        url = address if urlsplit(address).scheme else f"{self.root}{address}"
        answer = httpx.request(
            method, url, json=body, params=query or None, headers=signed, timeout=60, trust_env=False
        )
        assert answer.is_success, (method, url, answer.status_code, answer.text)
        return answer.json() if answer.content else None

    def catalogue(self) -> str:
        """The catalogus that ``set_up.py`` made."""
        (found,) = self._call("GET", "/catalogi/api/v1/catalogussen", domein="LOKET")["results"]
        return str(found["url"])

    def all_of(self, number: str) -> list[dict[str, Any]]:
        """Every zaak with this number."""
        query = {"identificatie": number, "bronorganisatie": RSIN}
        return list(self._call("GET", "/zaken/api/v1/zaken", **query)["results"])

    def of(self, number: str) -> dict[str, Any]:
        """The zaak with this number."""
        (found,) = self.all_of(number)
        return found

    def some(self, most: int) -> list[UUID]:
        """Ids of zaken that are there, at most a hundred."""
        found = self._call("GET", "/zaken/api/v1/zaken", bronorganisatie=RSIN)["results"]
        return [UUID(one["uuid"]) for one in found[:most]]

    def statuses_of(self, number: str) -> list[dict[str, Any]]:
        """Every status of it."""
        return list(self._call("GET", "/zaken/api/v1/statussen", zaak=self.of(number)["url"])["results"])

    def trail_of(self, number: str) -> list[dict[str, Any]]:
        """What the case system keeps of who did what to it."""
        return list(self._call("GET", f"{self.of(number)['url']}/audittrail"))

    def give_result(self, number: str, words: str) -> None:
        """Give it this resultaat."""
        zaak = self.of(number)
        kinds = self._call("GET", "/catalogi/api/v1/resultaattypen", zaaktype=zaak["zaaktype"])["results"]
        kind = next(one["url"] for one in kinds if one["omschrijving"] == words)
        self._call("POST", "/zaken/api/v1/resultaten", {"zaak": zaak["url"], "resultaattype": kind})

    def set_status(self, number: str, *, end: bool, at: str | None = None) -> None:
        """Set the end status, or the first one, of a moment: as a rule one second ago."""
        zaak = self.of(number)
        kinds = self._call("GET", "/catalogi/api/v1/statustypen", zaaktype=zaak["zaaktype"])["results"]
        kind = next(one["url"] for one in kinds if one["isEindstatus"] is end)
        moment = at or (datetime.now(UTC) - timedelta(seconds=1)).isoformat()
        self._call(
            "POST",
            "/zaken/api/v1/statussen",
            {"zaak": zaak["url"], "statustype": kind, "datumStatusGezet": moment, "statustoelichting": "J. de Vries"},
        )

    def close(self, number: str, words: str, at: str | None = None) -> None:
        """Give it a resultaat and close it."""
        self.give_result(number, words)
        self.set_status(number, end=True, at=at)

    def take_result(self, number: str) -> None:
        """Take its resultaat away, also when it is closed."""
        self._call("DELETE", self.of(number)["resultaat"])

    def change(self, number: str, **fields: object) -> None:
        """Change these fields of it."""
        self._call("PATCH", self.of(number)["url"], fields)

    def delete(self, number: str) -> None:
        """Delete it."""
        self._call("DELETE", self.of(number)["url"])

    def open(self, number: str, zaaktype: str, begins: str | None = None) -> str:
        """Open a zaak by hand, of the newest version or of that which ``begins`` on a day (ISO); its address."""
        today = datetime.now(UTC).date().isoformat()
        query = {"identificatie": zaaktype, "status": "definitief"}
        versions = self._call("GET", "/catalogi/api/v1/zaaktypen", **query)["results"]
        day = begins or max(one["beginGeldigheid"] for one in versions)
        version = next(one["url"] for one in versions if one["beginGeldigheid"] == day)
        body = {
            "identificatie": number,
            "bronorganisatie": RSIN,
            "verantwoordelijkeOrganisatie": RSIN,
            "zaaktype": version,
            "startdatum": today,
        }
        url = str(self._call("POST", "/zaken/api/v1/zaken", body)["url"])
        self.set_status(number, end=False)
        return url

    def unsubscribe(self, url: str) -> None:
        """Take a subscription of ours away: nobody else may."""
        self._call("DELETE", url, by=CLIENT)
