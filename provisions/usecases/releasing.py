"""A client's own export: all that is known, with functions in place of people, released by somebody and on record."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Engine

from provisions import inputs
from provisions.domain.errors import Part
from provisions.domain.lifecycle import SYSTEM
from provisions.store import audit, loading
from provisions.store.audit import STAFF, Line
from provisions.views.export import Exports

RELEASED = "export.released"
DIRECTOR, COLLEAGUE = "de regisseur", "een medewerker"
_WHO_GOT_IT = frozenset({"message.sent", "message.failed"})  # these lines name mailboxes, also those of people


class Releasing:
    """What leaves for a client. Whether somebody may release it is for the front that knows who asks."""

    def __init__(self, engine: Engine, exports: Exports) -> None:
        self._engine = engine
        self._exports = exports

    def for_client(self, reference: str, *, by: str) -> dict[str, Any]:
        """Everything that is known of a case, without people and their codes; that it was released is recorded.

        Free text is in it as it was written: who releases it reads it first. Raises ``NotFound``.
        """
        who, found = inputs.code(by, f"{Part.BY}"), self._exports.of_case(reference)
        with self._engine.begin() as connection:
            stored = loading.load_case(connection, found["case"]["reference"])
            case_id = stored.case_id if stored else None
            audit.append(connection, [Line(who, RELEASED, "gegevens uitgegeven aan de cliënt", case_id)])
        return without_people(found)


def without_people(found: Mapping[str, Any]) -> dict[str, Any]:
    """An export with the function of each person in place of a code, and without the mailboxes that were written to."""
    functions = dict.fromkeys(_codes(found), COLLEAGUE)
    functions |= dict.fromkeys(filter(None, (found["case"]["director"],)), DIRECTOR)
    functions.pop(SYSTEM, None)
    named = "|".join(re.escape(code) for code in sorted(functions, key=len, reverse=True))
    # Also as the name of a mailbox, with all of its address.
    codes = re.compile(rf"(?<![\w.-])({named})(?:@[\w.-]*\w)?(?![\w-])") if named else None

    def told(value: Any) -> Any:
        match value:
            case str():
                return codes.sub(lambda code: functions[code[1]], value) if codes else value
            case dict():
                return {name: told(one) for name, one in value.items() if name not in ("recipients", "flow_run")}
            case list():
                return [told(one) for one in value]
        return value

    lines = [
        {**line, "because": "verzonden" if line["what"] == "message.sent" else "niet verzonden"}
        if line["what"] in _WHO_GOT_IT
        else line
        for line in found["audit"]
    ]
    made: dict[str, Any] = told({**found, "audit": lines})
    return made


def _codes(found: Mapping[str, Any]) -> Iterator[str]:
    """Every code of a person in an export."""
    for line in found["audit"]:
        yield from (str(code) for code in (line["by"], *((line["data"] or {}).get(name) for name in STAFF)) if code)
    for note in found["case"].get("notes", ()):
        yield note["by"]
