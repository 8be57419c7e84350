"""Where a scenario stands, and what is in it: a file says only what differs from the one that it is the same as."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from provisions.catalogue import PROJECT, parse
from provisions.domain.errors import InvalidConfig, InvalidInput

SHIPPED = PROJECT / "config" / "simulation"
SAME_AS = "same_as"


@dataclass(frozen=True)
class ScenarioFile:
    """The values of a scenario. ``name``: the file, and those it is the same as, for in a fault."""

    name: str
    values: Mapping[str, Any]


def find(text: str, config: Path) -> Path:
    """A file by its path, or by its name in ``config/simulation`` or among those that come along. Raises ``InvalidInput``."""
    folders = (config / "simulation", SHIPPED)
    for path in (Path(text), *(folder / f"{text}.toml" for folder in folders)):
        if path.is_file():
            return path
    known = sorted({path.stem for folder in folders for path in folder.glob("*.toml")})
    raise InvalidInput(
        f"Het scenario '{text[:100]}' is er niet. Geef een TOML-bestand dat bestaat, of kies uit: {', '.join(known)}."
    )


def read(path: Path, config: Path, above: Sequence[Path] = ()) -> ScenarioFile:
    """The file, laid over the one that ``same_as`` names. Raises ``InvalidConfig`` when either is no TOML or not there."""
    faults: list[str] = []
    values = dict(parse(path, faults).values)
    if faults:
        raise InvalidConfig(*faults)
    other = values.pop(SAME_AS, None)
    if other is None:
        return ScenarioFile(path.name, values)
    if not isinstance(other, str):
        raise InvalidConfig(
            f"{path.name}, sleutel '{SAME_AS}': {other!r} is geen tekst. Noem een scenario: \"country\"."
        )
    beside = path.parent / (other if other.endswith(".toml") else f"{other}.toml")
    base = beside if beside.is_file() else find(other, config)
    if base.resolve() in {p.resolve() for p in (path, *above)}:
        raise InvalidConfig(
            f"{path.name}, sleutel '{SAME_AS}': '{other}' verwijst weer naar dit bestand. Noem een ander scenario."
        )
    under = read(base, config, (path, *above))
    return ScenarioFile(f"{path.name} (verder als {under.name})", _over(under.values, values))


def _over(under: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """``values`` over ``under``, table by table; an empty table takes away what was there."""
    merged = dict(under)
    for key, value in values.items():
        was = merged.get(key)
        merged[key] = _over(was, value) if value and isinstance(value, dict) and isinstance(was, dict) else value
    return merged
