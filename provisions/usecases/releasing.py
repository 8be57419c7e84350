"""A client's own export: all that is known, with functions in place of people, released by somebody and on record."""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Engine

from provisions import inputs
from provisions.access import Actor, UseCase
from provisions.catalogue import Config
from provisions.domain.errors import Part
from provisions.domain.lifecycle import SYSTEM
from provisions.store import audit, loading
from provisions.store.audit import STAFF, Line
from provisions.usecases.entitled import Entitlement, Known, no_such
from provisions.views.export import Exports

RELEASED = "export.released"
DIRECTOR, COLLEAGUE = "de regisseur", "een medewerker"
# These lines name mailboxes, also those of people.
_WHO_GOT_IT = frozenset({"message.sent", "message.failed", "message.absent"})


class Releasing:
    """What leaves for a client. ``clock`` gives the moment (aware)."""

    def __init__(self, engine: Engine, config: Config, exports: Exports, clock: Callable[[], datetime]) -> None:
        self._config = config
        self._entitlement = Entitlement(engine, config, clock)
        self._exports = exports

    def for_client(self, reference: str, *, by: Actor) -> dict[str, Any]:
        """Everything that is known of a case, without people and their codes; that it was released is recorded.

        Free text is in it as it was written: who releases it reads it first. Raises ``NotFound``.
        """
        who, reference = inputs.code(by.code, f"{Part.BY}"), inputs.existing_reference(reference)
        found = self._exports.of_case(reference)
        with self._entitlement.transaction(by, UseCase.RELEASE_EXPORT) as connection:
            unknown = no_such(reference, self._config)
            stored = loading.load_case(connection, reference, lock=True)
            if stored is None:
                raise unknown
            self._entitlement.must_with(by, UseCase.RELEASE_EXPORT, Known(stored.case_id, stored.case, unknown))
            via = {"via": by.via.value}
            audit.append(
                connection, [Line(who, RELEASED, "gegevens uitgegeven aan de cliënt", stored.case_id, data=via)]
            )
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
