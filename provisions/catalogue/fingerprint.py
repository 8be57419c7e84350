"""Whether the rules are the same as before."""

import hashlib
from collections.abc import Mapping
from dataclasses import fields, is_dataclass

from provisions.domain.rules import Catalogue


def fingerprint(catalogue: Catalogue) -> str:
    """The same text for the same rules, in every process and in whatever order sets are kept."""
    return hashlib.sha256(_canonical(catalogue).encode()).hexdigest()


def _canonical(value: object) -> str:
    if is_dataclass(value):
        # What does not compare is no rule: a calendar's memory of what it computed.
        parts = (f"{f.name}={_canonical(getattr(value, f.name))}" for f in fields(value) if f.compare)
        return f"({','.join(parts)})"
    if isinstance(value, Mapping):
        return f"{{{','.join(sorted(f'{_canonical(k)}:{_canonical(v)}' for k, v in value.items()))}}}"
    if isinstance(value, (set, frozenset)):
        return f"{{{','.join(sorted(map(_canonical, value)))}}}"
    if isinstance(value, (tuple, list)):
        return f"[{','.join(map(_canonical, value))}]"
    return repr(value)
