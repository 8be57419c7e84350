"""What Prefect's server says of a form that is not filled in well, in Dutch.

Prefect checks a form against its schema before any flow of ours runs, and answers in English with the schema's own words. Only
the three answers that a person with a form can get are rewritten, and only what is known; the rest stays as it is.
"""

import json
import re
from typing import Any

_ASKED = re.compile(r"/api/(?:ui/schemas/validate|deployments/[^/]+/create_flow_run|flow_runs/[^/]+/resume)")
_LOOK = "Kijk naar de uitleg bij het veld."
_DUTCH = (
    (r"'\w+' is a required property", "Dit veld is verplicht. Vul het in."),
    (r"\[\] (?:should be non-empty|is too short)", "Kies er ten minste één."),
    (r".* is not one of \[.*\]", "Kies een van de mogelijkheden uit de lijst."),
    (r".* is not a 'date'", "Dit is geen dag. Kies een dag, of typ hem als 2026-11-22."),
    (r"(.{1,80}) does not match '.*'", rf"\1 klopt hier niet. {_LOOK}"),
    (r"Cannot resume a flow run that is not paused\.", "Deze run wacht niet meer op een formulier. Ververs de pagina."),
    (r".* (?:does not match|is not of type) '.*'", f"Dit klopt niet. {_LOOK}"),
)
_OF_A_FIELD = re.compile(
    r"(?:Error creating flow run: |Reason: )?"
    r"Validation failed(?: for field '[^']*')?\. Failure reason: (.*)",
    re.DOTALL,
)


def is_about_a_form(method: str, path: str) -> bool:
    """Whether the answer to this request may say what is wrong with a form."""
    return method == "POST" and _ASKED.fullmatch(path) is not None


def in_dutch(body: bytes) -> bytes:
    """The answer with every complaint in it in Dutch; what is no JSON stays as it is."""
    try:
        found = json.loads(body)
    except ValueError:
        return body
    return json.dumps(_translated(found), ensure_ascii=False).encode()


def _translated(value: Any) -> Any:
    if isinstance(value, str):
        return _sentence(value)
    if isinstance(value, list):
        return [_translated(one) for one in value]
    if isinstance(value, dict):
        # A run that was made repeats what was filled in: that is no complaint.
        return {name: one if name == "parameters" else _translated(one) for name, one in value.items()}
    return value


def _sentence(said: str) -> str:
    whole = _OF_A_FIELD.fullmatch(said)
    complaint = whole[1] if whole else said
    for pattern, dutch in _DUTCH:
        if match := re.fullmatch(pattern, complaint, re.DOTALL):
            found = match.expand(dutch)
            return f"Er is niets vastgelegd. {found}" if whole else found
    return f"Er is niets vastgelegd: het formulier is niet goed ingevuld. {_LOOK}" if whole else said
